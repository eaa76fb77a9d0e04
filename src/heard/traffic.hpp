#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "heard/frame.hpp"
#include "heard/subnets.hpp"

namespace heard {

/// The frames of one VLAN, or those without a tag.
struct Counts {
  std::uint64_t frames = 0;
  std::uint32_t macs = 0;  ///< different senders
  bool more_macs = false;  ///< whether there are more than were counted
  Subnets subnets{};
};

/// What was heard on one trunk. It takes some megabytes at most, whatever is sent.
class Traffic {
 public:
  static constexpr std::uint32_t most_macs = 1000;  ///< of one VLAN
  static constexpr std::size_t most_macs_in_all = std::size_t{1} << 16U;
  static constexpr std::size_t most_neighbours = 8;

  void add(const Frame& frame);

  /// By VID; those only that were heard.
  [[nodiscard]] const std::map<std::uint16_t, Counts>& vlans() const noexcept { return vlans_; }
  /// Frames without a tag, but for those between neighbours.
  [[nodiscard]] const Counts& untagged() const noexcept { return untagged_; }
  /// Frames whose outer tag is 802.1ad's.
  [[nodiscard]] const Counts& provider() const noexcept { return provider_; }
  /// As they last described themselves; those that came first, if there are too many.
  [[nodiscard]] const std::vector<Neighbour>& neighbours() const noexcept { return neighbours_; }
  [[nodiscard]] bool more_neighbours() const noexcept { return more_neighbours_; }
  /// What was last said of the spanning tree of each VLAN; 0 is the one for all of them.
  [[nodiscard]] const std::map<std::uint16_t, Bpdu>& spanning_trees() const noexcept {
    return spanning_trees_;
  }
  /// VLANs that the neighbours send untagged, by what they say.
  [[nodiscard]] std::set<std::uint16_t> native_vlans() const;

 private:
  Counts* counts_of(const Frame& frame);
  void count_mac(Counts& counts, const Frame& frame);
  void add(const Frame& frame, const Neighbour& neighbour);
  void add(const Frame& frame, const Bpdu& bpdu);
  void add(const Frame& frame, const Arp& arp);
  void add(const Frame& frame, std::monostate) noexcept;

  std::map<std::uint16_t, Counts> vlans_;
  Counts untagged_;
  Counts provider_;
  // Who sends may choose them, so no hash is safe.
  std::set<std::uint64_t> macs_;  ///< of all VLANs, with their VIDs in front
  std::vector<Neighbour> neighbours_;
  bool more_neighbours_ = false;
  std::map<std::uint16_t, Bpdu> spanning_trees_;
  std::set<std::uint16_t> untagged_trees_;  ///< VLANs whose PVST comes untagged
};

}  // namespace heard
