#include "command/json.hpp"

#include <algorithm>
#include <array>

namespace command {
namespace {

bool continues(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// What the first byte of a character tells: how long that is, and the least value of it.
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

/// The size in bytes of the UTF-8 character (RFC 3629) that `text` begins with; 0 if it begins with
/// none.
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

/// A character of one byte.
void add_ascii(std::string& to, char character) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(character);
  if (character == '"' || character == '\\') {
    to += {'\\', character};
  } else if (value < 0x20 || value == 0x7F) {
    to += {'\\', 'u', '0', '0', digits[value >> 4U], digits[value & 0xFU]};
  } else {
    to += character;
  }
}

}  // namespace

std::string json_text(std::string_view text) {
  std::string result = "\"";
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    if (size == 1) {
      add_ascii(result, text.front());
    } else {
      result += size == 0 ? "\\ufffd" : text.substr(0, size);
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return result + '"';
}

JsonObject& JsonObject::add_rendered(std::string_view key, std::string_view value) {
  if (!members_.empty()) members_ += ',';
  members_ += json_text(key);
  members_ += ':';
  members_ += value;
  return *this;
}

JsonObject& JsonObject::add(std::string_view key, std::string_view value) {
  return add_rendered(key, json_text(value));
}

JsonObject& JsonObject::add(std::string_view key, bool value) {
  return add_rendered(key, value ? "true" : "false");
}

JsonObject& JsonObject::add(std::string_view key, std::uint32_t value) {
  return add_rendered(key, std::to_string(value));
}

JsonObject& JsonObject::add(std::string_view key, std::uint64_t value) {
  return add_rendered(key, std::to_string(value));
}

JsonObject& JsonObject::add(std::string_view key, const JsonObject& value) {
  return add_rendered(key, value.text());
}

JsonObject& JsonObject::add(std::string_view key, const JsonArray& value) {
  return add_rendered(key, value.text());
}

JsonArray& JsonArray::add_rendered(std::string_view value) {
  if (!items_.empty()) items_ += ',';
  items_ += value;
  return *this;
}

JsonArray& JsonArray::add(std::string_view value) {
  return add_rendered(json_text(value));
}

JsonArray& JsonArray::add(std::uint32_t value) {
  return add_rendered(std::to_string(value));
}

JsonArray& JsonArray::add(const JsonObject& value) {
  return add_rendered(value.text());
}

}  // namespace command
