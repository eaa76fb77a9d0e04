#include "command/json.hpp"

#include <algorithm>

#include "model/utf8.hpp"

namespace command {
namespace {

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
    const std::size_t size = model::character_size(text);
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
