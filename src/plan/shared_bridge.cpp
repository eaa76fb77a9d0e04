#include "plan/shared_bridge.hpp"

#include <algorithm>
#include <optional>

#include "model/shell.hpp"
#include "plan/bridge.hpp"
#include "plan/convert.hpp"
#include "plan/gateway.hpp"
#include "plan/realisation.hpp"
#include "plan/shared_vxlan.hpp"
#include "plan/vxlan.hpp"

namespace plan::shared_bridge {
namespace {

using convert::OwnParts;
using model::Carrier;
using model::HostState;
using model::IfName;
using model::Link;
using model::Segment;
using model::Vlans;

model::BridgeOptions options_of(const Segment& any) {
  return {.multicast_snooping = any.options.multicast_snooping,
          .vlan_aware = true,
          .on_demand = any.options.on_demand};
}

/// The same VIDs, all of them with their tags.
Vlans tagged(const Vlans& vlans) {
  Vlans list = vlans;
  for (model::BridgeVlan& range : list) range.pvid = range.untagged = false;
  return model::normalized(list);
}

/// What carries the VLAN to the bridge already, by tunnels that the configuration had once.
const Link* left_tunnel(const Segment& wanted, const Link& trunk, const HostState& host) {
  const Link* const bridge = host.find(wanted.trunk_bridge.name.text());
  const std::uint16_t vid = wanted.vid.value();
  if (bridge == nullptr || wanted.tunnelled || wanted.other) return nullptr;
  if (trunk.master == bridge->index && model::contains(trunk.vlans, vid)) return nullptr;
  return shared_vxlan::link_of(*bridge, vid, host);
}

/// Why the trunk can't carry that VLAN; nothing if it can.
std::optional<model::Error> reason_against(const Segment& wanted, const Base& base,
                                           const HostState& host) {
  if (auto too_much = mtu_refusal(wanted, base)) return too_much;
  if (auto another = gateway_refusal(wanted, host)) return another;
  const Link* const left = base.trunk == nullptr ? nullptr : left_tunnel(wanted, *base.trunk, host);
  if (left != nullptr) {
    return refusal(wanted,
                   left->name +
                       " carries it there by tunnels, which are not configured: the two "
                       "would be joined",
                   "run the 'network stop' that 'network-xvlan status' names");
  }
  const Link* const vlan_link =
      base.trunk == nullptr ? nullptr : host.find_vlan(*base.trunk, wanted.vid);
  if (vlan_link == nullptr || vlan_link->ours()) return std::nullopt;  // one of ours goes
  return refusal(wanted,
                 "VLAN link " + vlan_link->name + " takes its frames before bridge " +
                     wanted.trunk_bridge.name.text() + " sees them",
                 "delete that link, or take the VLAN out of vlans=");
}

Vlans vlans_of(std::span<const Segment> wanted, const Carrier& carrier, const Base& base,
               const HostState& host) {
  Vlans list;
  for (const Segment& segment : wanted) {
    if (segment.trunk != carrier || reason_against(segment, base, host)) continue;
    list.push_back({.first = segment.vid.value(), .last = segment.vid.value()});
  }
  return model::normalized(list);
}

void refuse_address(const Carrier& trunk, const Link& link) {
  const model::Address* const given = model::given_address(link);
  if (given == nullptr) return;
  throw useless_trunk(trunk,
                      "it has address " + given->text() + ", which nobody would reach once " +
                          trunk.text() + " is a port of a VLAN-aware bridge",
                      "move the address to another NIC or to a VLAN link of its own, or leave "
                      "vlan-aware=no");
}

const Link* find_bridge(const Carrier& trunk, const IfName& name, const HostState& host) {
  const Link* const link = host.find(name.text());
  if (link == nullptr || (link->is_bridge() && (link->ours() || link->vlan_filtering))) return link;
  throw useless_carrier(
      trunk,
      link->is_bridge()
          ? "bridge " + name.text() + " was not made by xvlan and does not filter VLANs"
          : "the name " + name.text() + " is taken by " + holder_text(*link, host),
      "choose another name for its VLAN-aware bridge: bridge=NAME");
}

/// `trunk` is nullptr where only tunnels come to the bridge, whose links are ours.
void refuse_foreign_port(const Carrier& carrier, const Link* trunk, const Link& bridge,
                         const HostState& host) {
  const Link* const foreign = host.find_port(bridge, [&](const Link& port) {
    return &port != trunk && !model::is_guest_port(port) && !(port.is_vxlan() && port.ours());
  });
  if (foreign == nullptr) return;
  throw useless_carrier(carrier, "bridge " + bridge.name + " has a foreign port, " + foreign->name,
                        "a port that is neither the trunk nor a guest's would join two networks; "
                        "remove it: ip link set " +
                            model::shell_word(foreign->name) + " nomaster");
}

void create(Plan& plan, const Segment& any, const Base& base) {
  const std::string& name = any.trunk_bridge.name.text();
  plan.emplace_back(CreateBridge{
      .name = name, .mac = base.bridge_mac, .mtu = base.mtu, .options = options_of(any)});
  plan.emplace_back(SetIpv6{.link = name, .enabled = false});
  // A bridge follows the MTU of its ports until its own was changed.
  change(plan, name, {.mtu = base.mtu}, {});
}

/// The VLANs whose frames have their tags at the trunk.
Vlans carried(const Link& trunk, const Link& bridge) {
  Vlans vlans = trunk.master == bridge.index ? trunk.vlans : Vlans{};
  std::erase_if(vlans, [](const auto& range) { return range.pvid || range.untagged; });
  return vlans;
}

/// The same VLANs, and whether frames of the native one leave without their tags.
Vlans with_native(const Vlans& vlans, bool untagged) {
  Vlans list = vlans;
  for (model::BridgeVlan& range : list) range.untagged = range.pvid ? untagged : range.untagged;
  return model::normalized(list);
}

bool has_native(const Vlans& vlans, std::uint16_t vid) {
  return vid != 0 && std::any_of(vlans.begin(), vlans.end(), [&](const auto& range) {
           return range.pvid && range.first == vid;
         });
}

/// What a guest's port is in but for the bridge's default PVID: the kernel makes that one the PVID
/// of every port which is not in it yet, and a PVID that the port had goes on leaving untagged
/// (Linux, __br_vlan_set_default_pvid). A guest that is in it alone, as in a VLAN of the trunk,
/// belongs there.
Vlans own_vlans(const Link& port, const Link& bridge, const Vlans& of_trunk) {
  const std::uint16_t vid = bridge.default_pvid;
  Vlans vlans = with_native(port.vlans, true);
  if (!has_native(vlans, vid)) return vlans;
  Vlans others = model::without(vlans, {model::access_vlan(vid)});
  const auto native =
      std::find_if(others.begin(), others.end(), [](const auto& range) { return range.untagged; });
  if (native == others.end()) return model::contains(of_trunk, vid) ? vlans : others;
  if (native->first == native->last) native->pvid = true;
  return others;
}

/// Guests' ports that are to be in other VLANs, or that a default PVID would take along as it goes:
/// what is done before that and behind it. Meanwhile frames of such a VLAN leave with their tags,
/// which the kernel spares, and which tells the next start of a guest that this one has left so.
struct GuestMoves {
  Plan before;
  Plan behind;
};

GuestMoves move_guests(const Link& bridge, const Vlans& of_trunk, const HostState& host) {
  GuestMoves moves;
  for (const Link* port : guest_ports(bridge, host)) {
    const Vlans own = own_vlans(*port, bridge, of_trunk);
    const bool goes_along = has_native(own, bridge.default_pvid);
    const Vlans meanwhile = goes_along ? with_native(own, false) : own;
    if (meanwhile != port->vlans) {
      moves.before.emplace_back(SetVlans{*port, meanwhile, port->vlans});
    }
    if (goes_along) moves.behind.emplace_back(SetVlans{*port, own, meanwhile});
  }
  return moves;
}

/// True if it is to be set up in the end.
bool mend_own(Plan& plan, const Link& bridge, const Segment& any, std::uint32_t mtu,
              const Vlans& vlans, const HostState& host) {
  const model::BridgeOptions options = options_of(any);
  GuestMoves moves = move_guests(bridge, vlans, host);
  plan = std::move(moves.before);
  Mending mending;
  mend_stp(plan, mending, bridge, options);
  mending.set_if_other(&LinkSettings::multicast_snooping, options.multicast_snooping,
                       bridge.multicast_snooping);
  mending.set_if_other(&LinkSettings::guest_tags, false, bridge.guest_tags);
  mending.set_if_other(&LinkSettings::default_pvid, std::uint16_t{0}, bridge.default_pvid);
  mending.set_if_other(&LinkSettings::on_demand, options.on_demand, bridge.on_demand());
  const bool comes_up = mend(plan, bridge, std::move(mending), mtu);
  plan.insert(plan.end(), moves.behind.begin(), moves.behind.end());
  for (const Link* port : guest_ports(bridge, host)) shut_port(plan, *port);
  Vlans own = bridge.vlans;
  if (bridge.default_pvid != 0)
    own = model::without(own, {model::access_vlan(bridge.default_pvid)});
  if (!bridge.vlan_filtering || !own.empty()) {
    plan.emplace_back(
        ShutBridge{bridge, Door::vlan_filtering, bridge.vlan_filtering, bridge.vlans});
  }
  return comes_up;
}

/// Gives the trunk its VIDs, behind its arrival on the bridge.
void join(Plan& plan, const Link& trunk, const LinkRef& bridge, const Vlans& vlans) {
  const bool joins = trunk.master == 0;
  if (joins) change(plan, trunk, {.bridge = bridge}, {.bridge = LinkRef("")});
  const Vlans from = joins ? Vlans{} : trunk.vlans;
  if (from == vlans) return;
  for (const DeleteGateway& step : withdraw_gateways(trunk, model::without(from, vlans))) {
    plan.emplace_back(step);
  }
  plan.emplace_back(SetVlans{trunk, vlans, from});
}

/// The VLANs that guests are in, whatever is configured. What comes to them by tunnels is no reason
/// to join them to the trunk.
Vlans still_needed(const Link& bridge, const Link& trunk, const Vlans& wanted,
                   const HostState& host) {
  const Vlans of_trunk = model::together(carried(trunk, bridge), wanted);
  Vlans needed;
  for (const Link* port : guest_ports(bridge, host)) {
    const Vlans own = own_vlans(*port, bridge, of_trunk);
    needed.insert(needed.end(), own.begin(), own.end());
  }
  const Vlans elsewhere =
      model::without(tagged(shared_vxlan::vlans_on(bridge, host)), carried(trunk, bridge));
  return model::without(tagged(needed), elsewhere);
}

/// The VIDs that are wanted, and those that stay on the trunk whatever is configured.
Vlans with_those_that_stay(const Link& trunk, const Segment& any, const Vlans& wanted,
                           const HostState& host) {
  const Link* const bridge = host.find(any.trunk_bridge.name.text());
  if (bridge != nullptr && bridge->ours()) {
    return model::together(wanted, still_needed(*bridge, trunk, wanted, host));
  }
  const bool is_port = bridge != nullptr && trunk.master == bridge->index;
  return is_port ? model::together(wanted, trunk.vlans) : wanted;
}

Plan prepare(const Base& base, const Segment& any, const Vlans& vlans, const HostState& host) {
  const Link& trunk = *base.trunk;
  const IfName& name = any.trunk_bridge.name;
  refuse_address(any.trunk, trunk);
  const Link* const bridge = find_bridge(any.trunk, name, host);
  const bool elsewhere = trunk.master != 0 && (bridge == nullptr || trunk.master != bridge->index);
  if (elsewhere) throw trunk_is_a_port(trunk, host);
  if (bridge != nullptr) refuse_foreign_port(any.trunk, &trunk, *bridge, host);

  Plan plan;
  bool comes_up = true;
  if (bridge == nullptr) {
    create(plan, any, base);
  } else if (bridge->ours()) {
    comes_up = mend_own(plan, *bridge, any, base.mtu, vlans, host);
  } else {
    comes_up = !bridge->up;
  }
  if (!trunk.up) switch_trunk_ipv6_off(plan, trunk);
  const LinkRef ref = bridge == nullptr ? LinkRef(name.text()) : LinkRef(*bridge);
  join(plan, trunk, ref, vlans);
  if (!trunk.up) plan.emplace_back(SetUp{trunk, true, ref});
  if (comes_up) plan.emplace_back(SetUp{ref});
  return plan;
}

bool is_vlan_link(const Link& port) {
  return port.is_vlan_link();
}

bool may_be_trunk(const Link& port) {
  return !model::is_guest_port(port) && !port.is_vxlan();
}

/// Whether it is a trunk at work: frames of some VLAN have their tags there.
bool carries_tags(const Link& port) {
  const auto& vlans = port.vlans;
  return may_be_trunk(port) &&
         std::any_of(vlans.begin(), vlans.end(), [](const auto& range) { return !range.untagged; });
}

std::vector<const Segment*> of_carrier(const Carrier& carrier, std::span<const Segment> wanted) {
  std::vector<const Segment*> segments;
  for (const Segment& segment : wanted) {
    if (segment.trunk == carrier) segments.push_back(&segment);
  }
  return segments;
}

/// The trunk that comes to the same bridge as tunnels; nullptr if there is none.
const Link* trunk_beside(const Segment& any, const HostState& host) {
  const auto& also = any.trunk_bridge.also;
  return also ? host.find(also->carrier.text()) : nullptr;
}

Plan prepare_tunnels(const Segment& any, const std::vector<const Segment*>& wanted,
                     bool others_stay, const HostState& host) {
  const Base base = base_of(any, host);
  const IfName& name = any.trunk_bridge.name;
  const Link* const bridge = find_bridge(any.trunk, name, host);
  if (bridge != nullptr) {
    refuse_foreign_port(any.trunk, trunk_beside(any, host), *bridge, host);
  }
  Plan plan;
  bool comes_up = true;
  if (bridge == nullptr) {
    create(plan, any, base);
  } else if (bridge->ours()) {
    const Link* const trunk = trunk_of(*bridge, host);
    const Vlans of_trunk = trunk == nullptr ? Vlans{} : carried(*trunk, *bridge);
    comes_up =
        mend_own(plan, *bridge, any, base.mtu,
                 model::together(of_trunk, model::vlans_of(shared_vxlan::vnis_of(wanted))), host);
  } else {
    comes_up = !bridge->up;
  }
  const LinkRef ref = bridge == nullptr ? LinkRef(name.text()) : LinkRef(*bridge);
  if (any.tunnelled->single) shared_vxlan::give_device(plan, wanted, others_stay, base, ref, host);
  if (comes_up) plan.emplace_back(SetUp{ref});
  return plan;
}

Plan steps_to_tunnelled(std::span<const Segment> wanted, const HostState& host) {
  const Segment& any = wanted.front();
  Plan plan = prepare_tunnels(any, of_carrier(any.trunk, wanted), true, host);
  for (const Segment& segment : wanted) {
    for (Operation& step : shared_bridge::bring_up(segment, host)) plan.push_back(std::move(step));
  }
  return plan;
}

}  // namespace

Plan prepare_trunk(const Carrier& trunk, std::span<const Segment> wanted, const HostState& host) {
  const auto any = std::find_if(wanted.begin(), wanted.end(),
                                [&](const Segment& segment) { return segment.trunk == trunk; });
  if (any == wanted.end()) return {};
  if (trunk.is_tunnel()) return prepare_tunnels(*any, of_carrier(trunk, wanted), false, host);
  const Base base = base_of(*any, host);
  const Link& link = *base.trunk;
  convert::refuse_what_has_no_place_on_shared(trunk, wanted, host);
  std::vector<Segment> now(wanted.begin(), wanted.end());
  std::erase_if(now, [&](const Segment& one) { return !is_wanted_now(one, host); });
  const Vlans vlans = vlans_of(now, trunk, base, host);
  return prepare(base, *any, with_those_that_stay(link, *any, vlans, host), host);
}

Plan prepare_trunk(const model::AlikeSegments& wanted, const HostState& host) {
  const Base base = base_of(wanted.first, host);
  const Link& link = *base.trunk;
  Vlans vlans;
  for (const auto& range : wanted.vids.ranges()) {
    vlans.push_back({.first = range.first, .last = range.last});
  }
  return prepare(base, wanted.first, with_those_that_stay(link, wanted.first, vlans, host), host);
}

bool are_alike(const model::AlikeSegments& wanted, const HostState& host) {
  const Link* const trunk = host.find(wanted.first.trunk.text());
  if (trunk == nullptr) return true;
  const Link* const bridge = find_links(wanted.first, host).bridge;
  const bool in_dom0 =
      bridge != nullptr && model::has_given_address(*bridge) && !bridge->vlans.empty();
  const auto takes_frames = [&](const Link* upper) {
    return upper->is_vlan_link() && wanted.vids.contains(upper->vid);
  };
  const auto uppers = host.uppers(*trunk);
  const bool has_tunnels = bridge != nullptr && !shared_vxlan::vlans_on(*bridge, host).empty();
  return !in_dom0 && !has_tunnels && !mtu_refusal(wanted.first, base_of(wanted.first, host)) &&
         std::none_of(uppers.begin(), uppers.end(), takes_frames) &&
         std::none_of(host.links().begin(), host.links().end(),
                      [&](const Link& link) { return convert::is_left_over(link, host); });
}

Plan bring_up(const Segment& wanted, const HostState& host) {
  const Base base = base_of(wanted, host);
  if (const auto reason = reason_against(wanted, base, host)) throw model::Error(*reason);
  if (wanted.tunnelled) return shared_vxlan::bring_up(wanted, base, host);
  const std::string& name = wanted.trunk_bridge.name.text();
  const Link* const bridge = host.find(name);
  Plan plan =
      convert::to_shared(wanted, bridge == nullptr ? LinkRef(name) : LinkRef(*bridge), host);
  if (bridge != nullptr) announce_gateway(plan, wanted, *bridge, wanted.vid.value(), host);
  return plan;
}

bool needs_finish(const Carrier& trunk, std::span<const Segment> wanted, const HostState& host) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const Segment& segment) {
    return segment.trunk == trunk && convert::own_parts(segment, host).bridge != nullptr;
  });
}

