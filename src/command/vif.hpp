#pragma once

#include <optional>
#include <string>

#include "command/network.hpp"
#include "command/report.hpp"
#include "model/error.hpp"
#include "net/kernel.hpp"

namespace command {

/// What the vif-script is asked for. Texts stand as they were given; xenstore overrides them, as
/// with Xen's own scripts (vif-common.sh).
struct VifRequest {
  bool plug = true;          ///< online or add; else offline or remove
  bool tap = false;          ///< add or remove of an emulated NIC's tap; else the vif itself
  std::string link;          ///< the link by the name the toolstack knows, "vif3.0"
  std::string backend_path;  ///< in xenstore, as the toolstack gave it: often a relative one
  bool by_hand = false;      ///< called without a toolstack's environment
  bool from_udev = false;    ///< UDEV_CALL is set
  std::optional<std::string> bridge;
  bool bridge_was_typed = false;  ///< on the command line, not in the environment
  std::optional<std::string> mtu;
  std::optional<std::string> ip;
  std::optional<std::string> vlan;
  bool dry_run = false;
};

/// Makes the vif a port of its bridge, or takes it off. Asks the kernel for the two links only,
/// however many there are.
///
/// Plugging tells xenstore the outcome: the MTU to the guest, and "connected"; or the reason of a
/// failure. Unplugging tells it nothing, since that would resurrect a node the toolstack removes.
model::ExitCode vif(const VifRequest& request, net::Kernel& kernel, const OpenStore& open_store,
                    Report& report);

/// Tells xenstore of a failure that came before there was a request. Never throws.
void report_early_failure(const std::string& backend_path, const model::Error& error,
                          const OpenStore& open_store);

}  // namespace command
