#pragma once

#include <optional>
#include <string>

#include "command/attachment.hpp"
#include "command/output.hpp"
#include "command/report.hpp"
#include "model/error.hpp"
#include "net/kernel.hpp"
#include "xen/store.hpp"

namespace command {

struct VifStatusRequest {
  std::string name{};  ///< "vif3.0", or what a vif was renamed to; empty for all
  Output output{};
};

/// Each vif, and the tap of an emulated NIC: what its domain's spec asks for, what the kernel has,
/// and what differs; and how far Xen's handshake about it is. In lines, a table or JSON.
///
/// ExitCode::partial if anything differs. Throws Error if there is no such vif, neither a link nor
/// in xenstore.
model::ExitCode vif_status(const VifStatusRequest& request, net::Kernel& kernel,
                           const xen::OpenStore& open_store, Configuration& configuration,
                           Report& report);

}  // namespace command
