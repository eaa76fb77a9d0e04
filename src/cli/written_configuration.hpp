#pragma once

#include <span>

#include "command/network_import.hpp"

namespace cli {

/// See command::WriteConfiguration. What the file names is read from its text again, as `start`
/// will read it.
command::WrittenConfiguration write_configuration(std::span<const model::Segment> segments);

}  // namespace cli
