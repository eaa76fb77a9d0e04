#include "model/segment.hpp"

#include <algorithm>

namespace model {

std::span<const Segment> of_first_trunk(std::span<const Segment> segments) {
  const auto end = std::find_if(segments.begin(), segments.end(), [&](const Segment& one) {
    return one.trunk != segments.front().trunk;
  });
  return segments.first(static_cast<std::size_t>(end - segments.begin()));
}

bool any_joined(std::span<const Segment> segments) {
  return std::any_of(segments.begin(), segments.end(),
                     [](const Segment& segment) { return segment.other.has_value(); });
}

std::vector<Segment> AlikeSegments::each() const {
  std::vector<Segment> segments;
  segments.reserve(vids.size());
  for (const Vid vid : vids) {
    Segment& segment = segments.emplace_back(first);
    segment.vid = vid;
    segment.uplink = vlan_names.fill(vid);
    segment.bridge = bridge_names.fill(vid);
  }
  return segments;
}

}  // namespace model
