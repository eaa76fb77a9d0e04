#pragma once

#include <optional>
#include <string>

namespace net {

/// The daemon of FRR that tunnels need and that does not run: "zebra" or "bgpd"; nothing if both
/// do. Each holds a lock on its file of its process ID for as long as it lives (FRR,
/// lib/pid_output.c), so that a file that was left behind deceives nobody.
std::optional<std::string> missing_routing_daemon(const std::string& folder = "/run/frr");

}  // namespace net
