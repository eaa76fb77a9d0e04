#include "plan/survey.hpp"

#include <algorithm>
#include <map>

#include "model/error.hpp"
#include "plan/bridge.hpp"
#include "plan/realisation.hpp"

namespace plan {
namespace {

using model::HostState;
using model::IfName;
using model::Link;
using model::MadeName;
using model::Segment;
using model::Vid;
using model::Vlans;

constexpr const char* kind_of_vlan_links = "vlan";

MadeName name_of(const Link& link) {
  const auto full = std::find_if(link.alt_names.begin(), link.alt_names.end(),
                                 [](const auto& name) { return name.size() > IfName::longest; });
  return {.name = IfName::parse("name", link.name),
          .full = full == link.alt_names.end() ? "" : *full};
}

std::string joined(const std::vector<const Link*>& links) {
  std::string text;
  for (const Link* link : links) {
    if (!text.empty()) text += link == links.back() ? " and " : ", ";
    text += link->name;
  }
  return text;
}

std::vector<const Link*> ports_but_guests(const Link& bridge, const HostState& host) {
  std::vector<const Link*> ports = host.ports(bridge);
  std::erase_if(ports, [](const Link* port) { return model::is_guest_port(*port); });
  std::sort(ports.begin(), ports.end(),
            [](const Link* a, const Link* b) { return a->index < b->index; });
  return ports;
}

/// How dom0 uses a bridge that xvlan did not make; empty if it does not, or if xvlan made it.
std::string use_of_dom0(const Link& bridge, const Link& uplink, const HostState& host) {
  if (bridge.ours()) return "";
  for (const Link* link : {&bridge, &uplink}) {
    const model::Address* const address = model::given_address(*link);
    if (address != nullptr)
      return "dom0 uses it: " + link->name + " has address " + address->text();
  }
  const auto uppers = host.uppers(bridge);
  if (uppers.empty()) return "";
  return "dom0 uses it: " + joined(uppers) + (uppers.size() == 1 ? " is" : " are") + " on top of " +
         bridge.name;
}

/// The VLANs whose frames come or go without a tag.
Vlans without_tags(const Vlans& vlans) {
  Vlans plain = vlans;
  std::erase_if(plain, [](const auto& range) { return !range.pvid && !range.untagged; });
  return plain;
}

class Surveyor {
 public:
  Surveyor(const HostState& host, const Link* trunk) : host_(host), only_(trunk) {}

  Survey run() {
    for (const Link& link : host_.links()) {
      if (link.is_bridge()) look_at_bridge(link);
      if (link.kind == kind_of_vlan_links && link.master == 0) look_at_lone(link);
    }
    for (auto& [trunk, segments] : trunks_) add(segments, *host_.find(trunk));
    return std::move(survey_);
  }

 private:
  /// Whether somebody asked for the trunk to which `link` leads.
  [[nodiscard]] bool is_asked_for(const Link& link) const {
    return only_ == nullptr || link.index == only_->index ||
           (link.kind == kind_of_vlan_links && link.lower == only_->index);
  }

  void leave(const std::string& what, const std::string& why) { leave(what + ": " + why); }

  void leave(const std::string& sentence) {
    auto& all = survey_.left_out;
    if (std::find(all.begin(), all.end(), sentence) == all.end()) all.push_back(sentence);
  }

  void look_at_bridge(const Link& bridge) {
    const auto uplinks = ports_but_guests(bridge, host_);
    if (std::none_of(uplinks.begin(), uplinks.end(),
                     [&](const Link* port) { return is_asked_for(*port); })) {
      if (uplinks.empty() && only_ == nullptr) leave(bridge.name, "it has no uplink");
    } else if (uplinks.size() > 1) {
      leave(bridge.name, "it joins " + joined(uplinks));
    } else if (uplinks.front()->kind == kind_of_vlan_links) {
      look_at_own(bridge, *uplinks.front());
    } else if (uplinks.front()->is_vxlan()) {
      leave(bridge.name, "VXLAN link " + uplinks.front()->name + " carries it");
    } else if (bridge.vlan_filtering) {
      look_at_shared(bridge, *uplinks.front());
    } else {
      leave(bridge.name, "its uplink " + uplinks.front()->name + " is not a VLAN link");
    }
  }

  void look_at_lone(const Link& vlan_link) {
    if (is_asked_for(vlan_link)) leave(text_of(vlan_link), "it is in no bridge");
  }

  /// "eth1.4, VLAN 4 of eth1"
  [[nodiscard]] std::string text_of(const Link& vlan_link) const {
    if (!vlan_link.is_vlan_link()) return vlan_link.name + ", an 802.1ad link";
    return vlan_link.name + ", " + holder_text(vlan_link, host_);
  }

