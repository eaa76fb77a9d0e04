#pragma once

#include <span>
#include <vector>

#include "model/host_state.hpp"
#include "model/segment.hpp"
#include "plan/operation.hpp"

namespace plan {

/// The operations that make `trunk` ready to carry the VLAN links of `wanted`: it must be up. A
/// trunk that is up already is somebody's, who may have given it addresses: nothing is changed on
/// it. VLAN links that exist come up together with their trunk, so that before it IPv6 is switched
/// off on those, and those that a killed start left outside a bridge, wanted or not, are deleted,
/// unless somebody gave them an address or a link of their own stands on them.
///
/// Throws Error if there is no such link, or if it is itself a port of a bridge, bond or team.
Plan prepare_trunk(const model::IfName& trunk, std::span<const model::Segment> wanted,
                   const model::HostState& host);

/// The operations that give `host` the VLAN link and bridge of `wanted`: made down, shut off from
/// dom0 by `door`, without IPv6, joined, and only then up.
///
/// Pure: reads only its arguments and changes nothing. Whatever `host` already has right is left
/// out, so planning against the result gives an empty plan.
///
/// Throws Error if the trunk is missing, a name is taken by a link of another kind, the VLAN link
/// is a port of another bridge, the bridge has a port that is neither the uplink nor a guest's, or
/// the MTU is more than the trunk's; such a link is never replaced.
Plan bring_up(const model::Segment& wanted, const model::HostState& host,
              Door door = Door::vlan_filtering);

/// The links of `wanted` on `host`; nullptr for one that is not there.
struct SegmentLinks {
  const model::Link* vlan_link = nullptr;
  const model::Link* bridge = nullptr;
};
SegmentLinks find_links(const model::Segment& wanted, const model::HostState& host);

/// Whether dom0 can be reached through that bridge although nobody gave it an address.
bool is_open(const model::Link& bridge);

/// How a bridge that is not open is shut.
Door door_of(const model::Link& bridge);

/// Whether the bridge is dom0's own way into a network: it was not made by xvlan, and has an
/// address that somebody gave it, or another link stands on it.
bool is_used_by_dom0(const model::Link& bridge, const model::HostState& host);

/// The ports of a bridge that belong to guests, by ifindex.
std::vector<const model::Link*> guest_ports(const model::Link& bridge,
                                            const model::HostState& host);

}  // namespace plan
