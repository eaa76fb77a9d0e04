#include "plan/own_bridge.hpp"

#include <algorithm>

#include "model/shell.hpp"
#include "plan/bridge.hpp"
#include "plan/convert.hpp"
#include "plan/gateway.hpp"
#include "plan/tear_down.hpp"

namespace plan::own_bridge {
namespace {

using model::HostState;
using model::Link;
using model::Segment;

// Of a VLAN of which nothing is there yet: for each of its two links, make it, IPv6 off, up; shut
// the bridge, pin its MTU, and join the two.
constexpr std::size_t usual_steps = 9;

// What a bridge has of its own until somebody takes it away.
constexpr model::BridgeVlan usual_own_vlan = model::access_vlan(model::usual_pvid);

/// A VXLAN link is made for one realisation: its port is another in the other one.
void refuse_other_realisation(const Segment& wanted, const SegmentLinks& links,
                              const HostState& host) {
  if (!wanted.tunnelled || links.uplink == nullptr) return;
  const Link* const shared = convert::shared_bridge_of(*links.uplink, host);
  if (shared == nullptr) return;
  throw refusal(wanted, links.uplink->name + " is a port of the VLAN-aware bridge " + shared->name,
                "that is what an earlier start with vlan-aware=yes made: 'network-xvlan stop', and "
                "start again");
}

const Link& require_free_trunk(const model::Carrier& trunk, const HostState& host) {
  const Link& link = require_trunk(trunk, host);
  if (link.master == 0 || convert::shared_bridge_of(link, host) != nullptr) return link;
  throw trunk_is_a_port(link, host);
}

void refuse_foreign_ports(const Segment& wanted, const SegmentLinks& links, const HostState& host) {
  const Link* const foreign =
      foreign_port(*links.bridge, links.uplink, host, other_uplink(wanted, host));
  if (foreign == nullptr) return;
  throw refusal(wanted, "bridge " + links.bridge->name + " has a foreign port, " + foreign->name,
                std::string("a port that is neither the ") +
                    (wanted.tunnelled ? "VXLAN link" : "VLAN link") +
                    " nor a guest's would join two networks; "
                    "remove it: ip link set " +
                    model::shell_word(foreign->name) + " nomaster");
}

void refuse_other_bridge(const Segment& wanted, const SegmentLinks& links, const HostState& host) {
  if (links.uplink == nullptr || links.uplink->master == 0) return;
  if (links.bridge != nullptr && links.uplink->master == links.bridge->index) return;
  const Link* const master = host.find(links.uplink->master);
  throw refusal(wanted,
                links.uplink->name + " is already a port of " +
                    (master == nullptr ? "another bridge" : master->name),
                "set bridge-name= to that name, or remove it: ip link set " +
                    model::shell_word(links.uplink->name) + " nomaster");
}

const Link* find_uplink(const Segment& wanted, const HostState& host) {
  if (!wanted.tunnelled) {
    const Link* const trunk = host.find(wanted.trunk.text());
    return trunk == nullptr ? nullptr : host.find_vlan(*trunk, wanted.vid);
  }
  return find_vxlan(wanted, host);
}

/// A link of ours lacks its full name if the run that made it was killed right behind that. Linux
/// before 5.5 knows no such names, and a link does its work without one.
void mend_alt_name(Plan& plan, const Link& link, const std::string& full, const HostState& host) {
  if (full.empty() || !link.ours() || !host.knows_alt_names()) return;
  const auto& names = link.alt_names;
  if (std::find(names.begin(), names.end(), full) != names.end()) return;
  plan.emplace_back(AddAltName{link, full});
}

std::uint16_t uplink_groups(const Segment& wanted) {
  return wanted.options.stp ? groups_but_stp : all_groups;
}

/// The VID that all ports of a bridge of one VLAN have there.
std::uint16_t pvid_of(const Link& bridge) {
  return bridge.default_pvid != 0 ? bridge.default_pvid : model::usual_pvid;
}

/// Ports of a bridge that filters VLANs pass nothing without a PVID, and hear each other only with
/// the same one.
void give_ports_their_pvid(Plan& plan, const Link& bridge, const HostState& host) {
  const std::uint16_t vid = pvid_of(bridge);
  for (const Link* port : host.ports(bridge)) {
    if (port->is_in(vid)) continue;
    plan.emplace_back(SetVlans{*port, {model::access_vlan(vid)}, port->vlans});
  }
}

/// Without a default PVID ports that another script plugs would pass nothing. With it the kernel
/// lets the bridge itself in, too.
bool gets_default_pvid(const Link& bridge, const HostState& host) {
  const bool plain = bridge.ours() || !bridge.vlan_filtering;
  return plain && bridge.default_pvid == 0 && !is_used_by_dom0(bridge, host);
}

/// The groups that the port of an uplink sends on.
std::uint16_t groups_of(const Link& port, const Segment& wanted) {
  return port.is_vlan_link() ? uplink_groups(wanted) : all_groups;
}

/// What makes a bridge that is there deaf and dumb towards dom0. One that filters VLANs for
/// somebody else keeps its VLANs.
void shut(Plan& plan, const Link& bridge, const Segment& wanted, const HostState& host, Door door) {
  if (is_used_by_dom0(bridge, host)) return;
  for (const Link* port : host.ports(bridge)) {
    shut_port(plan, *port, groups_of(*port, wanted));
  }
  const bool by_filtering =
      door == Door::vlan_filtering && !bridge.ingress_dropped && !bridge.routing_shut;
  const bool plain = bridge.ours() || !bridge.vlan_filtering;
  if (plain && (by_filtering || bridge.vlan_filtering)) give_ports_their_pvid(plan, bridge, host);
  const bool opens = gets_default_pvid(bridge, host);
  if (!is_open(bridge) && !opens) return;
  ShutBridge shut{bridge, door, bridge.vlan_filtering, bridge.vlans};
  if (opens) shut.own_vlans.push_back(usual_own_vlan);
  plan.emplace_back(std::move(shut));
}

/// Those on which the door depends, and multicast snooping of our own.
void mend_options(Mending& mending, const Link& bridge, const model::BridgeOptions& options,
                  const HostState& host) {
  if (bridge.ours()) {
    mending.set_if_other(&LinkSettings::multicast_snooping, options.multicast_snooping,
                         bridge.multicast_snooping);
    mending.set_if_other(&LinkSettings::on_demand, options.on_demand, bridge.on_demand());
  }
  const bool plain = bridge.ours() || !bridge.vlan_filtering;
  if (!plain || is_used_by_dom0(bridge, host)) return;
  // A bridge that can't filter VLANs lets every tag pass, and doesn't tell (Linux).
  if (door_of(bridge) == Door::vlan_filtering) {
    mending.set_if_other(&LinkSettings::guest_tags, options.guest_tags, bridge.guest_tags);
  }
  if (gets_default_pvid(bridge, host)) {
    mending.set(&LinkSettings::default_pvid, model::usual_pvid, std::uint16_t{0});
  }
}

/// Who plugs a guest goes by it. Somebody else's bridge gets it, too, in place of the alias that it
/// had: guests come first.
void mend_mark(Mending& mending, const Link& bridge, const Segment& wanted) {
  const model::Protection has =
      model::Protection::of_mark(bridge.alias).value_or(model::Protection{});
  if (has == wanted.protection) return;
  mending.set(&LinkSettings::alias, std::string(wanted.protection.mark()), bridge.alias);
}

/// True if it is to be set up in the end.
bool mend_bridge(Plan& plan, const Link& bridge, const Base& base, const Segment& wanted,
                 std::uint32_t mtu, const HostState& host, Door door) {
  mend_alt_name(plan, bridge, wanted.bridge.full, host);
  Mending mending;
  mend_stp(plan, mending, bridge, wanted.options);
  if (!bridge.mac_pinned) mending.set(&LinkSettings::mac, base.bridge_mac, bridge.mac);
  mend_options(mending, bridge, wanted.options, host);
  mend_mark(mending, bridge, wanted);
  const bool opens = gets_default_pvid(bridge, host) && bridge.up;
  if (opens) plan.emplace_back(SetUp{bridge, false});
  const bool comes_up = mend(plan, bridge, std::move(mending), mtu);
  shut(plan, bridge, wanted, host, door);
  return comes_up || opens;
}

void create_bridge(Plan& plan, const Segment& wanted, const Base& base, std::uint32_t mtu,
                   const HostState& host, Door door) {
  const std::string& name = wanted.bridge.name.text();
  plan.emplace_back(
      CreateBridge{.name = name, .mac = base.bridge_mac, .mtu = mtu, .options = wanted.options});
  add_alt_name(plan, name, wanted.bridge.full, host);
  plan.emplace_back(ShutBridge{name, door, false, {usual_own_vlan}});
  plan.emplace_back(SetIpv6{.link = name, .enabled = false});
  LinkSettings settings{.mtu = mtu};
  if (wanted.protection.any()) settings.alias.emplace(wanted.protection.mark());
  change(plan, name, std::move(settings), {});
}

/// Before the bridge, so that a deletion of all at once, which goes by ifindex, cuts the uplink off
/// from other hosts before its bridge lets it go.
void create_uplink(Plan& plan, const Segment& wanted, const Base& base, std::uint32_t mtu,
                   const HostState& host) {
  const std::string& name = wanted.uplink.name.text();
  if (wanted.tunnelled) {
    create_vxlan(plan, wanted, base, mtu);
  } else {
    plan.emplace_back(
        CreateVlanLink{.name = name, .trunk = *base.trunk, .vid = wanted.vid, .mtu = mtu});
  }
  add_alt_name(plan, name, wanted.uplink.full, host);
  plan.emplace_back(SetIpv6{.link = name, .enabled = false});
}

LinkSettings as_port(const Segment& wanted, const LinkRef& bridge) {
  if (wanted.tunnelled) return vxlan_port(wanted, bridge);
  return {.bridge = bridge, .port_groups = uplink_groups(wanted)};
}

void join_new_uplink(Plan& plan, const Segment& wanted, const LinkRef& bridge) {
  const std::string& name = wanted.uplink.name.text();
  change(plan, name, as_port(wanted, bridge), {.bridge = LinkRef("")});
  plan.emplace_back(SetUp{name, true, bridge});
}

void mend_uplink(Plan& plan, const Segment& wanted, const Link& uplink, const LinkRef& bridge,
                 std::uint32_t mtu, const HostState& host) {
  mend_alt_name(plan, uplink, wanted.uplink.full, host);
  Mending mending;
  if (uplink.master == 0) mending.join(as_port(wanted, bridge));
  const bool comes_up = mend(plan, uplink, std::move(mending), mtu);
  if (wanted.tunnelled && uplink.master != 0) mend_vxlan_port(plan, uplink, wanted);
  if (comes_up) plan.emplace_back(SetUp{uplink, true, bridge});
}

/// A bridge whose MTU nobody set takes the lowest of its ports' at every arrival of a port, the
/// uplink's included, so it is set once more behind that.
void plan_mtu_after_arrival(Plan& plan, const SegmentLinks& links, const HostState& host,
                            std::uint32_t mtu) {
  if (links.bridge == nullptr) return;
  if (links.uplink != nullptr && links.uplink->master == links.bridge->index) return;
  const Link* const drags =
      host.find_port(*links.bridge, [&](const Link& port) { return port.mtu < mtu; });
  if (drags != nullptr) change(plan, *links.bridge, {.mtu = mtu}, {});
}

/// Whether somebody has given the link an address, or has built on it.
bool is_built_on(const Link& link, const HostState& host) {
  return model::has_given_address(link) || !host.uppers(link).empty();
}

/// Nobody has built on a link that a killed start left.
bool is_left_over(const Link& vlan_link, const HostState& host) {
  return vlan_link.ours() && vlan_link.master == 0 && !is_built_on(vlan_link, host);
}

/// Deletes what a killed start left before the trunk takes it up, also of a VLAN that is not wanted
/// any more.
void delete_left_overs(Plan& plan, const Link& trunk, const HostState& host) {
  for (const Link* upper : host.uppers(trunk)) {
    const bool left = upper->is_vlan_link() && is_left_over(*upper, host);
    if (left) plan.emplace_back(DeleteLink{*upper});
  }
}

/// Switches IPv6 off on a VLAN link before the trunk takes it up.
void switch_ipv6_off(Plan& plan, const Link& vlan_link, const HostState& host) {
  if (!vlan_link.ipv6 || !wants_ipv6_off(vlan_link) || is_left_over(vlan_link, host)) return;
  plan.emplace_back(SetIpv6{.link = vlan_link, .enabled = false});
}

void refuse_what_is_in_the_way(const Segment& wanted, const SegmentLinks& links,
                               const HostState& host) {
  if (links.uplink == nullptr) refuse_taken_name(wanted, wanted.uplink.name.text(), host);
  if (links.bridge == nullptr) refuse_taken_name(wanted, wanted.bridge.name.text(), host);
  if (links.bridge != nullptr) refuse_foreign_ports(wanted, links, host);
  refuse_other_realisation(wanted, links, host);
  refuse_other_bridge(wanted, links, host);
}

}  // namespace

Plan prepare_trunk(const model::Carrier& trunk, std::span<const Segment> wanted,
                   const HostState& host) {
  if (trunk.is_tunnel()) {
    for (const Segment& segment : wanted) {
      if (segment.trunk != trunk) continue;
      (void)base_of(trunk, segment.tunnelled, host);
      break;
    }
    return {};
  }
  const Link& link = require_free_trunk(trunk, host);
  if (const Link* const shared = convert::shared_bridge_of(link, host)) {
    convert::refuse_what_has_no_place_on_own(trunk, *shared, wanted, host);
  }
  Plan plan;
  if (link.up) return plan;
  switch_trunk_ipv6_off(plan, link);
  delete_left_overs(plan, link, host);
  for (const Segment& segment : wanted) {
    const Link* const vlan_link = host.find_vlan(link, segment.vid);
    if (segment.trunk == trunk && vlan_link != nullptr) switch_ipv6_off(plan, *vlan_link, host);
  }
  plan.emplace_back(SetUp{link});
  return plan;
}

SegmentLinks find_links(const Segment& wanted, const HostState& host) {
  const Link* const bridge = host.find(wanted.bridge.name.text());
  const bool is_bridge = bridge != nullptr && bridge->is_bridge();
  const bool has_trunk = wanted.tunnelled || host.find(wanted.trunk.text()) != nullptr;
  return {.uplink = find_uplink(wanted, host), .bridge = is_bridge && has_trunk ? bridge : nullptr};
}

Plan bring_up(const Segment& wanted, const HostState& host, Door door) {
  if (!wanted.tunnelled) (void)require_free_trunk(wanted.trunk, host);
  const Base base = base_of(wanted, host);
  const std::uint32_t mtu = mtu_of(wanted, base);
  const SegmentLinks links = find_links(wanted, host);
  refuse_what_is_in_the_way(wanted, links, host);
  if (const auto reason = gateway_refusal(wanted, host)) throw model::Error(*reason);

  Plan plan;
  if (links.bridge == nullptr && links.uplink == nullptr) plan.reserve(usual_steps);
  const LinkRef bridge =
      links.bridge == nullptr ? LinkRef(wanted.bridge.name.text()) : LinkRef(*links.bridge);
  const Link* const uplink = keep_uplink(plan, wanted, links.uplink);
  if (uplink == nullptr) create_uplink(plan, wanted, base, mtu, host);
  bool bridge_comes_up = true;
  if (links.bridge == nullptr) {
    create_bridge(plan, wanted, base, mtu, host, door);
  } else {
    bridge_comes_up = mend_bridge(plan, *links.bridge, base, wanted, mtu, host, door);
  }
  if (uplink == nullptr) {
    join_new_uplink(plan, wanted, bridge);
  } else {
    mend_uplink(plan, wanted, *uplink, bridge, mtu, host);
  }
  plan_mtu_after_arrival(plan, {uplink, links.bridge}, host, mtu);
  if (bridge_comes_up) plan.emplace_back(SetUp{bridge});
  if (links.bridge != nullptr && links.bridge->vlan_filtering) {
    announce_gateway(plan, wanted, *links.bridge, pvid_of(*links.bridge), host);
  }
  const Link* const shared =
      base.trunk == nullptr ? nullptr : convert::shared_bridge_of(*base.trunk, host);
  if (shared != nullptr) {
    for (Operation& step : convert::to_own(wanted, bridge, *shared, host)) {
      plan.push_back(std::move(step));
    }
  }
  return plan;
}

bool needs_finish(const model::Carrier& trunk, const HostState& host) {
  const Link* const link = trunk.is_tunnel() ? nullptr : host.find(trunk.text());
  return link != nullptr && convert::shared_bridge_of(*link, host) != nullptr;
}

std::vector<DeleteLink> finish_trunk(const model::Carrier& trunk, const HostState& host) {
  const Link* const link = trunk.is_tunnel() ? nullptr : host.find(trunk.text());
  const Link* const shared = link == nullptr ? nullptr : convert::shared_bridge_of(*link, host);
  if (shared == nullptr || !guest_ports(*shared, host).empty()) return {};
  return {DeleteLink{*shared}};
}

std::vector<const Link*> guests_of(const Segment& wanted, const HostState& host) {
  const SegmentLinks links = find_links(wanted, host);
  return links.bridge == nullptr ? std::vector<const Link*>{} : guest_ports(*links.bridge, host);
}

Plan steps_to(const Segment& wanted, const HostState& host, Door door) {
  Plan steps = own_bridge::prepare_trunk(wanted.trunk, std::span(&wanted, 1), host);
  for (Operation& step : own_bridge::bring_up(wanted, host, door)) {
    if (std::find(steps.begin(), steps.end(), step) == steps.end()) {
      steps.push_back(std::move(step));
    }
  }
  return steps;
}

bool is_there(const Segment& wanted, const HostState& host) {
  const SegmentLinks links = find_links(wanted, host);
  return links.uplink != nullptr && links.bridge != nullptr;
}

bool is_begun(const Segment& wanted, const HostState& host) {
  const SegmentLinks links = find_links(wanted, host);
  if (links.uplink != nullptr || links.bridge != nullptr) return true;
  const Link* const trunk = wanted.tunnelled ? nullptr : host.find(wanted.trunk.text());
  const Link* const shared = trunk == nullptr ? nullptr : convert::shared_bridge_of(*trunk, host);
  return shared != nullptr && model::contains(trunk->vlans, wanted.vid.value());
}

Plan without_unused(const Link& bridge, const HostState& host) {
  if (!reason_to_spare(bridge, host).empty() || is_built_on(bridge, host)) return {};
  const auto uplinks = uplinks_of(bridge, host);
  const bool stays = std::any_of(uplinks.begin(), uplinks.end(), [&](const Link* uplink) {
    return !uplink->ours() || is_built_on(*uplink, host);
  });
  if (stays) return {};
  if (uplinks.empty()) return {DeleteLink{bridge}};
  Plan plan;
  if (bridge.up) plan.emplace_back(SetUp{bridge, false});
  for (const Link* uplink : uplinks) {
    if (uplink->up) plan.emplace_back(SetUp{*uplink, false});
    plan.emplace_back(DeleteLink{*uplink});
  }
  plan.emplace_back(DeleteLink{bridge});
  return plan;
}

}  // namespace plan::own_bridge
