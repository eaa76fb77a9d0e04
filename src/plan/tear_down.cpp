#include "plan/tear_down.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "plan/bridge.hpp"
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

bool is_own_vlan_link(const Link* port) {
  return port->is_vlan_link() && port->ours();
}

/// The ports of `bridge` that tell that somebody uses it: all but its uplink. A VLAN link that
/// somebody else made is a user beside an uplink of our own, and the uplink where there is none.
std::vector<const Link*> users(const Link& bridge, const HostState& host) {
  std::vector<const Link*> ports = host.ports(bridge);
  if (shared_bridge::is_shared(bridge, host)) {
    std::erase(ports, shared_bridge::trunk_of(bridge, host));
    return ports;
  }
  const bool has_own = std::any_of(ports.begin(), ports.end(), is_own_vlan_link);
  std::erase_if(ports, [&](const Link* port) {
    return is_own_vlan_link(port) || (port->is_vlan_link() && !has_own);
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
/// there is none, or if another VLAN has it.
const Link* bridge_of(const Segment& segment, const SegmentLinks& links, const HostState& host) {
  const Link* const bridge = host.find(segment.bridge.name.text());
  if (bridge == nullptr || !bridge->is_bridge()) return nullptr;
  const Link* const uplink = uplink_of(*bridge, host);
  return uplink == nullptr || uplink == links.vlan_link ? bridge : nullptr;
}

/// The links that a scope's segments have for themselves, by ifindex.
std::set<int> links_in_scope(const Scope& scope, const HostState& host) {
  std::set<int> indices;
  for (const Segment& segment : scope.segments) {
    const SegmentLinks links = own_bridge::find_links(segment, host);
    const Link* const bridge = bridge_of(segment, links, host);
    if (links.vlan_link != nullptr) indices.insert(links.vlan_link->index);
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
void spare_guests(TearDown& result, const Link& bridge, const Link& trunk,
                  const model::Vlans& meant, const HostState& host) {
  for (const Link* port : guest_ports(bridge, host)) {
    const model::Vlans kept = model::common(port->vlans, meant);
    if (kept.empty()) continue;
    const bool one = kept.size() == 1 && kept.front().first == kept.front().last;
    result.spared.push_back((one ? "VLAN " : "VLANs ") + model::text(kept) + " of " + trunk.name +
                            (one ? " is" : " are") + " left: guest port " + port->name + " is in " +
                            (one ? "it" : "them"));
  }
}

void tear_down_shared(TearDown& result, const Scope& scope, const Link& bridge,
                      const HostState& host, bool force) {
  const Link* const trunk = shared_bridge::trunk_of(bridge, host);
  const model::Vlans meant = trunk == nullptr ? model::Vlans{} : vlans_in_scope(scope, *trunk);
  const model::Vlans used = force ? model::Vlans{} : vlans_in_use(bridge, host);
  const model::Vlans gone = model::without(meant, used);
  const bool nothing_left = trunk == nullptr || gone == model::normalized(trunk->vlans);
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
  if (!force) spare_guests(result, bridge, *trunk, meant, host);
  if (gone.empty()) return;
  result.departures.push_back(SetVlans{*trunk, model::without(trunk->vlans, gone), trunk->vlans});
}

std::optional<Segment> own_segment_of(const Link& bridge, const HostState& host) {
  const Link* const uplink = uplink_of(bridge, host);
  const Link* const trunk = uplink == nullptr ? nullptr : host.find(uplink->lower);
  if (trunk == nullptr) return std::nullopt;
  const auto made = [](const Link& link) {
    return model::MadeName{.name = model::IfName::parse("name", link.name),
                           .full = link.alt_names.empty() ? "" : link.alt_names.front()};
  };
  return Segment{.trunk = model::IfName::parse("trunk", trunk->name),
                 .vid = model::Vid::parse(std::to_string(uplink->vid)),
                 .vlan_link = made(*uplink),
                 .bridge = made(bridge),
                 .mtu = bridge.mtu,
                 .options = {.stp = bridge.stp,
                             .forward_delay = bridge.forward_delay,
                             .multicast_snooping = bridge.multicast_snooping,
                             .guest_tags = bridge.guest_tags,
                             .on_demand = bridge.on_demand()}};
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
  const auto ports = users(*bridge, host);
  return ports.empty() ? "" : spared_text(link, ports, "its bridge " + bridge->name + " has ");
}

const Link* uplink_of(const Link& bridge, const HostState& host) {
  const Link* found = nullptr;
  for (const Link* port : host.ports(bridge)) {
    if (port->is_vlan_link() && (found == nullptr || port->ours())) found = port;
  }
  return found;
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
      tear_down_shared(result, scope, link, host, force);
      continue;
    }
    const bool made_by_xvlan = link.is_vlan_link() || link.is_bridge();
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
  return result;
}

}  // namespace plan
