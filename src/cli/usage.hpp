#pragma once

namespace cli {

/// The whole of --help.
extern const char* const usage_text;

}  // namespace cli
