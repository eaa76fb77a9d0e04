#include "plan/tear_down.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>

#include "plan/bridge.hpp"
#include "plan/gateway.hpp"
#include "plan/own_bridge.hpp"
#include "plan/realisation.hpp"
#include "plan/shared_bridge.hpp"

namespace plan {
namespace {

using model::HostState;
using model::Link;
using model::Segment;

std::string list_names(const std::vector<const Link*>& links) {
  std::string text;
  for (const Link* link : links) text += (text.empty() ? "" : ", ") + link->name;
  return text;
}

bool is_own_uplink(const Link* port) {
  return port->is_uplink() && port->ours();
}

/// The ports of `bridge` that tell that somebody uses it: all but its uplinks. A VLAN link that
/// somebody else made is a user beside an uplink of our own, and the uplink where there is none.
std::vector<const Link*> users(const Link& bridge, const HostState& host) {
  std::vector<const Link*> ports = host.ports(bridge);
  if (shared_bridge::is_shared(bridge, host)) {
    std::erase(ports, shared_bridge::trunk_of(bridge, host));
    std::erase_if(ports, is_own_uplink);
    return ports;
  }
  const bool has_own = std::any_of(ports.begin(), ports.end(), is_own_uplink);
  std::erase_if(ports, [&](const Link* port) {
    return is_own_uplink(port) || (port->is_uplink() && !has_own);
  });
  return ports;
}

std::string spared_text(const Link& link, const std::vector<const Link*>& users,
                        const std::string& relation) {
  const bool guest = std::any_of(users.begin(), users.end(),
                                 [](const Link* port) { return model::is_guest_port(*port); });
  return link.name + " is left: " + relation + (guest ? "guest port " : "port ") +
         list_names(users);
}

/// The bridge of a segment, also where its trunk has gone and taken the VLAN link along; nullptr if
/// there is none, or if another VLAN has it or an uplink that is no segment's of the scope.
const Link* bridge_of(const Segment& segment, const std::set<int>& uplinks, const HostState& host) {
  const Link* const bridge = host.find(segment.bridge.name.text());
  if (bridge == nullptr || !bridge->is_bridge()) return nullptr;
  const auto all = uplinks_of(*bridge, host);
  const bool all_meant = std::all_of(
      all.begin(), all.end(), [&](const Link* uplink) { return uplinks.contains(uplink->index); });
  return all_meant ? bridge : nullptr;
}

/// The links that a scope's segments have for themselves, by ifindex.
std::set<int> links_in_scope(const Scope& scope, const HostState& host) {
  std::set<int> uplinks;
  for (const Segment& segment : scope.segments) {
    const Link* const uplink = own_bridge::find_links(segment, host).uplink;
    if (uplink != nullptr) uplinks.insert(uplink->index);
  }
  std::set<int> indices = uplinks;
  for (const Segment& segment : scope.segments) {
    const Link* const bridge = bridge_of(segment, uplinks, host);
    if (bridge != nullptr) indices.insert(bridge->index);
  }
  return indices;
}

/// The VIDs that the scope means of a trunk.
model::Vlans vlans_in_scope(const Scope& scope, const Link& trunk) {
  if (scope.everything) return trunk.vlans;
  model::Vlans vlans;
  for (const Segment& segment : scope.segments) {
    const std::uint16_t vid = segment.vid.value();
    if (segment.trunk.text() != trunk.name || !model::contains(trunk.vlans, vid)) continue;
    vlans.push_back({.first = vid, .last = vid});
  }
  return model::normalized(vlans);
}

/// The VNIs that the scope means of a single VXLAN device.
model::Vnis vnis_in_scope(const Scope& scope, const Link& device) {
  if (scope.everything) return device.vnis;
  model::Vlans vlans;
  for (const Segment& segment : scope.segments) {
    const bool is_on = segment.tunnelled && segment.tunnelled->single &&
                       segment.trunk.local().same_host(device.vxlan->local);
    if (is_on) vlans.push_back({.first = segment.vid.value(), .last = segment.vid.value()});
  }
  return model::common(device.vnis, model::normalized(vlans));
}

/// The guests' ports that use a VXLAN link on a VLAN-aware bridge.
std::vector<const Link*> users_of_vxlan(const Link& vxlan, const Link& bridge,
                                        const HostState& host) {
  std::vector<const Link*> ports = guest_ports(bridge, host);
  std::erase_if(ports, [&](const Link* port) {
    return model::common(tunnelled_vlans(vxlan), port->vlans).empty();
  });
  return ports;
}

/// Whether a VXLAN link of ours stays on that VLAN-aware bridge.
bool keeps_tunnels(const Scope& scope, const std::set<int>& in_scope, const Link& bridge,
                   const HostState& host) {
  const auto ports = host.ports(bridge);
  return std::any_of(ports.begin(), ports.end(), [&](const Link* port) {
    if (!port->is_vxlan() || !port->ours()) return false;
    if (port->vxlan->single) return vnis_in_scope(scope, *port) != port->vnis;
    return !scope.everything && !in_scope.contains(port->index);
  });
}

/// Whether the scope means a VLAN of that bridge, be it there or not.
bool is_in_scope(const Link& bridge, const Link* trunk, const Scope& scope) {
  const auto& segments = scope.segments;
  return scope.everything ||
         std::any_of(segments.begin(), segments.end(), [&](const Segment& segment) {
           return segment.trunk_bridge.vlan_aware &&
                  segment.trunk_bridge.name.text() == bridge.name &&
                  (trunk == nullptr || segment.trunk.text() == trunk->name);
         });
}

/// A sentence for each guest in a VLAN that would go.
void spare_guests(TearDown& result, const Link& bridge, const std::string& carrier,
                  const model::Vlans& meant, const HostState& host) {
  for (const Link* port : guest_ports(bridge, host)) {
    const model::Vlans kept = model::common(port->vlans, meant);
    if (kept.empty()) continue;
    const bool one = kept.size() == 1 && kept.front().first == kept.front().last;
    result.spared.push_back((one ? "VLAN " : "VLANs ") + model::text(kept) + " of " + carrier +
                            (one ? " is" : " are") + " left: guest port " + port->name + " is in " +
                            (one ? "it" : "them"));
  }
}

void tear_down_device(TearDown& result, const Scope& scope, const Link& device,
                      const HostState& host, bool force) {
  const model::Vnis meant = vnis_in_scope(scope, device);
  const Link* const bridge = host.find(device.master);
  const model::Vlans used =
      force || bridge == nullptr ? model::Vlans{} : vlans_in_use(*bridge, host);
  const model::Vnis gone = model::without(meant, model::common(meant, used));
  if (bridge != nullptr && !force) {
    spare_guests(result, *bridge, device.vxlan->local.host_text(), model::vlans_of(meant), host);
  }
  if (gone == device.vnis) {
    result.deletions.push_back(DeleteLink{device});
    return;
  }
  result.everything_marked = false;
  const model::Vnis kept = model::without(device.vnis, gone);
  if (!gone.empty()) result.unmapped.push_back(SetVnis{device, kept, device.vnis});
  // One without a VNI, as a killed run leaves it, is no use there.
  const model::Vlans left = model::common(device.vlans, model::vlans_of(kept));
  if (left != device.vlans) result.departures.push_back(SetVlans{device, left, device.vlans});
}

void tear_down_shared(TearDown& result, const Scope& scope, const std::set<int>& in_scope,
                      const Link& bridge, const HostState& host, bool force) {
  const Link* const trunk = shared_bridge::trunk_of(bridge, host);
  const model::Vlans meant = trunk == nullptr ? model::Vlans{} : vlans_in_scope(scope, *trunk);
  const model::Vlans used = force ? model::Vlans{} : vlans_in_use(bridge, host);
  const model::Vlans gone = model::without(meant, used);
  const bool nothing_left = (trunk == nullptr || gone == model::normalized(trunk->vlans)) &&
                            !keeps_tunnels(scope, in_scope, bridge, host);
  const bool named = is_in_scope(bridge, trunk, scope);
  std::string reason = force ? "" : reason_to_spare(bridge, host);
  if (named && nothing_left && reason.empty()) {
    result.deletions.push_back(DeleteLink{bridge});
    return;
  }
  result.everything_marked = false;
  if (!named) return;
  if (nothing_left) {
    result.spared.push_back(std::move(reason));
    return;
  }
  if (trunk == nullptr) return;
  if (!force) spare_guests(result, bridge, trunk->name, meant, host);
  if (gone.empty()) return;
  result.departures.push_back(SetVlans{*trunk, model::without(trunk->vlans, gone), trunk->vlans});
}

/// What other hosts are told no more, because a trunk's end of it goes.
std::vector<DeleteGateway> withdrawals_of(const TearDown& result, const HostState& host) {
  std::vector<DeleteGateway> all;
  const auto add = [&](const Link& port, const model::Vlans& vlans) {
    for (DeleteGateway& one : withdraw_gateways(port, vlans)) all.push_back(std::move(one));
  };
  for (const SetVlans& step : result.departures) {
    const Link* const port = host.find(step.port.index);
    if (port != nullptr) add(*port, model::without(step.from, step.to));
  }
  for (const DeleteLink& step : result.deletions) {
    const Link* const link = host.find(step.link.index);
    if (link == nullptr) continue;
    if (!link->is_bridge()) {
      add(*link, link->vlans);
      continue;
    }
    for (const Link* port : host.ports(*link)) {
      if (!port->ours()) add(*port, port->vlans);  // one of ours is deleted itself
    }
  }
  return all;
}

std::optional<Segment> own_segment_of(const Link& bridge, const HostState& host) {
  const Link* const uplink = uplink_of(bridge, host);
  const Link* const trunk = uplink == nullptr ? nullptr : host.find(uplink->lower);
  if (uplink == nullptr || (trunk == nullptr && !uplink->is_vxlan())) return std::nullopt;
  const auto made = [](const Link& link) {
    return model::MadeName{.name = model::IfName::parse("name", link.name),
                           .full = link.alt_names.empty() ? "" : link.alt_names.front()};
  };
  const bool tunnelled = uplink->is_vxlan();
  return Segment{.trunk = tunnelled ? model::Carrier::tunnel(uplink->vxlan->local)
                                    : model::Carrier(model::IfName::parse("trunk", trunk->name)),
                 .vid = tunnelled ? vid_told_by(*uplink) : *model::Vid::from_number(uplink->vid),
                 .uplink = made(*uplink),
                 .bridge = made(bridge),
                 .mtu = bridge.mtu,
                 .options = {.stp = bridge.stp,
                             .forward_delay = bridge.forward_delay,
                             .multicast_snooping = bridge.multicast_snooping,
                             .guest_tags = bridge.guest_tags,
                             .on_demand = bridge.on_demand()},
                 .tunnelled = tunnelled ? std::optional(as_tunnelled(*uplink)) : std::nullopt};
}

}  // namespace

std::string reason_to_spare(const Link& link, const HostState& host) {
  if (link.is_bridge()) {
    const auto ports = users(link, host);
    return ports.empty() ? "" : spared_text(link, ports, "it has ");
  }
  const auto uppers = host.uppers(link);
  if (!uppers.empty()) return link.name + " is left: " + list_names(uppers) + " stands on it";
  const Link* const bridge = host.find(link.master);
  if (bridge == nullptr) return {};
  const bool shared = link.is_vxlan() && shared_bridge::is_shared(*bridge, host);
  const auto ports = shared ? users_of_vxlan(link, *bridge, host) : users(*bridge, host);
  return ports.empty() ? "" : spared_text(link, ports, "its bridge " + bridge->name + " has ");
}

const Link* uplink_of(const Link& bridge, const HostState& host) {
  const auto uplinks = uplinks_of(bridge, host);
  return uplinks.empty() ? nullptr : uplinks.front();
}

std::vector<const Link*> uplinks_of(const Link& bridge, const HostState& host) {
  std::vector<const Link*> ports = host.ports(bridge);
  std::erase_if(ports, [](const Link* port) { return !port->is_uplink(); });
  const bool has_own = std::any_of(ports.begin(), ports.end(), is_own_uplink);
  if (has_own) std::erase_if(ports, std::not_fn(is_own_uplink));
  // A trunk's before that of tunnels.
  std::stable_partition(ports.begin(), ports.end(),
                        [](const Link* port) { return port->is_vlan_link(); });
  return ports;
}

std::vector<Segment> segments_of(const Link& bridge, const HostState& host) {
  if (shared_bridge::is_shared(bridge, host)) return shared_bridge::segments_of(bridge, host);
  const auto segment = own_segment_of(bridge, host);
  return segment ? std::vector{*segment} : std::vector<Segment>{};
}

TearDown tear_down(const Scope& scope, const HostState& host, bool force) {
  TearDown result;
  result.everything_marked = true;
  const std::set<int> in_scope = links_in_scope(scope, host);
  for (const Link& link : host.links()) {
    if (!link.ours()) continue;
    if (link.on_demand()) result.everything_marked = false;
    if (shared_bridge::is_shared(link, host)) {
      tear_down_shared(result, scope, in_scope, link, host, force);
      continue;
    }
    if (link.is_vxlan() && link.vxlan->single) {
      tear_down_device(result, scope, link, host, force);
      continue;
    }
    const bool made_by_xvlan = link.is_uplink() || link.is_bridge();
    if (!made_by_xvlan || (!scope.everything && !in_scope.contains(link.index))) {
      result.everything_marked = false;
      continue;
    }
    std::string reason = force ? "" : reason_to_spare(link, host);
    if (reason.empty()) {
      result.deletions.push_back(DeleteLink{link});
    } else {
      result.spared.push_back(std::move(reason));
      result.everything_marked = false;
    }
  }
  std::stable_partition(
      result.deletions.begin(), result.deletions.end(),
      [&](const DeleteLink& one) { return host.find(one.link.index)->is_bridge(); });
  result.withdrawals = withdrawals_of(result, host);
  return result;
}

}  // namespace plan
