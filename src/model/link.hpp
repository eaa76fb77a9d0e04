#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/address.hpp"
#include "model/mac.hpp"
#include "model/vif_id.hpp"
#include "model/vlans.hpp"
#include "model/vxlan.hpp"

namespace model {

/// The link group that marks what xvlan made ("xvl" in ASCII). A group rides in the very message
/// that creates a link, so there is no instant at which a link of ours is not marked, and one
/// message can delete the whole group (Linux, IFLA_GROUP).
inline constexpr std::uint32_t link_group = 0x78766c;

/// The mark of bridges whose VLANs come with their first guest and go with their last ("xvd"), so
/// that who plugs a guest learns that from the bridge itself.
inline constexpr std::uint32_t on_demand_group = 0x787664;

/// The mark of a guest's link that xvlan filters ("xvf"), so that who plugs it again learns that
/// from the link itself.
inline constexpr std::uint32_t filtered_group = 0x787666;

/// The same text, for as long as the program runs: links are many and their kinds are few.
std::string_view kind_named(std::string_view text);

/// The least MTU with which Linux speaks IPv6 on a link, in bytes (IPV6_MIN_MTU, RFC 8200).
inline constexpr std::uint32_t least_ipv6_mtu = 1280;

/// A host that joins a VLAN of tunnels to a trunk.
struct Gateway {
  std::uint16_t vid = 0;  ///< of the bridge, on this host; 0 for another host
  std::uint32_t vni = 0;  ///< of a single device; else 0
  Address host{};         ///< the other host; all zero for this one
  Mac mac{};              ///< what tells of it
  bool operator==(const Gateway&) const = default;
};

/// One network link, as far as xvlan looks at it.
struct Link {
  int index = 0;                       ///< ifindex, 1 or more
  std::string name;                    ///< ifname
  std::string alias;                   ///< a text that somebody gave it (ip-link(8), alias)
  std::vector<std::string> alt_names;  ///< alternative names (ip-link(8), altname)
  std::string_view kind;               ///< "vlan", "bridge"...; empty for a NIC or a vif
  std::string parent;                  ///< the device behind it, such as "vif-3-0"; may be empty
  bool up = false;                     ///< administratively up (IFF_UP)
  std::uint32_t mtu = 0;               ///< in bytes
  Mac mac;
  std::uint32_t group = 0;
  int master = 0;  ///< ifindex of the bridge, bond or team it is a port of; 0 if none
  int lower = 0;   ///< ifindex of the link below it; 0 if none
  /// Whether the kernel speaks IPv6 on it, that is, disable_ipv6 is 0.
  bool ipv6 = false;
  std::vector<Address> addresses;

  std::uint16_t vid = 0;  ///< of an 802.1Q VLAN link; 0 for any other link

  std::optional<Vxlan> vxlan{};  ///< of a VXLAN link only

  // Of a bridge only.
  bool stp = false;
  std::uint32_t forward_delay = 0;  ///< in hundredths of a second
  bool mac_pinned = true;           ///< its MAC was set, so that ports don't change it
  bool multicast_snooping = false;
  bool vlan_filtering = false;
  bool guest_tags = false;         ///< 802.1Q tags are payload: it filters by 802.1ad tags
  std::uint16_t default_pvid = 0;  ///< given to new ports; 0 for none
  bool ingress_dropped = false;    ///< traffic control drops what would come into dom0
  bool routing_shut = false;       ///< IPv4 settings keep off what they can (rp_filter...)

  /// Of a bridge's port: the reserved groups whose frames it sends on, a bit for each; nothing
  /// where the kernel doesn't tell (Linux before 4.15).
  std::optional<std::uint16_t> port_groups{};
  /// Of a bridge's port: it reaches no other port that is isolated, too (Linux 4.18).
  bool isolated = false;
  bool learns = true;           ///< of a bridge's port: the bridge learns MACs there
  bool suppresses_arp = false;  ///< of a bridge's port: see plan::LinkSettings
  bool maps_vlans = false;      ///< of a bridge's port: see plan::LinkSettings
  /// Of a bridge's port, a single VXLAN device: the VNIs of its VLANs. Only a reading of all links
  /// tells.
  Vnis vnis{};

  /// Of a port beside an uplink of the other kind: the MACs by which hosts say that they join a
  /// VLAN of tunnels to a trunk (plan::gateway_mac). Only a reading of all links tells.
  std::vector<Gateway> gateways{};

  /// Of a guest's link: the kind of xvlan's filter there (plan::kind_of); empty if it has none.
  /// Only a reading of all links tells.
  std::string_view filter{};

  /// Of a bridge or its port: what it lets through there. Only a reading of all links tells.
  Vlans vlans;

  [[nodiscard]] bool ours() const noexcept { return group == link_group || on_demand(); }
  [[nodiscard]] bool on_demand() const noexcept { return group == on_demand_group; }
  [[nodiscard]] bool filtered() const noexcept { return group == filtered_group; }
  [[nodiscard]] bool is_bridge() const noexcept { return kind == "bridge"; }
  [[nodiscard]] bool is_vlan_link() const noexcept { return vid != 0; }
  [[nodiscard]] bool is_vxlan() const noexcept { return vxlan.has_value(); }
  /// Whether a segment may have it for its uplink.
  [[nodiscard]] bool is_uplink() const noexcept { return is_vlan_link() || is_vxlan(); }
  /// The VID that a bridge which filters VLANs gives untagged frames of this port; 0 for none: it
  /// drops them.
  [[nodiscard]] std::uint16_t pvid() const noexcept;
  [[nodiscard]] bool has_pvid() const noexcept { return pvid() != 0; }
  /// Whether the port's frames enter that VLAN untagged, and leave it so.
  [[nodiscard]] bool is_in(std::uint16_t wanted) const noexcept;
  /// Whether the bridge filters VLANs and lets a new port into none: what its ports are in is then
  /// each port's own.
  [[nodiscard]] bool gives_no_vlan() const noexcept { return vlan_filtering && default_pvid == 0; }
  /// Whether the bridge filters VLANs and has none of its own, so that dom0 hears nothing of it and
  /// sends nothing into it.
  [[nodiscard]] bool deaf() const noexcept { return vlan_filtering && vlans.empty(); }
  bool operator==(const Link&) const = default;
};

/// The first address that somebody gave the link on purpose: that one is not ours to take away;
/// nullptr if there is none.
const Address* given_address(const Link& link);
bool has_given_address(const Link& link);

/// Whether a bridge's port belongs to a guest: it has the MAC that Xen gives every backend link,
/// the device of one behind it, or a name that Xen's toolstacks give to one (vif7.0, vif7.0-emu,
/// tap7.0), which is the alias of a renamed one.
bool is_guest_port(const Link& link);

/// Which vif a guest's link is, or the tap beside it: by the device behind it, by its name, or by
/// the alias that it got when it was renamed. Nothing if none of them tells.
std::optional<VifId> vif_of(const Link& link);

/// Whether a guest's link is the tap behind an emulated NIC.
bool is_tap(const Link& link);

}  // namespace model
