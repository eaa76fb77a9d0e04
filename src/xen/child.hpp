#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace xen {

/// A program to run: the only thing for which xvlan starts a process.
struct Program {
  std::vector<std::string> words{};        ///< its path and its arguments
  std::vector<std::string> environment{};  ///< "NAME=value"; it gets nothing of the caller's
  std::string output{};  ///< a file to append to what it prints; lost, if that can't be opened
};

/// Runs a program to its end, in a session of its own, with nothing to read. Nothing if it
/// succeeded, else why not: "it ended with status 2", "it was ended by signal 9".
///
/// `left` is how long it may take, and goes down with what it took. When that is over, it is
/// killed, with all that it has started in its session. What it leaves running after a good end
/// runs on, and nobody waits for that.
std::optional<std::string> run_program(const Program& program, std::chrono::nanoseconds& left);

}  // namespace xen
