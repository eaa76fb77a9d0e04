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
using model::Segment;
using model::usage_error;
using model::Vid;

/// Which segment has the link of a name.
class LinkOwners {
 public:
  explicit LinkOwners(const std::vector<Segment>& segments)
      : segments_(segments), by_name_(2 * segments.size()) {}

  /// Throws Error if another link has the name already.
  void claim(const Segment& segment, const IfName& name) {
    const Segment* const owner = find(name.text());
    if (owner != nullptr && !may_share(segment, *owner, name)) {
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
      return segment.uplink.name.text() == name || segment.bridge.name.text() == name;
    });
  }

 private:
  static bool may_share(const Segment& segment, const Segment& owner, const IfName& name) {
    if (&segment == &owner) return false;
    const bool is_single = segment.tunnelled && segment.tunnelled->single;
    if (is_single && name == segment.uplink.name && name == owner.uplink.name) {
      return segment.trunk == owner.trunk;
    }
    return name == segment.bridge.name && owner.other && owner.other->carrier == segment.trunk &&
           owner.vid == segment.vid;
  }

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
    const auto& also = segment.trunk_bridge.also;
    const bool beside = also && also->carrier.text() == other->second;
    if (other->second != segment.trunk.text() && !beside) {
      throw usage_error("name a bridge " + name,
                        "it would belong to trunk " + std::string(other->second) +
                            " and to trunk " + segment.trunk.text(),
                        "give each its own: bridge=NAME in the section of the trunk");
    }
    if (!added) continue;
    const bool is_trunk = std::any_of(segments.begin(), segments.end(), [&](const Segment& one) {
      return one.trunk.trunk_text() == name;
    });
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
  std::map<std::pair<std::uint16_t, std::uint32_t>, const Segment*> by_vni;  // and by UDP port
  for (const Segment& segment : segments) {
    auto& seen = vids_of_trunk[segment.trunk.text()];
    if (seen.test(segment.vid.value())) {
      throw usage_error("use " + segment.text() + " twice",
                        "two VLAN links can't share its frames");
    }
    seen.set(segment.vid.value());
    owners.claim(segment, segment.uplink.name);
    owners.claim(segment, segment.bridge.name);
    if (!segment.tunnelled) continue;
    const auto [twin, added] =
        by_vni.emplace(std::pair(segment.tunnelled->port, segment.tunnelled->vni), &segment);
    if (added) continue;
    throw usage_error("use VNI " + std::to_string(segment.tunnelled->vni) + " twice",
                      twin->second->text() + " and " + segment.text() + " would be one VLAN");
  }
  refuse_shared_trunk_bridges(segments, owners);
  for (const auto& [trunk, vids] : vids_of_trunk) {
    const Segment* const owner = owners.find(trunk);
    const bool stacked = owner != nullptr && owner->uplink.name.text() == trunk;
    if (owner != nullptr && !stacked) {
      throw usage_error("name a bridge " + std::string(trunk), "it is the name of a trunk");
    }
  }
}

}  // namespace config
