#pragma once

#include <string>
#include <vector>

#include "heard/traffic.hpp"
#include "model/vid.hpp"

namespace heard {

/// The VLANs that a trunk has by its configuration.
struct Configured {
  model::Vids always{};
  model::Vids on_demand{};  ///< they may come, and need not be there

  /// Whether there is nothing to compare with.
  [[nodiscard]] bool empty() const noexcept { return always.empty() && on_demand.empty(); }
  [[nodiscard]] bool contains(model::Vid vid) const noexcept {
    return always.contains(vid.value()) || on_demand.contains(vid.value());
  }
};

/// Of a VLAN that is compared with the configuration: it is in both, it was not heard, or it is not
/// configured. Without a configuration every VLAN that was heard is so.
enum class State { heard, silent, unconfigured };

/// "heard", "silent" or "unconfigured"
const char* word(State state);

/// What listening has shown of a VLAN.
struct Verdict {
  model::Vids vids{};  ///< one, or those on demand of which nothing was heard
  State state = State::heard;
  Counts counts{};
  /// Whether a switch says that it sends the VLAN untagged.
  bool native = false;
  /// Whether a switch names it, and how.
  bool announced = false;
  std::string name{};
  /// Whether the switches name VLANs, and not this one.
  bool unannounced = false;
};

/// One for each VLAN that was heard, is announced by a switch or is configured, in ascending order.
/// Those on demand of which nothing is known are one together, the first. Pure.
std::vector<Verdict> judge(const Traffic& traffic, const Configured& configured);

}  // namespace heard
