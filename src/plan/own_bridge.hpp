#pragma once

#include <span>
#include <vector>

#include "model/host_state.hpp"
#include "model/segment.hpp"
#include "plan/operation.hpp"
#include "plan/realisation.hpp"

/// A VLAN as a VLAN link of its own, the uplink, and a bridge of its own.
namespace plan::own_bridge {

/// See plan::prepare_trunk. The trunk must be up: VLAN links that exist come up together with it,
/// so that before it IPv6 is switched off on those, and those that a killed start left outside a
/// bridge, wanted or not, are deleted, unless somebody gave them an address or a link of their own
/// stands on them.
Plan prepare_trunk(const model::Carrier& trunk, std::span<const model::Segment> wanted,
                   const model::HostState& host);

/// See plan::bring_up. Both links are made down, the bridge shut off from dom0 by `door`, without
/// IPv6, joined, and only then up.
///
/// Throws Error if a name is taken by a link of another kind, the VLAN link is a port of another
/// bridge, or the bridge has a port that is neither the uplink nor a guest's.
Plan bring_up(const model::Segment& wanted, const model::HostState& host, Door door);

/// See plan::finish_trunk: the VLAN-aware bridge goes that the trunk was a port of, once no guest
/// is left on it.
bool needs_finish(const model::Carrier& trunk, const model::HostState& host);
std::vector<DeleteLink> finish_trunk(const model::Carrier& trunk, const model::HostState& host);

SegmentLinks find_links(const model::Segment& wanted, const model::HostState& host);
std::vector<const model::Link*> guests_of(const model::Segment& wanted,
                                          const model::HostState& host);
Plan steps_to(const model::Segment& wanted, const model::HostState& host, Door door);

/// Whether something of it is there, or of the same VLAN on a VLAN-aware bridge.
bool is_begun(const model::Segment& wanted, const model::HostState& host);

/// See plan::without_unused. The bridge is set down first and goes last: if a run is killed, its
/// mark tells the next one, and one that is up is whole.
Plan without_unused(const model::Link& bridge, const model::HostState& host);
bool is_there(const model::Segment& wanted, const model::HostState& host);

}  // namespace plan::own_bridge
