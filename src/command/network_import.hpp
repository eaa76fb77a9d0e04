#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "command/report.hpp"
#include "model/error.hpp"
#include "model/segment.hpp"
#include "net/kernel.hpp"

namespace command {

/// A configuration file for VLANs that are there.
struct WrittenConfiguration {
  std::string text;                      ///< lines, each with its line feed
  std::vector<model::Segment> segments;  ///< what the file names
  std::vector<std::string> left_out;     ///< a sentence for each VLAN that it can't name, and why
};

/// Writes a configuration of these segments: see plan::Survey.
using WriteConfiguration =
    std::function<WrittenConfiguration(std::span<const model::Segment> segments)>;

/// Prints a configuration file for the VLANs that the kernel has, of that trunk alone if one is
/// given, whoever made them. Its comments say what is left out and why, and all that `start` with
/// that file would do. A host without any VLAN gets comments only.
///
/// Throws Error if the trunk is not there.
model::ExitCode import_vlans(const std::optional<model::IfName>& trunk,
                             const WriteConfiguration& write, net::Kernel& kernel, Report& report);

}  // namespace command
