#pragma once

#include <span>
#include <string>

#include "model/host_state.hpp"
#include "model/segment.hpp"
#include "plan/operation.hpp"

/// From one realisation of a VLAN to the other, with its guests running. Each guest's port goes
/// over by itself: down, to the other bridge, up again, so that it is cut off for milliseconds, and
/// a run that is killed leaves each guest on one of the two bridges; the next run finishes.
namespace plan::convert {

/// The VLAN link and the bridge of its own that an earlier start made for `wanted`; nullptr for one
/// that is not there, or not ours.
struct OwnParts {
  const model::Link* uplink = nullptr;
  const model::Link* bridge = nullptr;
};
OwnParts own_parts(const model::Segment& wanted, const model::HostState& host);

/// Whether it is a bridge of one VLAN of ours without an uplink, as a killed run leaves it: only
/// its name tells whose it is.
bool is_left_over(const model::Link& bridge, const model::HostState& host);

/// Throws Error, before anything is changed, if one of the trunk's VLANs has something for which a
/// VLAN-aware bridge has no place: an address of dom0, a port that is neither the VLAN link nor a
/// guest's, a link that stands on the VLAN link.
void refuse_what_has_no_place_on_shared(const model::Carrier& trunk,
                                        std::span<const model::Segment> wanted,
                                        const model::HostState& host);

/// Takes the guests of the VLAN's own bridge over to `shared`, and deletes what an earlier start
/// made for it. Empty if there is nothing of that.
Plan to_shared(const model::Segment& wanted, const LinkRef& shared, const model::HostState& host);

/// The VLAN's own bridge of ours, if it has no port any more; else nullptr. Its VLAN link goes
/// first: it must not be up without a bridge.
const model::Link* empty_own_bridge(const model::Segment& wanted, const model::HostState& host);

/// The VLAN-aware bridge of ours that the trunk is a port of; nullptr if it is on none.
const model::Link* shared_bridge_of(const model::Link& trunk, const model::HostState& host);

/// Throws Error, before anything is changed, if the VLAN-aware bridge `shared` has something for
/// which bridges of one VLAN each have no place: a guest in several VLANs, tagged, or in one that
/// is not wanted; an address of dom0; a foreign port.
void refuse_what_has_no_place_on_own(const model::Carrier& trunk, const model::Link& shared,
                                     std::span<const model::Segment> wanted,
                                     const model::HostState& host);

/// Takes the guests in that VLAN over from `shared` to the VLAN's own bridge.
Plan to_own(const model::Segment& wanted, const LinkRef& bridge, const model::Link& shared,
            const model::HostState& host);

}  // namespace plan::convert
