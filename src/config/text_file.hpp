#pragma once

#include <optional>
#include <string>
#include <vector>

namespace config {

// By the C library: the C++ one's streams and paths would make the program a tenth larger.

/// The text of a file; nothing if there is none of that name. Throws Error with ExitCode::usage if
/// it can't be read.
std::optional<std::string> read_text(const std::string& path);

/// The same for a path that may be anything: nothing as well if it is a folder, a pipe or a device,
/// for which nobody waits.
std::optional<std::string> read_regular(const std::string& path);

/// The names in a folder, sorted. A folder that can't be read has none.
std::vector<std::string> names_in(const std::string& folder);

}  // namespace config
