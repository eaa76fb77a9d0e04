#include "config/joined.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "model/error.hpp"

namespace config {
namespace {

using model::Segment;
using model::usage_error;

/// Whether both are one VLAN, once on a trunk and once on tunnels, which one bridge joins.
bool joins(const Segment& one, const Segment& other) {
  return one.trunk.is_tunnel() != other.trunk.is_tunnel() && one.vid == other.vid &&
         one.bridge == other.bridge && one.trunk_bridge.name == other.trunk_bridge.name &&
         one.trunk_bridge.vlan_aware == other.trunk_bridge.vlan_aware;
}

model::OtherUplink as_other(const Segment& segment) {
  return {.carrier = segment.trunk, .tunnelled = segment.tunnelled};
}

void refuse_different_settings(const Segment& one, const Segment& other) {
  const bool same =
      one.mtu == other.mtu && one.options == other.options && one.protection == other.protection;
  if (same) return;
  throw usage_error("join " + one.text() + " to " + other.text() + " in " + one.bridge.name.text(),
                    "their settings differ, and it is one bridge", "set the same in both sections");
}

/// Who plugs a guest brings one uplink.
void refuse_on_demand(const Segment& one, const Segment& other) {
  if (!one.options.on_demand) return;
  throw usage_error("join " + one.text() + " to " + other.text() + " on demand",
                    "a VLAN that comes with its guests has one uplink",
                    "set on-demand=no in both sections");
}

/// What all VLANs of a bridge share, whatever carries them.
void refuse_different_bridges(const Segment& one, const Segment& other) {
  const bool same = one.options.on_demand == other.options.on_demand &&
                    one.options.multicast_snooping == other.options.multicast_snooping;
  if (same) return;
  throw usage_error("use bridge " + one.trunk_bridge.name.text() + " for " + one.trunk.text() +
                        " and " + other.trunk.text(),
                    "their settings differ, and it is one bridge",
                    "set on-demand= and multicast-snooping= the same in both sections");
}

/// Tells the VLANs of a trunk on a VLAN-aware bridge which tunnels come there, too.
void tell_trunks(std::vector<Segment>& segments) {
  std::map<std::string_view, const Segment*> tunnels;  // by their bridges' names
  for (const Segment& segment : segments) {
    const bool shared = segment.trunk.is_tunnel() && segment.trunk_bridge.vlan_aware;
    if (shared) tunnels.emplace(segment.trunk_bridge.name.text(), &segment);
  }
  for (Segment& segment : segments) {
    const auto found = tunnels.find(segment.trunk_bridge.name.text());
    const bool shares = !segment.trunk.is_tunnel() && segment.trunk_bridge.vlan_aware;
    if (!shares || found == tunnels.end()) continue;
    refuse_different_bridges(segment, *found->second);
    segment.trunk_bridge.also = as_other(*found->second);
  }
}

}  // namespace

void join_carriers(std::vector<Segment>& segments) {
  const bool any = std::any_of(segments.begin(), segments.end(),
                               [](const Segment& one) { return one.trunk.is_tunnel(); });
  if (!any) return;
  std::map<std::string_view, Segment*> of_trunks;  // by their bridges' names
  std::map<std::string_view, model::OtherUplink> trunk_bridges;
  for (Segment& segment : segments) {
    if (segment.trunk.is_tunnel()) continue;
    of_trunks.emplace(segment.bridge.name.text(), &segment);
    if (segment.trunk_bridge.vlan_aware) {
      trunk_bridges.emplace(segment.trunk_bridge.name.text(), as_other(segment));
    }
  }
  for (Segment& segment : segments) {
    if (!segment.trunk.is_tunnel()) continue;
    if (segment.trunk_bridge.vlan_aware) {
      const auto also = trunk_bridges.find(segment.trunk_bridge.name.text());
      if (also != trunk_bridges.end()) segment.trunk_bridge.also = also->second;
    }
    const auto found = of_trunks.find(segment.bridge.name.text());
    if (found == of_trunks.end() || !joins(segment, *found->second)) continue;
    Segment& of_trunk = *found->second;
    if (of_trunk.other) continue;
    refuse_different_settings(of_trunk, segment);
    refuse_on_demand(of_trunk, segment);
    segment.other = as_other(of_trunk);
    of_trunk.other = as_other(segment);
  }
  tell_trunks(segments);
}

}  // namespace config
