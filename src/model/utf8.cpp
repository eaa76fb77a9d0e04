#include "model/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace model {
namespace {

bool continues(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// What the first byte of a character tells: how long that is, and the least value of that length.
struct Lead {
  std::size_t size;
  std::uint32_t bits;
  std::uint32_t least;
};

Lead lead_of(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  if (value < 0x80U) return {.size = 1, .bits = value, .least = 0};
  if ((value & 0xE0U) == 0xC0U) return {.size = 2, .bits = value & 0x1FU, .least = 0x80};
  if ((value & 0xF0U) == 0xE0U) return {.size = 3, .bits = value & 0x0FU, .least = 0x800};
  if ((value & 0xF8U) == 0xF0U) return {.size = 4, .bits = value & 0x07U, .least = 0x10000};
  return {.size = 0, .bits = 0, .least = 0};
}

/// A control character of one byte, or of two: U+0080 to U+009F.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return first < 0x20 || first == 0x7F;
  return first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

}  // namespace

std::size_t character_size(std::string_view text) {
  const Lead lead = lead_of(text.front());
  if (lead.size == 0 || lead.size > text.size()) return 0;
  std::uint32_t point = lead.bits;
  for (std::size_t i = 1; i < lead.size; ++i) {
    if (!continues(text[i])) return 0;
    point = point << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  const bool is_surrogate = point >= 0xD800 && point < 0xE000;
  return point < lead.least || is_surrogate || point > 0x10FFFF ? 0 : lead.size;
}

std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) {
    text.remove_prefix(std::max<std::size_t>(character_size(text), 1));
  }
  return count;
}

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    const bool fit = size != 0 && !is_control(text.substr(0, size));
    result += fit ? text.substr(0, size) : "?";
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return result;
}

}  // namespace model
