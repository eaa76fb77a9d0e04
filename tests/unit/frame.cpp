#include "heard/frame.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <memory>

#include "heard/subnets.hpp"
#include "support/frames.hpp"

namespace {

using support::Octets;
using support::tag;

std::string text(std::monostate) {
  return "";
}

std::string text(const heard::Arp& arp) {
  const auto address = [](std::uint32_t number) {
    const std::string text = heard::Subnet{.address = number}.text();
    return text.substr(0, text.find('/'));
  };
  return " arp " + address(arp.sender) + ">" + address(arp.target);
}

std::string text(const heard::Neighbour& neighbour) {
  const bool is_lldp = neighbour.protocol == heard::Neighbour::Protocol::lldp;
  std::string line = is_lldp ? " lldp" : " cdp";
  line += " [" + neighbour.chassis + "] [" + neighbour.system + "] [" + neighbour.port + "] [" +
          neighbour.port_description + "] native " + std::to_string(neighbour.native_vlan);
  for (const auto& [vid, name] : neighbour.vlans) line += " " + std::to_string(vid) + "=" + name;
  return line;
}

std::string text(const heard::Bpdu& bpdu) {
  return std::string(" ") + heard::word(bpdu.protocol) + " " + std::to_string(bpdu.root.priority) +
         " " + bpdu.root.mac.text() + " vlan " + std::to_string(bpdu.vid);
}

/// "vlan 4 arp 10.0.4.2>10.0.4.1", "link untagged lldp ..."; "none" if it is no frame.
std::string heard_of(heard::Bytes bytes, const std::optional<heard::Tag>& stripped = {}) {
  const auto frame = heard::decode(bytes, stripped);
  if (!frame) return "none";
  constexpr std::array taggings{"untagged", "vlan", "802.1ad", "reserved"};
  std::string line = frame->is_link_control ? "link " : "";
  line += taggings.at(static_cast<std::size_t>(frame->tagging));
  if (frame->vid != 0) line += " " + std::to_string(frame->vid);
  return line + std::visit([](const auto& content) { return text(content); }, frame->content);
}

/// The first `size` bytes, in memory of their very size, so that a read behind it is seen.
std::string heard_of_cut(heard::Bytes bytes, std::size_t size) {
  const std::unique_ptr<std::uint8_t[]> copy(new std::uint8_t[size]);
  if (size > 0) std::memcpy(copy.get(), bytes.data(), size);
  return heard_of({copy.get(), size});
}

const Octets question = support::arp("10.0.4.2", "10.0.4.1");
const std::string heard_question = " arp 10.0.4.2>10.0.4.1";

}  // namespace

TEST_CASE("a frame is in the VLAN of its tag, be that stripped or in place", "[heard]") {
  const Octets bare = support::frame(support::everybody, support::host_mac, 0x0806, question);
  CHECK(heard_of(bare) == "untagged" + heard_question);
  CHECK(heard_of(bare, tag(4)) == "vlan 4" + heard_question);
  CHECK(heard_of(support::tagged(4, support::host_mac, 0x0806, question)) ==
        "vlan 4" + heard_question);
  CHECK(heard_of(bare, tag(0xe004)) == "vlan 4" + heard_question);
  CHECK(heard_of(support::tagged(4094, support::host_mac, 0x0806, question)) ==
        "vlan 4094" + heard_question);
}

TEST_CASE("a tag with VID 0 is a priority, and what is behind it counts", "[heard]") {
  const Octets bare = support::frame(support::everybody, support::host_mac, 0x0806, question);
  CHECK(heard_of(bare, tag(0xa000)) == "untagged" + heard_question);
  CHECK(heard_of(support::tagged(0xa000, support::host_mac, 0x0806, question)) ==
        "untagged" + heard_question);
  const Octets behind = support::tagged(5, support::host_mac, 0x0806, question);
  CHECK(heard_of(behind, tag(0)) == "vlan 5" + heard_question);
}

