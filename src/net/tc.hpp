#pragma once

#include <linux/netlink.h>

#include <vector>

#include "net/handle.hpp"

namespace net {

/// The requests that make a link drop whatever would come in by it: a filter at its clsact ingress
/// (tc(8), tc-bpf(8)), at a priority of its own, beside which an administrator's filters stand.
std::vector<MessageHandle> drop_ingress_requests(int index);

/// The request that takes that filter away, and no other.
MessageHandle let_ingress_request(int index);

/// The request for the filters at a link's clsact ingress.
MessageHandle ingress_filters_request(int index);

/// Whether an answer to it is the filter that drop_ingress_requests makes.
bool is_drop_filter(const nlmsghdr& header);

}  // namespace net
