#pragma once

#include <linux/netlink.h>

#include <optional>

#include "model/link.hpp"

namespace net {

/// The link that an RTM_NEWLINK describes, without addresses and without `mac_pinned`, which
/// netlink doesn't tell. Nothing if the message is of another type.
std::optional<model::Link> decode_link(const nlmsghdr& header);

/// An address and the link it is on.
struct LinkAddress {
  int index = 0;  ///< ifindex
  model::Address address;
};

/// The address that an RTM_NEWADDR describes. Nothing if the message is of another type.
std::optional<LinkAddress> decode_address(const nlmsghdr& header);

}  // namespace net
