#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/error.hpp"
#include "net/kernel.hpp"
#include "plan/operation.hpp"

namespace command {

/// A plan that stands or falls as a whole, and how far it came.
struct Job {
  plan::Plan plan;
  plan::Plan done{};                      ///< what the kernel did, in order; undo() takes it back
  std::optional<model::Error> failure{};  ///< the refusal that ended it

  /// Whether the refusal is one that a host shows which somebody else changed since it was read:
  /// planning anew may well succeed.
  [[nodiscard]] bool overtaken() const;
};

/// Whether a plan may go on without that operation.
using Tolerated = std::function<bool(const plan::Operation&)>;

/// Runs the jobs side by side, one operation of each at a time, so that the kernel gets many of
/// them in one go. A job ends at its first refusal; the others go on. A refused change of several
/// settings is run again one setting at a time, so that the failure names the one.
///
/// `on_progress` gets the number of jobs that have ended, now and then. `skipped` gets each
/// tolerated refusal. Throws Error if the kernel can't be asked at all.
void apply(std::span<Job> jobs, net::Kernel& kernel,
           const std::function<void(std::size_t)>& on_progress);
void apply(Job& job, net::Kernel& kernel, const Tolerated& tolerated,
           const std::function<void(const model::Error&)>& skipped);

/// Takes back what was done, last first. Answers a sentence for each thing that could not be.
std::vector<std::string> undo(const plan::Plan& done, net::Kernel& kernel);

/// The failure of an operation that the kernel refused.
model::Error refused(const plan::Operation& operation, const net::Refusal& refusal);

}  // namespace command
