#include "plan/judge.hpp"

#include <algorithm>
#include <set>

#include "model/error.hpp"
#include "model/shell.hpp"
#include "model/vif_id.hpp"
#include "plan/bridge.hpp"
#include "plan/gateway.hpp"
#include "plan/realisation.hpp"
#include "plan/vxlan.hpp"

namespace plan {
namespace {

using model::HostState;
using model::Judgement;
using model::Link;
using model::ProblemCode;
using model::Segment;
using model::State;

std::string address_text(const Link& link, const model::Address& address) {
  return link.name + " has address " + address.text();
}

/// What `start` does about it.
model::Problem to_do(ProblemCode code, const std::string& link, std::string text) {
  return {.code = code, .link = link, .text = std::move(text), .mend = start_again};
}

/// What `start` can't mend.
model::Problem refused(const std::string& link, const model::Error& error) {
  return {
      .code = ProblemCode::refused, .link = link, .text = error.sentence(), .mend = error.remedy()};
}

/// Whether the step lets the trunk into the VLAN.
bool lets_in(const Operation& step, const Segment& wanted) {
  const auto* const vlans = std::get_if<SetVlans>(&step);
  return vlans != nullptr && vlans->port.name == wanted.trunk.text() &&
         model::contains(model::without(vlans->to, vlans->from), wanted.vid.value());
}

/// Whether a step is about a guest that is in another VLAN.
bool is_of_another(const Operation& step, const Segment& wanted, const HostState& host) {
  const Link* const port = host.find(subject(step).index);
  if (port == nullptr || !model::is_guest_port(*port)) return false;
  const auto guests = guests_of(wanted, host);
  return std::find(guests.begin(), guests.end(), port) == guests.end();
}

/// What a missing link needs says no more than that it is missing.
void add_steps(Judgement& judgement, const Segment& wanted, const Plan& steps,
               const HostState& host) {
  std::set<std::string> missing;
  for (const Operation& step : steps) {
    if (is_of_another(step, wanted, host)) continue;
    const std::string link = subject(step).name;
    if (const std::string* name = created_link(step)) {
      missing.insert(*name);
      judgement.problems.push_back(to_do(ProblemCode::missing, *name, *name + " is missing"));
    } else if (lets_in(step, wanted)) {
      judgement.problems.push_back(
          to_do(ProblemCode::missing, link, link + " is not in VLAN " + wanted.vid.text()));
    } else if (!missing.contains(link)) {
      judgement.problems.push_back(to_do(ProblemCode::drift, link, "to do: " + describe(step)));
    }
  }
}

/// Guests that came by another way, or before the setting.
void add_unguarded(Judgement& judgement, const Segment& wanted, const HostState& host) {
  const auto add = [&](const Link& guest, const char* reason) {
    judgement.problems.push_back({.code = ProblemCode::unguarded,
                                  .link = guest.name,
                                  .text = guest.name + reason,
                                  .mend = plug_again(guest)});
  };
  if (!wanted.protection.any()) return;
  const bool filters = wanted.protection.antispoof != model::Antispoof::no;
  for (const Link* guest : guests_of(wanted, host)) {
    if (filters && guest->filter.empty()) add(*guest, " is not filtered, plug it again");
    if (wanted.protection.isolated && !guest->isolated) {
      add(*guest, " is not isolated, plug it again");
    }
  }
}

void add_addresses(Judgement& judgement, const Link& link) {
  for (const model::Address& address : link.addresses) {
    judgement.problems.push_back(
        {.code = ProblemCode::address,
         .link = link.name,
         .text = address_text(link, address),
         .mend = "ip address delete " + address.text() + " dev " + model::shell_word(link.name),
         .found = address.text()});
  }
}

void add_door(Judgement& judgement, const Segment& wanted, const Link& bridge,
              const HostState& host) {
  if (is_left_open(wanted, bridge, host)) {
    judgement.problems.push_back(
        {.code = ProblemCode::open,
         .link = bridge.name,
         .text = bridge.name +
                 " is used by dom0 and not shut off: its guests reach every address of dom0"});
  } else if (bridge.deaf()) {
    return;
  } else if (bridge.ingress_dropped) {
    judgement.problems.push_back(
        {.code = ProblemCode::weaker,
         .link = bridge.name,
         .text = bridge.name + " is shut off from dom0 by traffic control: guests' own tags pass"});
  } else if (bridge.routing_shut) {
    judgement.problems.push_back(
        {.code = ProblemCode::open,
         .link = bridge.name,
         .text = bridge.name + " is shut off from dom0 by IPv4 settings only: broadcasts come in"});
  }
}

/// A bridge that filters VLANs for somebody else gives its ports none of its own accord.
void add_lost_ports(Judgement& judgement, const Link& bridge, const HostState& host) {
  if (bridge.ours() || !bridge.vlan_filtering) return;
  for (const Link* port : host.ports(bridge)) {
    if (!port->vlans.empty()) continue;
    judgement.problems.push_back({.code = ProblemCode::drift,
                                  .link = port->name,
                                  .text = port->name + " is in no VLAN of " + bridge.name +
                                          ", which filters them: its frames go nowhere",
                                  .mend = plug_again(*port)});
  }
}

void add_manager(Judgement& judgement, const Link& link, const ManagerOf& manager_of) {
  const auto manager = manager_of(link);
  if (!manager) return;
  judgement.problems.push_back(
      {.code = ProblemCode::managed,
       .link = link.name,
       .text = link.name + " is managed by " + *manager,
       .mend = manager->starts_with("NetworkManager")
                   ? "nmcli device set " + model::shell_word(link.name) + " managed no"
                   : "udevadm trigger --action=change --subsystem-match=net; networkctl reload",
       .found = *manager});
}

/// Who made a VLAN-aware bridge goes on managing it.
bool is_managed_rightly(const Segment& wanted, const Link& link) {
  return wanted.trunk_bridge.vlan_aware && link.is_bridge() && !link.ours();
}

/// Two hosts that join a VLAN to the same trunk send its frames round.
void add_other_gateways(Judgement& judgement, const Segment& wanted, const HostState& host) {
  for (const model::Address& other : other_gateways(wanted, host)) {
    judgement.problems.push_back(
        {.code = ProblemCode::joined,
         .link = wanted.uplink.name.text(),
         .text = other.host_text() + " joins it to a trunk, too: frames may go round",
         .mend =
             "'network-xvlan start' on the host with the higher address takes it off the trunk; "
             "then take it out of [trunk] there",
         .found = other.host_text()});
  }
}

/// Stations on a trunk may send what does not fit into tunnels.
void add_narrow_tunnels(Judgement& judgement, const Segment& wanted, const HostState& host) {
  const Link* const trunk = host.find(wanted.trunk.text());
  const Link* const bridge = find_links(wanted, host).bridge;
  if (trunk == nullptr || bridge == nullptr || bridge->mtu >= trunk->mtu) return;
  judgement.problems.push_back({.code = ProblemCode::mtu,
                                .link = bridge->name,
                                .text = "larger frames of " + trunk->name + " than " +
                                        std::to_string(bridge->mtu) +
                                        " bytes don't get into tunnels"});
}

State state_of(const Judgement& judgement, bool is_there) {
  if (!is_there) return State::missing;
  const auto& problems = judgement.problems;
  return std::any_of(problems.begin(), problems.end(), model::is_trouble) ? State::wrong
                                                                          : State::up;
}

}  // namespace

std::string plug_again(const Link& link) {
  const auto vif = model::vif_of(link);
  if (!vif) return {};
  const bool tap = model::is_tap(link);
  return (tap ? "xvlan-vif add " : "xvlan-vif online ") + vif->name(tap);
}

model::Problem lost(const Link& guest, const std::string& where) {
  return {.code = ProblemCode::lost,
          .link = guest.name,
          .text = guest.name + " is " + where + ": its frames go nowhere",
          .mend = plug_again(guest)};
}

Judgement judge(const Segment& wanted, const HostState& host, const ManagerOf& manager_of) {
  Judgement judgement;
  const SegmentLinks links = find_links(wanted, host);
  try {
    add_steps(judgement, wanted, steps_to(std::span(&wanted, 1), host), host);
  } catch (const model::Error& error) {
    judgement.problems.push_back(refused(wanted.bridge.name.text(), error));
  }
  if (is_unused(wanted, host)) {
    judgement.problems.push_back(
        to_do(ProblemCode::drift, links.bridge->name,
              "to do: remove it, because it came on demand and has no guest"));
  }
  for (const Link* link : {links.uplink, links.bridge}) {
    if (link == nullptr) continue;
    const bool concerned = link->ours() || link != links.bridge || reaches_dom0(wanted, *link);
    if (concerned) add_addresses(judgement, *link);
    if (!is_managed_rightly(wanted, *link)) add_manager(judgement, *link, manager_of);
  }
  if (links.bridge != nullptr) {
    add_door(judgement, wanted, *links.bridge, host);
    add_lost_ports(judgement, *links.bridge, host);
  }
  for (const Link* guest : guests_of(wanted, host)) add_manager(judgement, *guest, manager_of);
  add_unguarded(judgement, wanted, host);
  if (joining_port(wanted, host) != nullptr) {
    add_other_gateways(judgement, wanted, host);
    add_narrow_tunnels(judgement, wanted, host);
  }
  judgement.state = state_of(judgement, is_there(wanted, host));
  return judgement;
}

std::vector<model::Address> hosts_of(const Segment& wanted, const HostState& host,
                                     std::span<const model::RemoteHost> remotes) {
  std::vector<model::Address> hosts;
  const Link* const vxlan = wanted.tunnelled ? find_vxlan(*wanted.tunnelled, host) : nullptr;
  if (vxlan == nullptr) return hosts;
  const std::uint32_t vni = wanted.tunnelled->entry_vni();
  for (const model::RemoteHost& remote : remotes) {
    if (remote.link == vxlan->index && remote.vni == vni) hosts.push_back(remote.host);
  }
  std::sort(hosts.begin(), hosts.end(),
            [](const auto& a, const auto& b) { return a.bytes < b.bytes; });
  return hosts;
}

void judge_hosts(Judgement& judgement, const Segment& wanted, const HostState& host,
                 std::span<const model::RemoteHost> remotes, const PathMtuTo& path_mtu_to) {
  if (!wanted.tunnelled || judgement.state == State::missing) return;
  const auto hosts = hosts_of(wanted, host, remotes);
  const Link* const vxlan = find_vxlan(wanted, host);
  for (const model::Address& other : hosts) {
    const std::uint32_t largest = vxlan->mtu + model::vxlan_overhead(other.ipv6);
    const auto path = path_mtu_to(other);
    if (path.value_or(largest) >= largest) continue;
    judgement.problems.push_back({.code = ProblemCode::mtu,
                                  .link = vxlan->name,
                                  .text = "the way to " + other.host_text() + " has MTU " +
                                          std::to_string(*path) + ": packets of up to " +
                                          std::to_string(largest) + " bytes are cut there, or lost",
                                  .found = other.host_text()});
  }
  if (!hosts.empty()) return;
  judgement.problems.push_back(
      {.code = ProblemCode::alone,
       .link = wanted.uplink.name.text(),
       .text = "no other host of VNI " + std::to_string(wanted.tunnelled->vni) + " is known"});
}

Judgement judge_trunk(const model::Carrier& trunk, std::span<const Segment> wanted,
                      const HostState& host) {
  Judgement judgement{.state = State::on_demand};
  try {
    for (const Operation& step : prepare_trunk(trunk, wanted, host)) {
      judgement.problems.push_back(
          to_do(ProblemCode::drift, subject(step).name, "to do: " + describe(step)));
    }
  } catch (const model::Error& error) {
    judgement.problems.push_back(refused(trunk.text(), error));
  }
  if (!judgement.problems.empty()) judgement.state = State::wrong;
  return judgement;
}

std::vector<std::string> given_addresses(const Segment& wanted, const HostState& host) {
  std::vector<std::string> texts;
  const SegmentLinks links = find_links(wanted, host);
  for (const Link* link : {links.uplink, links.bridge}) {
    if (link == nullptr || !model::has_given_address(*link)) continue;
    if (link == links.bridge && !reaches_dom0(wanted, *link)) continue;
    for (const model::Address& address : link->addresses) {
      texts.push_back(address_text(*link, address));
    }
  }
  return texts;
}

}  // namespace plan
