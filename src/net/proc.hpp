#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/decode.hpp"
#include "net/kernel.hpp"

namespace net {

/// Writes net.ipv6.conf.<link>.disable_ipv6 (Linux, Documentation/networking/ip-sysctl.rst). It is
/// done already where the kernel speaks no IPv6 on that link at all.
std::optional<Refusal> set_ipv6(const std::string& link, bool enabled);

/// Every IPv6 address of the host (/proc/net/if_inet6), those that the kernel made by itself last.
/// Of thousands of links few have any, and a dump by netlink looks at each link.
std::vector<LinkAddress> ipv6_addresses();

/// Whether the MAC of a bridge was set by somebody, so that no port changes it (addr_assign_type in
/// Linux, Documentation/ABI/testing/sysfs-class-net). True where sysfs doesn't tell.
bool mac_is_pinned(const std::string& bridge);

/// net.bridge.bridge-nf-call-iptables; false where the br_netfilter module is not loaded.
bool bridge_nf_call_iptables();

}  // namespace net
