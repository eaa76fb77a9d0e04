#pragma once

#include "model/host_state.hpp"
#include "plan/operation.hpp"

namespace plan {

/// The operations that take back what was attempted, last first, on a host as it is `now`: a
/// request that was refused may have been carried out half-way, and one that was never answered,
/// wholly. Only what is still as it was set goes back; what somebody else has changed since is left
/// to him.
///
/// A link that was made is deleted, unless a port of somebody else's has joined it meanwhile. Nor
/// is a trunk taken from those who have come to use it.
Plan undo(const Plan& attempted, const model::HostState& now);

}  // namespace plan
