#pragma once

#include "command/attachment.hpp"
#include "command/report.hpp"
#include "command/vif.hpp"
#include "net/kernel.hpp"
#include "xen/hooks.hpp"
#include "xen/store.hpp"

namespace command {

/// Makes a vif or tap a port of its bridge, and tells xenstore the outcome; see vif(). Throws Error
/// if it can't: then nothing is changed, or the error says what is left.
void plug(const VifRequest& request, net::Kernel& kernel, const xen::OpenStore& open_store,
          Configuration& configuration, xen::Hooks& hooks, Report& report);

/// Moves a vif that is plugged, and throws as plug() does. A guest's tap and its vif are one NIC to
/// the guest: they move together, or not at all.
void move(const VifRequest& request, net::Kernel& kernel, const xen::OpenStore& open_store,
          Configuration& configuration, xen::Hooks& hooks, Report& report);

}  // namespace command
