#pragma once

#include "cli/options.hpp"
#include "command/output.hpp"

namespace cli {

/// How results are shown on standard output: JSON if that was asked for, else a table on a terminal
/// and lines elsewhere. Colour is left out with `no_color`, and as NO_COLOR and TERM=dumb in the
/// environment ask (no-color.org).
command::Output output_for(bool json, bool no_color, const Environment& environment);

}  // namespace cli
