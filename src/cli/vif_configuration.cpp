#include "cli/vif_configuration.hpp"

#include <algorithm>
#include <set>

#include "config/ifcfg.hpp"

namespace cli {
namespace {

using model::Segment;
using model::Vid;

bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

/// Every VID that stands in a name, as 4, 40 and 404 stand in "br404".
std::set<std::uint16_t> vids_in(const std::string& name) {
  constexpr std::size_t longest = 4;
  std::set<std::uint16_t> vids;
  for (std::size_t start = 0; start < name.size(); ++start) {
    unsigned value = 0;
    for (std::size_t at = start; at < name.size() && at < start + longest; ++at) {
      if (!is_digit(name[at])) break;
      value = value * 10 + static_cast<unsigned>(name[at] - '0');
      if (value <= Vid::highest) vids.insert(static_cast<std::uint16_t>(value));
    }
  }
  return vids;
}

/// The VLANs that have a name of their own in the file, or may have one that a template without %v
/// gives.
bool may_have_any_name(const config::File& file, Vid vid) {
  const bool has_section =
      std::any_of(file.trunks.begin(), file.trunks.end(),
                  [&](const auto& trunk) { return trunk.vlans.contains(vid); });
  const auto lacks_vid = [](const config::Settings& settings) {
    return settings.bridge_name && settings.bridge_name->find("%v") == std::string::npos;
  };
  return has_section || lacks_vid(file.common) ||
         std::any_of(file.trunks.begin(), file.trunks.end(),
                     [&](const auto& trunk) { return lacks_vid(trunk.common); });
}

std::optional<Segment> find_named(const std::vector<Segment>& segments, const std::string& bridge) {
  const auto found = std::find_if(segments.begin(), segments.end(), [&](const Segment& segment) {
    return segment.bridge.name.text() == bridge ||
           (!segment.bridge.full.empty() && segment.bridge.full == bridge);
  });
  return found == segments.end() ? std::nullopt : std::optional(*found);
}

}  // namespace

void VifConfiguration::read() {
  if (was_read_) return;
  file_ = config::read_file(path_, was_typed_);
  trunks_ = config::name_trunks(file_);
  if (trunks_.empty()) read_ifcfg();
  was_read_ = true;
}

void VifConfiguration::read_ifcfg() {
  from_ifcfg_ =
      config::ifcfg_segments(config::read_ifcfg_folder(ifcfg_folder_), file_.common.netdev)
          .segments;
  config::add_settings(from_ifcfg_, file_, {});
  for (const Segment& segment : from_ifcfg_) {
    auto trunk = std::find_if(trunks_.begin(), trunks_.end(),
                              [&](const auto& one) { return one.name == segment.trunk; });
    if (trunk == trunks_.end()) {
      trunk = trunks_.insert(trunk,
                             {segment.trunk, segment.trunk_bridge, {}, segment.options.on_demand});
    }
    trunk->vids.push_back(segment.vid);
  }
}

const std::vector<model::Trunk>& VifConfiguration::trunks() {
  read();
  return trunks_;
}

std::optional<Segment> VifConfiguration::segment(const model::IfName& trunk, Vid vid) {
  read();
  const std::vector<Segment> segments =
      from_ifcfg_.empty() ? config::name_segments(file_, [&](Vid one) { return one == vid; })
                          : from_ifcfg_;
  const auto found = std::find_if(segments.begin(), segments.end(), [&](const Segment& one) {
    return one.trunk == trunk && one.vid == vid;
  });
  return found == segments.end() ? std::nullopt : std::optional(*found);
}

std::optional<Segment> VifConfiguration::named(const std::string& bridge) {
  read();
  if (!from_ifcfg_.empty()) return find_named(from_ifcfg_, bridge);
  const std::set<std::uint16_t> vids = vids_in(bridge);
  return find_named(
      config::name_segments(
          file_,
          [&](Vid vid) { return vids.contains(vid.value()) || may_have_any_name(file_, vid); }),
      bridge);
}

}  // namespace cli
