#pragma once

#include <span>
#include <string>
#include <vector>

#include "command/report.hpp"
#include "model/segment.hpp"
#include "net/kernel.hpp"
#include "plan/operation.hpp"

/// VLANs that come with their first guest and go with their last.
namespace command {

/// Brings VLANs of one trunk, at least one, for a guest that is about to come; the caller holds the
/// lock of their bridge. What others change meanwhile is planned anew.
///
/// Throws Error if one can't be had; what was done is undone then, or the error says what is left.
void bring(std::span<const model::Segment> wanted, net::Kernel& kernel, Report& report);

/// VLANs that a guest has left.
struct LeftVlans {
  std::string bridge;    ///< empty for every VLAN of any
  model::Vlans vlans{};  ///< of a VLAN-aware bridge
};

/// Takes those of the VLANs away that came on demand and that no guest is in any more. The caller
/// holds no lock. Answers a sentence for each thing that could not be done.
[[nodiscard]] std::vector<std::string> take_unused_away(const LeftVlans& left, net::Kernel& kernel);

/// Prints what take_unused_away would do, if a guest's port were as `port` is.
void print_unused(const LeftVlans& left, const model::Link& port, net::Kernel& kernel,
                  Report& report);

/// The error of something that left more than it should have.
model::Error half_done(const model::Error& failure, const std::vector<std::string>& left);

}  // namespace command
