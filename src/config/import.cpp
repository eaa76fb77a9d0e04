#include "config/import.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "config/writer.hpp"

namespace config {
namespace {

using model::MadeName;
using model::NameTemplate;
using model::Segment;
using Segments = std::span<const Segment>;
using Names = std::set<std::string, std::less<>>;

std::string replaced(std::string text, std::string_view part, std::string_view by) {
  const std::size_t at = text.find(part);
  return at == std::string::npos ? text : text.replace(at, part.size(), by);
}

/// Templates that may give `name`: its VID may stand anywhere in it, and its trunk beside that.
std::vector<std::string> patterns_of(const std::string& name, const Segment& segment) {
  std::vector<std::string> patterns;
  const std::string vid = segment.vid.text();
  const std::string& trunk = segment.trunk.text();
  for (std::size_t at = name.find(vid); at != std::string::npos; at = name.find(vid, at + 1)) {
    const std::string before = name.substr(0, at);
    const std::string behind = name.substr(at + vid.size());
    patterns.push_back(before + "%v" + behind);
    patterns.push_back(replaced(before, trunk, "%t") + "%v" + behind);
    patterns.push_back(before + "%v" + replaced(behind, trunk, "%t"));
  }
  return patterns;
}

bool gives(const std::string& pattern, const Segment& segment, const MadeName& name) {
  return NameTemplate("template", pattern, segment.trunk.trunk_text()).fill(segment.vid).name ==
         name.name;
}

/// Which names the templates give of one kind of link of a trunk.
class Templates {
 public:
  Templates(Segments segments, MadeName Segment::*link, std::string usual)
      : segments_(segments), link_(link), usual_(std::move(usual)) {
    counts_[usual_] = 0;
    for (const Segment& segment : segments) count(segment);
  }

  /// One that gives the most names: of several the usual one or, else, one with the trunk in it.
  [[nodiscard]] std::string best() const {
    const auto rank = [&](const auto& one) {
      const auto& [pattern, count] = one;
      return std::tuple(count, pattern == usual_, pattern.find("%t") != std::string::npos,
                        pattern.find("%v"));
    };
    return std::max_element(counts_.begin(), counts_.end(),
                            [&](const auto& a, const auto& b) { return rank(a) < rank(b); })
        ->first;
  }

  [[nodiscard]] bool gives_all(const std::string& pattern) const {
    return counts_.at(pattern) == segments_.size();
  }

 private:
  void count(const Segment& segment) {
    const MadeName& name = segment.*link_;
    std::set<std::string> patterns{usual_};
    for (const std::string& text : {name.name.text(), name.full}) {
      // A template has no way to say a '%' that stands for itself.
      if (text.find('%') != std::string::npos) continue;
      for (std::string& pattern : patterns_of(text, segment)) patterns.insert(std::move(pattern));
    }
    for (const std::string& pattern : patterns) {
      if (is_writable(pattern) && gives(pattern, segment, name)) ++counts_[pattern];
    }
  }

  Segments segments_;
  MadeName Segment::*link_;
  std::string usual_;
  std::map<std::string, std::size_t> counts_;
};

/// What there is to say of a VLAN.
SegmentSettings all_of(const Segment& segment) {
  SegmentSettings settings;
  if (segment.mtu) settings.mtu = model::Mtu::read(std::to_string(*segment.mtu));
  settings.multicast_snooping = segment.options.multicast_snooping;
  settings.guest_tags = segment.options.guest_tags;
  settings.antispoof = segment.protection.antispoof;
  settings.isolated = segment.protection.isolated;
  settings.any_link_local = segment.protection.any_link_local;
  return settings;
}

/// What a VLAN has of which nothing is said; its MTU is the trunk's.
SegmentSettings unsaid() {
  SegmentSettings settings;
  settings.multicast_snooping = settings.guest_tags = settings.isolated = false;
  settings.any_link_local = false;
  settings.antispoof = model::Antispoof::no;
  return settings;
}

/// What most of the values are or, if one of them can't be said, nothing.
template <class T>
std::optional<T> usual_of(const std::vector<std::optional<T>>& values, std::optional<T> usual) {
  const auto count = [&](const auto& value) {
    return std::count(values.begin(), values.end(), value);
  };
  if (count(std::nullopt) > 0) return std::nullopt;
  for (const auto& value : values) {
    if (value != usual && count(value) > count(usual)) usual = value;
  }
  return usual;
}

/// Says of a trunk what most of its VLANs have, and of each other VLAN what that has.
template <class T>
void say(TrunkSettings& trunk, Segments segments, std::optional<T> SegmentSettings::*setting) {
  std::vector<std::optional<T>> values;
  for (const Segment& segment : segments) values.push_back(all_of(segment).*setting);
  const std::optional<T> usual = usual_of(values, unsaid().*setting);
  if (usual != unsaid().*setting) trunk.common.*setting = usual;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != usual) trunk.vlans[segments[i].vid].*setting = values[i];
  }
}

