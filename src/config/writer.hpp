#pragma once

#include <string>
#include <string_view>

#include "config/settings.hpp"

namespace config {

/// The text of a configuration file: parse_file reads `file` from it again, whatever options it
/// has, so long as its names are writable and each section says something.
std::string text_of(const File& file);

/// Whether a configuration file can hold a name, or a template of names. Linux takes nearly every
/// byte in a name; a file takes the printable ones of ASCII, but for '#', which begins a comment,
/// and for '.' at the end, which a section's title loses.
bool is_writable(std::string_view name);

}  // namespace config
