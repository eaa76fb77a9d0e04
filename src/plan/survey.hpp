#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/host_state.hpp"
#include "model/segment.hpp"

namespace plan {

/// What a host has of what xvlan makes, whoever made it.
struct Survey {
  /// By trunk and VID. Names are those of the links that are there; an MTU is given where the VLAN
  /// has not got the trunk's, or where most of its trunk's VLANs have not.
  std::vector<model::Segment> segments;
  /// A sentence for each bridge and VLAN link that is none of these, and why.
  std::vector<std::string> left_out;
};

/// Surveys `host`, or that trunk alone.
///
/// A VLAN is a bridge whose one port that is no guest's is an 802.1Q VLAN link of a NIC, a bond or
/// a team; or a VID with its tag at such a link, if that is the one such port of a bridge that
/// filters VLANs. Left out are those that `start` would refuse, and those of dom0: where somebody
/// else made the bridge, and it has an address, or a link stands on it.
///
/// Throws Error if `trunk` is not there.
Survey survey(const model::HostState& host, const std::optional<model::IfName>& trunk);

}  // namespace plan
