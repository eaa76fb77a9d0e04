#include "command/attachment.hpp"

#include <algorithm>

#include "model/error.hpp"

namespace command {
namespace {

using model::Error;
using model::Segment;
using model::Trunk;
using model::VifSpec;
using model::VlanSpec;

constexpr const char* see_vlans = "check vlans= in xvlan.conf, and 'network-xvlan status'";

Error refusal(const std::string& said, std::string reason, std::string remedy) {
  return Error({.action = "use " + said, .reason = std::move(reason), .remedy = std::move(remedy)});
}

/// The VLANs that a spec asks for on a bridge, or on the only trunk that has them.
struct Wanted {
  std::string bridge;  ///< empty if none was named
  VlanSpec spec;
  std::string said;  ///< in the spec's own words: "vlan=10 with bridge=xenbr0"
};

Attachment attachment_to(const Segment& segment) {
  if (!segment.trunk_bridge.vlan_aware) {
    return {.bridge = segment.bridge.name.text(),
            .mtu = segment.mtu,
            .trunk = segment.trunk,
            .on_demand = segment.options.on_demand,
            .protection = segment.protection};
  }
  return {.bridge = segment.trunk_bridge.name.text(),
          .spec = VlanSpec::parse("vlan", segment.vid.text()),
          .mtu = segment.mtu,
          .trunk = segment.trunk,
          .on_demand = segment.options.on_demand,
          .protection = segment.protection};
}

/// The VLAN of frames without a tag; nothing if there is none.
std::optional<model::Vid> native_of(const VlanSpec& wanted) {
  const auto& vlans = wanted.vlans;
  const auto native =
      std::find_if(vlans.begin(), vlans.end(), [](const auto& v) { return v.pvid; });
  if (native == vlans.end()) return std::nullopt;
  return model::Vid::from_number(native->first);
}

/// The first of the VLANs that the trunk does not have; nothing if it has them all.
std::optional<unsigned> first_missing(const model::Vlans& vlans, const Trunk& trunk) {
  for (const model::BridgeVlan& range : vlans) {
    for (std::uint16_t vid = range.first; vid <= range.last; ++vid) {
      if (!trunk.vids.contains(vid)) return vid;
    }
  }
  return std::nullopt;
}

/// Whether the VLANs are the same on both, one a trunk and one tunnels that one bridge joins.
bool share_bridge(const Trunk& one, const Trunk& other, const Wanted& wanted,
                  Configuration& configuration) {
  if (one.name.is_tunnel() == other.name.is_tunnel()) return false;
  if (one.bridge.vlan_aware != other.bridge.vlan_aware) return false;
  if (one.bridge.vlan_aware) return one.bridge.name == other.bridge.name;
  const auto native = native_of(wanted.spec);
  if (!native) return false;
  const auto segment = configuration.segment(one.name, *native);
  const auto twin = configuration.segment(other.name, *native);
  return segment && twin && segment->bridge == twin->bridge;
}

/// The one trunk that is meant, of those that have the VLANs; nullptr if none has that bridge.
const Trunk* find_trunk(const Wanted& wanted, bool exists, Configuration& configuration) {
  const std::string& bridge = wanted.bridge;
  const Trunk* found = nullptr;
  const Trunk* candidate = nullptr;
  for (const Trunk& trunk : configuration.trunks()) {
    if (!bridge.empty() && trunk.bridge.name.text() != bridge) continue;
    // A name for bridges of one VLAN each yields to a link that has it.
    if (exists && !trunk.bridge.vlan_aware) continue;
    candidate = &trunk;
    if (first_missing(wanted.spec.vlans, trunk)) continue;
    if (found != nullptr && share_bridge(*found, trunk, wanted, configuration)) continue;
    if (found != nullptr) {
      throw refusal(wanted.said,
                    "both " + found->name.text() + " and " + trunk.name.text() + " have it",
                    "name the bridge of the right one, as 'network-xvlan status' shows it");
    }
    found = &trunk;
  }
  if (candidate == nullptr || found != nullptr) return found;
  const unsigned missing = *first_missing(wanted.spec.vlans, *candidate);
  throw refusal(wanted.said,
                candidate->name.text() + " does not have VLAN " + std::to_string(missing),
                see_vlans);
}

Attachment to_trunk(const Trunk& trunk, const Wanted& wanted, Configuration& configuration) {
  const auto native = native_of(wanted.spec);
  const auto segment = native ? configuration.segment(trunk.name, *native) : std::nullopt;
  if (trunk.bridge.vlan_aware) {
    return {.bridge = trunk.bridge.name.text(),
            .spec = wanted.spec,
            .mtu = segment ? segment->mtu : std::nullopt,
            .trunk = trunk.name,
            .on_demand = trunk.on_demand,
            .protection = trunk.guarded ? configuration.protection(trunk.name, wanted.spec.vlans)
                                        : model::Protection{}};
  }
  const bool alone =
      native && wanted.spec.vlans == model::Vlans{model::access_vlan(native->value())};
  if (alone && segment) return attachment_to(*segment);
  throw refusal(wanted.said,
                "each VLAN of " + trunk.name.text() + " has a bridge of its own, for one VLAN only",
                "tagged VLANs need vlan-aware=yes in xvlan.conf, and 'network-xvlan start'");
}

/// `exists` as for understand().
Attachment by_vlan(const Wanted& wanted, bool exists, Configuration& configuration) {
  const std::string& bridge = wanted.bridge;
  const auto named = bridge.empty() ? std::nullopt : configuration.named(bridge);
  if (named) {
    if (wanted.spec.vlans == model::Vlans{model::access_vlan(named->vid.value())}) {
      return attachment_to(*named);
    }
    throw refusal(wanted.said, bridge + " is " + named->text(),
                  "name only one of the two in the domain's vif spec");
  }
  const Trunk* const trunk = find_trunk(wanted, exists, configuration);
  if (trunk != nullptr) return to_trunk(*trunk, wanted, configuration);
  if (!bridge.empty()) return {.bridge = bridge, .spec = wanted.spec, .said = wanted.said};
  throw refusal(wanted.said, "no VLAN is configured, and no bridge was specified",
                "name a VLAN-aware bridge, or the VLANs in xvlan.conf");
}

/// The form that vif-openvswitch reads, and libvirt writes: NAME[.VID][:VID[:VID...]].
struct BridgeAndVlans {
  std::string bridge;
  std::string vlan;  ///< in the words of `vlan`
};

std::optional<BridgeAndVlans> split_bridge(const std::string& text) {
  const std::size_t end = text.find_first_of(".:");
  if (end == std::string::npos || end == 0) return std::nullopt;
  if (text.find_first_not_of("0123456789.:", end) != std::string::npos) return std::nullopt;
  BridgeAndVlans parts{.bridge = text.substr(0, end), .vlan = {}};
  for (std::size_t at = end; at < text.size();) {
    const std::size_t next = std::min(text.find_first_of(".:", at + 1), text.size());
    const bool native = text[at] == '.';
    if (native && at != end) return std::nullopt;
    parts.vlan +=
        (parts.vlan.empty() ? "" : "/") + text.substr(at + 1, next - at - 1) + (native ? "p" : "t");
    at = next;
  }
  return parts;
}

}  // namespace

Attachment understand(const VifSpec& spec, bool exists, Configuration& configuration) {
  const std::string bridge = spec.bridge.value_or("");
  if (spec.vlan && !spec.vlan->empty()) {
    return by_vlan(
        {.bridge = bridge,
         .spec = VlanSpec::parse("vlan", *spec.vlan),
         .said = "vlan=" + *spec.vlan + (bridge.empty() ? "" : " with bridge=" + bridge)},
        exists, configuration);
  }
  if (bridge.empty()) {
    throw Error({.action = {},
                 .reason = "Could not find bridge, and none was specified",
                 .remedy = "name one: bridge=br4 in the domain's vif spec; xvlan never takes just "
                           "any bridge, which would put the guest on a stranger's VLAN"});
  }
  if (exists) return {.bridge = bridge};
  if (const auto named = configuration.named(bridge)) return attachment_to(*named);
  if (const auto parts = split_bridge(bridge)) {
    return by_vlan({.bridge = parts->bridge,
                    .spec = VlanSpec::parse("bridge=" + bridge + " as vlan", parts->vlan),
                    .said = "bridge=" + bridge},
                   false, configuration);
  }
  return {.bridge = bridge};
}

std::string bridge_part(const std::string& text) {
  const auto parts = split_bridge(text);
  return parts ? parts->bridge : text;
}

void check_bridge(const Attachment& wanted, const model::Link& bridge) {
  const bool for_all = bridge.ours() && bridge.gives_no_vlan();
  if (!wanted.spec) {
    if (!for_all) return;
    throw refusal("bridge=" + bridge.name,
                  "it carries all VLANs of its trunk, and the spec names none",
                  "name one in the domain's vif spec: vlan=10, or bridge=br10");
  }
  const std::string words = wanted.said.empty() ? "bridge=" + bridge.name : wanted.said;
  if (!bridge.vlan_filtering) {
    throw refusal(words, "that bridge does not filter VLANs",
                  "name the VLAN's own bridge instead, or make a VLAN-aware one: vlan-aware=yes in "
                  "xvlan.conf, and 'network-xvlan start'");
  }
  if (bridge.ours() && !for_all) {
    throw refusal(
        words, "that is the bridge of one VLAN",
        "leave vlan= out, or set vlan-aware=yes in xvlan.conf and run 'network-xvlan start'");
  }
}

}  // namespace command
