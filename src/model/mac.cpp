#include "model/mac.hpp"

#include <charconv>

namespace model {

std::optional<Mac> Mac::parse(std::string_view text) {
  constexpr std::size_t pair = 2;
  Mac mac;
  if (text.size() != mac.bytes.size() * (pair + 1) - 1) return std::nullopt;
  for (std::size_t i = 0; i < mac.bytes.size(); ++i) {
    const char* const digits = text.data() + i * (pair + 1);
    const auto read = std::from_chars(digits, digits + pair, mac.bytes[i], 16);
    if (read.ptr != digits + pair) return std::nullopt;
    if (i != 0 && digits[-1] != ':') return std::nullopt;
  }
  return mac;
}

std::string Mac::text() const {
  constexpr const char* digits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    if (!text.empty()) text += ':';
    text += digits[byte >> 4U];
    text += digits[byte & 0xfU];
  }
  return text;
}

}  // namespace model
