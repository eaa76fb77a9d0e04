#include "plan/realisation.hpp"

#include <algorithm>

#include "plan/bridge.hpp"
#include "plan/convert.hpp"
#include "plan/own_bridge.hpp"
#include "plan/shared_bridge.hpp"

namespace plan {

using model::HostState;
using model::Segment;

namespace {

bool is_shared(const model::IfName& trunk, std::span<const Segment> wanted) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const Segment& segment) {
    return segment.trunk == trunk && segment.trunk_bridge.vlan_aware;
  });
}

}  // namespace

bool needs_finish(const model::IfName& trunk, std::span<const Segment> wanted,
                  const HostState& host) {
  const model::Link* const link = host.find(trunk.text());
  return link != nullptr && !is_shared(trunk, wanted) &&
         convert::shared_bridge_of(*link, host) != nullptr;
}

Plan finish_trunk(const model::IfName& trunk, std::span<const Segment> wanted,
                  const HostState& host) {
  return is_shared(trunk, wanted) ? Plan{} : own_bridge::finish_trunk(trunk, host);
}

bool cuts_guests(const Plan& plan) {
  return std::any_of(plan.begin(), plan.end(),
                     [](const Operation& step) { return std::holds_alternative<MovePort>(step); });
}

Plan prepare_trunk(const model::IfName& trunk, std::span<const Segment> wanted,
                   const HostState& host) {
  return is_shared(trunk, wanted) ? shared_bridge::prepare_trunk(trunk, wanted, host)
                                  : own_bridge::prepare_trunk(trunk, wanted, host);
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
  if (wanted.trunk_bridge.vlan_aware) return {"-", wanted.trunk_bridge.name.text()};
  const SegmentLinks links = own_bridge::find_links(wanted, host);
  const auto name_of = [](const model::Link* link, const model::MadeName& made) {
    return link == nullptr ? made.name.text() : link->name;
  };
  return {name_of(links.vlan_link, wanted.vlan_link), name_of(links.bridge, wanted.bridge)};
}

std::vector<const model::Link*> guests_of(const Segment& wanted, const HostState& host) {
  return wanted.trunk_bridge.vlan_aware ? shared_bridge::guests_of(wanted, host)
                                        : own_bridge::guests_of(wanted, host);
}

Plan steps_to(const Segment& wanted, const HostState& host) {
  return wanted.trunk_bridge.vlan_aware ? shared_bridge::steps_to(wanted, host)
                                        : own_bridge::steps_to(wanted, host);
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

}  // namespace plan
