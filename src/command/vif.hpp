#pragma once

#include <string>

#include "command/attachment.hpp"
#include "command/report.hpp"
#include "model/error.hpp"
#include "model/vif_id.hpp"
#include "model/vif_spec.hpp"
#include "net/kernel.hpp"
#include "xen/hooks.hpp"
#include "xen/store.hpp"

namespace command {

/// What the vif-script is asked for. Xenstore overrides the spec, as with Xen's own scripts
/// (vif-common.sh).
struct VifRequest {
  bool plug = true;                ///< online or add; else offline or remove
  bool move = false;               ///< to other VLANs, while it is plugged
  bool tap = false;                ///< add or remove of an emulated NIC's tap; else the vif itself
  model::VifId id;                 ///< of the guest's interface
  std::string link;                ///< the link by the name the toolstack knows, "vif3.0"
  std::string backend_path;        ///< in xenstore, as the toolstack gave it: often a relative one
  bool by_hand = false;            ///< called without a toolstack's environment
  bool from_udev = false;          ///< UDEV_CALL is set
  std::optional<std::string> mac;  ///< of the guest, from the command line
  model::VifSpec spec;             ///< what the command line and the environment say of it
  bool bridge_was_typed = false;   ///< on the command line, not in the environment
  bool vlan_was_typed = false;
  bool dry_run = false;
};

/// Makes the vif a port of its bridge, or takes it off. Asks the kernel for the few links only,
/// however many there are. A link is touched only with proof that it is this guest's (is_own):
/// without it plugging is refused, and unplugging does nothing.
///
/// Plugging waits up to 2 s for a vif that the kernel has not made yet. It holds, or leaves
/// nothing: what could not be undone is named, with ExitCode::partial. It tells xenstore the
/// outcome: the MTU to the guest, and "connected"; or the reason of a failure. Unplugging tells it
/// nothing, since that would resurrect a node the toolstack removes.
///
/// Moving takes what was typed before what xenstore says, the emulated NIC's tap along, and tells
/// xenstore, so that the next event agrees.
///
/// Hooks run when all is done but the word to xenstore, for which netback waits: the guest's first
/// frame comes after them. To them a move is the end of one plugging, and another one.
model::ExitCode vif(const VifRequest& request, net::Kernel& kernel,
                    const xen::OpenStore& open_store, Configuration& configuration,
                    xen::Hooks& hooks, Report& report);

}  // namespace command
