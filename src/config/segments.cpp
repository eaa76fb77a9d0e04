#include <algorithm>
#include <bitset>
#include <map>
#include <string_view>
#include <unordered_map>

#include "config/settings.hpp"
#include "model/error.hpp"
#include "model/lookup.hpp"

namespace config {
namespace {

using model::IfName;
using model::MadeName;
using model::NameTemplate;
using model::Segment;
using model::TrunkBridge;
using model::usage_error;
using model::Vid;
using model::Vids;

/// The first of the candidates that was said.
template <class T>
const std::optional<T>& first_of(const std::optional<T>& first, const auto&... others) {
  if constexpr (sizeof...(others) == 0) {
    return first;
  } else {
    return first ? first : first_of(others...);
  }
}

/// What applies to one trunk, from the nearest to the farthest: command line, section, file.
struct Sources {
  const Settings& command_line;
  const TrunkSettings& trunk;
  const Settings& file;

  template <class T>
  [[nodiscard]] const std::optional<T>& nearest(std::optional<T> Settings::*setting) const {
    return first_of(command_line.*setting, trunk.common.*setting, file.*setting);
  }

  /// The same for a VLAN that has settings of its own.
  template <class T>
  [[nodiscard]] const std::optional<T>& nearest(const SegmentSettings& own,
                                                std::optional<T> SegmentSettings::*setting) const {
    return first_of(command_line.*setting, own.*setting, trunk.common.*setting, file.*setting);
  }
};

Vids vids_of(const TrunkSettings& trunk) {
  Vids vids = trunk.common.vlans.value_or(Vids{});
  for (const auto& [vid, settings] : trunk.vlans) vids.add(vid);
  return vids;
}

std::optional<std::uint32_t> bytes_of(const std::optional<model::Mtu>& mtu) {
  return mtu ? std::optional(mtu->value()) : std::nullopt;
}

TrunkBridge trunk_bridge_of(const std::optional<bool>& vlan_aware,
                            const std::optional<std::string>& name) {
  TrunkBridge bridge;
  bridge.vlan_aware = vlan_aware.value_or(false);
  if (name) bridge.name = IfName::parse("bridge", *name);
  return bridge;
}

/// What applies to the bridge of a trunk.
TrunkBridge trunk_bridge_of(const Sources& from) {
  const auto& aware = from.nearest(&Settings::vlan_aware);
  if (aware.value_or(false)) return trunk_bridge_of(aware, from.nearest(&Settings::bridge));
  return trunk_bridge_of(aware, first_of(from.trunk.common.bridge, from.file.bridge));
}

/// The template for the bridges of a trunk's VLANs.
const std::optional<std::string>& bridge_name_of(const Sources& from, bool vlan_aware) {
  const auto& typed = from.command_line.bridge;
  if (!typed || vlan_aware) return from.nearest(&Settings::bridge_name);
  if (!from.command_line.bridge_name) return typed;
  throw usage_error("use bridge", "it is the same as bridge-name", "give one of them");
}

/// On a VLAN-aware bridge a guest's tags are VLANs, and its settings are those of all VLANs.
void refuse_unshared_settings(const Segment& segment, const SegmentSettings& own) {
  if (!segment.trunk_bridge.vlan_aware) return;
  if (own.multicast_snooping) {
    throw usage_error("use multicast-snooping= for " + segment.text() + " alone",
                      "with vlan-aware=yes all VLANs of a trunk share one bridge",
                      "set it for the trunk");
  }
  if (!segment.options.guest_tags) return;
  throw usage_error("use guest-tags=yes for " + segment.text(),
                    "with vlan-aware=yes a guest's own tags name VLANs",
                    "give the guest those VLANs: vlan= in its vif spec");
}

model::Protection to_protection(std::optional<model::Antispoof> antispoof,
                                std::optional<bool> isolated, std::optional<bool> any_link_local) {
  return {.antispoof = antispoof.value_or(model::Antispoof::no),
          .isolated = isolated.value_or(false),
          .any_link_local = antispoof == model::Antispoof::ip && any_link_local.value_or(false)};
}

model::Protection protection_of(const Sources& from, const SegmentSettings& own) {
  return to_protection(from.nearest(own, &SegmentSettings::antispoof),
                       from.nearest(own, &SegmentSettings::isolated),
                       from.nearest(own, &SegmentSettings::any_link_local));
}

bool is_guarded(const Sources& from) {
  const auto& sections = from.trunk.vlans;
  return protection_of(from, {}).any() ||
         std::any_of(sections.begin(), sections.end(), [&](const auto& section) {
           return protection_of(from, section.second).any();
         });
}

/// The segments of one trunk.
class SegmentMaker {
 public:
  explicit SegmentMaker(const Sources& from)
      : from_(from),
        trunk_(*from.trunk.common.netdev),
        trunk_bridge_(trunk_bridge_of(from)),
        vlan_names_("vlan-name", from.nearest(&Settings::vlan_name).value_or(usual_vlan_name),
                    trunk_),
        bridge_names_("bridge-name",
                      bridge_name_of(from, trunk_bridge_.vlan_aware).value_or(usual_bridge_name),
                      trunk_),
        on_demand_(from.nearest(&Settings::on_demand).value_or(false)) {}