TEST_CASE("the outer tag decides, and an inner one hides what is in it", "[heard]") {
  const Octets inner = support::tagged(5, support::host_mac, 0x0806, question);
  CHECK(heard_of(inner, tag(4)) == "vlan 4");
  CHECK(heard_of(inner, heard::Tag{.protocol = 0x88a8, .control = 4}) == "802.1ad");
  CHECK(heard_of(support::frame(support::everybody, support::host_mac, 0x88a8,
                                Octets().u16(4).u16(0x0806).add(question))) == "802.1ad");
}

TEST_CASE("VID 4095 is no VLAN", "[heard]") {
  CHECK(heard_of(support::tagged(0xfff, support::host_mac, 0x0806, question)) == "reserved");
}

TEST_CASE("LLDP tells chassis, port, system and VLANs", "[heard]") {
  const Octets more = Octets()
                          .add(support::lldp_tlv(4, Octets().text("to xen3")))
                          .add(support::port_vlan_id(1))
                          .add(support::vlan_name(4, "servers"))
                          .add(support::vlan_name(10, "guests"));
  CHECK(heard_of(support::lldp_frame(support::lldp("sw1.example", "Gi1/0/5", more))) ==
        "link untagged lldp [02:5c:00:00:00:07] [sw1.example] [Gi1/0/5] [to xen3] native 1 "
        "4=servers 10=guests");
}

TEST_CASE("LLDP's identifiers are written as their subtype wants", "[heard]") {
  const auto heard_with = [](const Octets& chassis, const Octets& port) {
    return heard_of(support::lldp_frame(
        Octets().add(support::lldp_tlv(1, chassis)).add(support::lldp_tlv(2, port))));
  };
  CHECK(heard_with(Octets{5, 1, 192, 0, 2, 9}, Octets().u8(3).mac(support::switch_mac)) ==
        "link untagged lldp [192.0.2.9] [] [02:5c:00:00:00:07] [] native 0");
  CHECK(heard_with(Octets().u8(7).text("rack 3"), Octets{4, 1, 192, 0, 2, 10}) ==
        "link untagged lldp [rack 3] [] [192.0.2.10] [] native 0");
  CHECK(heard_with(Octets{4, 1, 2, 3}, Octets{4, 2, 1, 2, 3, 4}) ==
        "link untagged lldp [???] [] [?????] [] native 0");
}

TEST_CASE("what names no VLAN in LLDP and CDP is passed over", "[heard]") {
  const Octets more = Octets()
                          .add(support::port_vlan_id(0))
                          .add(support::vlan_name(0, "none"))
                          .add(support::vlan_name(4095, "none"))
                          .add(support::lldp_tlv(127, Octets{0x00, 0x80, 0xc2, 3, 0, 4, 9, 'x'}))
                          .add(support::lldp_tlv(127, Octets{0x00, 0x80, 0xc2, 1, 4}))
                          .add(support::lldp_tlv(127, Octets{0x00, 0x12, 0x0f, 1, 0, 4, 0}))
                          .add(support::lldp_tlv(127, Octets{0x00}));
  CHECK(heard_of(support::lldp_frame(support::lldp("sw1", "Gi1/0/5", more))) ==
        "link untagged lldp [02:5c:00:00:00:07] [sw1] [Gi1/0/5] [] native 0");
  CHECK(heard_of(support::cdp_frame(support::cdp("sw1", "Gi1/0/5", 4095))) ==
        "link untagged cdp [] [sw1] [Gi1/0/5] [] native 0");
}

