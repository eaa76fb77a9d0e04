#pragma once

#include <cstdint>
#include <vector>

#include "model/address.hpp"
#include "model/vlans.hpp"

namespace model {

/// The VXLAN network identifier (VNI, RFC 7348): 24 bits, of which 0 can't be told from "none".
inline constexpr std::uint32_t lowest_vni = 1, highest_vni = 0xffffff;

/// The UDP port that IANA gave to VXLAN (RFC 7348, section 8).
inline constexpr std::uint16_t usual_vxlan_port = 4789;

/// What a VXLAN link has that VLANs need (ip-link(8), type vxlan).
struct Vxlan {
  std::uint32_t vni = 0;    ///< 0 for a single device, whose VNIs are those of its filter
  Address local{};          ///< of this host; all zero if it was not said
  std::uint16_t port = 0;   ///< UDP, of the other hosts
  bool learning = false;    ///< it learns hosts from what comes in, as a control plane must not
  bool has_group = false;   ///< it has a group or another host of its own accord
  bool single = false;      ///< one device for all VNIs ("external")
  bool vni_filter = false;  ///< of a single device: it takes only VNIs that it was given
  bool operator==(const Vxlan&) const = default;
};

/// What a VXLAN header, with those that carry it, takes from the MTU of the link below, in bytes:
/// Ethernet 14, VXLAN 8, UDP 8, and IPv4 20 or IPv6 40.
constexpr std::uint32_t vxlan_overhead(bool ipv6) {
  return ipv6 ? 70 : 50;
}

/// One VID of a bridge, or a range of them, and the VNI that its port of a single device gives it;
/// of a range the VNIs go up with the VIDs.
struct VlanVni {
  std::uint16_t first = 0;
  std::uint16_t last = 0;  ///< first, if it is one VID only
  std::uint32_t vni = 0;   ///< of the first
  bool operator==(const VlanVni&) const = default;
};

/// In ascending order, and as few as can be.
using Vnis = std::vector<VlanVni>;

/// Ranges in any order as Vnis. Of a VID that is there twice the later one counts.
Vnis normalized(const Vnis& vnis);

/// The VIDs of `vnis` that have not the same VNI in `others`.
Vnis without(const Vnis& vnis, const Vnis& others);

/// Those whose VIDs are among `vlans`.
Vnis common(const Vnis& vnis, const Vlans& vlans);

/// All VIDs that have a VNI, with their tags.
Vlans vlans_of(const Vnis& vnis);

/// The VNI of a VID; 0 if it has none.
std::uint32_t vni_of(const Vnis& vnis, std::uint16_t vid);

}  // namespace model
