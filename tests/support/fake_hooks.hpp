#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "xen/hooks.hpp"

namespace support {

/// Pretended hooks of a host; none, unless a test puts some there.
class FakeHooks final : public xen::Hooks {
 public:
  std::vector<xen::Hook> find() override { return there; }
  std::optional<std::string> run(const xen::Hook& hook,
                                 const std::vector<xen::Variable>& variables) override {
    if (when_run) when_run();
    runs.push_back({hook.path, {variables.begin(), variables.end()}});
    return hook.path == failing ? std::optional<std::string>("it ended with status 2")
                                : std::nullopt;
  }

  struct Run {
    std::string path;
    std::map<std::string, std::string> variables;
  };

  std::vector<xen::Hook> there;
  std::string failing;  ///< the path of one that fails
  std::vector<Run> runs;
  std::function<void()> when_run;
};

}  // namespace support
