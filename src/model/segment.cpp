#include "model/segment.hpp"

namespace model {

std::vector<Segment> AlikeSegments::each() const {
  std::vector<Segment> segments;
  segments.reserve(vids.size());
  for (const Vid vid : vids) {
    Segment& segment = segments.emplace_back(first);
    segment.vid = vid;
    segment.vlan_link = vlan_names.fill(vid);
    segment.bridge = bridge_names.fill(vid);
  }
  return segments;
}

}  // namespace model
