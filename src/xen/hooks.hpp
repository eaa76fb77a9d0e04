#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace xen {

/// A program of the administrator's that runs after an event of a vif.
struct Hook {
  std::string path;
  std::string distrust{};  ///< why it must not run: "others than root can write to it"; or empty
};

/// A variable of a hook's environment: its name and its value.
using Variable = std::pair<std::string, std::string>;

/// The hooks of this host: the one door to them. Programs stand behind it (HookFolder), or
/// pretended ones in tests.
class Hooks {
 public:
  Hooks() = default;
  Hooks(const Hooks&) = delete;
  Hooks& operator=(const Hooks&) = delete;
  virtual ~Hooks() = default;

  /// All of them, in the order in which they run. Where there are none, no process is started.
  virtual std::vector<Hook> find() = 0;

  /// Runs one to its end, with those variables and no others of the caller's. Nothing if it
  /// succeeded, else why not: "it ended with status 2". Never waits for ever.
  virtual std::optional<std::string> run(const Hook& hook,
                                         const std::vector<Variable>& variables) = 0;
};

}  // namespace xen
