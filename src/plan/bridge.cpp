#include "plan/bridge.hpp"

#include <algorithm>
#include <cerrno>

namespace plan {

using model::Error;
using model::HostState;
using model::Link;
using model::Segment;

bool is_open(const Link& bridge) {
  return !bridge.deaf() && !bridge.ingress_dropped && !bridge.routing_shut;
}

Door door_of(const Link& bridge) {
  if (bridge.ingress_dropped && !bridge.deaf()) return Door::traffic_control;
  return bridge.routing_shut && !bridge.deaf() ? Door::settings : Door::vlan_filtering;
}

bool is_used_by_dom0(const Link& bridge, const HostState& host) {
  return !bridge.ours() && (model::has_given_address(bridge) || !host.uppers(bridge).empty());
}

std::vector<const Link*> guest_ports(const Link& bridge, const HostState& host) {
  std::vector<const Link*> ports = host.ports(bridge);
  std::erase_if(ports, [](const Link* port) { return !model::is_guest_port(*port); });
  std::sort(ports.begin(), ports.end(),
            [](const Link* a, const Link* b) { return a->index < b->index; });
  return ports;
}

model::Vlans vlans_in_use(const Link& bridge, const HostState& host) {
  model::Vlans used;
  for (const Link* port : guest_ports(bridge, host)) {
    used.insert(used.end(), port->vlans.begin(), port->vlans.end());
  }
  return model::normalized(used);
}

const Link* foreign_port(const Link& bridge, const Link* uplink, const HostState& host,
                         const Link* other) {
  return host.find_port(bridge, [&](const Link& port) {
    return &port != uplink && &port != other && !model::is_guest_port(port);
  });
}

/// IPv6 goes with the addresses that somebody gave to a link that xvlan did not make.
bool wants_ipv6_off(const Link& link) {
  return link.ours() || !model::has_given_address(link);
}

Error refusal(const Segment& wanted, std::string reason, std::string remedy) {
  return Error({.action = "bring up " + wanted.text(),
                .reason = std::move(reason),
                .remedy = std::move(remedy)});
}

Error useless_trunk(const model::Carrier& trunk, std::string reason, std::string remedy,
                    int errnum) {
  return Error({.action = "use " + trunk.text() + " as trunk",
                .reason = std::move(reason),
                .remedy = std::move(remedy),
                .errnum = errnum});
}

Error useless_carrier(const model::Carrier& carrier, std::string reason, std::string remedy,
                      int errnum) {
  if (!carrier.is_tunnel()) {
    return useless_trunk(carrier, std::move(reason), std::move(remedy), errnum);
  }
  return Error({.action = "use " + carrier.text() + " for VXLAN",
                .reason = std::move(reason),
                .remedy = std::move(remedy),
                .errnum = errnum});
}

const Link& require_trunk(const model::Carrier& trunk, const HostState& host) {
  const Link* const link = trunk.is_tunnel() ? nullptr : host.find(trunk.text());
  if (link != nullptr) return *link;
  throw useless_trunk(trunk, "there is no such link",
                      "'ip link' lists the links: set netdev= to one of them", ENODEV);
}

Error trunk_is_a_port(const Link& trunk, const HostState& host) {
  const Link* const master = host.find(trunk.master);
  const model::Carrier name = model::IfName::parse("trunk", trunk.name);
  if (master != nullptr && master->is_bridge() && master->ours()) {
    return useless_trunk(name, "it is a port of the VLAN-aware bridge " + master->name,
                         "that is what an earlier start with vlan-aware=yes made: "
                         "'network-xvlan stop', and start again");
  }
  return useless_trunk(
      name,
      "it is a port of " +
          (master == nullptr ? "another link" : std::string(master->kind) + " " + master->name),
      "a bridge takes the tagged frames before the VLAN links see them; take " + trunk.name +
          " out, or name a bond or team itself");
}

std::string holder_text(const Link& link, const HostState& host) {
  if (link.is_vxlan() && !link.vxlan->single) {
    return "a VXLAN link with VNI " + std::to_string(link.vxlan->vni);
  }
  if (!link.is_vlan_link()) {
    return link.kind.empty() ? "a network device" : "a link of kind " + std::string(link.kind);
  }
  const Link* const lower = host.find(link.lower);
  return "VLAN " + std::to_string(link.vid) + " of " +
         (lower == nullptr ? "another trunk" : lower->name);
}

void refuse_taken_name(const Segment& wanted, const std::string& name, const HostState& host) {
  const Link* const taken = host.find(name);
  if (taken == nullptr) return;
  throw refusal(wanted, "the name " + name + " is taken by " + holder_text(*taken, host),
                "rename or remove that link, or choose another name for this one");
}

void add_alt_name(Plan& plan, const std::string& name, const std::string& full,
                  const HostState& host) {
  if (!full.empty() && host.knows_alt_names()) plan.emplace_back(AddAltName{name, full});
}

std::optional<Error> mtu_refusal(const Segment& wanted, const Base& base) {
  const std::uint32_t mtu = wanted.mtu.value_or(base.mtu);
  if (mtu <= base.mtu) return std::nullopt;
  const std::uint32_t overhead =
      wanted.tunnelled ? model::vxlan_overhead(wanted.trunk.local().ipv6) : 0;
  return refusal(wanted,
                 "MTU " + std::to_string(mtu) + " is more than " + base.name + " allows" +
                     (wanted.tunnelled ? " below VXLAN" : "") + ", " + std::to_string(base.mtu),
                 std::string(wanted.tunnelled ? "raise its MTU" : "raise the trunk's MTU") +
                     " first: ip link set " + base.name + " mtu " + std::to_string(mtu + overhead));
}

std::uint32_t mtu_of(const Segment& wanted, const Base& base) {
  if (const auto reason = mtu_refusal(wanted, base)) throw Error(*reason);
  return wanted.mtu.value_or(base.mtu);
}

void change(Plan& plan, const LinkRef& link, LinkSettings&& to, LinkSettings&& from) {
  plan.emplace_back(ChangeLink{.link = link, .to = std::move(to), .from = std::move(from)});
}

bool mend(Plan& plan, const Link& link, Mending&& mending, std::uint32_t mtu) {
  const bool off = wants_ipv6_off(link);
  const bool rises = off && link.mtu < model::least_ipv6_mtu && mtu >= model::least_ipv6_mtu;
  if (rises && link.up) plan.emplace_back(SetUp{link, false});
  mending.set_if_other(&LinkSettings::mtu, mtu, link.mtu);
  mending.append_to(plan, link);
  if (off && (link.ipv6 || rises)) plan.emplace_back(SetIpv6{.link = link, .enabled = false});
  return !link.up || rises;
}

void mend_stp(Plan& plan, Mending& mending, const Link& bridge,
              const model::BridgeOptions& options) {
  if (bridge.stp && !options.stp) change(plan, bridge, {.stp = false}, {.stp = true});
  if (!bridge.stp && options.stp) mending.set(&LinkSettings::stp, true, false);
  mending.set_if_other(&LinkSettings::forward_delay, options.forward_delay, bridge.forward_delay);
}

void shut_port(Plan& plan, const Link& port, std::uint16_t groups) {
  if (port.port_groups.value_or(groups) == groups) return;
  change(plan, port, {.port_groups = groups}, {.port_groups = port.port_groups});
}

void switch_trunk_ipv6_off(Plan& plan, const Link& trunk) {
  if (trunk.ipv6 && !model::has_given_address(trunk)) {
    plan.emplace_back(SetIpv6{.link = trunk, .enabled = false});
  }
}

}  // namespace plan
