#pragma once

#include <vector>

#include "model/link.hpp"
#include "net/socket.hpp"

namespace net {

/// Reads model::Link::gateways of uplinks: of bridges that have both kinds or, if `everywhere`, of
/// all that tunnels come to. Throws Error if the kernel can't be asked.
void add_gateways(Socket& socket, std::vector<model::Link>& links, bool everywhere);

}  // namespace net
