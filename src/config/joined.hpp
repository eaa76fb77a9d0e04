#pragma once

#include <vector>

#include "model/segment.hpp"

namespace config {

/// Tells VLANs of a trunk and of tunnels that have one bridge of each other.
///
/// Throws Error with ExitCode::usage if the bridge is one and their settings are not.
void join_carriers(std::vector<model::Segment>& segments);

}  // namespace config
