#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "xen/hooks.hpp"

namespace xen {

/// Hooks in a folder, as Xen's vif-bridge has them (call_hooks in xen-hotplug-common.sh).
///
/// Hooks are executable files whose names end in `.hook`, which bash sources, and those whose names
/// have only letters, digits, '-' and '_', which are run. A hook runs with root's rights: it is
/// trusted only if nobody else can change it, or put it there.
class HookFolder final : public Hooks {
 public:
  struct Places {
    std::string folder = "/etc/xen/scripts/vif-post.d";
    std::string runner = XVLAN_CALL_HOOK;  ///< the program that is given a hook's path
    /// What hooks print is appended there, as with Xen's scripts; lost, if that can't be opened.
    std::string log = "/var/log/xen/xen-hotplug.log";
  };

  HookFolder() : HookFolder(Places{}) {}
  explicit HookFolder(Places places) : places_(std::move(places)) {}

  std::vector<Hook> find() override;
  std::optional<std::string> run(const Hook& hook, const std::vector<Variable>& variables) override;

 private:
  Places places_;
  /// For all hooks of a call together. libxl ends a script after 10 s in its strictest version (Xen
  /// 4.2 to 4.5), and the vif must be plugged by then.
  std::chrono::nanoseconds left_ = std::chrono::seconds(5);
};

}  // namespace xen
