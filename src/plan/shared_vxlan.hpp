#pragma once

#include <cstdint>
#include <vector>

#include "model/host_state.hpp"
#include "model/segment.hpp"
#include "model/vxlan.hpp"
#include "plan/operation.hpp"
#include "plan/realisation.hpp"
#include "plan/vxlan.hpp"

/// VXLAN links as ports of a VLAN-aware bridge: one for each VLAN, which is its access port, or a
/// single device, whose port has all VLANs with their VNIs. Every function is pure.
namespace plan::shared_vxlan {

/// What VLANs are which VNIs. All of `wanted` are tunnelled.
model::Vnis vnis_of(const std::vector<const model::Segment*>& wanted);

/// The single device for all VLANs of `wanted`, which is not empty. Others that it has stay if
/// guests are in them or, where only some are asked for, in any case (`others_stay`).
///
/// Throws Error if its name is taken, if it is a port of another bridge, or if the kernel can't
/// tell of so many ranges on one link.
void give_device(Plan& plan, const std::vector<const model::Segment*>& wanted, bool others_stay,
                 const Base& base, const LinkRef& bridge, const model::HostState& host);

/// The link of one VLAN, where it has one of its own, and what tells other hosts of a gateway. The
/// bridge is there by then. Throws Error as give_device does.
Plan bring_up(const model::Segment& wanted, const Base& base, const model::HostState& host);

/// Whether frames of the VLAN come to the bridge by the link.
bool is_there(const model::Segment& wanted, const SegmentLinks& links);

/// The VXLAN link of ours that brings a VLAN to the bridge; nullptr if there is none.
const model::Link* link_of(const model::Link& bridge, std::uint16_t vid,
                           const model::HostState& host);

/// The VLANs that VXLAN links of ours bring to the bridge.
model::Vlans vlans_on(const model::Link& bridge, const model::HostState& host);

/// What these links are, as segments.
std::vector<model::Segment> segments_of(const model::Link& bridge, const model::HostState& host);

}  // namespace plan::shared_vxlan