std::vector<DeleteLink> finish_trunk(const Carrier& trunk, std::span<const Segment> wanted,
                                     const HostState& host) {
  std::vector<DeleteLink> deletions;
  for (const Segment& segment : wanted) {
    if (segment.trunk != trunk) continue;
    const Link* const bridge = convert::empty_own_bridge(segment, host);
    if (bridge != nullptr) deletions.push_back(DeleteLink{*bridge});
  }
  return deletions;
}

SegmentLinks find_links(const Segment& wanted, const HostState& host) {
  const Link* const bridge = host.find(wanted.trunk_bridge.name.text());
  return {.uplink = wanted.tunnelled ? find_vxlan(wanted, host) : nullptr,
          .bridge = bridge != nullptr && bridge->is_bridge() ? bridge : nullptr};
}

std::vector<const Link*> guests_of(const Segment& wanted, const HostState& host) {
  const Link* const bridge = find_links(wanted, host).bridge;
  if (bridge == nullptr) return {};
  std::vector<const Link*> ports = guest_ports(*bridge, host);
  std::erase_if(
      ports, [&](const Link* port) { return !model::contains(port->vlans, wanted.vid.value()); });
  return ports;
}

Plan steps_to(std::span<const Segment> wanted, const HostState& host) {
  const Segment& any = wanted.front();
  if (any.tunnelled) return steps_to_tunnelled(wanted, host);
  const Base base = base_of(any, host);
  const Link& trunk = *base.trunk;
  const Link* const bridge = find_links(any, host).bridge;
  Vlans vlans = vlans_of(wanted, any.trunk, base, host);
  // The other VLANs stay as they are, on a bridge of ours unless their frames come without tags.
  if (bridge != nullptr && bridge->ours()) {
    vlans = model::together(carried(trunk, *bridge), vlans);
  } else if (bridge != nullptr && trunk.master == bridge->index) {
    vlans = model::together(vlans, trunk.vlans);
  }
  Plan plan = prepare(base, any, vlans, host);
  for (const Segment& segment : wanted) {
    for (Operation& step : shared_bridge::bring_up(segment, host)) plan.push_back(std::move(step));
    if (const Link* const old = convert::empty_own_bridge(segment, host)) {
      plan.emplace_back(DeleteLink{*old});
    }
  }
  return plan;
}

