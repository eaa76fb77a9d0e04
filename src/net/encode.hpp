#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "net/handle.hpp"
#include "plan/operation.hpp"

namespace net {

/// Finds the ifindex of a link; 0 if there is none.
using IndexOf = std::function<int(const plan::LinkRef&)>;

/// Appends the requests that ask the kernel for `operation` (rtnetlink(7)): one, as a rule. A link
/// that `index_of` doesn't find goes as an index that no link has, which the kernel answers as it
/// would a link that has just vanished: ENODEV (a bridge for a port: EINVAL). Appends none for what
/// has no netlink request.
void encode(const plan::Operation& operation, const IndexOf& index_of,
            std::vector<MessageHandle>& requests);

/// The request that makes a bridge VLAN-aware which was not made so (Linux before 4.12).
MessageHandle vlan_aware_request(int bridge);

/// The request for one link, by name or alternative name.
MessageHandle link_request(const std::string& name);
/// The request for one link, by ifindex.
MessageHandle link_request(int index);
/// The request for all links, without their statistics; of those only the ports of `master`, unless
/// it is 0.
MessageHandle links_request(int master = 0);
/// The request for the VLANs of all bridges and their ports (AF_BRIDGE), as ranges.
MessageHandle vlans_request();
/// The request for the VLANs of one port (Linux 5.6).
MessageHandle port_vlans_request(int index);
/// The request for the route to a host.
MessageHandle route_request(const model::Address& host);
/// The request for addresses of `family` (AF_UNSPEC: any), of one link or (0) of all.
MessageHandle addresses_request(int family, int index);

}  // namespace net
