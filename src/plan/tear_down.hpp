#pragma once

#include <functional>
#include <string>
#include <vector>

#include "model/host_state.hpp"
#include "model/segment.hpp"
#include "plan/operation.hpp"

namespace plan {

/// What `tear_down` decided.
struct TearDown {
  std::vector<DeleteLink> deletions;  ///< bridges first
  bool everything_marked = false;     ///< the deletions are all that carries xvlan's mark
  std::vector<std::string> spared;    ///< a sentence for each link that is left because it is used
};

/// The deletion of what xvlan made and nobody uses: marked VLAN links and bridges for which
/// `in_scope` holds. A bridge is used if it has any port beside its uplink; a VLAN link if its
/// bridge is, or if another link stands on it. `force` deletes them all the same.
TearDown tear_down(const model::HostState& host,
                   const std::function<bool(const model::Link&)>& in_scope, bool force);

/// Why a link that xvlan made is left, in a sentence; empty if it may go.
std::string reason_to_spare(const model::Link& link, const model::HostState& host);

/// The uplink of a bridge: the VLAN link that xvlan made or, where it made none, the one that it
/// found there; nullptr if there is none.
const model::Link* uplink_of(const model::Link& bridge, const model::HostState& host);

/// The segment that `bridge` was on `host`, uplink and trunk included, so that it can be made
/// again; nothing where it had no uplink.
std::optional<model::Segment> segment_of(const model::Link& bridge, const model::HostState& host);

}  // namespace plan
