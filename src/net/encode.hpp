#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "net/handle.hpp"
#include "plan/operation.hpp"

namespace net {

/// Finds a link's ifindex by its name; 0 if there is none.
using IndexOf = std::function<int(const std::string&)>;

/// The request that asks the kernel for `operation` (rtnetlink(7)); empty for SetIpv6, which has no
/// netlink request. A link that `index_of` doesn't find goes as an index that no link has, which
/// the kernel answers as it would a link that has just vanished: ENODEV (a bridge for a port:
/// EINVAL).
MessageHandle encode(const plan::Operation& operation, const IndexOf& index_of);

/// The request for one link, by name or alternative name.
MessageHandle link_request(const std::string& name);
/// The request for one link, by ifindex.
MessageHandle link_request(int index);
/// The request for all links, without their statistics.
MessageHandle links_request();
/// The request for addresses of `family` (AF_UNSPEC: any), of one link or (0) of all.
MessageHandle addresses_request(int family, int index);

}  // namespace net
