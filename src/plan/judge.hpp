#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/host_state.hpp"
#include "model/judgement.hpp"
#include "model/remote.hpp"
#include "model/segment.hpp"

namespace plan {

/// The program that manages a link, if one does: "systemd-networkd (/etc/.../10-all.network)".
using ManagerOf = std::function<std::optional<std::string>(const model::Link&)>;

/// The command that mends what start mends, without the options that it may need.
inline constexpr const char* start_again = "xvlan network start";

/// The command that plugs a guest's link again; empty if nothing tells whose it is.
std::string plug_again(const model::Link& link);

/// That a guest's link is somewhere where nobody hears it, "up but on no bridge".
model::Problem lost(const model::Link& guest, const std::string& where);

/// How `wanted` is on `host`, and everything that is not as it should be.
model::Judgement judge(const model::Segment& wanted, const model::HostState& host,
                       const ManagerOf& manager_of);

/// The largest packet that gets to a host in one piece, see net::Kernel.
using PathMtuTo = std::function<std::optional<std::uint32_t>(const model::Address&)>;

/// What is not as it should be with the other hosts of a VLAN that tunnels carry: `remotes` are
/// those that are known of any.
void judge_hosts(model::Judgement& judgement, const model::Segment& wanted,
                 const model::HostState& host, std::span<const model::RemoteHost> remotes,
                 const PathMtuTo& path_mtu_to);

/// The other hosts of a VLAN that tunnels carry, in the order of their addresses.
std::vector<model::Address> hosts_of(const model::Segment& wanted, const model::HostState& host,
                                     std::span<const model::RemoteHost> remotes);

/// What is to be done to a trunk whose VLANs come on demand, before one can come.
model::Judgement judge_trunk(const model::Carrier& trunk, std::span<const model::Segment> wanted,
                             const model::HostState& host);

/// "br4 has address 10.0.0.1/24" for each address that dom0 has in that VLAN and that is not
/// switched off with IPv6: those that somebody gave on purpose and all that come with them.
std::vector<std::string> given_addresses(const model::Segment& wanted,
                                         const model::HostState& host);

}  // namespace plan