  void look_at_own(const Link& bridge, const Link& vlan_link) {
    const std::string what = bridge.name + ", " + holder_text(vlan_link, host_);
    const Link* const trunk = host_.find(vlan_link.lower);
    if (!vlan_link.is_vlan_link()) {
      leave(bridge.name, "its uplink " + vlan_link.name + " is an 802.1ad link, not an 802.1Q one");
    } else if (trunk == nullptr) {
      leave(bridge.name, "the link below " + vlan_link.name + " is not on this host");
    } else if (const std::string why = reason_against(*trunk); !why.empty()) {
      leave(what, why);
    } else if (const std::string use = use_of_dom0(bridge, vlan_link, host_); !use.empty()) {
      leave(what, use);
    } else {
      consider(own_segment(bridge, vlan_link, *trunk), *trunk);
    }
  }

  /// Why no VLAN of its can have a VLAN link and a bridge of its own; empty if they can.
  [[nodiscard]] std::string reason_against(const Link& trunk) const {
    if (trunk.is_bridge() || trunk.kind == kind_of_vlan_links || model::is_guest_port(trunk)) {
      return trunk.name + " is not a NIC, bond or team";
    }
    if (trunk.master == 0) return "";
    const Link* const master = host_.find(trunk.master);
    return trunk.name + " is a port of " + (master == nullptr ? "another link" : master->name);
  }

  static Segment own_segment(const Link& bridge, const Link& vlan_link, const Link& trunk) {
    return {.trunk = IfName::parse("trunk", trunk.name),
            .vid = *Vid::from_number(vlan_link.vid),
            .uplink = name_of(vlan_link),
            .bridge = name_of(bridge),
            .mtu = std::min(bridge.mtu, vlan_link.mtu),  // what guests can count on
            .options = {.multicast_snooping = bridge.ours() && bridge.multicast_snooping,
                        .guest_tags = bridge.guest_tags,
                        .on_demand = bridge.on_demand()},
            .protection = model::Protection::of_mark(bridge.alias).value_or(model::Protection{})};
  }

  void look_at_shared(const Link& bridge, const Link& trunk) {
    const Vlans plain = without_tags(trunk.vlans);
    Vlans tagged = model::without(trunk.vlans, plain);
    const auto leave_vlans = [&](const Vlans& vlans, const std::string& why) {
      const std::string numbers = model::text(model::common(vlans, vlans));
      if (!vlans.empty()) leave("VLAN " + numbers + " of " + trunk.name, why);
    };
    if (const std::string use = use_of_dom0(bridge, bridge, host_); !use.empty()) {
      leave_vlans(model::common(tagged, bridge.vlans), use);
      tagged = model::without(tagged, bridge.vlans);
    }
    if (tagged.empty()) {
      leave(bridge.name, "its uplink " + trunk.name + " has no tagged VLAN for guests");
    } else {
      leave_vlans(plain, "it is untagged there");
    }
    for (const model::BridgeVlan& range : tagged) {
      for (unsigned vid = range.first; vid <= range.last; ++vid) {
        consider(shared_segment(bridge, trunk, *Vid::from_number(vid)), trunk);
      }
    }
  }

  static Segment shared_segment(const Link& bridge, const Link& trunk, Vid vid) {
    const MadeName name = name_of(bridge);
    return {.trunk = IfName::parse("trunk", trunk.name),
            .vid = vid,
            .uplink = name,
            .bridge = name,
            .mtu = {},
            .options = {.multicast_snooping = bridge.ours() && bridge.multicast_snooping,
                        .on_demand = bridge.on_demand()},
            .trunk_bridge = {.name = name.name, .vlan_aware = true}};
  }

  /// What `start` refuses is no VLAN, and the refusal says why.
  void consider(const Segment& segment, const Link& trunk) {
    try {
      (void)steps_to(std::span(&segment, 1), host_);
      trunks_[trunk.index].push_back(segment);
    } catch (const model::Error& error) {
      leave(error.sentence());
    }
  }

  void add(std::vector<Segment>& segments, const Link& trunk) {
    std::sort(segments.begin(), segments.end(),
              [](const Segment& a, const Segment& b) { return a.vid < b.vid; });
    const auto on_demand = [](const Segment& one) { return one.options.on_demand; };
    const bool all = std::all_of(segments.begin(), segments.end(), on_demand);
    for (Segment& segment : segments) segment.options.on_demand = all;
    leave_mtu_to_trunk(segments, trunk);
    survey_.segments.insert(survey_.segments.end(), segments.begin(), segments.end());
  }

  /// Where most VLANs have the trunk's MTU, nobody need say it.
  static void leave_mtu_to_trunk(std::vector<Segment>& segments, const Link& trunk) {
    const auto same = std::count_if(segments.begin(), segments.end(),
                                    [&](const Segment& one) { return one.mtu == trunk.mtu; });
    if (2 * static_cast<std::size_t>(same) < segments.size()) return;
    for (Segment& segment : segments) {
      if (segment.mtu == trunk.mtu) segment.mtu.reset();
    }
  }

  const HostState& host_;
  const Link* only_;  ///< the trunk that was asked for; nullptr for any
  Survey survey_;
  std::map<int, std::vector<Segment>> trunks_;  ///< by ifindex
};

}  // namespace

Survey survey(const HostState& host, const std::optional<IfName>& trunk) {
  return Surveyor(host, trunk ? &require_trunk(*trunk, host) : nullptr).run();
}

}  // namespace plan
