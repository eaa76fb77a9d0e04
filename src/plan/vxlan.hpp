#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/error.hpp"
#include "model/host_state.hpp"
#include "model/mac.hpp"
#include "model/segment.hpp"
#include "plan/operation.hpp"

/// What carries VLANs, a trunk or an end of VXLAN tunnels, and the VXLAN links of the latter. Every
/// function is pure.
namespace plan {

/// What the links of a VLAN take from what carries it.
struct Base {
  std::uint32_t mtu = 0;               ///< the most that fits, in bytes
  model::Mac mac;                      ///< of VXLAN links
  model::Mac bridge_mac;               ///< of their bridges: the trunk's, where there is one
  std::string name;                    ///< of the link that sets the MTU, for people
  const model::Link* trunk = nullptr;  ///< nullptr for tunnels
};

/// Throws Error if there is no such trunk; or if no link of this host has the address of the
/// tunnels (ENODEV), or none carries them.
///
/// Tunnels have the MTU of the link that has the address, less what VXLAN takes. An address that is
/// on the loopback link or a dummy, as routed fabrics have it, leaves by others: those that are
/// named or, else, all that have an address themselves, of which the lowest MTU counts.
Base base_of(const model::Carrier& carrier, const std::optional<model::Tunnelled>& tunnelled,
             const model::HostState& host);
/// The same of a segment whose bridge has two uplinks: the lower MTU of both, and the trunk's MAC,
/// as far as both are there.
Base base_of(const model::Segment& wanted, const model::HostState& host);

/// The VXLAN link with that VNI, whoever made it and whatever its name; nullptr if there is none.
const model::Link* find_vxlan(const model::Tunnelled& tunnelled, const model::HostState& host);
/// One of ours that has the name that is wanted, whatever its VNI, or else the same.
const model::Link* find_vxlan(const model::Segment& wanted, const model::HostState& host);

/// The other uplink of its bridge, if that is there; nullptr if it is not, or if there is to be
/// none.
const model::Link* other_uplink(const model::Segment& wanted, const model::HostState& host);

/// How a VXLAN link that is there carries its VLAN.
model::Tunnelled as_tunnelled(const model::Link& vxlan);

/// What a VXLAN link of ours is, as a segment, with the bridge that it is a port of; nullptr if it
/// is on none. Not for a single device.
model::Segment segment_of(const model::Link& vxlan, const model::Link* bridge);

/// The VLAN of a VXLAN link that xvlan made: by its alias or, else, by the VID of its port, which
/// tells it on a VLAN-aware bridge only.
model::Vid vid_told_by(const model::Link& vxlan);

/// Whether a VXLAN link is as `wanted` would have it in all that can't be changed.
bool fits(const model::Link& vxlan, const model::Segment& wanted);

/// The uplink that stays; nullptr where one of ours goes, because it can't be changed into what is
/// wanted. Throws Error if somebody else made that.
const model::Link* keep_uplink(Plan& plan, const model::Segment& wanted, const model::Link* uplink);

/// Makes a VXLAN link; IPv6 is still on there.
void create_vxlan(Plan& plan, const model::Segment& wanted, const Base& base, std::uint32_t mtu);

/// What its port has: a control plane tells where MACs are, nobody learns. Nothing suppresses ARP
/// there: dom0 hears no neighbour in the VLAN, so the bridge could answer for none, and would only
/// keep back what says that an address has moved, or asks whether it is free (Linux,
/// br_do_proxy_suppress_arp).
LinkSettings vxlan_port(const model::Segment& wanted, const LinkRef& bridge);

/// The VLANs that a VXLAN link carries on a VLAN-aware bridge.
model::Vlans tunnelled_vlans(const model::Link& vxlan);

/// Mends the settings of a VXLAN link that is a port.
void mend_vxlan_port(Plan& plan, const model::Link& vxlan, const model::Segment& wanted);

/// A MAC that this host alone has: "v", `second`, and the last four bytes of the address of its
/// tunnels. The second bit of the first byte says that it is locally administered (IEEE 802, 8.2).
model::Mac derived_mac(char second, const model::Address& local);

}  // namespace plan
