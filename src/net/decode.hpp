#pragma once

#include <linux/netlink.h>

#include <optional>
#include <string_view>
#include <vector>

#include "model/link.hpp"
#include "net/kernel.hpp"

namespace net {

/// Appends to `links` the link that an RTM_NEWLINK describes, without addresses and without
/// `mac_pinned`, which netlink doesn't tell. Appends nothing if the message is of another type.
void decode_link(const nlmsghdr& header, std::vector<model::Link>& links);

/// The VLANs of a bridge or of one of its ports.
struct LinkVlans {
  int index = 0;  ///< ifindex
  model::Vlans vlans;
  model::Vnis vnis{};  ///< of a single VXLAN device
};

/// An entry of the forwarding table of a bridge or of a VXLAN link.
struct Station {
  int link = 0;           ///< ifindex of the port, or of the VXLAN link
  model::Mac mac;         ///< all zero: where frames to all go
  std::uint16_t vid = 0;  ///< of the bridge; 0 if it has none
  std::uint32_t vni = 0;  ///< of a single VXLAN device; else 0
  bool fixed = false;     ///< somebody put it there for good, or was told so by who did
  std::optional<model::Address> host{};  ///< of a VXLAN link: the host behind which it is
};

/// Nothing if the message is of another type.
std::optional<Station> decode_station(const nlmsghdr& header);

/// Where packets to a host leave.
struct Route {
  int link = 0;           ///< ifindex
  std::uint32_t mtu = 0;  ///< in bytes, of the route itself; 0 if it has none
};

/// Nothing if the message is of another type.
std::optional<Route> decode_route(const nlmsghdr& header);

/// The VLANs that an answer to a dump of bridges (AF_BRIDGE) describes. Nothing if the message is
/// of another type.
std::optional<LinkVlans> decode_vlans(const nlmsghdr& header);

/// Appends to `vlans` those that an answer to a request for the VLANs of that port describes.
/// Appends nothing if the message is of another type, or of another port.
void decode_port_vlans(const nlmsghdr& header, int index, model::Vlans& vlans);

/// The port that a notice says has left its bridge. Nothing if the message is of another type.
std::optional<Departure> decode_departure(const nlmsghdr& header);

/// An address and the link it is on.
struct LinkAddress {
  int index = 0;  ///< ifindex
  model::Address address;
};

/// The IPv4 address that an RTM_NEWADDR describes. Nothing if the message is of another type.
std::optional<LinkAddress> decode_ipv4(const nlmsghdr& header);

/// The address that a line of /proc/net/if_inet6 describes (Linux, if6_seq_show in
/// net/ipv6/addrconf.c): address, ifindex, prefix length, scope and flags, each in hexadecimal,
/// and the link's name. Nothing if the line is no such line.
std::optional<LinkAddress> decode_ipv6(std::string_view line);

}  // namespace net