TEST_CASE("LLDP behind its end, of one who leaves or without a port is nothing", "[heard]") {
  const Octets behind =
      support::lldp("sw1", "Gi1/0/5").add(support::lldp_tlv(5, Octets().text("other")));
  CHECK(heard_of(support::lldp_frame(behind)) ==
        "link untagged lldp [02:5c:00:00:00:07] [sw1] [Gi1/0/5] [] native 0");
  CHECK(heard_of(support::lldp_frame(
            support::lldp_head().add(support::lldp_tlv(3, Octets().u16(0))))) == "link untagged");
  CHECK(heard_of(support::lldp_frame(support::lldp_tlv(1, Octets().u8(7).text("rack 3")))) ==
        "link untagged");
}

TEST_CASE("LLDP counts between neighbours only", "[heard]") {
  const Octets message = support::lldp("sw1", "Gi1/0/5");
  CHECK(heard_of(support::lldp_frame(message), tag(4)) == "link vlan 4");
  CHECK(heard_of(support::frame(support::everybody, support::host_mac, 0x88cc, message)) ==
        "untagged");
}

TEST_CASE("CDP tells device, port and native VLAN", "[heard]") {
  CHECK(heard_of(support::cdp_frame(support::cdp("sw1.example", "Gi1/0/5", 99))) ==
        "link untagged cdp [] [sw1.example] [Gi1/0/5] [] native 99");
  CHECK(heard_of(support::cdp_frame(support::cdp("sw1", "Gi1/0/5", 99)), tag(1)) ==
        "link vlan 1 cdp [] [sw1] [Gi1/0/5] [] native 99");
}

TEST_CASE("CDP with a size that no TLV has is nothing", "[heard]") {
  const Octets message = support::cdp("sw1", "Gi1/0/5", 99);
  CHECK(heard_of(support::cdp_frame(Octets(message).u16(1).u16(3))) == "link untagged");
  CHECK(heard_of(support::cdp_frame(Octets(message).u16(1).u16(0))) == "link untagged");
  CHECK(heard_of(support::cdp_frame(Octets(message).u16(1).u16(5))) == "link untagged");
}

TEST_CASE("a BPDU tells the root, and which protocol it is", "[heard]") {
  const auto stp_of = [](unsigned version) {
    return heard_of(support::llc_frame(support::stp_group, support::stp_header(),
                                       support::bpdu(version, 0x8000)));
  };
  CHECK(stp_of(0) == "link untagged stp 32768 02:5c:00:00:00:07 vlan 0");
  CHECK(stp_of(2) == "link untagged rstp 32768 02:5c:00:00:00:07 vlan 0");
  CHECK(stp_of(3) == "link untagged mstp 32768 02:5c:00:00:00:07 vlan 0");
}

TEST_CASE("a BPDU of PVST names its VLAN behind its end", "[heard]") {
  CHECK(heard_of(support::pvst_frame(support::pvst(0, 0x2004, 4)), tag(4)) ==
        "link vlan 4 pvst 8192 02:5c:00:00:00:07 vlan 4");
  CHECK(heard_of(support::pvst_frame(support::pvst(2, 0x2001, 1))) ==
        "link untagged rapid-pvst 8192 02:5c:00:00:00:07 vlan 1");
  CHECK(heard_of(support::pvst_frame(support::pvst(2, 0x2001, 4095))) ==
        "link untagged rapid-pvst 8192 02:5c:00:00:00:07 vlan 0");
}

TEST_CASE("a BPDU that names no root is nothing", "[heard]") {
  const auto heard_with = [](const Octets& message) {
    return heard_of(support::llc_frame(support::stp_group, support::stp_header(), message));
  };
  CHECK(heard_with(Octets{0, 0, 0, 0x80}.zeros(40)) == "link untagged");  // topology change
  CHECK(heard_with(Octets{0, 1, 0, 0}.zeros(40)) == "link untagged");     // another protocol
}

TEST_CASE("what is behind the length of IEEE 802.3 is padding", "[heard]") {
  Octets padded = support::llc_frame(support::cdp_group, support::snap_header(0x2000),
                                     support::cdp("sw1", "Gi1/0/5", 99));
  CHECK(heard_of(padded.zeros(20)) == "link untagged cdp [] [sw1] [Gi1/0/5] [] native 99");
}

