#pragma once

#include <netlink/msg.h>
#include <netlink/netlink.h>

#include <cstddef>
#include <new>

#include "net/handle.hpp"

namespace net {

/// More than the longest request has as a rule, in bytes. libnl would take a page, and clear it,
/// for each.
inline constexpr std::size_t request_size = 512;

/// Throws Error if a function of libnl that builds a request answers an error.
void require(int libnl_result);

/// Throws std::bad_alloc if libnl had no memory.
template <class Handle>
Handle allocated(Handle handle) {
  if (!handle) throw std::bad_alloc();
  return handle;
}

/// A request of that type (RTM_...) with nothing but the header of its family, and room for `size`
/// bytes in all.
template <class Header>
MessageHandle message(int type, int flags, Header header, std::size_t size = request_size) {
  MessageHandle result = allocated(MessageHandle(nlmsg_alloc_size(size)));
  if (nlmsg_put(result.get(), NL_AUTO_PORT, NL_AUTO_SEQ, type, 0, flags) == nullptr) {
    throw std::bad_alloc();
  }
  require(nlmsg_append(result.get(), &header, sizeof header, NLMSG_ALIGNTO));
  return result;
}

}  // namespace net
