#include "plan/shared_vxlan.hpp"

#include <algorithm>
#include <string>
#include <variant>

#include "model/shell.hpp"
#include "plan/bridge.hpp"
#include "plan/gateway.hpp"
#include "plan/realisation.hpp"
#include "plan/vxlan.hpp"

namespace plan::shared_vxlan {
namespace {

using model::HostState;
using model::IfName;
using model::Link;
using model::Segment;
using model::Vlans;

/// What an uplink can't be taken from.
void refuse_other_bridge(const Segment& wanted, const Link* uplink, const Link* bridge,
                         const HostState& host) {
  if (uplink == nullptr || uplink->master == 0) return;
  if (bridge != nullptr && uplink->master == bridge->index) return;
  const Link* const master = host.find(uplink->master);
  throw refusal(
      wanted,
      uplink->name + " is a port of " + (master == nullptr ? "another bridge" : master->name),
      uplink->ours() ? "that is what an earlier start made: 'network-xvlan stop', and "
                       "start again"
                     : "remove it: ip link set " + model::shell_word(uplink->name) + " nomaster");
}

/// Makes a VXLAN link, or mends one, and has it in these VLANs of the bridge.
void give_vxlan(Plan& plan, const Segment& wanted, const Base& base, const LinkRef& bridge,
                const Link* uplink, const Vlans& vlans, const HostState& host) {
  const std::uint32_t mtu = mtu_of(wanted, base);
  const std::string& name = wanted.uplink.name.text();
  if (uplink == nullptr) {
    create_vxlan(plan, wanted, base, mtu);
    add_alt_name(plan, name, wanted.uplink.full, host);
    plan.emplace_back(SetIpv6{.link = name, .enabled = false});
    change(plan, name, vxlan_port(wanted, bridge), {.bridge = LinkRef("")});
    plan.emplace_back(SetVlans{name, vlans, {}});
    plan.emplace_back(SetUp{name, true, bridge});
    return;
  }
  Mending mending;
  const bool joins = uplink->master == 0;
  if (joins) mending.join(vxlan_port(wanted, bridge));
  const bool comes_up = mend(plan, *uplink, std::move(mending), mtu);
  if (!joins) {
    mend_vxlan_port(plan, *uplink, wanted);
    shut_port(plan, *uplink);
  }
  const Vlans from = joins ? Vlans{} : uplink->vlans;
  if (from != vlans) plan.emplace_back(SetVlans{*uplink, vlans, from});
  if (comes_up) plan.emplace_back(SetUp{*uplink, true, bridge});
}

/// The kernel tells of all VLANs of a port, and of their VNIs, in one attribute of 64 KiB at most
/// (Linux, br_fill_ifinfo). What does not fit could be set, and nobody would see it: neither we nor
/// FRR.
void refuse_untellable(const Segment& any, const model::Vnis& vnis) {
  constexpr std::size_t room = 0xffff, of_vid = 36;  // bytes; a range takes that of two
  const auto ranges = static_cast<std::size_t>(std::count_if(
      vnis.begin(), vnis.end(), [](const model::VlanVni& one) { return one.first != one.last; }));
  if ((vnis.size() + ranges) * of_vid <= room) return;
  throw useless_carrier(any.trunk,
                        "its VLANs are " + std::to_string(vnis.size()) +
                            " ranges, and the kernel can't tell of so many on one VXLAN link",
                        "number VLANs and VNIs in longer ranges, or leave vxlan-single=no");
}

Vlans used_on(const Link* bridge, const HostState& host) {
  return bridge == nullptr ? Vlans{} : vlans_in_use(*bridge, host);
}

}  // namespace

model::Vnis vnis_of(const std::vector<const Segment*>& wanted) {
  model::Vnis vnis;
  for (const Segment* segment : wanted) {
    const std::uint16_t vid = segment->vid.value();
    vnis.push_back({.first = vid, .last = vid, .vni = segment->tunnelled->vni});
  }
  return model::normalized(vnis);
}

void give_device(Plan& plan, const std::vector<const Segment*>& wanted, bool others_stay,
                 const Base& base, const LinkRef& bridge, const HostState& host) {
  const Segment& any = *wanted.front();
  const Link* const found = find_vxlan(any, host);
  const Link* const there = host.find(any.trunk_bridge.name.text());
  if (found == nullptr) refuse_taken_name(any, any.uplink.name.text(), host);
  refuse_other_bridge(any, found, there, host);
  const Link* const device = keep_uplink(plan, any, found);
  const model::Vnis has = device == nullptr ? model::Vnis{} : device->vnis;
  model::Vnis vnis = others_stay ? has : model::common(has, used_on(there, host));
  for (const model::VlanVni& one : vnis_of(wanted)) vnis.push_back(one);
  vnis = model::normalized(vnis);
  refuse_untellable(any, vnis);
  const LinkRef ref = device == nullptr ? LinkRef(any.uplink.name.text()) : LinkRef(*device);
  // A VLAN must be there as long as it has a VNI.
  const model::Vnis stays = model::without(has, model::without(has, vnis));
  if (stays != has) plan.emplace_back(SetVnis{ref, stays, has});
  const auto before_up = plan.size();
  give_vxlan(plan, any, base, bridge, device, model::vlans_of(vnis), host);
  if (stays == vnis) return;
  const bool last_sets_up = plan.size() > before_up && std::holds_alternative<SetUp>(plan.back());
  plan.insert(plan.end() - (last_sets_up ? 1 : 0), SetVnis{ref, vnis, stays});
}

Plan bring_up(const Segment& wanted, const Base& base, const HostState& host) {
  Plan plan;
  const std::string& name = wanted.trunk_bridge.name.text();
  const Link* const bridge = host.find(name);
  if (bridge != nullptr) announce_gateway(plan, wanted, *bridge, wanted.vid.value(), host);
  if (wanted.tunnelled->single) return plan;
  const Link* const found = find_vxlan(wanted, host);
  if (found == nullptr) refuse_taken_name(wanted, wanted.uplink.name.text(), host);
  refuse_other_bridge(wanted, found, bridge, host);
  const Link* const uplink = keep_uplink(plan, wanted, found);
  give_vxlan(plan, wanted, base, bridge == nullptr ? LinkRef(name) : LinkRef(*bridge), uplink,
             {model::access_vlan(wanted.vid.value())}, host);
  return plan;
}

bool is_there(const Segment& wanted, const SegmentLinks& links) {
  const Link* const uplink = links.uplink;
  const std::uint16_t vid = wanted.vid.value();
  if (uplink == nullptr || links.bridge == nullptr) return false;
  const bool carries = wanted.tunnelled->single
                           ? model::vni_of(uplink->vnis, vid) == wanted.tunnelled->vni
                           : uplink->is_in(vid);
  return uplink->master == links.bridge->index && carries;
}

const Link* link_of(const Link& bridge, std::uint16_t vid, const HostState& host) {
  return host.find_port(bridge, [&](const Link& port) {
    return port.is_vxlan() && port.ours() && model::contains(tunnelled_vlans(port), vid);
  });
}

Vlans vlans_on(const Link& bridge, const HostState& host) {
  Vlans vlans;
  for (const Link* port : host.ports(bridge)) {
    if (!port->is_vxlan() || !port->ours()) continue;
    const Vlans own = tunnelled_vlans(*port);
    vlans.insert(vlans.end(), own.begin(), own.end());
  }
  return model::normalized(vlans);
}

std::vector<Segment> segments_of(const Link& bridge, const HostState& host) {
  std::vector<Segment> segments;
  const auto bridge_name = IfName::parse("bridge", bridge.name);
  const auto add = [&](const Link& uplink, std::uint16_t number, std::uint32_t vni) {
    const auto vid = model::Vid::from_number(number);
    if (!vid) return;
    model::Tunnelled tunnelled = as_tunnelled(uplink);
    tunnelled.vni = vni;
    segments.push_back({.trunk = model::Carrier::tunnel(uplink.vxlan->local),
                        .vid = *vid,
                        .uplink = {IfName::parse("name", uplink.name), ""},
                        .bridge = {bridge_name, ""},
                        .mtu = {},
                        .options = {.multicast_snooping = bridge.multicast_snooping},
                        .trunk_bridge = {bridge_name, true},
                        .tunnelled = tunnelled});
  };
  for (const Link* port : host.ports(bridge)) {
    if (!port->is_vxlan() || !port->ours()) continue;
    if (!port->vxlan->single) add(*port, port->pvid(), port->vxlan->vni);
    for (const model::VlanVni& range : port->vnis) {
      for (unsigned vid = range.first; vid <= range.last; ++vid) {
        add(*port, static_cast<std::uint16_t>(vid), range.vni + vid - range.first);
      }
    }
  }
  return segments;
}

}  // namespace plan::shared_vxlan
