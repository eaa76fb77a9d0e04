#pragma once

#include <string>

#include "command/report.hpp"
#include "command/vif.hpp"
#include "model/vif_spec.hpp"
#include "xen/hooks.hpp"
#include "xen/store.hpp"

namespace command {

/// What a hook is told of an event, beside the request.
struct HookFacts {
  std::string event{};    ///< "online", "offline", "add" or "remove"
  std::string link{};     ///< the name that the vif or tap has, or had
  std::string bridge{};   ///< that it is on, or was; else the one in its spec
  std::string vlan{};     ///< its VLANs, as the vif's spec has them: "10", "5p/10"
  std::string mtu{};      ///< in bytes; empty where it is not known
  std::string mac{};      ///< of the guest; the same
  model::VifSpec spec{};  ///< what is said of the vif
};

/// The name of the event: "online" or "add", or where it ends "offline" or "remove".
std::string event_name(bool plugged, bool tap);

/// Runs each of the hooks, or prints that it would. One that fails, or must not run, is told and
/// changes nothing else: the vif is plugged, or off, all the same.
void run_hooks(const std::vector<xen::Hook>& found, const VifRequest& request,
               const HookFacts& facts, xen::Hooks& hooks, Report& report);

}  // namespace command
