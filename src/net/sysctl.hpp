#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "net/decode.hpp"
#include "net/kernel.hpp"

namespace net {

/// Tells the name that the link of an ifindex has now; empty if there is no such link. A path below
/// /proc/sys has a link's name in it, and names change.
using NameOf = std::function<std::string(int index)>;

/// Writes net.ipv6.conf.<link>.disable_ipv6 (Linux, Documentation/networking/ip-sysctl.rst). ENOENT
/// where there is no such file, which does not say that the kernel speaks no IPv6 on the link.
std::optional<Refusal> set_ipv6(int index, bool enabled, const NameOf& name_of);

/// The IPv4 settings of a bridge that keep dom0 out of reach as far as settings can: no answers to
/// ARP, no forwarding, and nothing from addresses that are routed elsewhere.
std::optional<Refusal> shut_ipv4(int index, const NameOf& name_of);
/// Whether the settings are as shut_ipv4 leaves them.
bool ipv4_is_shut(const std::string& bridge);

/// Every IPv6 address of the host (/proc/net/if_inet6), those that the kernel made by itself last.
/// Of thousands of links few have any, and a dump by netlink looks at each link.
std::vector<LinkAddress> ipv6_addresses();

/// Whether the MAC of a bridge was set by somebody, so that no port changes it (addr_assign_type in
/// Linux, Documentation/ABI/testing/sysfs-class-net). True where sysfs doesn't tell.
bool mac_is_pinned(const std::string& bridge);

/// The device behind a link, such as "vif-3-0"; empty if there is none. For kernels that don't tell
/// it by netlink (Linux before 5.14).
std::string device_behind(const std::string& link);

/// net.bridge.bridge-nf-call-iptables; false where the br_netfilter module is not loaded.
bool bridge_nf_call_iptables();

}  // namespace net