  [[nodiscard]] Segment make(Vid vid) const {
    static const VlanSettings nothing_said;
    const auto section = from_.trunk.vlans.find(vid);
    const VlanSettings& own = section == from_.trunk.vlans.end() ? nothing_said : section->second;
    Segment segment{
        .trunk = trunk_,
        .vid = vid,
        .vlan_link = vlan_names_.fill(vid),
        .bridge = own.bridge ? MadeName{.name = *own.bridge, .full = {}} : bridge_names_.fill(vid),
        .mtu = bytes_of(from_.nearest(own, &SegmentSettings::mtu)),
        .options = {.multicast_snooping =
                        from_.nearest(own, &SegmentSettings::multicast_snooping).value_or(false),
                    .guest_tags = from_.nearest(own, &SegmentSettings::guest_tags).value_or(false),
                    .on_demand = on_demand_},
        .trunk_bridge = trunk_bridge_,
        .protection = protection_of(from_, own),
    };
    refuse_unshared_settings(segment, own);
    return segment;
  }

  /// Nothing unless that is what they are, and their names are sure to differ.
  [[nodiscard]] std::optional<model::AlikeSegments> make_alike(const Vids& vids) const {
    if (vids.empty() || !trunk_bridge_.vlan_aware || on_demand_) return std::nullopt;
    if (!from_.trunk.vlans.empty() || !names_differ()) return std::nullopt;
    model::AlikeSegments alike{.first = make(*vids.begin()),
                               .vids = vids,
                               .vlan_names = vlan_names_,
                               .bridge_names = bridge_names_};
    (void)make(Vid::parse(std::to_string(vids.ranges().back().last)));  // with the longest names
    return alike;
  }

 private:
  [[nodiscard]] bool names_differ() const {
    if (!vlan_names_.tells_vids_apart() || !bridge_names_.tells_vids_apart()) return false;
    const std::string_view of_vlan_links = vlan_names_.stem();
    const std::string_view of_bridges = bridge_names_.stem();
    const std::string_view bridge = trunk_bridge_.name.text();
    return !of_vlan_links.starts_with(of_bridges) && !of_bridges.starts_with(of_vlan_links) &&
           !bridge.starts_with(of_vlan_links) && !bridge.starts_with(of_bridges) &&
           !trunk_.text().starts_with(of_bridges) && bridge != trunk_.text();
  }

