#pragma once

#include <cstdint>

#include "model/address.hpp"

namespace model {

/// Another host to which tunnels lead, as a control plane has told the kernel: an entry of a VXLAN
/// link's forwarding table.
struct RemoteHost {
  int link = 0;           ///< ifindex of the VXLAN link
  std::uint32_t vni = 0;  ///< of a single device; else 0
  Address host;
  bool operator==(const RemoteHost&) const = default;
};

}  // namespace model
