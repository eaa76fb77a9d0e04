#pragma once

#include "command/attachment.hpp"
#include "command/report.hpp"
#include "command/vif.hpp"
#include "net/kernel.hpp"
#include "xen/hooks.hpp"
#include "xen/store.hpp"

namespace command {

/// Takes a vif or tap off its bridge, and lets VLANs on demand go of which it was the last guest;
/// see vif(). Does nothing if the link is gone or not the guest's. Throws Error if the kernel
/// refuses, or if a VLAN could not go.
void unplug(const VifRequest& request, net::Kernel& kernel, const xen::OpenStore& open_store,
            Configuration& configuration, xen::Hooks& hooks, Report& report);

}  // namespace command