void say_settings(TrunkSettings& trunk, Segments segments) {
  say(trunk, segments, &SegmentSettings::mtu);
  for (const auto setting : {&SegmentSettings::multicast_snooping, &SegmentSettings::guest_tags,
                             &SegmentSettings::any_link_local, &SegmentSettings::isolated}) {
    say(trunk, segments, setting);
  }
  say(trunk, segments, &SegmentSettings::antispoof);
}

void say_names(TrunkSettings& trunk, Segments segments) {
  const std::string bridges = Templates(segments, &Segment::bridge, usual_bridge_name).best();
  if (bridges != usual_bridge_name) trunk.common.bridge_name = bridges;
  for (const Segment& segment : segments) {
    if (gives(bridges, segment, segment.bridge)) continue;
    trunk.vlans[segment.vid].bridge = segment.bridge.name;
  }
  const Templates vlan_links(segments, &Segment::uplink, usual_vlan_name);
  const std::string best = vlan_links.best();
  if (best != usual_vlan_name && vlan_links.gives_all(best)) trunk.common.vlan_name = best;
}

/// Names for the VLANs of a VLAN-aware bridge that are nobody's yet.
void say_free_names(TrunkSettings& trunk, Segments segments, Names& taken) {
  for (const char* const pattern : {usual_bridge_name, "%t-%v", "%t+%v"}) {
    const NameTemplate names("bridge-name", pattern, segments.front().trunk.trunk_text());
    std::vector<std::string> made;
    for (const Segment& one : segments) made.push_back(names.fill(one.vid).name.text());
    const auto is_taken = [&](const std::string& name) { return taken.contains(name); };
    if (std::any_of(made.begin(), made.end(), is_taken)) continue;
    taken.insert(made.begin(), made.end());
    if (pattern != usual_bridge_name) trunk.common.bridge_name = pattern;
    return;
  }
}

TrunkSettings settings_of(Segments segments, Names& taken) {
  const Segment& any = segments.front();
  TrunkSettings trunk;
  trunk.common.netdev = *any.trunk.trunk();
  trunk.common.vlans.emplace();
  for (const Segment& segment : segments) trunk.common.vlans->add(segment.vid);
  if (any.options.on_demand) trunk.common.on_demand = true;
  if (any.trunk_bridge.vlan_aware) {
    trunk.common.vlan_aware = true;
    trunk.common.bridge = any.trunk_bridge.name.text();
    say_free_names(trunk, segments, taken);
  } else {
    say_names(trunk, segments);
  }
  say_settings(trunk, segments);
  return trunk;
}

const std::string& bridge_of(const Segment& segment) {
  return segment.trunk_bridge.vlan_aware ? segment.trunk_bridge.name.text()
                                         : segment.bridge.name.text();
}

File file_of(Segments segments) {
  File file;
  Names taken;
  for (const Segment& segment : segments) taken.insert({segment.trunk.text(), bridge_of(segment)});
  while (!segments.empty()) {
    const Segments of_trunk = model::of_first_trunk(segments);
    file.trunks.push_back(settings_of(of_trunk, taken));
    segments = segments.subspan(of_trunk.size());
  }
  // What stands before the first section has no VLANs with settings of their own.
  if (file.trunks.size() == 1 && file.trunks.front().vlans.empty()) {
    file.common = std::move(file.trunks.front().common);
    file.trunks.clear();
  }
  return file;
}

bool is_writable(const Segment& segment) {
  return config::is_writable(segment.trunk.text()) && config::is_writable(bridge_of(segment));
}

/// Leaves out those whose VLAN link the file would call as another link is called. True if any is.
bool leave_out_clashes(std::vector<Segment>& segments, Import& import) {
  Names taken;
  for (const Segment& segment : segments) taken.insert({segment.trunk.text(), bridge_of(segment)});
  std::size_t left = 0;
  for (const Segment& named : name_segments(import.file, model::Vids::all())) {
    const std::string& name = named.uplink.name.text();
    if (taken.insert(name).second) continue;
    import.left_out.push_back(named.text() + ": its VLAN link would be called " + name +
                              ", and so is another link");
    left += std::erase_if(segments, [&](const Segment& one) {
      return one.trunk == named.trunk && one.vid == named.vid;
    });
  }
  return left != 0;
}

}  // namespace

Import import_segments(std::span<const Segment> segments) {
  Import import;
  std::vector<Segment> kept;
  for (const Segment& segment : segments) {
    if (is_writable(segment)) {
      kept.push_back(segment);
    } else {
      import.left_out.push_back(segment.text() + ", bridge " + bridge_of(segment) +
                                ": xvlan.conf can't hold such a name");
    }
  }
  do {
    import.file = file_of(kept);
  } while (leave_out_clashes(kept, import));
  return import;
}

}  // namespace config
