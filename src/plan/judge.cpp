#include "plan/judge.hpp"

#include <algorithm>
#include <set>
#include <span>

#include "model/error.hpp"
#include "plan/own_bridge.hpp"

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

/// What `start` would do.
Plan steps_of(const Segment& wanted, const HostState& host) {
  Plan steps = prepare_trunk(wanted.trunk, std::span(&wanted, 1), host);
  for (Operation& step : bring_up(wanted, host)) {
    if (std::find(steps.begin(), steps.end(), step) == steps.end()) {
      steps.push_back(std::move(step));
    }
  }
  return steps;
}

/// What a missing link needs says no more than that it is missing.
void add_steps(Judgement& judgement, const Plan& steps) {
  std::set<std::string> missing;
  for (const Operation& step : steps) {
    const std::string link = subject(step).name;
    if (const std::string* name = created_link(step)) {
      missing.insert(*name);
      judgement.problems.push_back({ProblemCode::missing, *name, *name + " is missing"});
    } else if (!missing.contains(link)) {
      judgement.problems.push_back({ProblemCode::drift, link, "to do: " + describe(step)});
    }
  }
}

void add_addresses(Judgement& judgement, const Link& link) {
  for (const model::Address& address : link.addresses) {
    judgement.problems.push_back({ProblemCode::address, link.name, address_text(link, address)});
  }
}

void add_door(Judgement& judgement, const Link& bridge, const HostState& host) {
  if (is_open(bridge) && is_used_by_dom0(bridge, host)) {
    judgement.problems.push_back({ProblemCode::open, bridge.name,
                                  bridge.name + " is dom0's own and not shut off: its guests "
                                                "reach every address of dom0"});
  } else if (bridge.deaf()) {
    return;
  } else if (bridge.ingress_dropped) {
    judgement.problems.push_back(
        {ProblemCode::weaker, bridge.name,
         bridge.name + " is shut off from dom0 by traffic control: guests' own tags pass"});
  } else if (bridge.routing_shut) {
    judgement.problems.push_back(
        {ProblemCode::open, bridge.name,
         bridge.name + " is shut off from dom0 by IPv4 settings only: broadcasts come in"});
  }
}

/// A bridge that filters VLANs for somebody else gives its ports none of its own accord.
void add_lost_ports(Judgement& judgement, const Link& bridge, const HostState& host) {
  if (bridge.ours() || !bridge.vlan_filtering) return;
  for (const Link* port : host.ports(bridge)) {
    if (!port->vlans.empty()) continue;
    judgement.problems.push_back({ProblemCode::drift, port->name,
                                  port->name + " is in no VLAN of " + bridge.name +
                                      ", which filters them: its frames go nowhere"});
  }
}

void add_manager(Judgement& judgement, const Link& link, const ManagerOf& manager_of) {
  const auto manager = manager_of(link);
  if (!manager) return;
  judgement.problems.push_back(
      {ProblemCode::managed, link.name, link.name + " is managed by " + *manager});
}

bool is_trouble(const model::Problem& problem) {
  return problem.code != ProblemCode::weaker;
}

State state_of(const Judgement& judgement, const SegmentLinks& links) {
  if (links.vlan_link == nullptr || links.bridge == nullptr) return State::missing;
  const auto& problems = judgement.problems;
  return std::any_of(problems.begin(), problems.end(), is_trouble) ? State::wrong : State::up;
}

}  // namespace

Judgement judge(const Segment& wanted, const HostState& host, const ManagerOf& manager_of) {
  Judgement judgement;
  const SegmentLinks links = find_links(wanted, host);
  try {
    add_steps(judgement, steps_of(wanted, host));
  } catch (const model::Error& error) {
    judgement.problems.push_back(
        {ProblemCode::refused, wanted.bridge.name.text(), error.sentence()});
  }
  for (const Link* link : {links.vlan_link, links.bridge}) {
    if (link == nullptr) continue;
    add_addresses(judgement, *link);
    add_manager(judgement, *link, manager_of);
  }
  if (links.bridge != nullptr) {
    add_door(judgement, *links.bridge, host);
    add_lost_ports(judgement, *links.bridge, host);
    for (const Link* guest : guest_ports(*links.bridge, host)) {
      add_manager(judgement, *guest, manager_of);
    }
  }
  judgement.state = state_of(judgement, links);
  return judgement;
}

std::vector<std::string> given_addresses(const Link* link) {
  std::vector<std::string> texts;
  if (link == nullptr || !model::has_given_address(*link)) return texts;
  for (const model::Address& address : link->addresses) {
    texts.push_back(address_text(*link, address));
  }
  return texts;
}

}  // namespace plan
