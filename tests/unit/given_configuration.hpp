#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "command/attachment.hpp"
#include "model/error.hpp"

namespace unit {

/// A configuration of the given segments.
class GivenConfiguration final : public command::Configuration {
 public:
  explicit GivenConfiguration(std::vector<model::Segment> segments = {})
      : segments_(std::move(segments)) {
    for (const model::Segment& segment : segments_) {
      const auto same = [&](const auto& trunk) { return trunk.name == segment.trunk; };
      auto trunk = std::find_if(trunks_.begin(), trunks_.end(), same);
      if (trunk == trunks_.end()) {
        trunk = trunks_.insert(
            trunk, {segment.trunk, segment.trunk_bridge, {}, segment.options.on_demand, false});
      }
      trunk->guarded = trunk->guarded || segment.protection.any();
      trunk->vids.add(segment.vid);
    }
  }

  const std::vector<model::Trunk>& trunks() override {
    ++asked;
    if (unreadable) throw model::Error({.action = "read xvlan.conf", .reason = "it is broken"});
    return trunks_;
  }
  std::optional<model::Segment> segment(const model::Carrier& trunk, model::Vid vid) override {
    return find([&](const auto& one) { return one.trunk == trunk && one.vid == vid; });
  }
  std::optional<model::Segment> named(const std::string& bridge) override {
    return find([&](const auto& one) {
      return one.bridge.name.text() == bridge ||
             (!one.bridge.full.empty() && one.bridge.full == bridge);
    });
  }
  model::Protection protection(const model::Carrier& trunk, const model::Vlans& vlans) override {
    ++asked;
    model::Protection strictest;
    for (const model::Segment& one : segments_) {
      if (one.trunk != trunk || !model::contains(vlans, one.vid.value())) continue;
      strictest = strictest.with(one.protection);
    }
    return strictest;
  }

  int asked = 0;            ///< how often anything was
  bool unreadable = false;  ///< the list of trunks

 private:
  template <class Predicate>
  std::optional<model::Segment> find(Predicate wanted) {
    ++asked;
    const auto found = std::find_if(segments_.begin(), segments_.end(), wanted);
    return found == segments_.end() ? std::nullopt : std::optional(*found);
  }

  std::vector<model::Segment> segments_;
  std::vector<model::Trunk> trunks_;
};

}  // namespace unit
