#include "command/host_checks.hpp"

namespace command {

void warn_of_firewall(Report& report) {
  report.warning(std::string(firewall_sentence) + "; " + firewall_mend + " ends it");
}

void warn_of_firewall(net::Kernel& kernel, Report& report) {
  if (kernel.firewall_sees_bridged()) warn_of_firewall(report);
}

}  // namespace command
