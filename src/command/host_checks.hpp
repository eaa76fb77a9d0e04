#pragma once

#include "command/report.hpp"
#include "net/kernel.hpp"

namespace command {

/// That dom0's firewall sees the frames of guests, what that may do to them, and what ends it.
inline constexpr const char* firewall_sentence =
    "dom0's own firewall sees the guests' frames, because bridge-nf-call-iptables is 1: a DROP "
    "policy in FORWARD cuts guests off";
inline constexpr const char* firewall_mend = "sysctl net.bridge.bridge-nf-call-iptables=0";

void warn_of_firewall(Report& report);
/// Warns of it if it is so.
void warn_of_firewall(net::Kernel& kernel, Report& report);

}  // namespace command
