#include "net/message.hpp"

#include <netlink/errno.h>

#include "model/error.hpp"

namespace net {

void require(int libnl_result) {
  if (libnl_result < 0) {
    throw model::Error({.action = "build a netlink request", .reason = nl_geterror(libnl_result)});
  }
}

}  // namespace net
