#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace model {

/// Parses `text` as a decimal number of `lowest`..`highest`; nothing if it holds anything else, a
/// sign or a blank included. Leading zeros are decimal too: shells read "010" as 8, xvlan as 10.
inline std::optional<std::uint32_t> parse_number(std::string_view text, std::uint32_t lowest,
                                                 std::uint32_t highest) {
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || value < lowest || value > highest) return std::nullopt;
  return value;
}

}  // namespace model
