#include "plan/realisation.hpp"

#include <algorithm>

#include "plan/bridge.hpp"
#include "plan/own_bridge.hpp"
#include "plan/shared_bridge.hpp"

namespace plan {

using model::HostState;
using model::Segment;

namespace {

bool is_shared(const model::Carrier& trunk, std::span<const Segment> wanted) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const Segment& segment) {
    return segment.trunk == trunk && segment.trunk_bridge.vlan_aware;
  });
}

}  // namespace

bool needs_finish(const model::Carrier& trunk, std::span<const Segment> wanted,
                  const HostState& host) {
  return is_shared(trunk, wanted) ? shared_bridge::needs_finish(trunk, wanted, host)
                                  : own_bridge::needs_finish(trunk, host);
}

std::vector<DeleteLink> finish_trunk(const model::Carrier& trunk, std::span<const Segment> wanted,
                                     const HostState& host) {
  return is_shared(trunk, wanted) ? shared_bridge::finish_trunk(trunk, wanted, host)
                                  : own_bridge::finish_trunk(trunk, host);
}

std::optional<Segment> segment_of_port(const model::Carrier& trunk, const model::Link& bridge,
                                       const model::Vlans& vlans, std::span<const Segment> wanted) {
  for (const Segment& segment : wanted) {
    if (segment.trunk != trunk) continue;
    const bool named = segment.bridge.name.text() == bridge.name;
    const bool in_it = vlans == model::Vlans{model::access_vlan(segment.vid.value())};
    if (segment.trunk_bridge.vlan_aware ? named : in_it) return segment;
  }
  return std::nullopt;
}

model::Vlans vlans_of_guest(const Segment& wanted) {
  if (!wanted.trunk_bridge.vlan_aware) return {};
  return {model::access_vlan(wanted.vid.value())};
}

bool cuts_guests(const Plan& plan) {
  return std::any_of(plan.begin(), plan.end(),
                     [](const Operation& step) { return std::holds_alternative<MovePort>(step); });
}

Plan prepare_trunk(const model::Carrier& trunk, std::span<const Segment> wanted,
                   const HostState& host) {
  return is_shared(trunk, wanted) ? shared_bridge::prepare_trunk(trunk, wanted, host)
                                  : own_bridge::prepare_trunk(trunk, wanted, host);
}

Plan prepare_trunk(const model::AlikeSegments& wanted, const HostState& host) {
  return shared_bridge::prepare_trunk(wanted, host);
}

bool are_alike(const model::AlikeSegments& wanted, const HostState& host) {
  return shared_bridge::are_alike(wanted, host);
}

Plan bring_up(const Segment& wanted, const HostState& host, Door door) {
  return wanted.trunk_bridge.vlan_aware ? shared_bridge::bring_up(wanted, host)
                                        : own_bridge::bring_up(wanted, host, door);
}

SegmentLinks find_links(const Segment& wanted, const HostState& host) {
  return wanted.trunk_bridge.vlan_aware ? shared_bridge::find_links(wanted, host)
                                        : own_bridge::find_links(wanted, host);
}

LinkNames link_names(const Segment& wanted, const HostState& host) {
  const SegmentLinks links = find_links(wanted, host);
  const auto name_of = [](const model::Link* link, const model::MadeName& made) {
    return link == nullptr ? made.name.text() : link->name;
  };
  const std::string uplink = name_of(links.uplink, wanted.uplink);
  if (!wanted.trunk_bridge.vlan_aware) return {uplink, name_of(links.bridge, wanted.bridge)};
  return {wanted.tunnelled ? uplink : "-", wanted.trunk_bridge.name.text()};
}

std::vector<const model::Link*> guests_of(const Segment& wanted, const HostState& host) {
  return wanted.trunk_bridge.vlan_aware ? shared_bridge::guests_of(wanted, host)
                                        : own_bridge::guests_of(wanted, host);
}

Plan steps_to(std::span<const Segment> wanted, const HostState& host, Door door) {
  if (wanted.front().trunk_bridge.vlan_aware) return shared_bridge::steps_to(wanted, host);
  Plan plan;
  for (const Segment& segment : wanted) {
    for (Operation& step : own_bridge::steps_to(segment, host, door)) {
      plan.push_back(std::move(step));
    }
  }
  return plan;
}

bool is_wanted_now(const Segment& wanted, const HostState& host) {
  if (!wanted.options.on_demand) return true;
  return wanted.trunk_bridge.vlan_aware ? shared_bridge::is_begun(wanted, host)
                                        : own_bridge::is_begun(wanted, host);
}

Plan without_unused(const model::Link& bridge, const HostState& host) {
  if (!bridge.ours()) return {};
  return shared_bridge::is_shared(bridge, host) ? shared_bridge::without_unused(bridge, host)
                                                : own_bridge::without_unused(bridge, host);
}

bool is_unused(const Segment& wanted, const HostState& host) {
  const model::Link* const bridge = find_links(wanted, host).bridge;
  return wanted.options.on_demand && bridge != nullptr && is_there(wanted, host) &&
         guests_of(wanted, host).empty() && !without_unused(*bridge, host).empty();
}

bool is_there(const Segment& wanted, const HostState& host) {
  return wanted.trunk_bridge.vlan_aware ? shared_bridge::is_there(wanted, host)
                                        : own_bridge::is_there(wanted, host);
}

bool reaches_dom0(const Segment& wanted, const model::Link& bridge) {
  return !wanted.trunk_bridge.vlan_aware || shared_bridge::reaches_dom0(wanted, bridge);
}

bool is_left_open(const Segment& wanted, const model::Link& bridge, const HostState& host) {
  return wanted.trunk_bridge.vlan_aware
             ? !bridge.ours() && shared_bridge::reaches_dom0(wanted, bridge)
             : is_open(bridge) && is_used_by_dom0(bridge, host);
}

const model::Link* trunk_port(const model::Link& bridge, const HostState& host) {
  return shared_bridge::is_shared(bridge, host) ? shared_bridge::trunk_of(bridge, host) : nullptr;
}

std::vector<Segment> vlans_without_link(const model::Link& bridge, const HostState& host) {
  return shared_bridge::is_shared(bridge, host) ? shared_bridge::segments_of(bridge, host)
                                                : std::vector<Segment>{};
}

std::vector<const model::Link*> guests_in_no_vlan(const model::Link& bridge,
                                                  const HostState& host) {
  if (!shared_bridge::is_shared(bridge, host)) return {};
  std::vector<const model::Link*> ports = guest_ports(bridge, host);
  std::erase_if(ports, [](const model::Link* port) { return !port->vlans.empty(); });
  return ports;
}

bool is_used_by_vlans(const model::Link& bridge, const HostState& host) {
  return shared_bridge::is_shared(bridge, host);
}

}  // namespace plan
