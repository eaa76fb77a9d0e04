#pragma once

#include <optional>
#include <string>

#include "model/host_state.hpp"
#include "model/vif_id.hpp"

namespace command {

/// Which link of a guest: its vif, or the tap behind the emulated NIC.
struct VifLink {
  model::VifId id;
  bool tap = false;

  /// The name that Xen gives it: "vif3.0", "vif3.0-emu".
  [[nodiscard]] std::string original_name() const { return id.name(tap); }
};

/// Whether something shows that `link` is that link of the guest: the device behind it or, where
/// there is none, the name that Xen gave it, as its alias, its name or an alternative name. A
/// vifname shows nothing: any link can have it, also one that Xen gives to another guest.
bool is_own(const model::Link& link, const VifLink& wanted);

/// The link on `host` that is that one; nullptr if there is none.
const model::Link* find_own(const VifLink& wanted, const model::HostState& host);

/// Why a link that has the name of the wanted one is not it: "it belongs to another guest's
/// vif-7-0".
std::string reason_not_own(const model::Link& link, const VifLink& wanted);

}  // namespace command
