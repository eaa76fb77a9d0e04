#include "command/vif_hooks.hpp"

namespace command {
namespace {

/// The variables of vif-bridge and of those who call it, and then those that only xvlan has. They
/// are the same whoever calls, so nothing is taken from the environment.
std::vector<xen::Variable> variables_of(const VifRequest& request, const HookFacts& facts) {
  std::vector<xen::Variable> variables{
      {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
      {"LANG", "POSIX"},
      {"command", facts.event},
      {"type_if", request.tap ? "tap" : "vif"},
      {"dev", facts.link},
      {"vif", request.id.name()},
      {"bridge", facts.bridge},
      {"ip", facts.spec.ip.value_or("")},
      {"XENBUS_TYPE", "vif"},
      {"XENBUS_BASE_PATH", "backend"},
      {"XENBUS_PATH", request.backend_path},
      {"domid", std::to_string(request.id.domid)},
      {"devid", std::to_string(request.id.devid)},
      {"mac", facts.mac},
      {"mtu", facts.mtu},
      {"vlan", facts.vlan}};
  const std::string suffix(request.tap ? model::tap_suffix : "");
  const auto& name = facts.spec.vif_name;
  variables.emplace_back("vifname", name ? *name + suffix : "");
  if (request.tap) variables.emplace_back("INTERFACE", request.id.name(true));
  return variables;
}

}  // namespace

std::string event_name(bool plugged, bool tap) {
  if (tap) return plugged ? "add" : "remove";
  return plugged ? "online" : "offline";
}

void run_hooks(const std::vector<xen::Hook>& found, const VifRequest& request,
               const HookFacts& facts, xen::Hooks& hooks, Report& report) {
  const auto variables = variables_of(request, facts);
  for (const xen::Hook& hook : found) {
    const std::string about = request.link + ": hook " + hook.path;
    if (!hook.distrust.empty()) {
      report.warning(about + " is not run: " + hook.distrust);
    } else if (request.dry_run) {
      report.result("run hook " + hook.path + " for " + facts.event + " of " + facts.link);
    } else if (const auto reason = hooks.run(hook, variables)) {
      report.warning(about + " failed: " + *reason);
    }
  }
}

}  // namespace command
