#pragma once

#include <memory>
#include <string>

#include "net/kernel.hpp"

namespace net {

/// See Kernel::lock: record locks (fcntl(2), F_SETLK) on bytes of /run/xvlan.lock. Each byte stands
/// for a VLAN of the bridges whose names have the same hash. They go with the process, however that
/// ends, and leave nothing behind but the empty file.
///
/// Such locks are the process's: it has one Lock at a time, for closing the file drops all.
std::unique_ptr<Lock> lock_vlans(const std::string& bridge, const model::Vlans& vlans);

}  // namespace net
