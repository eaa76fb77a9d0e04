#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/host_state.hpp"
#include "model/segment.hpp"
#include "plan/operation.hpp"

/// VLANs, whichever way they are realised: own_bridge and shared_bridge are the two. Every function
/// is pure: it reads only its arguments.
namespace plan {

/// The operations that make `trunk` ready to carry those of `wanted` that are its VLANs. A trunk
/// that is up already is somebody's, who may have given it addresses: nothing is changed on it but
/// what its VLANs need.
///
/// Throws Error if there is no such link, or if it is itself a port of somebody else's bridge, bond
/// or team.
Plan prepare_trunk(const model::Carrier& trunk, std::span<const model::Segment> wanted,
                   const model::HostState& host);

/// The same for VLANs of which nothing more is to be done, because they are alike on `host` too:
/// nothing there has to do with one of them alone.
Plan prepare_trunk(const model::AlikeSegments& wanted, const model::HostState& host);
bool are_alike(const model::AlikeSegments& wanted, const model::HostState& host);

/// The operations that give `host`, whose trunk is prepared, what is missing of `wanted`.
///
/// Whatever `host` already has right is left out, so planning against the result gives an empty
/// plan.
///
/// Throws Error if the trunk is missing, the MTU is more than the trunk's, or something is in the
/// way; a link of somebody else's is never replaced.
Plan bring_up(const model::Segment& wanted, const model::HostState& host,
              Door door = Door::vlan_filtering);

/// Whether the trunk still has bridges that another realisation of its VLANs needs: finish_trunk
/// deletes those that no guest is on any more, behind all its VLANs.
bool needs_finish(const model::Carrier& trunk, std::span<const model::Segment> wanted,
                  const model::HostState& host);
std::vector<DeleteLink> finish_trunk(const model::Carrier& trunk,
                                     std::span<const model::Segment> wanted,
                                     const model::HostState& host);

/// The VLAN of the trunk that a guest was in on a bridge of the other realisation, by that and the
/// VLANs of its port there; nothing if it is none of `wanted`.
std::optional<model::Segment> segment_of_port(const model::Carrier& trunk,
                                              const model::Link& bridge, const model::Vlans& vlans,
                                              std::span<const model::Segment> wanted);

/// What a guest's port gets that is to be in that VLAN alone; empty for what its bridge gives it.
model::Vlans vlans_of_guest(const model::Segment& wanted);

/// Whether a plan cuts a guest off for a moment: then no other is to make it longer.
bool cuts_guests(const Plan& plan);

/// The links of `wanted` on `host`; nullptr for one that is not there.
struct SegmentLinks {
  const model::Link* uplink = nullptr;
  const model::Link* bridge = nullptr;
};
SegmentLinks find_links(const model::Segment& wanted, const model::HostState& host);

/// What `wanted` is made of, for people; "-" where there is no such link.
struct LinkNames {
  std::string uplink;
  std::string bridge;
};
LinkNames link_names(const model::Segment& wanted, const model::HostState& host);

/// The ports of guests that are in that VLAN, by ifindex.
std::vector<const model::Link*> guests_of(const model::Segment& wanted,
                                          const model::HostState& host);

/// All that `start` would do for `wanted` alone, one VLAN at least of one trunk, also if they come
/// on demand.
///
/// Throws Error as prepare_trunk and bring_up do.
Plan steps_to(std::span<const model::Segment> wanted, const model::HostState& host,
              Door door = Door::vlan_filtering);

/// Whether `start` is to give `host` that VLAN: not one that comes on demand, unless something of
/// it is there, whichever way it is realised.
bool is_wanted_now(const model::Segment& wanted, const model::HostState& host);

/// What takes the VLANs of a bridge of ours away that no guest is in. A bridge with a port of
/// somebody else's stays as it is, and so does one of one VLAN if somebody has given it or its VLAN
/// link an address, or has built on them.
Plan without_unused(const model::Link& bridge, const model::HostState& host);

/// Whether the VLAN is to go: it is one that comes on demand, and no guest is in it.
bool is_unused(const model::Segment& wanted, const model::HostState& host);

/// Whether every part of `wanted` is there, right or wrong.
bool is_there(const model::Segment& wanted, const model::HostState& host);

/// Whether what dom0 has on that bridge, such as an address, is in that VLAN.
bool reaches_dom0(const model::Segment& wanted, const model::Link& bridge);

/// Whether `start` leaves dom0 in that VLAN, because its bridge is dom0's own.
bool is_left_open(const model::Segment& wanted, const model::Link& bridge,
                  const model::HostState& host);

/// The trunk, if it is itself a port of a bridge of ours; nullptr where an uplink leads to it.
const model::Link* trunk_port(const model::Link& bridge, const model::HostState& host);

/// The VLANs of a bridge of ours that no link of their own stands for.
std::vector<model::Segment> vlans_without_link(const model::Link& bridge,
                                               const model::HostState& host);

/// The guests' ports that a bridge of ours lets into no VLAN, by ifindex.
std::vector<const model::Link*> guests_in_no_vlan(const model::Link& bridge,
                                                  const model::HostState& host);

/// Whether the ports' VLANs tell who uses a bridge of ours: only a reading of all links has them.
bool is_used_by_vlans(const model::Link& bridge, const model::HostState& host);

}  // namespace plan
