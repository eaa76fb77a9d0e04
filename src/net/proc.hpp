#pragma once

#include <optional>
#include <string>

#include "net/kernel.hpp"

namespace net {

/// Writes net.ipv6.conf.<link>.disable_ipv6 (Linux, Documentation/networking/ip-sysctl.rst). It is
/// done already where the kernel speaks no IPv6 on that link at all.
std::optional<Refusal> set_ipv6(const std::string& link, bool enabled);

/// Whether the MAC of a bridge was set by somebody, so that no port changes it (addr_assign_type in
/// Linux, Documentation/ABI/testing/sysfs-class-net). True where sysfs doesn't tell.
bool mac_is_pinned(const std::string& bridge);

/// net.bridge.bridge-nf-call-iptables; false where the br_netfilter module is not loaded.
bool bridge_nf_call_iptables();

}  // namespace net
