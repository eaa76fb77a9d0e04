#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace model {

/// The size in bytes of the UTF-8 character (RFC 3629) that `text` begins with; 0 if it begins with
/// none. `text` is not empty.
std::size_t character_size(std::string_view text);

/// The number of characters. What is no UTF-8 counts a byte for one.
std::size_t character_count(std::string_view text);

/// `text` as a terminal can show it: control characters, and bytes that are no UTF-8, become '?'. A
/// link's name or a guest's may have any of them.
std::string printable(std::string_view text);

}  // namespace model
