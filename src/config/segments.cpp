#include <algorithm>
#include <bitset>
#include <string_view>
#include <unordered_map>

#include "config/settings.hpp"
#include "model/error.hpp"

namespace config {
namespace {

using model::IfName;
using model::MadeName;
using model::Segment;
using model::usage_error;
using model::Vid;

constexpr const char* usual_vlan_name = "%t.%v";
constexpr const char* usual_bridge_name = "br%v";

template <class T>
std::optional<T> first_of(std::initializer_list<std::optional<T>> candidates) {
  for (const auto& candidate : candidates) {
    if (candidate) return candidate;
  }
  return std::nullopt;
}

/// What applies to one trunk, from the nearest to the farthest: command line, section, file.
struct Sources {
  const Settings& command_line;
  const TrunkSettings& trunk;
  const Settings& file;
};

Segment make_segment(const IfName& trunk, Vid vid, const Sources& from) {
  const Settings& section = from.trunk.common;
  const auto own = from.trunk.vlans.find(vid);
  const VlanSettings vlan = own == from.trunk.vlans.end() ? VlanSettings{} : own->second;
  const std::string vlan_name =
      first_of({from.command_line.vlan_name, section.vlan_name, from.file.vlan_name})
          .value_or(usual_vlan_name);
  const std::string bridge_name =
      first_of({from.command_line.bridge_name, section.bridge_name, from.file.bridge_name})
          .value_or(usual_bridge_name);
  return Segment{
      .trunk = trunk,
      .vid = vid,
      .vlan_link = model::fill_template("vlan-name", vlan_name, trunk, vid),
      .bridge = vlan.bridge ? MadeName{.name = *vlan.bridge, .full = {}}
                            : model::fill_template("bridge-name", bridge_name, trunk, vid),
      .mtu = first_of({from.command_line.mtu, vlan.mtu, section.mtu, from.file.mtu}),
      .options = {},
  };
}

std::vector<Vid> vids_of(const TrunkSettings& trunk) {
  std::vector<Vid> vids = trunk.common.vlans.value_or(std::vector<Vid>{});
  for (const auto& [vid, settings] : trunk.vlans) {
    if (std::find(vids.begin(), vids.end(), vid) == vids.end()) vids.push_back(vid);
  }
  std::sort(vids.begin(), vids.end());
  return vids;
}

void add_segments(std::vector<Segment>& segments, const std::vector<Vid>& vids,
                  const Sources& from) {
  segments.reserve(segments.size() + vids.size());
  for (const Vid vid : vids) {
    segments.push_back(make_segment(*from.trunk.common.netdev, vid, from));
  }
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
  const auto named = first_of({command_line.netdev, file.common.netdev});
  if (named) return *named;
  if (file.trunks.size() == 1) return *file.trunks.front().common.netdev;
  throw usage_error(
      "use vlans=",
      file.trunks.empty() ? "no trunk is named" : "the configuration has several trunks",
      "name the NIC that carries the tagged frames: netdev=eth1");
}

std::vector<Segment> from_command_line(const File& file, const Settings& command_line) {
  const IfName trunk = meant_trunk(file, command_line);
  const TrunkSettings section = section_of(file, trunk);
  std::vector<Vid> vids = vids_of(section);
  const bool file_means_it = !file.common.netdev || file.common.netdev == trunk;
  if (vids.empty() && file_means_it) vids = file.common.vlans.value_or(vids);
  std::vector<Segment> segments;
  add_segments(segments, command_line.vlans.value_or(vids), {command_line, section, file.common});
  return segments;
}

std::vector<Segment> from_file(const File& file, const Settings& command_line) {
  std::vector<Segment> segments;
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
    add_segments(segments, *common.vlans, {command_line, plain, common});
  }
  for (const TrunkSettings& trunk : file.trunks) {
    const std::string title = "use [trunk " + trunk.common.netdev->text() + "]";
    if (common.vlans && trunk.common.netdev == common.netdev) {
      throw usage_error(title, "the same trunk has VLANs before the first section too",
                        "keep them in one place");
    }
    const std::vector<Vid> vids = vids_of(trunk);
    if (vids.empty()) throw usage_error(title, "it names no VLAN", "add vlans=");
    add_segments(segments, vids, {command_line, trunk, common});
  }
  return segments;
}

}  // namespace

void refuse_shared_names(const std::vector<Segment>& segments) {
  std::unordered_map<std::string_view, const Segment*> owners;
  owners.reserve(2 * segments.size());
  const auto claim = [&](const Segment& segment, const std::string& name) {
    const auto [owner, is_new] = owners.emplace(name, &segment);
    if (is_new) return;
    throw usage_error(
        "name a link " + name,
        owner->second == &segment
            ? "it would be both VLAN link and bridge of " + segment.text()
            : "it would belong to " + owner->second->text() + " and to " + segment.text());
  };
  std::unordered_map<std::string_view, std::bitset<Vid::highest + 1>> vids_of_trunk;
  for (const Segment& segment : segments) {
    auto& seen = vids_of_trunk[segment.trunk.text()];
    if (seen.test(segment.vid.value())) {
      throw usage_error("use " + segment.text() + " twice",
                        "two VLAN links can't share its frames");
    }
    seen.set(segment.vid.value());
    claim(segment, segment.vlan_link.name.text());
    claim(segment, segment.bridge.name.text());
  }
  for (const Segment& segment : segments) {
    const auto owner = owners.find(segment.trunk.text());
    if (owner == owners.end()) continue;
    const bool stacked = owner->second->vlan_link.name == segment.trunk;
    if (!stacked) {
      throw usage_error("name a bridge " + segment.trunk.text(), "it is the name of a trunk");
    }
  }
}

std::vector<Segment> name_segments(const File& file, const Settings& command_line) {
  std::vector<Segment> segments = command_line.names_any() ? from_command_line(file, command_line)
                                                           : from_file(file, command_line);
  refuse_shared_names(segments);
  return segments;
}

}  // namespace config
