#include "plan/gateway.hpp"

#include <algorithm>
#include <map>

#include "plan/bridge.hpp"
#include "plan/vxlan.hpp"

namespace plan {
namespace {

using model::Address;
using model::HostState;
using model::Link;
using model::Mac;
using model::Segment;
using model::Tunnelled;

/// Both uplinks of a segment that has two; tunnelled is nullptr if it has one.
struct GatewayEnds {
  std::string trunk;
  const Tunnelled* tunnelled = nullptr;
  Address local{};
};

GatewayEnds ends_of(const Segment& wanted) {
  if (!wanted.other) return {};
  if (wanted.tunnelled) {
    return {wanted.other->carrier.text(), &*wanted.tunnelled, wanted.trunk.local()};
  }
  return {wanted.trunk.text(), &*wanted.other->tunnelled, wanted.other->carrier.local()};
}

Plan withdraw(const Link& port, const model::Vlans& vlans) {
  const auto steps = withdraw_gateways(port, vlans);
  return {steps.begin(), steps.end()};
}

Plan take_away(const Link& vlan_link, const HostState& host) {
  Plan plan = withdraw(vlan_link, vlan_link.vlans);
  const bool has_address = model::has_given_address(vlan_link);
  if (vlan_link.ours() && !has_address && host.uppers(vlan_link).empty()) {
    plan.emplace_back(DeleteLink{vlan_link});
  } else {
    plan.emplace_back(ChangeLink{.link = vlan_link,
                                 .to = {.bridge = LinkRef("")},
                                 .from = {.bridge = LinkRef(*host.find(vlan_link.master))},
                                 .down = !has_address});
  }
  return plan;
}

Plan take_out(const Link& trunk, const model::Vlans& vlans) {
  Plan plan = withdraw(trunk, vlans);
  plan.emplace_back(SetVlans{trunk, model::without(trunk.vlans, vlans), trunk.vlans});
  return plan;
}

}  // namespace

std::vector<Address> other_gateways(const Segment& wanted, const HostState& host) {
  std::vector<Address> hosts;
  const GatewayEnds ends = ends_of(wanted);
  const Link* const vxlan = ends.tunnelled == nullptr ? nullptr : find_vxlan(*ends.tunnelled, host);
  if (vxlan == nullptr) return hosts;
  const std::uint32_t vni = ends.tunnelled->entry_vni();
  for (const model::Gateway& gateway : vxlan->gateways) {
    const bool another = gateway.vni == vni && !gateway.host.same_host(ends.local);
    if (another) hosts.push_back(gateway.host);
  }
  return hosts;
}

std::optional<model::Error> gateway_refusal(const Segment& wanted, const HostState& host) {
  if (wanted.tunnelled || !wanted.other) return std::nullopt;
  const Address& local = wanted.other->carrier.local();
  for (const Address& other : other_gateways(wanted, host)) {
    if (other.bytes > local.bytes) continue;
    return refusal(wanted,
                   other.host_text() + " joins it to " + wanted.other->carrier.text() +
                       "'s tunnels already, and frames would go round",
                   "take the VLAN out of [trunk] on this host; or, to move it here, first "
                   "'network-xvlan stop netdev=TRUNK vlans=" +
                       wanted.vid.text() + "' on the other");
  }
  return std::nullopt;
}

const Link* joining_port(const Segment& of_trunk, const HostState& host) {
  if (of_trunk.tunnelled || !of_trunk.other) return nullptr;
  const Link* const trunk = host.find(of_trunk.trunk.text());
  const Link* const vxlan = find_vxlan(*of_trunk.other->tunnelled, host);
  if (trunk == nullptr || vxlan == nullptr || vxlan->master == 0) return nullptr;
  const Link* const vlan_link = host.find_vlan(*trunk, of_trunk.vid);
  if (vlan_link != nullptr && vlan_link->master == vxlan->master) return vlan_link;
  const bool carries = model::contains(trunk->vlans, of_trunk.vid.value());
  return carries && trunk->master == vxlan->master ? trunk : nullptr;
}

std::vector<Plan> part_from_trunks(std::span<const Segment> wanted, const HostState& host) {
  std::vector<Plan> plans;
  std::map<const Link*, model::Vlans> departures;
  for (const Segment& segment : wanted) {
    const Link* const port = joining_port(segment, host);
    if (port == nullptr || !gateway_refusal(segment, host)) continue;
    if (port == host.find(segment.trunk.text())) {
      const std::uint16_t vid = segment.vid.value();
      departures[port].push_back({.first = vid, .last = vid});
    } else {
      plans.push_back(take_away(*port, host));
    }
  }
  for (const auto& [trunk, vlans] : departures) plans.push_back(take_out(*trunk, vlans));
  return plans;
}

void announce_gateway(Plan& plan, const Segment& wanted, const Link& bridge, std::uint16_t vid,
                      const HostState& host) {
  const GatewayEnds ends = ends_of(wanted);
  const Link* const trunk = ends.tunnelled == nullptr ? nullptr : host.find(ends.trunk);
  if (trunk == nullptr) return;
  const auto is_on = [&](const Link* link) {
    return link != nullptr && link->master == bridge.index;
  };
  // What this very plan makes is not there yet.
  const bool has_tunnels = wanted.tunnelled || is_on(find_vxlan(*ends.tunnelled, host));
  if (!has_tunnels) return;
  const Link* const port = is_on(trunk) ? trunk : host.find_vlan(*trunk, wanted.vid);
  if (port == nullptr && !wanted.tunnelled && !wanted.trunk_bridge.vlan_aware) {
    plan.emplace_back(AddGateway{wanted.uplink.name.text(), gateway_mac(ends.local), vid});
    return;
  }
  const bool comes = !wanted.tunnelled && port != nullptr && port->master == 0;
  if (!comes && (!is_on(port) || !model::contains(port->vlans, vid))) return;
  const Mac mac = gateway_mac(ends.local);
  bool told = false;
  for (const model::Gateway& one : port->gateways) {
    if (one.vid != vid) continue;
    if (one.mac == mac) {
      told = true;
    } else if (!wanted.tunnelled) {
      // Of the address that the tunnels had before. Both segments can't take it away.
      plan.emplace_back(DeleteGateway{*port, one.mac, vid});
    }
  }
  if (!told) plan.emplace_back(AddGateway{*port, mac, vid});
}

std::vector<DeleteGateway> withdraw_gateways(const Link& port, const model::Vlans& vlans) {
  std::vector<DeleteGateway> steps;
  if (port.is_vxlan()) return steps;  // it has those of other hosts
  for (const model::Gateway& gateway : port.gateways) {
    if (model::contains(vlans, gateway.vid)) steps.push_back({port, gateway.mac, gateway.vid});
  }
  return steps;
}

model::Mac gateway_mac(const Address& local) {
  return derived_mac('g', local);
}

bool is_gateway_mac(const Mac& mac) {
  return mac.bytes[0] == 'v' && mac.bytes[1] == 'g';
}

}  // namespace plan