bool is_begun(const Segment& wanted, const HostState& host) {
  const OwnParts own = convert::own_parts(wanted, host);
  if (wanted.tunnelled) return find_links(wanted, host).uplink != nullptr;
  return is_there(wanted, host) || own.uplink != nullptr || own.bridge != nullptr;
}

Plan without_unused(const Link& bridge, const HostState& host) {
  const Link* const trunk = trunk_of(bridge, host);
  if (trunk == nullptr || foreign_port(bridge, trunk, host) != nullptr) return {};
  const Vlans used = vlans_in_use(bridge, host);
  const Vlans unused = model::without(carried(*trunk, bridge), used);
  if (unused.empty()) return {};
  return {SetVlans{*trunk, model::without(trunk->vlans, unused), trunk->vlans}};
}

bool is_there(const Segment& wanted, const HostState& host) {
  if (wanted.tunnelled) return shared_vxlan::is_there(wanted, find_links(wanted, host));
  const Link* const bridge = find_links(wanted, host).bridge;
  const Link* const trunk = host.find(wanted.trunk.text());
  return bridge != nullptr && trunk != nullptr && trunk->master == bridge->index &&
         model::contains(trunk->vlans, wanted.vid.value());
}

bool reaches_dom0(const Segment& wanted, const Link& bridge) {
  return model::contains(bridge.vlans, wanted.vid.value());
}

