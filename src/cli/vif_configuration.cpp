#include "cli/vif_configuration.hpp"

#include <algorithm>
#include <bitset>

#include "config/ifcfg.hpp"

namespace cli {
namespace {

using model::Segment;
using model::Vid;

bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

/// By VID.
using VidSet = std::bitset<Vid::highest + 1>;

/// Adds every VID that stands in a name, as 4, 40 and 404 stand in "br404".
void add_vids_in(const std::string& name, VidSet& vids) {
  constexpr std::size_t longest = 4;
  for (std::size_t start = 0; start < name.size(); ++start) {
    unsigned value = 0;
    for (std::size_t at = start; at < name.size() && at < start + longest; ++at) {
      if (!is_digit(name[at])) break;
      value = value * 10 + static_cast<unsigned>(name[at] - '0');
      if (value != 0 && value <= Vid::highest) vids.set(value);
    }
  }
}

bool lacks_vid(const config::Settings& settings) {
  return settings.bridge_name && settings.bridge_name->find("%v") == std::string::npos;
}

/// Adds the VLANs that have a name of their own in the file, or may have one that a template
/// without %v gives.
void add_vids_of_any_name(const config::File& file, VidSet& vids) {
  if (lacks_vid(file.common)) vids.set();
  for (const config::TrunkSettings& trunk : file.trunks) {
    if (lacks_vid(trunk.common)) vids.set();
    for (const auto& [vid, settings] : trunk.vlans) vids.set(vid.value());
  }
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
      trunk = trunks_.insert(trunk, {segment.trunk,
                                     segment.trunk_bridge,
                                     {},
                                     segment.options.on_demand,
                                     segment.protection.any()});
    }
    trunk->vids.push_back(segment.vid);
  }
}

const std::vector<model::Trunk>& VifConfiguration::trunks() {
  read();
  return trunks_;
}

std::vector<Segment> VifConfiguration::segments(const std::function<bool(Vid)>& wanted) {
  read();
  return from_ifcfg_.empty() ? config::name_segments(file_, wanted) : from_ifcfg_;
}

std::optional<Segment> VifConfiguration::segment(const model::IfName& trunk, Vid vid) {
  const std::vector<Segment> some = segments([&](Vid one) { return one == vid; });
  const auto found = std::find_if(some.begin(), some.end(), [&](const Segment& one) {
    return one.trunk == trunk && one.vid == vid;
  });
  return found == some.end() ? std::nullopt : std::optional(*found);
}

model::Protection VifConfiguration::protection(const model::IfName& trunk,
                                               const model::Vlans& vlans) {
  const auto is_meant = [&](Vid vid) { return model::contains(vlans, vid.value()); };
  model::Protection strictest;
  for (const Segment& one : segments(is_meant)) {
    if (one.trunk == trunk && is_meant(one.vid)) strictest = strictest.with(one.protection);
  }
  return strictest;
}

std::optional<Segment> VifConfiguration::named(const std::string& bridge) {
  read();
  if (!from_ifcfg_.empty()) return find_named(from_ifcfg_, bridge);
  // A trunk may have thousands, and each vif event asks.
  VidSet vids;
  add_vids_in(bridge, vids);
  add_vids_of_any_name(file_, vids);
  if (vids.none()) return std::nullopt;
  return find_named(config::name_segments(file_, [&](Vid vid) { return vids.test(vid.value()); }),
                    bridge);
}

}  // namespace cli
