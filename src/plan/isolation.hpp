#pragma once

#include <span>
#include <vector>

#include "model/host_state.hpp"
#include "model/judgement.hpp"
#include "model/redirect.hpp"
#include "model/segment.hpp"

namespace plan {

/// What joins a VLAN to dom0, to another VLAN or to another network, beside what judge() finds: a
/// link that stands on one of its links, a guest's port that leads back into dom0, and what traffic
/// control does with its frames.
///
/// Frames that go to an intermediate functional block (ifb, for shaping) come back where they were.
std::vector<model::Problem> joins(const model::Segment& segment, const model::HostState& host,
                                  std::span<const model::Redirect> redirects);

/// The same for what all VLANs of a trunk share: the trunk, and a VLAN-aware bridge.
std::vector<model::Problem> joins_of_trunk(const model::Segment& any, const model::HostState& host,
                                           std::span<const model::Redirect> redirects);

}  // namespace plan
