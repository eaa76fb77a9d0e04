#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace model {

/// VIDs that a bridge lets through at one of its ports, or to itself (IEEE 802.1Q, VLAN filtering).
struct BridgeVlan {
  std::uint16_t first = 0;
  std::uint16_t last = 0;  ///< first, if it is one VID only
  bool pvid = false;       ///< given to frames that come in untagged; of one VID only
  bool untagged = false;   ///< leaves without its tag
  bool operator==(const BridgeVlan&) const = default;
};

/// What a port lets through: ranges in ascending order that do not overlap, as few as can be, as
/// the kernel tells them (Linux, br_fill_ifvlaninfo_compressed in net/bridge/br_netlink.c).
using Vlans = std::vector<BridgeVlan>;

/// The VID that a bridge gives untagged frames at every port, unless somebody changes it (Linux,
/// br_vlan_init in net/bridge/br_vlan.c).
inline constexpr std::uint16_t usual_pvid = 1;

/// One VLAN for a port's untagged frames, in and out.
constexpr BridgeVlan access_vlan(std::uint16_t vid) {
  return {.first = vid, .last = vid, .pvid = true, .untagged = true};
}

/// Ranges in any order as Vlans. Of a VID that is there twice the later one counts.
Vlans normalized(const Vlans& ranges);

/// The VIDs of `vlans` that are not among those of `others`, in whatever way they are there.
Vlans without(const Vlans& vlans, const Vlans& others);

/// The VIDs of `vlans` that are among those of `others`, in whatever way they are there: tagged.
Vlans common(const Vlans& vlans, const Vlans& others);

/// Both, and where a VID is in both, as it is in `more`.
Vlans together(const Vlans& vlans, const Vlans& more);

/// The VIDs of `to` that `from` has not, or has in another way.
Vlans changed(const Vlans& from, const Vlans& to);

bool contains(const Vlans& vlans, std::uint16_t vid);

/// "5p,10,20-30,40u": p is the PVID, in and out without a tag, u leaves without one.
std::string text(const Vlans& vlans);

}  // namespace model
