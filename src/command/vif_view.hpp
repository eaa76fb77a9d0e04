#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command/attachment.hpp"
#include "command/guest_names.hpp"
#include "model/host_state.hpp"
#include "model/judgement.hpp"
#include "model/vif_id.hpp"
#include "model/vif_spec.hpp"
#include "net/kernel.hpp"
#include "xen/handshake.hpp"

namespace command {

/// A vif of a guest, or the tap beside it, as it is and as it shall be.
struct VifView {
  model::VifId id;
  bool tap = false;
  const model::Link* link = nullptr;     ///< nullptr if the kernel has none
  const model::Link* bridge = nullptr;   ///< that it is on; nullptr for none
  model::Vlans vlans{};                  ///< that it is in, whichever way they are realised
  std::optional<std::string> domain{};   ///< the guest's name
  std::optional<std::string> mac{};      ///< of the guest, as its spec has it
  std::optional<model::VifSpec> spec{};  ///< nothing where xenstore does not tell
  xen::Handshake handshake{};
  std::vector<model::Problem> problems{};
};

/// All vifs, by guest and number, each tap behind its vif: those that the kernel has and those that
/// xenstore knows; or those that have that name, by Xen or by their spec. They point into `host`.
std::vector<VifView> read_vifs(const std::string& name, const model::HostState& host,
                               net::Kernel& kernel, GuestNames& names,
                               Configuration& configuration);

}  // namespace command
