#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/ifname.hpp"
#include "model/vid.hpp"

namespace model {

/// How the bridge of a segment behaves. The default is the one xvlan is for.
struct BridgeOptions {
  bool stp = false;
  std::uint32_t forward_delay = 0;  ///< in hundredths of a second
  bool multicast_snooping = false;  ///< whether the kernel snoops IGMP and MLD on it
  bool guest_tags = false;          ///< whether a guest's own VLAN tags pass
  bool operator==(const BridgeOptions&) const = default;
};

/// One VLAN of a trunk, as the administrator wants it: its uplink, the VLAN link, and its bridge.
struct Segment {
  IfName trunk;
  Vid vid;
  MadeName vlan_link;
  MadeName bridge;
  std::optional<std::uint32_t> mtu;  ///< in bytes; the trunk's own if empty
  BridgeOptions options;

  /// "VLAN 4 of eth1"
  [[nodiscard]] std::string text() const { return "VLAN " + vid.text() + " of " + trunk.text(); }
  bool operator==(const Segment&) const = default;
};

}  // namespace model
