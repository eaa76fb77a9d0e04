#pragma once

#include <memory>

#include "net/kernel.hpp"

namespace net {

/// The kernel that this program runs on. Throws Error if it can't be asked.
std::unique_ptr<Kernel> running_kernel();

}  // namespace net
