#include "heard/frame.hpp"

#include <linux/if_ether.h>

#include "model/vid.hpp"

namespace heard {
namespace {

/// From one device to the next only: IEEE 802.1's reserved addresses, which no bridge forwards
/// (IEEE 802.1Q, table 8-1), and Cisco's, of CDP and the like and of PVST.
bool is_link_control(const model::Mac& target) {
  constexpr std::uint32_t reserved = 0x0180c200, cisco = 0x01000ccc;
  Reader reader(target.bytes);
  const std::uint32_t first = reader.u32();
  const std::uint16_t last = reader.u16();
  return (first == reserved && last <= 0x000f) ||
         (first == cisco && (last == 0xcccc || last == 0xcccd));
}

bool is_tag(std::uint16_t type) {
  return type == ETH_P_8021Q || type == ETH_P_8021AD;
}

void set_tag(Frame& frame, const Tag& tag) {
  if (tag.protocol == ETH_P_8021AD) {
    frame.tagging = Tagging::provider;
  } else if (model::Vid::from_number(tag.vid())) {
    frame.tagging = Tagging::vlan;
    frame.vid = tag.vid();
  } else {
    frame.tagging = Tagging::reserved;
  }
}

/// Reads type and tags, behind a tag that was taken off, if its protocol is not 0; answers the type
/// of what follows. Linux takes a priority tag off and looks at what is behind it
/// (vlan_do_receive).
std::uint16_t read_tags(Frame& frame, Reader& reader, Tag tag) {
  std::uint16_t type = reader.u16();
  for (;;) {
    if (tag.protocol == 0 && is_tag(type)) {
      tag = {.protocol = type, .control = reader.u16()};
      type = reader.u16();
    }
    if (tag.protocol == 0) return type;
    if (tag.protocol == ETH_P_8021AD || tag.vid() != 0) {
      set_tag(frame, tag);
      return type;
    }
    tag = {};
  }
}

std::optional<Arp> decode_arp(Bytes bytes) {
  constexpr std::uint32_t ethernet_ipv4 = 0x00010000 | ETH_P_IP;
  constexpr std::uint16_t sizes_of_addresses = 0x0604;
  Reader reader(bytes);
  const std::uint32_t kinds = reader.u32();
  const std::uint16_t sizes = reader.u16();
  (void)reader.u16();  // request or answer
  (void)reader.mac();
  Arp arp;
  arp.sender = reader.u32();
  (void)reader.mac();
  arp.target = reader.u32();
  const bool known = kinds == ethernet_ipv4 && sizes == sizes_of_addresses;
  return known && reader.complete() ? std::optional(arp) : std::nullopt;
}

template <class Found>
void set_content(Frame& frame, std::optional<Found> found) {
  if (found) frame.content = std::move(*found);
}

/// Behind an LLC header that says that a SNAP header follows (IEEE 802).
void read_snap(Frame& frame, Reader reader) {
  constexpr std::uint32_t cdp = 0x2000, pvst = 0x010b;
  constexpr std::uint32_t cisco = 0x00000c;
  const std::uint32_t organization = reader.u24();
  const std::uint16_t protocol = reader.u16();
  if (organization != cisco) return;
  if (protocol == cdp) set_content(frame, decode_cdp(reader.rest()));
  if (protocol == pvst) set_content(frame, decode_bpdu(reader.rest(), true));
}

/// `length` is that of IEEE 802.3; what is behind it is padding.
void read_llc(Frame& frame, Bytes bytes, std::size_t length) {
  constexpr std::uint32_t bpdu = 0x424203, snap = 0xaaaa03;
  Reader reader(bytes.first(std::min(bytes.size(), length)));
  const std::uint32_t header = reader.u24();
  if (header == bpdu) set_content(frame, decode_bpdu(reader.rest(), false));
  if (header == snap) read_snap(frame, reader);
}

void read_content(Frame& frame, std::uint16_t type, Bytes bytes) {
  constexpr std::uint16_t longest_802_3 = 1500;
  if (frame.is_link_control) {
    const bool is_lldp = type == ETH_P_LLDP && frame.tagging == Tagging::none;
    if (is_lldp) set_content(frame, decode_lldp(bytes));
    if (type <= longest_802_3) read_llc(frame, bytes, type);
  } else if (type == ETH_P_ARP) {
    set_content(frame, decode_arp(bytes));
  }
}

}  // namespace

std::optional<Frame> decode(Bytes bytes, const std::optional<Tag>& stripped) {
  Reader reader(bytes);
  Frame frame;
  frame.is_link_control = is_link_control(reader.mac());
  frame.source = reader.mac();
  const std::uint16_t type = read_tags(frame, reader, stripped.value_or(Tag{}));
  if (!reader.complete()) return std::nullopt;
  const bool is_ours = frame.tagging == Tagging::none || frame.tagging == Tagging::vlan;
  if (is_ours) read_content(frame, type, reader.rest());
  return frame;
}

}  // namespace heard
