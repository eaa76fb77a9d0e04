#include "heard/traffic.hpp"

#include <algorithm>

namespace heard {
namespace {

/// A MAC of a VLAN; provider tags have a place that no VID has.
std::uint64_t key_of(const Frame& frame) {
  constexpr std::uint64_t provider_place = 0xffff;
  std::uint64_t key = frame.tagging == Tagging::provider ? provider_place : frame.vid;
  for (const std::uint8_t byte : frame.source.bytes) key = key << 8U | byte;
  return key;
}

}  // namespace

void Traffic::add(const Frame& frame) {
  if (Counts* const counts = counts_of(frame)) {
    ++counts->frames;
    count_mac(*counts, frame);
  }
  std::visit([&](const auto& content) { add(frame, content); }, frame.content);
}

/// Null if the frame is not to be counted.
Counts* Traffic::counts_of(const Frame& frame) {
  switch (frame.tagging) {
    case Tagging::vlan:
      return &vlans_[frame.vid];
    case Tagging::provider:
      return &provider_;
    case Tagging::none:
      return frame.is_link_control ? nullptr : &untagged_;
    case Tagging::reserved:
      break;
  }
  return nullptr;
}

void Traffic::count_mac(Counts& counts, const Frame& frame) {
  if (counts.more_macs) return;
  const std::uint64_t key = key_of(frame);
  if (counts.macs < most_macs && macs_.size() < most_macs_in_all) {
    if (macs_.insert(key).second) ++counts.macs;
  } else {
    counts.more_macs = !macs_.contains(key);
  }
}

void Traffic::add(const Frame&, const Neighbour& neighbour) {
  const auto known =
      std::find_if(neighbours_.begin(), neighbours_.end(),
                   [&](const Neighbour& other) { return other.is_same_port(neighbour); });
  if (known != neighbours_.end()) {
    *known = neighbour;
  } else if (neighbours_.size() < most_neighbours) {
    neighbours_.push_back(neighbour);
  } else {
    more_neighbours_ = true;
  }
}

void Traffic::add(const Frame& frame, const Bpdu& bpdu) {
  spanning_trees_[bpdu.vid == 0 ? frame.vid : bpdu.vid] = bpdu;
  const bool is_native = bpdu.vid != 0 && frame.tagging == Tagging::none;
  if (is_native) untagged_trees_.insert(bpdu.vid);
}

void Traffic::add(const Frame& frame, const Arp& arp) {
  if (Counts* const counts = counts_of(frame)) counts->subnets.add(arp);
}

void Traffic::add(const Frame&, std::monostate) noexcept {}

std::set<std::uint16_t> Traffic::native_vlans() const {
  std::set<std::uint16_t> vlans = untagged_trees_;
  for (const Neighbour& neighbour : neighbours_) {
    if (neighbour.native_vlan != 0) vlans.insert(neighbour.native_vlan);
  }
  return vlans;
}

}  // namespace heard
