#pragma once

#include "command/report.hpp"
#include "net/kernel.hpp"

namespace command {

/// Warns if dom0's firewall sees the frames of guests.
void warn_of_firewall(net::Kernel& kernel, Report& report);

}  // namespace command
