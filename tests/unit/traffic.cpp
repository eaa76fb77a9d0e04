#include "heard/traffic.hpp"

#include <catch2/catch.hpp>

#include "support/frames.hpp"

namespace {

using heard::Traffic;
using support::Octets;

/// 02:00:00:..., different for each number.
heard::Frame frame_from(std::uint32_t number, std::uint16_t vid) {
  const Octets source = Octets().u16(0x0200).u32(number);
  heard::Frame frame{.source = heard::Reader(source).mac(),
                     .tagging = heard::Tagging::vlan,
                     .vid = vid,
                     .is_link_control = false,
                     .content = {}};
  return frame;
}

void add(Traffic& traffic, const Octets& bytes, const std::optional<heard::Tag>& tag = {}) {
  traffic.add(heard::decode(bytes, tag).value());
}

const Octets question = support::arp_frame(support::host_mac, "10.0.4.2", "10.0.4.1");

}  // namespace

TEST_CASE("frames and their senders are counted for each VLAN", "[heard]") {
  Traffic traffic;
  for (int i = 0; i < 3; ++i) traffic.add(frame_from(1, 4));
  traffic.add(frame_from(2, 4));
  traffic.add(frame_from(1, 10));
  REQUIRE(traffic.vlans().size() == 2);
  CHECK(traffic.vlans().at(4).frames == 4);
  CHECK(traffic.vlans().at(4).macs == 2);
  CHECK(traffic.vlans().at(10).frames == 1);
  CHECK(traffic.vlans().at(10).macs == 1);
}

TEST_CASE("untagged and 802.1ad frames are counted apart, VID 4095 is not", "[heard]") {
  Traffic traffic;
  add(traffic, question);
  add(traffic, question, heard::Tag{.protocol = 0x88a8, .control = 4});
  add(traffic, question, support::tag(4095));
  CHECK(traffic.vlans().empty());
  CHECK(traffic.untagged().frames == 1);
  CHECK(traffic.untagged().macs == 1);
  CHECK(traffic.untagged().subnets.all().size() == 1);
  CHECK(traffic.provider().frames == 1);
  CHECK(traffic.provider().macs == 1);
}

TEST_CASE("what neighbours say to each other is no untagged traffic", "[heard]") {
  Traffic traffic;
  add(traffic, support::lldp_frame(support::lldp("sw1", "Gi1/0/5")));
  add(traffic,
      support::llc_frame(support::stp_group, support::stp_header(), support::bpdu(0, 0x8000)));
  CHECK(traffic.untagged().frames == 0);
  CHECK(traffic.neighbours().size() == 1);
}

TEST_CASE("a thousand senders of a VLAN are counted, and that there are more", "[heard]") {
  Traffic traffic;
  for (std::uint32_t i = 0; i < Traffic::most_macs; ++i) traffic.add(frame_from(i, 4));
  traffic.add(frame_from(0, 4));
  CHECK(traffic.vlans().at(4).macs == 1000);
  CHECK_FALSE(traffic.vlans().at(4).more_macs);
  traffic.add(frame_from(Traffic::most_macs, 4));
  CHECK(traffic.vlans().at(4).macs == 1000);
  CHECK(traffic.vlans().at(4).more_macs);
}

TEST_CASE("senders of all VLANs together have a bound, too", "[heard]") {
  Traffic traffic;
  constexpr std::uint32_t of_each = 900;
  std::size_t counted = 0;
  for (std::uint16_t vid = 1; vid <= 100; ++vid) {
    for (std::uint32_t i = 0; i < of_each; ++i) traffic.add(frame_from(i, vid));
    counted += traffic.vlans().at(vid).macs;
  }
  CHECK(counted == Traffic::most_macs_in_all);
  CHECK_FALSE(traffic.vlans().at(1).more_macs);
  CHECK(traffic.vlans().at(100).frames == of_each);
  CHECK(traffic.vlans().at(100).macs == 0);
  CHECK(traffic.vlans().at(100).more_macs);
}

TEST_CASE("a neighbour's port is one, however often it speaks, and the last word counts",
          "[heard]") {
  Traffic traffic;
  add(traffic, support::lldp_frame(support::lldp("sw1", "Gi1/0/5", support::port_vlan_id(1))));
  add(traffic, support::lldp_frame(support::lldp("sw1", "Gi1/0/5", support::port_vlan_id(2))));
  add(traffic, support::lldp_frame(support::lldp("sw1", "Gi1/0/6")));
  add(traffic, support::cdp_frame(support::cdp("sw1", "Gi1/0/5", 3)));
  REQUIRE(traffic.neighbours().size() == 3);
  CHECK(traffic.neighbours().front().native_vlan == 2);
  CHECK(traffic.native_vlans() == std::set<std::uint16_t>{2, 3});
}

TEST_CASE("no more neighbours than eight are kept", "[heard]") {
  Traffic traffic;
  for (int i = 0; i < 8; ++i) {
    add(traffic, support::lldp_frame(support::lldp("sw1", std::to_string(i))));
  }
  CHECK_FALSE(traffic.more_neighbours());
  add(traffic, support::lldp_frame(support::lldp("sw1", "8")));
  CHECK(traffic.neighbours().size() == 8);
  CHECK(traffic.more_neighbours());
}

TEST_CASE("PVST that comes untagged tells the native VLAN", "[heard]") {
  Traffic traffic;
  add(traffic, support::pvst_frame(support::pvst(2, 0x2001, 1)));
  add(traffic, support::pvst_frame(support::pvst(2, 0x2004, 4)), support::tag(4));
  CHECK(traffic.native_vlans() == std::set<std::uint16_t>{1});
  CHECK(traffic.spanning_trees().size() == 2);
  CHECK(traffic.vlans().at(4).frames == 1);
}
