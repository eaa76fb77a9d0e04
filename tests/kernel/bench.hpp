#pragma once

#include <memory>
#include <string>

#include "net/kernel.hpp"

namespace bench {

/// A host without links but for lo, and the hands that make what xvlan finds there.
class Host {
 public:
  Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  virtual ~Host() = default;

  virtual net::Kernel& kernel() = 0;
  /// A NIC: down, with the MAC 02:00:00:00:00:01.
  virtual void add_nic(const std::string& name, std::uint32_t mtu) = 0;
  /// A bridge as `brctl addbr` leaves it: down, unmarked, its MAC and MTU following its ports.
  virtual void add_bridge(const std::string& name) = 0;
  /// An address that somebody gives, "192.0.2.1/24".
  virtual void add_address(const std::string& link, const std::string& address) = 0;
};

/// Each call gives a fresh host: a pretended one, or one of the running kernel's.
std::unique_ptr<Host> fresh_host();

}  // namespace bench
