#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/carrier.hpp"
#include "model/ifname.hpp"
#include "model/protection.hpp"
#include "model/vid.hpp"
#include "model/vxlan.hpp"

namespace model {

/// How the bridge of a segment behaves. The default is the one xvlan is for.
struct BridgeOptions {
  bool stp = false;
  std::uint32_t forward_delay = 0;  ///< in hundredths of a second
  bool multicast_snooping = false;  ///< whether the kernel snoops IGMP and MLD on it
  bool guest_tags = false;          ///< whether a guest's own VLAN tags pass
  /// It filters VLANs for all of a trunk, and gives no port any of its own accord.
  bool vlan_aware = false;
  /// It goes with its last guest; of a VLAN-aware one, each VLAN does.
  bool on_demand = false;
  bool operator==(const BridgeOptions&) const = default;
};

/// How the end of VXLAN tunnels carries a VLAN.
struct Tunnelled {
  std::uint32_t vni = 0;
  std::uint16_t port = usual_vxlan_port;  ///< UDP
  bool single = false;                    ///< one VXLAN device for all VLANs
  /// The links by which tunnels leave; empty for the one that has the address.
  std::vector<IfName> underlay{};

  /// Of the VXLAN link itself: 0 for a single device.
  [[nodiscard]] std::uint32_t device_vni() const noexcept { return single ? 0 : vni; }
  /// Of entries of its forwarding table, which tell VNIs only for a single device.
  [[nodiscard]] std::uint32_t entry_vni() const noexcept { return single ? vni : 0; }
  bool operator==(const Tunnelled&) const = default;
};

/// What else carries VLANs to a bridge that joins those of a trunk to the same ones of tunnels.
struct OtherUplink {
  Carrier carrier;
  std::optional<Tunnelled> tunnelled{};  ///< of an end of tunnels
  bool operator==(const OtherUplink&) const = default;
};

/// The bridge of a whole trunk: the one for all of its VLANs, if it is VLAN-aware. Else there is no
/// such link, and the name is that beside which a vif's spec says `vlan`.
struct TrunkBridge {
  /// What libxl writes where a vif's spec names none (libxl__device_nic_setdefault).
  static constexpr const char* usual_name = "xenbr0";

  IfName name = IfName::parse("bridge", usual_name);
  bool vlan_aware = false;
  /// Of a VLAN-aware one: what carries VLANs there beside.
  std::optional<OtherUplink> also{};
  bool operator==(const TrunkBridge&) const = default;
};

/// A trunk or an end of tunnels that the administrator has configured, with its VLANs.
struct Trunk {
  Carrier name;
  TrunkBridge bridge;
  Vids vids;
  bool on_demand = false;  ///< its VLANs come and go with guests
  bool guarded = false;    ///< something is done about guests in some of its VLANs
};

/// One VLAN of a trunk, or of tunnels, as the administrator wants it: a VLAN link or a VXLAN link,
/// as its uplink, and a bridge of its own; or, where the bridge is VLAN-aware, a VID on the ports
/// of that.
struct Segment {
  Carrier trunk;
  Vid vid;
  MadeName uplink;
  MadeName bridge;                   ///< also what a vif's spec calls the VLAN, in either case
  std::optional<std::uint32_t> mtu;  ///< in bytes; the trunk's own if empty
  BridgeOptions options;
  TrunkBridge trunk_bridge{};
  Protection protection{};               ///< of its guests
  std::optional<Tunnelled> tunnelled{};  ///< where tunnels carry it
  std::optional<OtherUplink> other{};    ///< of the same bridge

  /// "VLAN 4 of eth1"
  [[nodiscard]] std::string text() const { return "VLAN " + vid.text() + " of " + trunk.text(); }
  bool operator==(const Segment&) const = default;
};

/// Of segments that stand side by side with the others of their trunk, those of the first trunk.
std::span<const Segment> of_first_trunk(std::span<const Segment> segments);

/// Whether the bridge of one of them has another uplink.
bool any_joined(std::span<const Segment> segments);

/// VLANs of a trunk whose bridge is VLAN-aware, all of which are wanted alike: there may be
/// thousands, and only where something on the host has to do with one of them alone does anybody
/// look at each.
struct AlikeSegments {
  Segment first;
  Vids vids;
  NameTemplate vlan_names;
  NameTemplate bridge_names;

  /// One by one, in ascending order.
  [[nodiscard]] std::vector<Segment> each() const;
};

}  // namespace model
