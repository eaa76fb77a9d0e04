#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "command/report.hpp"
#include "model/error.hpp"
#include "net/kernel.hpp"
#include "plan/operation.hpp"

namespace command {

/// Whether a plan may go on without that operation.
using Tolerated = std::function<bool(const plan::Operation&)>;

/// A plan that stands or falls as a whole, and how far it came.
struct Job {
  plan::Plan plan;
  Tolerated may_fail{};  ///< for a change, asked of each setting; empty: nothing may

  /// What the kernel did, or may have done: a refused change half-way, one that was never answered
  /// wholly. In order; undo() takes it back.
  plan::Plan attempted{};
  std::vector<model::Error> skipped{};       ///< refusals that were tolerated
  std::optional<plan::Operation> refused{};  ///< what ended it
  std::optional<model::Error> failure{};     ///< and why

  /// Whether the refusal is one that a host shows which somebody else changed since it was read:
  /// planning anew may well succeed.
  [[nodiscard]] bool overtaken() const;
};

/// Takes the next best way to shut bridges off from dom0 if the job failed because this kernel
/// doesn't know that one, and says so. False if there is none, or if it failed for another reason.
bool takes_next_door(const Job& job, plan::Door& door, Report& report);

/// Runs the jobs side by side, one operation of each at a time, so that the kernel gets many of
/// them in one go. A job ends at its first refusal; the others go on. A refused change of several
/// settings is run again one setting at a time, so that the failure names the one. Where the kernel
/// can't be asked at all, that is the failure of the jobs concerned.
void apply(std::span<Job> jobs, net::Kernel& kernel);
void apply(Job& job, net::Kernel& kernel);

/// Takes back what was attempted, last first, on a host as it is `now`; see plan::undo. Answers a
/// sentence for each thing that could not be. A link that could not be put back where it was is not
/// set up.
[[nodiscard]] std::vector<std::string> undo(const plan::Plan& attempted,
                                            const model::HostState& now, net::Kernel& kernel);

/// Runs one operation. Answers its failure.
[[nodiscard]] std::optional<model::Error> attempt(const plan::Operation& operation,
                                                  net::Kernel& kernel);

/// The lines of a dry run.
void print(const plan::Plan& steps, Report& report);

}  // namespace command
