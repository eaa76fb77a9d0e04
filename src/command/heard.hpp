#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "heard/traffic.hpp"
#include "heard/verdict.hpp"
#include "net/listener.hpp"

namespace command {

/// A trunk, and what was heard there.
struct HeardTrunk {
  std::string name;  ///< ifname
  heard::Configured configured{};
  heard::Traffic traffic{};
  net::Gaps gaps{};
};

/// For people, as xvlan(8) has it: a line for each VLAN, for untagged frames, neighbours and
/// spanning trees, and one if frames were lost.
std::vector<std::string> heard_lines(const HeardTrunk& trunk);

/// The same for programs: one object, in one line.
std::string heard_json(const std::vector<HeardTrunk>& trunks, std::chrono::seconds listened);

}  // namespace command
