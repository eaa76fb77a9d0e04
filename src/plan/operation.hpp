#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/address.hpp"
#include "model/link.hpp"
#include "model/mac.hpp"
#include "model/segment.hpp"
#include "model/vid.hpp"
#include "model/vlans.hpp"
#include "plan/antispoof.hpp"

namespace plan {

/// The link that an operation is about: its name, for people, and its ifindex, for the kernel, so
/// that a link that is renamed or made anew in between is never hit in its place. A link that an
/// earlier operation of the same plan makes has no ifindex yet (0): the kernel's door finds it by
/// its name.
struct LinkRef {
  std::string name;
  int index = 0;

  LinkRef(std::string link_name) : name(std::move(link_name)) {}
  LinkRef(const char* link_name) : name(link_name) {}
  LinkRef(const model::Link& link) : name(link.name), index(link.index) {}
  bool operator==(const LinkRef&) const = default;
};

/// Makes an 802.1Q VLAN link, down and marked as xvlan's.
struct CreateVlanLink {
  std::string name;
  LinkRef trunk;
  model::Vid vid;
  std::uint32_t mtu = 0;  ///< in bytes
  bool operator==(const CreateVlanLink&) const = default;
};

/// Makes a VXLAN link that learns nothing and knows no other host, down and marked as xvlan's.
struct CreateVxlan {
  std::string name;
  model::Vxlan vxlan;
  model::Mac mac;
  std::uint32_t mtu = 0;  ///< in bytes
  bool operator==(const CreateVxlan&) const = default;
};

/// Makes a bridge, down and marked as xvlan's, with its MAC pinned.
struct CreateBridge {
  std::string name;
  model::Mac mac;
  std::uint32_t mtu = 0;  ///< in bytes
  model::BridgeOptions options;
  bool operator==(const CreateBridge&) const = default;
};

/// Adds an alternative name (ip-link(8), altname).
struct AddAltName {
  LinkRef link;
  std::string alt_name;
  bool operator==(const AddAltName&) const = default;
};

struct DeleteAltName {
  LinkRef link;
  std::string alt_name;
  bool operator==(const DeleteAltName&) const = default;
};

/// Writes net.ipv6.conf.<link>.disable_ipv6. Switching IPv6 off drops every IPv6 address. Done only
/// if IPv6 is off in the end.
struct SetIpv6 {
  LinkRef link;
  bool enabled = false;
  bool operator==(const SetIpv6&) const = default;
};

/// The groups that a bridge keeps for itself by default (01:80:c2:00:00:00 to :0f, IEEE 802.1Q,
/// "Reserved addresses"; a bit for each), but for the one of MAC control, whose frames Linux drops.
/// A frame that is kept goes to dom0, by the port itself; a port that sends on all of them is shut.
inline constexpr std::uint16_t all_groups = 0xfffd;

/// All but the group of STP (01:80:c2:00:00:00), for a bridge's uplink: with STP on a port that
/// sends BPDUs on is deaf to them (Linux, br_handle_frame). What a port hears of that group dom0
/// hears, too, but between a guest and an uplink no switch sends it on (IEEE 802.1D).
inline constexpr std::uint16_t groups_but_stp = all_groups & ~1U;

/// Settings of a link; an empty one is left as it is.
struct LinkSettings {
  std::optional<bool> stp{};                     ///< of a bridge
  std::optional<std::uint32_t> forward_delay{};  ///< of a bridge, in hundredths of a second
  std::optional<bool> multicast_snooping{};      ///< of a bridge
  std::optional<bool> guest_tags{};              ///< of a bridge
  std::optional<std::uint16_t> default_pvid{};   ///< of a bridge; 0 for none
  std::optional<bool> on_demand{};               ///< of a bridge of ours: its mark
  std::optional<model::Mac> mac{};
  std::optional<std::uint32_t> mtu{};  ///< in bytes
  std::optional<std::string> alias{};
  std::optional<std::string> name{};
  std::optional<LinkRef> bridge{};  ///< the bridge it is a port of; an empty name for none
  std::optional<std::uint16_t> port_groups{};  ///< of a port: those that it sends on
  std::optional<bool> isolated{};              ///< of a port: see model::Link
  std::optional<bool> filtered{};              ///< of a guest's link: the mark of its filter
  std::optional<bool> learns{};                ///< of a port: see model::Link
  /// Of a port: the bridge answers for hosts that it knows in place of asking there (bridge(8),
  /// neigh_suppress).
  std::optional<bool> suppresses_arp{};
  /// Of a port, a single VXLAN device: its VLANs have VNIs (bridge(8), vlan_tunnel).
  std::optional<bool> maps_vlans{};
  bool operator==(const LinkSettings&) const = default;
};

/// Changes a link that is there, in one go. `from` holds what each changed
/// setting was before, so that the change can be undone. The kernel may refuse a change half-way.
struct ChangeLink {
  LinkRef link;
  LinkSettings to{};
  LinkSettings from{};
  /// The link is down in the end, whoever sets it up in between: for one that leaves its bridge.
  bool down = false;
  bool operator==(const ChangeLink&) const = default;
};

/// Sets a link up or down. It never rides in a change: which of several settings the kernel applies
/// first differs between its versions, and a link must not be up outside its bridge.
struct SetUp {
  LinkRef link;
  bool up = true;
  /// The bridge that a port has joined: whoever takes it off in between, it is back in the end.
  std::optional<LinkRef> bridge{};
  bool operator==(const SetUp&) const = default;
};

/// Takes an address off a link. The kernel's door knows IPv4 addresses only.
struct DeleteAddress {
  LinkRef link;
  model::Address address;
  bool operator==(const DeleteAddress&) const = default;
};

struct AddAddress {
  LinkRef link;
  model::Address address;
  bool operator==(const AddAddress&) const = default;
};

/// Takes a port of a bridge that filters VLANs from some VLANs into others. It leaves the old ones
/// before it enters the new ones: at no instant is it in more than it shall be in, or was. What is
/// in both is left alone.
struct SetVlans {
  LinkRef port;
  model::Vlans to{};
  model::Vlans from{};  ///< what it was in
  bool operator==(const SetVlans&) const = default;
};

/// Gives VLANs of a port, a single VXLAN device, their VNIs. Those that go, go first.
struct SetVnis {
  LinkRef port;
  model::Vnis to{};
  model::Vnis from{};  ///< what it had
  bool operator==(const SetVnis&) const = default;
};

/// Puts a MAC for good into the forwarding table of a bridge, at the uplink to a trunk, so that a
/// control plane tells other hosts of it: see gateway_mac.
struct AddGateway {
  LinkRef port;
  model::Mac mac;
  std::uint16_t vid = 0;  ///< of the bridge
  bool operator==(const AddGateway&) const = default;
};

struct DeleteGateway {
  LinkRef port;
  model::Mac mac;
  std::uint16_t vid = 0;
  bool operator==(const DeleteGateway&) const = default;
};

/// Takes a guest's port from one bridge to another: down, over, into its VLANs, and up again if it
/// was, all in one go, so that the guest is cut off for no longer than the kernel needs, and a run
/// that is killed leaves it on either bridge, never between them. Where it is refused, the port is
/// down.
struct MovePort {
  LinkRef port;
  LinkRef from;
  LinkRef to;
  model::Vlans vlans_before{};  ///< that it was in on `from`; empty: those that the bridge gave it
  model::Vlans vlans{};   ///< that it shall be in on `to`; empty: those that the bridge gives it
  bool up = true;         ///< in the end, as before
  bool isolated = false;  ///< as before
  bool operator==(const MovePort&) const = default;
};

/// How a bridge is shut off from dom0, from the best to the last resort.
enum class Door {
  vlan_filtering,   ///< it filters VLANs and has none of its own: deaf and dumb towards dom0
  traffic_control,  ///< a filter drops what would come in; a guest's own tags pass
  settings,         ///< IPv4 settings; broadcasts still come in
};

/// Shuts a bridge off from dom0. Done only if it is shut in the end; EOPNOTSUPP where this kernel
/// can't do it that way.
struct ShutBridge {
  LinkRef bridge;
  Door door = Door::vlan_filtering;
  bool filtered = false;     ///< it filters VLANs already
  model::Vlans own_vlans{};  ///< that it has and loses
  bool operator==(const ShutBridge&) const = default;
};

/// Takes a ShutBridge back.
struct OpenBridge {
  LinkRef bridge;
  Door door = Door::vlan_filtering;
  bool filtered = false;     ///< it goes on filtering VLANs
  model::Vlans own_vlans{};  ///< that it gets
  bool operator==(const OpenBridge&) const = default;
};

/// Filters what comes in by a guest's link, in place of the filter that it had: at no instant is it
/// without one. Nothing for no filter. For as long as it has one the link has its mark, too, of
/// which LinkSettings::filtered takes care.
struct SetFilter {
  LinkRef link;
  std::optional<Filter> to{};
  std::optional<Filter> from{};  ///< the one before
  bool operator==(const SetFilter&) const = default;
};

struct DeleteLink {
  LinkRef link;
  bool operator==(const DeleteLink&) const = default;
};

/// Deletes every link that carries xvlan's usual mark (model::link_group), in one request.
struct DeleteMarked {
  bool operator==(const DeleteMarked&) const = default;
};

/// One request to the kernel, as a plain value.
using Operation = std::variant<CreateVlanLink, CreateVxlan, CreateBridge, AddAltName, DeleteAltName,
                               SetIpv6, ChangeLink, SetUp, AddAddress, DeleteAddress, SetVlans,
                               SetVnis, AddGateway, DeleteGateway, MovePort, ShutBridge, OpenBridge,
                               SetFilter, DeleteLink, DeleteMarked>;

/// Operations in the order in which they must run.
using Plan = std::vector<Operation>;

/// What the operation does, as in "create bridge br4": a line of a dry run, the action of an error.
std::string describe(const Operation& operation);

/// What takes the operation back; empty where nothing can (a deletion of a link), or where it is
/// not known what was before.
std::optional<Operation> inverse(const Operation& operation);

/// A change of several settings as one change for each, in the same order; any other operation as
/// it is. Running the parts tells which of them the kernel refuses.
Plan split(const Operation& operation);

/// The link that the operation creates; nullptr for any operation that creates none.
const std::string* created_link(const Operation& operation);

/// The link that the operation is about, by the name it has before the operation; empty for
/// DeleteMarked.
LinkRef subject(const Operation& operation);

}  // namespace plan
