#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "model/host_state.hpp"
#include "model/segment.hpp"
#include "plan/operation.hpp"

namespace plan {

/// The operations that make `trunk` ready to carry the VLAN links of `wanted`: it must be up. A
/// trunk that is up already is somebody's, who may have given it addresses: nothing is changed on
/// it. VLAN links that exist come up together with their trunk, so IPv6 is switched off on those
/// first.
///
/// Throws Error if there is no such link, or if it is itself a port of a bridge, bond or team.
Plan prepare_trunk(const model::IfName& trunk, std::span<const model::Segment> wanted,
                   const model::HostState& host);

/// The operations that give `host` the VLAN link and bridge of `wanted`.
///
/// Pure: reads only its arguments and changes nothing. Whatever `host` already has right is left
/// out, so planning against the result gives an empty plan.
///
/// Throws Error if the trunk is missing, a name is taken by a link of another kind, the VLAN link
/// is a port of another bridge, the bridge has a port that is neither the uplink nor a guest's, or
/// the MTU is more than the trunk's; such a link is never replaced.
Plan bring_up(const model::Segment& wanted, const model::HostState& host);

/// The names that the links of `wanted` have on `host`; empty for one that is not there.
struct SegmentLinks {
  const model::Link* vlan_link = nullptr;
  const model::Link* bridge = nullptr;
};
SegmentLinks find_links(const model::Segment& wanted, const model::HostState& host);

/// The ports of a bridge that belong to guests, by ifindex.
std::vector<const model::Link*> guest_ports(const model::Link& bridge,
                                            const model::HostState& host);

/// "br4 has address 10.0.0.1/24" for each address of `link` that is not switched off with IPv6:
/// those that somebody gave on purpose and all that come with them. Empty for nullptr.
std::vector<std::string> given_addresses(const model::Link* link);

/// The same for every address of `link`.
std::vector<std::string> address_texts(const model::Link* link);

/// What `tear_down` decided.
struct TearDown {
  Plan deletions;                   ///< one DeleteLink for each link
  bool everything_marked = false;   ///< the deletions are all that carries xvlan's mark
  std::vector<std::string> spared;  ///< a sentence for each link that is left because it is used
};

/// The deletion of what xvlan made and nobody uses: marked VLAN links and bridges for which
/// `in_scope` holds. A bridge is used if it has any port beside its uplink; a VLAN link if its
/// bridge is, or if another link stands on it. `force` deletes them all the same.
TearDown tear_down(const model::HostState& host,
                   const std::function<bool(const model::Link&)>& in_scope, bool force);

}  // namespace plan