bool is_shared(const Link& bridge, const HostState& host) {
  if (!bridge.is_bridge() || !bridge.ours()) return false;
  if (host.find_port(bridge, carries_tags) != nullptr) return true;
  // Before its trunk has come, and where somebody took that or its VLANs out.
  const bool has_vlan_link = host.find_port(bridge, is_vlan_link) != nullptr;
  return bridge.default_pvid == 0 && !has_vlan_link;
}

const Link* trunk_of(const Link& bridge, const HostState& host) {
  const Link* const trunk = host.find_port(bridge, carries_tags);
  return trunk != nullptr ? trunk : host.find_port(bridge, may_be_trunk);
}

std::vector<Segment> segments_of(const Link& bridge, const HostState& host) {
  std::vector<Segment> segments = shared_vxlan::segments_of(bridge, host);
  const Link* const trunk = trunk_of(bridge, host);
  if (trunk == nullptr) return segments;
  const auto name = IfName::parse("trunk", trunk->name);
  const auto bridge_name = IfName::parse("bridge", bridge.name);
  for (const model::BridgeVlan& range : trunk->vlans) {
    for (unsigned vid = range.first; vid <= range.last; ++vid) {
      segments.push_back({.trunk = name,
                          .vid = model::Vid::parse(std::to_string(vid)),
                          .uplink = {bridge_name, ""},
                          .bridge = {bridge_name, ""},
                          .mtu = {},
                          .options = {.multicast_snooping = bridge.multicast_snooping,
                                      .on_demand = bridge.on_demand()},
                          .trunk_bridge = {bridge_name, true}});
    }
  }
  return segments;
}

}  // namespace plan::shared_bridge
