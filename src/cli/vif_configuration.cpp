#include "cli/vif_configuration.hpp"

#include <algorithm>

#include "config/ifcfg.hpp"

namespace cli {
namespace {

using model::Segment;
using model::Vid;
using model::Vids;

bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

/// Adds every VID that stands in a name, as 4, 40 and 404 stand in "br404".
void add_vids_in(const std::string& name, Vids& vids) {
  constexpr std::size_t longest = 4;
  for (std::size_t start = 0; start < name.size(); ++start) {
    unsigned value = 0;
    for (std::size_t at = start; at < name.size() && at < start + longest; ++at) {
      if (!is_digit(name[at])) break;
      value = value * 10 + static_cast<unsigned>(name[at] - '0');
      if (const auto vid = Vid::from_number(value)) vids.add(*vid);
    }
  }
}

bool lacks_vid(const config::Settings& settings) {
  return settings.bridge_name && settings.bridge_name->find("%v") == std::string::npos;
}

/// The VLANs that may have a bridge of that name: those whose VIDs stand in it, those that have a
/// name of their own in the file, and all that a template without %v names.
Vids vids_for(const std::string& bridge, const config::File& file) {
  Vids vids;
  if (lacks_vid(file.common)) return Vids::all();
  for (const config::TrunkSettings& trunk : file.trunks) {
    if (lacks_vid(trunk.common)) return Vids::all();
    for (const auto& [vid, settings] : trunk.vlans) vids.add(vid);
  }
  add_vids_in(bridge, vids);
  return vids;
}

Vids vids_of(const model::Vlans& vlans) {
  Vids vids;
  for (const model::BridgeVlan& range : vlans) {
    for (unsigned value = range.first; value <= range.last; ++value) {
      if (const auto vid = Vid::from_number(value)) vids.add(*vid);
    }
  }
  return vids;
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
    trunk->vids.add(segment.vid);
  }
}

const std::vector<model::Trunk>& VifConfiguration::trunks() {
  read();
  return trunks_;
}

std::vector<Segment> VifConfiguration::segments(const Vids& wanted) {
  read();
  return from_ifcfg_.empty() ? config::name_segments(file_, wanted) : from_ifcfg_;
}

std::optional<Segment> VifConfiguration::segment(const model::Carrier& trunk, Vid vid) {
  const std::vector<Segment> some = segments(Vids(vid));
  const auto found = std::find_if(some.begin(), some.end(), [&](const Segment& one) {
    return one.trunk == trunk && one.vid == vid;
  });
  return found == some.end() ? std::nullopt : std::optional(*found);
}

model::Protection VifConfiguration::protection(const model::Carrier& trunk,
                                               const model::Vlans& vlans) {
  model::Protection strictest;
  for (const Segment& one : segments(vids_of(vlans))) {
    const bool is_meant = one.trunk == trunk && model::contains(vlans, one.vid.value());
    if (is_meant) strictest = strictest.with(one.protection);
  }
  return strictest;
}

std::optional<Segment> VifConfiguration::named(const std::string& bridge) {
  read();
  if (!from_ifcfg_.empty()) return find_named(from_ifcfg_, bridge);
  // A trunk may have thousands, and each vif event asks.
  const Vids vids = vids_for(bridge, file_);
  return vids.empty() ? std::nullopt : find_named(config::name_segments(file_, vids), bridge);
}

}  // namespace cli