TEST_CASE("another organization's or protocol's SNAP is passed over", "[heard]") {
  const Octets message = support::cdp("sw1", "Gi1/0/5", 99);
  CHECK(heard_of(support::llc_frame(support::cdp_group, support::snap_header(0x2003), message)) ==
        "link untagged");
  CHECK(heard_of(support::llc_frame(support::cdp_group, {0xaa, 0xaa, 0x03, 0, 0, 0, 0x20, 0x00},
                                    message)) == "link untagged");
}

TEST_CASE("texts from the wire are printable, and not too long", "[heard]") {
  const std::string evil = "sw\x1b[2J\n\x07\x7f\xc3\xa4\x9b\"";
  CHECK(heard_of(support::lldp_frame(support::lldp(evil, evil))) ==
        "link untagged lldp [02:5c:00:00:00:07] [sw?[2J??????\"] [sw?[2J??????\"] [] native 0");
  CHECK(heard_of(support::cdp_frame(support::cdp(evil, evil, 1))) ==
        "link untagged cdp [] [sw?[2J??????\"] [sw?[2J??????\"] [] native 1");
  const std::string longest(255, 'x');
  const std::string too_long(300, 'x');
  CHECK(heard_of(support::lldp_frame(support::lldp(too_long, "1"))) ==
        "link untagged lldp [02:5c:00:00:00:07] [" + longest + "] [1] [] native 0");
}

TEST_CASE("ARP of other kinds of addresses is passed over", "[heard]") {
  Octets other = Octets().u16(6).u16(0x0800).u8(6).u8(4).u16(1).zeros(20);
  CHECK(heard_of(support::frame(support::everybody, support::host_mac, 0x0806, other)) ==
        "untagged");
  other = Octets().u16(1).u16(0x0800).u8(6).u8(16).u16(1).zeros(44);
  CHECK(heard_of(support::frame(support::everybody, support::host_mac, 0x0806, other)) ==
        "untagged");
}

TEST_CASE("a frame that is cut anywhere gives its VLAN at most, and no more of what was cut",
          "[heard]") {
  const std::vector<Octets> frames{
      support::tagged(4, support::host_mac, 0x0806, question),
      support::llc_frame(support::stp_group, support::stp_header(), support::bpdu(0, 0x8000)),
      support::llc_frame(support::stp_group, support::stp_header(), support::bpdu(2, 0x8000)),
      support::lldp_frame(support::lldp_head()),
      support::cdp_frame(Octets{2, 180, 0, 0}
                             .add(support::cdp_tlv(1, Octets().text("sw1")))
                             .add(support::cdp_tlv(3, Octets().text("Gi1/0/5")))),
  };
  for (const Octets& whole : frames) {
    const std::string begun = whole.bytes()[0] == 0xff ? "vlan 4" : "link untagged";
    const std::size_t header = whole.bytes()[0] == 0xff ? 18 : 14;
    CHECK(heard_of_cut(whole, whole.size()).starts_with(begun + " "));
    for (std::size_t size = 0; size < whole.size(); ++size) {
      CAPTURE(size);
      const std::string cut = heard_of_cut(whole, size);
      const bool lacks_end_only = cut == heard_of(whole) && size + 5 >= whole.size();
      CHECK((cut == (size < header ? "none" : begun) || lacks_end_only));
    }
  }
}

TEST_CASE("a PVST BPDU that lacks its VLAN still names the root", "[heard]") {
  const Octets whole = support::pvst_frame(support::pvst(0, 0x2004, 4));
  const std::string without = "link untagged pvst 8192 02:5c:00:00:00:07 vlan 0";
  for (std::size_t lacking = 1; lacking <= 7; ++lacking) {
    CHECK(heard_of_cut(whole, whole.size() - lacking) == without);
  }
  CHECK(heard_of_cut(whole, whole.size() - 8) == "link untagged");
}
