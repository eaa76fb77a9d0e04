#pragma once

#include <netlink/msg.h>

#include <new>

#include "net/handle.hpp"

namespace net {

/// Throws Error if a function of libnl that builds a request answers an error.
void require(int libnl_result);

/// Throws std::bad_alloc if libnl had no memory.
template <class Handle>
Handle allocated(Handle handle) {
  if (!handle) throw std::bad_alloc();
  return handle;
}

/// A request of that type (RTM_...) with nothing but the header of its family.
template <class Header>
MessageHandle message(int type, int flags, Header header) {
  MessageHandle result = allocated(MessageHandle(nlmsg_alloc_simple(type, flags)));
  require(nlmsg_append(result.get(), &header, sizeof header, NLMSG_ALIGNTO));
  return result;
}

}  // namespace net
