#pragma once

#include <span>
#include <string>
#include <vector>

#include "model/host_state.hpp"
#include "model/segment.hpp"
#include "plan/operation.hpp"

namespace plan {

/// What `tear_down` decided.
struct TearDown {
  std::vector<DeleteGateway> withdrawals;  ///< first of all
  std::vector<SetVnis> unmapped;      ///< VNIs that leave a single VXLAN device, before its VIDs do
  std::vector<SetVlans> departures;   ///< VIDs that leave uplinks whose VLAN-aware bridges stay
  std::vector<DeleteLink> deletions;  ///< bridges first
  bool everything_marked = false;     ///< the deletions are all that carries xvlan's mark
  std::vector<std::string> spared;    ///< a sentence for each link that is left because it is used
};

/// What is to be torn down. A VLAN is one whichever way it is realised: what is there counts, not
/// the way in which the segment would have it.
struct Scope {
  bool everything = false;  ///< all that xvlan made
  std::span<const model::Segment> segments{};
};

/// The deletion of what xvlan made and nobody uses: marked VLAN links and bridges, and VIDs of
/// trunks. A bridge is used if it has any port beside its uplink; a VLAN link if its bridge is, or
/// if another link stands on it; a VID if a guest's port is in it. `force` deletes them all the
/// same.
TearDown tear_down(const Scope& scope, const model::HostState& host, bool force);

/// Why a link that xvlan made is left, in a sentence; empty if it may go.
std::string reason_to_spare(const model::Link& link, const model::HostState& host);

/// The uplink of a bridge: the VLAN link that xvlan made or, where it made none, the one that it
/// found there; nullptr if there is none.
const model::Link* uplink_of(const model::Link& bridge, const model::HostState& host);

/// All uplinks of a bridge: those that xvlan made or, where it made none, those that it found
/// there.
std::vector<const model::Link*> uplinks_of(const model::Link& bridge, const model::HostState& host);

/// The segments that `bridge` was on `host`, uplink and trunk included, so that it can be made
/// again; one, unless it is VLAN-aware; none where it had no uplink.
std::vector<model::Segment> segments_of(const model::Link& bridge, const model::HostState& host);

}  // namespace plan
