#pragma once

#include <vector>

#include "model/host_state.hpp"
#include "net/kernel.hpp"

namespace command {

/// A port that lost its bridge because that was deleted: a guest's, that came too late to be seen.
struct LostPort {
  model::Link port;                     ///< as it is now, down
  const model::Link* bridge = nullptr;  ///< in the reading
  model::Vlans vlans{};                 ///< that it was in
};

/// The ports that have lost bridges of ours since departures were last asked for, and are nobody's
/// now. `before` is a reading from before the bridges went. Each is set down: it must not be left
/// to dom0.
std::vector<LostPort> set_lost_ports_down(net::Kernel& kernel, const model::HostState& before);

}  // namespace command
