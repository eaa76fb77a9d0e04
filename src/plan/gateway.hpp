#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/error.hpp"
#include "model/host_state.hpp"
#include "model/mac.hpp"
#include "model/segment.hpp"
#include "plan/operation.hpp"

/// A VLAN that comes both on a trunk and by tunnels: exactly one host, the gateway, joins the two.
/// Every function is pure.
namespace plan {

/// The other hosts that join the VLAN of `wanted` to a trunk as this one does: frames would go
/// round. Known only where this host joins it already.
std::vector<model::Address> other_gateways(const model::Segment& wanted,
                                           const model::HostState& host);

/// Why this host is not to join the VLAN of a trunk to tunnels: another one does, and has the lower
/// address, which decides. Nothing if it may.
std::optional<model::Error> gateway_refusal(const model::Segment& wanted,
                                            const model::HostState& host);

/// The port by which the bridge of its tunnels has the VLAN of a trunk, too: its VLAN link or, on a
/// VLAN-aware bridge, the trunk. nullptr where this host does not join the two.
const model::Link* joining_port(const model::Segment& of_trunk, const model::HostState& host);

/// Takes VLANs off their trunks that this host has joined to tunnels and is not to: their frames go
/// round until one of the two hosts does. A new host can't know of another one before it is there.
/// The guests stay, and reach stations on the trunk through the other host.
///
/// What is there counts, not the realisation that is wanted. A VLAN link that xvlan did not make,
/// or that others use, leaves the bridge and stays; down, unless somebody gave it an address. Each
/// plan, one for each port, stands or falls by itself.
std::vector<Plan> part_from_trunks(std::span<const model::Segment> wanted,
                                   const model::HostState& host);

/// Tells other hosts that this one joins the VLAN to a trunk, once both uplinks are on its bridge.
/// `vid` is that of the VLAN on the bridge.
void announce_gateway(Plan& plan, const model::Segment& wanted, const model::Link& bridge,
                      std::uint16_t vid, const model::HostState& host);

/// What tells other hosts no more that this one joins those VLANs of a bridge by that port. Before
/// the port goes, or leaves them: FRR keeps what it hears of a link that it knows to be gone.
std::vector<DeleteGateway> withdraw_gateways(const model::Link& port, const model::Vlans& vlans);

/// A MAC in the VLAN that no station has: hosts that join the VLAN to a trunk say so by it, since a
/// control plane tells the MACs of each host to all others. "vg", and the last four bytes of the
/// address of the tunnels, locally administered (IEEE 802, 8.2).
model::Mac gateway_mac(const model::Address& local);
bool is_gateway_mac(const model::Mac& mac);

}  // namespace plan