  const Sources& from_;
  const IfName& trunk_;
  TrunkBridge trunk_bridge_;
  NameTemplate vlan_names_;
  NameTemplate bridge_names_;
  bool on_demand_;
};

void add_segments(std::vector<Segment>& segments, const Vids& vids, const Sources& from) {
  const SegmentMaker maker(from);
  segments.reserve(segments.size() + vids.size());
  for (const Vid vid : vids) segments.push_back(maker.make(vid));
}

TrunkSettings section_of(const File& file, const IfName& trunk) {
  for (const TrunkSettings& section : file.trunks) {
    if (section.common.netdev == trunk) return section;
  }
  TrunkSettings plain;
  plain.common.netdev = trunk;
  return plain;
}

/// The one trunk that the command line means.
IfName meant_trunk(const File& file, const Settings& command_line) {
  const auto& named = first_of(command_line.netdev, file.common.netdev);
  if (named) return *named;
  if (file.trunks.size() == 1) return *file.trunks.front().common.netdev;
  throw usage_error(
      "use vlans=",
      file.trunks.empty() ? "no trunk is named" : "the configuration has several trunks",
      "name the NIC that carries the tagged frames: netdev=eth1");
}

/// A trunk that is named, and what its section says.
struct NamedTrunk {
  TrunkSettings settings;
  Vids vids;
};

std::vector<NamedTrunk> trunks_of(const File& file) {
  std::vector<NamedTrunk> trunks;
  const Settings& common = file.common;
  if (common.vlans && !common.netdev) {
    throw usage_error("use vlans=", "no trunk is named",
                      "name the NIC that carries the tagged frames: netdev=eth1");
  }
  if (common.netdev && !common.vlans && !file.trunks.empty()) {
    throw usage_error("use netdev=" + common.netdev->text(), "it names no VLAN",
                      "add vlans=, or move it into a [trunk] section");
  }
  if (common.vlans) {
    TrunkSettings plain;
    plain.common.netdev = common.netdev;
    trunks.push_back({std::move(plain), *common.vlans});
  }
  for (const TrunkSettings& trunk : file.trunks) {
    const std::string title = "use [trunk " + trunk.common.netdev->text() + "]";
    if (trunk.common.netdev == common.netdev) {
      throw usage_error(title, "the same trunk has VLANs before the first section too",
                        "keep them in one place");
    }
    Vids vids = vids_of(trunk);
    if (vids.empty()) throw usage_error(title, "it names no VLAN", "add vlans=");
    trunks.push_back({trunk, std::move(vids)});
  }
  return trunks;
}

NamedTrunk trunk_of(const File& file, const Settings& command_line) {
  const IfName trunk = meant_trunk(file, command_line);
  TrunkSettings section = section_of(file, trunk);
  Vids vids = vids_of(section);
  const bool file_means_it = !file.common.netdev || file.common.netdev == trunk;
  if (vids.empty() && file_means_it) vids = file.common.vlans.value_or(vids);
  return {std::move(section), command_line.vlans.value_or(vids)};
}

/// Those that file and command line name together.
std::vector<NamedTrunk> trunks_of(const File& file, const Settings& command_line) {
  if (!command_line.names_any()) return trunks_of(file);
  return {trunk_of(file, command_line)};
}

/// Which segment has the link of a name.
class LinkOwners {
 public:
  explicit LinkOwners(const std::vector<Segment>& segments)
      : segments_(segments), by_name_(2 * segments.size()) {}

  /// Throws Error if another link has the name already.
  void claim(const Segment& segment, const IfName& name) {
    if (const Segment* const owner = find(name.text())) {
      throw usage_error("name a link " + name.text(),
                        owner == &segment
                            ? "it would be both VLAN link and bridge of " + segment.text()
                            : "it would belong to " + owner->text() + " and to " + segment.text());
    }
    by_name_.add(model::name_key(name.text()),
                 static_cast<std::size_t>(&segment - segments_.data()));
  }

  [[nodiscard]] const Segment* find(std::string_view name) const {
    return by_name_.find_in(segments_, model::name_key(name), [&](const Segment& segment) {
      return segment.vlan_link.name.text() == name || segment.bridge.name.text() == name;
    });
  }

