#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/address.hpp"
#include "model/mac.hpp"
#include "model/protection.hpp"
#include "plan/bpf.hpp"

namespace plan {

/// Who a guest is, as its toolstack says, and how much of that its frames must show.
struct Guest {
  model::Mac mac;
  model::Antispoof antispoof = model::Antispoof::mac;  ///< mac or ip
  std::vector<model::Address> addresses{};             ///< with their prefixes; for ip
  bool tags = false;                                   ///< its port lets VLAN tags in
};

/// What a link drops of that which comes in by it.
struct Filter {
  /// For people: "mac 00:16:3e:01:fb:fe", "ip 00:16:3e:01:fb:fe 10.0.4.2". The kernel does not keep
  /// them: of a filter that was read they are its kind alone.
  std::string words;
  /// For clsact ingress, where it sees a frame with its outer tag taken off (tc-bpf(8)). It answers
  /// TC_ACT_SHOT for a frame to drop and else TC_ACT_UNSPEC, so that others' filters come next.
  Program program;
  bool operator==(const Filter& other) const { return program == other.program; }
};

/// The filter that keeps a guest from lying. With either kind its frames
/// - come from its own MAC, and ARP and RARP in them tell of no other one;
/// - go to no group that switches keep to themselves: 01:80:c2:00:00:00 to :0f (STP, LLDP, PAUSE,
///   LACP, 802.1X) and :20 to :2f (MVRP), nor to Cisco's of PVST, CDP and VTP;
/// - are no 802.3 with SNAP, in which any of these could hide;
/// - have no tag but 802.1Q's, only one, and that only where the port has tagged VLANs; a priority
///   tag, of VID 0, is none;
/// - are no IPv6 router advertisement or redirect, nor may hide one behind more extension headers
///   than two, in a first fragment that does not show its header, or in one that shows it behind
///   the end of the packet.
///
/// With ip they are, besides, IPv4, ARP, RARP or IPv6, and speak of the guest's addresses only: as
/// source, as sender in ARP, as target of a neighbour advertisement. The link-local address that
/// follows from the MAC (EUI-64, RFC 4291) is always the guest's. Without a source they may be DHCP
/// (RFC 2131) and IGMP, the probe of an own address (RFC 5227), neighbour solicitations for one
/// (RFC 4862), router solicitations and MLD reports (RFC 3590). Neighbour discovery names no other
/// MAC, and is never fragmented (RFC 6980).
///
/// Pure. In `words` some of many addresses are only counted.
Filter filter_of(const Guest& guest);

/// What such a program was written for: "mac" or "ip"; empty if it is another one.
std::string_view kind_of(const Program& program);

}  // namespace plan
