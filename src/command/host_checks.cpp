#include "command/host_checks.hpp"

namespace command {

void warn_of_firewall(net::Kernel& kernel, Report& report) {
  if (!kernel.firewall_sees_bridged()) return;
  report.warning(
      "dom0's own firewall sees the guests' frames, because bridge-nf-call-iptables is 1: a DROP "
      "policy in FORWARD cuts guests off; sysctl net.bridge.bridge-nf-call-iptables=0 ends it");
}

}  // namespace command
