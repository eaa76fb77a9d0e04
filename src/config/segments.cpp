#include <algorithm>
#include <bitset>
#include <map>
#include <string_view>

#include "config/joined.hpp"
#include "config/settings.hpp"
#include "model/error.hpp"

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

/// Whether an end of tunnels has one VXLAN device for all VLANs.
bool is_single(const Sources& from) {
  return from.trunk.common.vxlan && from.nearest(&Settings::vxlan_single).value_or(false);
}

Vids vids_of(const TrunkSettings& trunk) {
  Vids vids = trunk.common.vlans.value_or(Vids{});
  for (const auto& [vid, settings] : trunk.vlans) vids.add(vid);
  return vids;
}

std::optional<std::uint32_t> bytes_of(const std::optional<model::Mtu>& mtu) {
  return mtu ? std::optional(mtu->value()) : std::nullopt;
}

/// One VXLAN device for all VLANs is a port of one VLAN-aware bridge.
std::optional<bool> vlan_aware_of(const Sources& from, bool single) {
  const auto& said = from.nearest(&Settings::vlan_aware);
  if (!single) return said;
  if (said.value_or(true)) return true;
  throw usage_error("use vxlan-single=yes",
                    "it needs a VLAN-aware bridge, and vlan-aware=no is set",
                    "set vlan-aware=yes, or leave it out");
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
  const auto aware = vlan_aware_of(from, is_single(from));
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

/// The template for the names of a trunk's VLAN links, or of VXLAN links.
NameTemplate uplink_names_of(const Sources& from) {
  const model::Carrier trunk = *from.trunk.common.carrier();
  if (!trunk.is_tunnel()) {
    return {"vlan-name", from.nearest(&Settings::vlan_name).value_or(usual_vlan_name),
            trunk.text()};
  }
  const bool single = is_single(from);
  const auto& said = from.nearest(&Settings::vxlan_name);
  NameTemplate names("vxlan-name", said.value_or(single ? usual_single_name : usual_vxlan_name),
                     {});
  if (!single || !names.has_vid()) return names;
  throw usage_error("use vxlan-name=" + *said, "with vxlan-single=yes all VLANs share one device",
                    "leave %v out");
}

/// The segments of one trunk, or of one end of tunnels.
class SegmentMaker {
 public:
  explicit SegmentMaker(const Sources& from)
      : from_(from),
        trunk_(*from.trunk.common.carrier()),
        trunk_bridge_(trunk_bridge_of(from)),
        uplink_names_(uplink_names_of(from)),
        bridge_names_("bridge-name",
                      bridge_name_of(from, trunk_bridge_.vlan_aware).value_or(usual_bridge_name),
                      trunk_.trunk_text()),
        on_demand_(from.nearest(&Settings::on_demand).value_or(false)),
        single_(is_single(from)) {
    if (!trunk_.is_tunnel() || !on_demand_ || !trunk_bridge_.vlan_aware) return;
    throw usage_error("use on-demand=yes for " + trunk_.text(),
                      "on a VLAN-aware bridge its VLANs are always there",
                      "set on-demand=no in [vxlan " + trunk_.text() + "]");
  }

  [[nodiscard]] Segment make(Vid vid) const {
    static const VlanSettings nothing_said;
    const auto section = from_.trunk.vlans.find(vid);
    const VlanSettings& own = section == from_.trunk.vlans.end() ? nothing_said : section->second;
    Segment segment{
        .trunk = trunk_,
        .vid = vid,
        .uplink = uplink_names_.fill(vid),
        .bridge = own.bridge ? MadeName{.name = *own.bridge, .full = {}} : bridge_names_.fill(vid),
        .mtu = bytes_of(from_.nearest(own, &SegmentSettings::mtu)),
        .options = {.multicast_snooping =
                        from_.nearest(own, &SegmentSettings::multicast_snooping).value_or(false),
                    .guest_tags = from_.nearest(own, &SegmentSettings::guest_tags).value_or(false),
                    .on_demand = on_demand_},
        .trunk_bridge = trunk_bridge_,
        .protection = protection_of(from_, own),
    };
    if (trunk_.is_tunnel()) segment.tunnelled = tunnelled(segment, own);
    refuse_unshared_settings(segment, own);
    return segment;
  }

  /// Nothing unless that is what they are, and their names are sure to differ.
  [[nodiscard]] std::optional<model::AlikeSegments> make_alike(const Vids& vids) const {
    if (vids.empty() || !trunk_bridge_.vlan_aware || on_demand_) return std::nullopt;
    if (trunk_.is_tunnel()) return std::nullopt;
    if (!from_.trunk.vlans.empty() || !names_differ()) return std::nullopt;
    model::AlikeSegments alike{.first = make(*vids.begin()),
                               .vids = vids,
                               .vlan_names = uplink_names_,
                               .bridge_names = bridge_names_};
    (void)make(Vid::parse(std::to_string(vids.ranges().back().last)));  // with the longest names
    return alike;
  }

 private:
  [[nodiscard]] model::Tunnelled tunnelled(const Segment& segment, const VlanSettings& own) const {
    const auto& base = from_.nearest(&Settings::vni_base);
    if (!own.vni && !base) {
      throw usage_error("use " + segment.text(), "it has no VNI",
                        "set vni-base=, to which the VLAN ID is added, or vni= in [vxlan " +
                            trunk_.text() + " vlan " + segment.vid.text() + "]");
    }
    const std::uint32_t vni = own.vni.value_or(base.value_or(0) + segment.vid.value());
    if (vni > model::highest_vni) {
      throw usage_error("use vni-base=" + std::to_string(*base) + " for " + segment.text(),
                        "its VNI would be more than " + std::to_string(model::highest_vni));
    }
    return {.vni = vni,
            .port = from_.nearest(&Settings::port).value_or(model::usual_vxlan_port),
            .single = single_,
            .underlay = from_.nearest(&Settings::underlay).value_or(std::vector<IfName>{})};
  }

  [[nodiscard]] bool names_differ() const {
    if (!uplink_names_.tells_vids_apart() || !bridge_names_.tells_vids_apart()) return false;
    const std::string_view of_vlan_links = uplink_names_.stem();
    const std::string_view of_bridges = bridge_names_.stem();
    const std::string_view bridge = trunk_bridge_.name.text();
    return !of_vlan_links.starts_with(of_bridges) && !of_bridges.starts_with(of_vlan_links) &&
           !bridge.starts_with(of_vlan_links) && !bridge.starts_with(of_bridges) &&
           !trunk_.text().starts_with(of_bridges) && bridge != trunk_.text();
  }

  const Sources& from_;
  model::Carrier trunk_;
  TrunkBridge trunk_bridge_;
  NameTemplate uplink_names_;
  NameTemplate bridge_names_;
  bool on_demand_;
  bool single_;
};

void add_segments(std::vector<Segment>& segments, const Vids& vids, const Sources& from) {
  const SegmentMaker maker(from);
  segments.reserve(segments.size() + vids.size());
  for (const Vid vid : vids) segments.push_back(maker.make(vid));
}

TrunkSettings plain_trunk(const model::Carrier& carrier) {
  TrunkSettings plain;
  plain.common.set_carrier(carrier);
  return plain;
}

TrunkSettings section_of(const File& file, const model::Carrier& trunk) {
  for (const TrunkSettings& section : file.trunks) {
    if (section.common.carrier() == trunk) return section;
  }
  return plain_trunk(trunk);
}

/// One source names one of the two.
std::optional<model::Carrier> carrier_of(const Settings& settings) {
  if (settings.netdev && settings.vxlan) {
    throw usage_error(
        "use netdev=" + settings.netdev->text() + " and vxlan=" + settings.vxlan->text(),
        "they are two carriers of VLANs, with VLANs of their own",
        "give each a section, [trunk NIC] and [vxlan ADDRESS]");
  }
  return settings.carrier();
}

/// The one trunk, or end of tunnels, that the command line means.
model::Carrier meant_trunk(const File& file, const Settings& command_line) {
  const auto typed = carrier_of(command_line);
  const auto named = typed ? typed : carrier_of(file.common);
  if (named) return *named;
  if (file.trunks.size() == 1) return *file.trunks.front().common.carrier();
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
  const auto carrier = carrier_of(common);
  if (common.vlans && !carrier) {
    throw usage_error("use vlans=", "no trunk is named",
                      "name the NIC that carries the tagged frames: netdev=eth1");
  }
  if (carrier && !common.vlans && !file.trunks.empty()) {
    throw usage_error((carrier->is_tunnel() ? "use vxlan=" : "use netdev=") + carrier->text(),
                      "it names no VLAN", "add vlans=, or move it into a section of its own");
  }
  if (common.vlans) trunks.push_back({plain_trunk(*carrier), *common.vlans});
  for (const TrunkSettings& trunk : file.trunks) {
    const model::Carrier own = *trunk.common.carrier();
    const std::string title =
        std::string("use [") + (own.is_tunnel() ? "vxlan " : "trunk ") + own.text() + "]";
    if (own == carrier) {
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
  const model::Carrier trunk = meant_trunk(file, command_line);
  TrunkSettings section = section_of(file, trunk);
  Vids vids = vids_of(section);
  const auto of_file = file.common.carrier();
  const bool file_means_it = !of_file || of_file == trunk;
  if (vids.empty() && file_means_it) vids = file.common.vlans.value_or(vids);
  return {std::move(section), command_line.vlans.value_or(vids)};
}

/// Those that file and command line name together.
std::vector<NamedTrunk> trunks_of(const File& file, const Settings& command_line) {
  if (!command_line.names_any()) return trunks_of(file);
  return {trunk_of(file, command_line)};
}

bool has_tunnels(const File& file) {
  return file.common.vxlan || std::any_of(file.trunks.begin(), file.trunks.end(),
                                          [](const auto& trunk) { return trunk.common.vxlan; });
}

/// What else the file names of the same VLANs, which may share their bridges.
void add_others(std::vector<Segment>& segments, const File& file) {
  Vids vids;
  std::bitset<Vid::highest + 1> seen;
  for (const Segment& segment : segments) {
    if (!seen.test(segment.vid.value())) vids.add(segment.vid);
    seen.set(segment.vid.value());
  }
  if (segments.empty()) return;
  const model::Carrier named = segments.front().trunk;
  const Settings nothing_typed;
  for (const NamedTrunk& trunk : trunks_of(file)) {
    if (trunk.settings.common.carrier() == named) continue;
    add_segments(segments, trunk.vids.common(vids), {nothing_typed, trunk.settings, file.common});
  }
}

}  // namespace

std::vector<Segment> name_segments(const File& file, const Settings& command_line) {
  std::vector<Segment> segments;
  for (const NamedTrunk& trunk : trunks_of(file, command_line)) {
    add_segments(segments, trunk.vids, {command_line, trunk.settings, file.common});
  }
  const auto named = static_cast<std::ptrdiff_t>(segments.size());
  if (command_line.names_any() && has_tunnels(file)) add_others(segments, file);
  join_carriers(segments);
  segments.erase(segments.begin() + named, segments.end());
  refuse_shared_names(segments);
  return segments;
}

std::optional<model::AlikeSegments> name_alike(const File& file, const Settings& command_line) {
  const std::vector<NamedTrunk> trunks = trunks_of(file, command_line);
  if (trunks.size() != 1 || has_tunnels(file)) return std::nullopt;
  const Sources from{command_line, trunks.front().settings, file.common};
  return SegmentMaker(from).make_alike(trunks.front().vids);
}

std::vector<model::Trunk> name_trunks(const File& file) {
  std::vector<model::Trunk> named;
  const Settings nothing_typed;
  for (NamedTrunk& trunk : trunks_of(file)) {
    const Sources from{nothing_typed, trunk.settings, file.common};
    named.push_back({.name = *trunk.settings.common.carrier(),
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
  join_carriers(segments);
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
