#pragma once

#include <span>
#include <vector>

#include "model/host_state.hpp"
#include "model/segment.hpp"
#include "plan/operation.hpp"
#include "plan/realisation.hpp"

/// All VLANs of a trunk on one VLAN-aware bridge: each is a VID on the bridge's ports, the trunk
/// among them, which is where its frames have their tags.
namespace plan::shared_bridge {

/// See plan::prepare_trunk. Makes the bridge and gives the trunk all VIDs at once, whatever their
/// number, but for those that bring_up refuses; a VID that is wanted no more goes, unless a guest
/// is in it. Of a bridge that somebody else made only the trunk's VIDs are changed, and none of
/// them goes.
///
/// Throws Error if the trunk has an address, which would be dead from then on; if the name is taken
/// by another link, or by a bridge of somebody else's that filters no VLANs; or if the bridge has a
/// port that is neither the trunk nor a guest's.
Plan prepare_trunk(const model::Carrier& trunk, std::span<const model::Segment> wanted,
                   const model::HostState& host);

Plan prepare_trunk(const model::AlikeSegments& wanted, const model::HostState& host);
bool are_alike(const model::AlikeSegments& wanted, const model::HostState& host);

/// See plan::bring_up: nothing more is to be done, unless the VLAN has a bridge of its own of ours,
/// whose guests then come over.
///
/// Throws Error if the MTU is more than the trunk's, or if the trunk has a VLAN link with that VID,
/// which takes its frames before the bridge sees them.
Plan bring_up(const model::Segment& wanted, const model::HostState& host);

/// See plan::finish_trunk: bridges of ours of one VLAN each go, once no guest is left on them.
bool needs_finish(const model::Carrier& trunk, std::span<const model::Segment> wanted,
                  const model::HostState& host);
std::vector<DeleteLink> finish_trunk(const model::Carrier& trunk,
                                     std::span<const model::Segment> wanted,
                                     const model::HostState& host);

SegmentLinks find_links(const model::Segment& wanted, const model::HostState& host);
std::vector<const model::Link*> guests_of(const model::Segment& wanted,
                                          const model::HostState& host);
Plan steps_to(std::span<const model::Segment> wanted, const model::HostState& host);

/// Whether it is there, or something of the same VLAN with a bridge of its own.
bool is_begun(const model::Segment& wanted, const model::HostState& host);

/// See plan::without_unused: VIDs of the trunk.
Plan without_unused(const model::Link& bridge, const model::HostState& host);
bool is_there(const model::Segment& wanted, const model::HostState& host);
bool reaches_dom0(const model::Segment& wanted, const model::Link& bridge);

/// Whether it is a bridge of ours for all VLANs of a trunk.
bool is_shared(const model::Link& bridge, const model::HostState& host);

/// The trunk of such a bridge: the port that has VLANs with their tags and is no guest's or, if
/// none has, any that is no guest's; nullptr if there is none.
const model::Link* trunk_of(const model::Link& bridge, const model::HostState& host);

/// What the bridge is, as segments: one for each VID of its trunk.
std::vector<model::Segment> segments_of(const model::Link& bridge, const model::HostState& host);

}  // namespace plan::shared_bridge