 private:
  const std::vector<Segment>& segments_;
  model::Lookup by_name_;  ///< positions in segments_
};

/// Each VLAN-aware bridge is one trunk's, and no VLAN has its name.
void refuse_shared_trunk_bridges(const std::vector<Segment>& segments, const LinkOwners& owners) {
  std::map<std::string_view, std::string_view> trunks;  // by their bridges' names
  for (const Segment& segment : segments) {
    if (!segment.trunk_bridge.vlan_aware) continue;
    const std::string& name = segment.trunk_bridge.name.text();
    const auto [other, added] = trunks.emplace(name, segment.trunk.text());
    if (other->second != segment.trunk.text()) {
      throw usage_error("name a bridge " + name,
                        "it would belong to trunk " + std::string(other->second) +
                            " and to trunk " + segment.trunk.text(),
                        "give each its own: bridge=NAME in the section of the trunk");
    }
    if (!added) continue;
    const bool is_trunk = std::any_of(segments.begin(), segments.end(),
                                      [&](const Segment& one) { return one.trunk.text() == name; });
    if (is_trunk) throw usage_error("name a bridge " + name, "it is the name of a trunk");
    const Segment* const owner = owners.find(name);
    if (owner != nullptr) {
      throw usage_error("name a bridge " + name, "it would belong to " + owner->text() +
                                                     " and to trunk " + segment.trunk.text());
    }
  }
}

}  // namespace

void refuse_shared_names(const std::vector<Segment>& segments) {
  LinkOwners owners(segments);
  std::unordered_map<std::string_view, std::bitset<Vid::highest + 1>> vids_of_trunk;
  for (const Segment& segment : segments) {
    auto& seen = vids_of_trunk[segment.trunk.text()];
    if (seen.test(segment.vid.value())) {
      throw usage_error("use " + segment.text() + " twice",
                        "two VLAN links can't share its frames");
    }
    seen.set(segment.vid.value());
    owners.claim(segment, segment.vlan_link.name);
    owners.claim(segment, segment.bridge.name);
  }
  refuse_shared_trunk_bridges(segments, owners);
  for (const auto& [trunk, vids] : vids_of_trunk) {
    const Segment* const owner = owners.find(trunk);
    const bool stacked = owner != nullptr && owner->vlan_link.name.text() == trunk;
    if (owner != nullptr && !stacked) {
      throw usage_error("name a bridge " + std::string(trunk), "it is the name of a trunk");
    }
  }
}

std::vector<Segment> name_segments(const File& file, const Settings& command_line) {
  std::vector<Segment> segments;
  for (const NamedTrunk& trunk : trunks_of(file, command_line)) {
    add_segments(segments, trunk.vids, {command_line, trunk.settings, file.common});
  }
  refuse_shared_names(segments);
  return segments;
}

std::optional<model::AlikeSegments> name_alike(const File& file, const Settings& command_line) {
  const std::vector<NamedTrunk> trunks = trunks_of(file, command_line);
  if (trunks.size() != 1) return std::nullopt;
  const Sources from{command_line, trunks.front().settings, file.common};
  return SegmentMaker(from).make_alike(trunks.front().vids);
}

std::vector<model::Trunk> name_trunks(const File& file) {
  std::vector<model::Trunk> named;
  const Settings nothing_typed;
  for (NamedTrunk& trunk : trunks_of(file)) {
    const Sources from{nothing_typed, trunk.settings, file.common};
    named.push_back({.name = *trunk.settings.common.netdev,
                     .bridge = trunk_bridge_of(from),
                     .vids = std::move(trunk.vids),
                     .on_demand = from.nearest(&Settings::on_demand).value_or(false),
                     .guarded = is_guarded(from)});
  }
  return named;
}

std::vector<Segment> name_segments(const File& file, const Vids& wanted) {
  std::vector<Segment> segments;
  const Settings nothing_typed;
  for (const NamedTrunk& trunk : trunks_of(file)) {
    add_segments(segments, trunk.vids.common(wanted), {nothing_typed, trunk.settings, file.common});
  }
  return segments;
}

void add_settings(std::vector<Segment>& segments, const File& file, const Settings& command_line) {
  const Settings& common = file.common;
  const auto& aware = first_of(command_line.vlan_aware, common.vlan_aware);
  const bool is_aware = aware.value_or(false);
  const TrunkBridge trunk_bridge = trunk_bridge_of(
      aware, is_aware ? first_of(command_line.bridge, common.bridge) : common.bridge);
  for (Segment& segment : segments) {
    segment.mtu = first_of(bytes_of(command_line.mtu), segment.mtu, bytes_of(common.mtu));
    segment.options.multicast_snooping =
        first_of(command_line.multicast_snooping, common.multicast_snooping).value_or(false);
    segment.options.guest_tags =
        first_of(command_line.guest_tags, common.guest_tags).value_or(false);
    segment.options.on_demand = common.on_demand.value_or(false);
    segment.protection = to_protection(common.antispoof, common.isolated, common.any_link_local);
    segment.trunk_bridge = trunk_bridge;
    refuse_unshared_settings(segment, {});
  }
}

}  // namespace config
