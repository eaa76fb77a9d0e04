#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <vector>

#include "model/redirect.hpp"
#include "net/handle.hpp"
#include "plan/bpf.hpp"

namespace net {

/// The requests that make a link drop whatever would come in by it: a filter at its clsact ingress
/// (tc(8), tc-bpf(8)), at a priority of its own, beside which an administrator's filters stand.
std::vector<MessageHandle> drop_ingress_requests(int index);

/// The requests that put a filter with that program there, or in the place of the one that they put
/// there before: in one step, so that no frame meets neither.
std::vector<MessageHandle> filter_ingress_requests(int index, const plan::Program& program);

/// The request that takes our filter away, and no other.
MessageHandle let_ingress_request(int index);

/// The request for the filters at a link's clsact ingress.
MessageHandle ingress_filters_request(int index);

/// Whether an answer to it is a filter of ours.
bool is_own_filter(const nlmsghdr& header);

/// The request for all queueing disciplines of all links.
MessageHandle qdiscs_request();

/// A place where filters hang: a link, and a queueing discipline or a hook of it.
struct FilterPlace {
  int index = 0;             ///< ifindex
  std::uint32_t parent = 0;  ///< see tc(8)
};

/// Where filters may hang at the queueing discipline, or class, that an answer to that describes.
std::vector<FilterPlace> decode_filter_places(const nlmsghdr& header);

/// The link of the queueing discipline in that answer, if its classes may have filters of their
/// own; 0 if not.
int decode_classful_link(const nlmsghdr& header);

/// The request for all classes of a link. Where filters may hang at one, decode_filter_places
/// tells.
MessageHandle classes_request(int index);

/// The request for the filters there.
MessageHandle filters_request(const FilterPlace& place);

/// What the filter in an answer to it does with frames; nothing if it is ours, or sends none
/// elsewhere.
std::vector<model::Redirect> decode_redirects(const nlmsghdr& header);

/// The program of our filter in an answer to it; an empty one if it is another's.
plan::Program decode_filter(const nlmsghdr& header);

}  // namespace net
