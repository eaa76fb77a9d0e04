#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace command {

/// The version of what xvlan prints as JSON. It grows only if something that was there goes, or
/// means something else.
inline constexpr std::uint32_t json_format = 1;

/// A text as JSON has it (RFC 8259, section 7), with its quotes. Bytes that are not UTF-8, which
/// the name of a link may have, become U+FFFD.
std::string json_text(std::string_view text);

class JsonArray;

/// A JSON object, which is written as it grows. A key is there once, and in the order of the calls.
class JsonObject {
 public:
  JsonObject& add(std::string_view key, std::string_view value);
  JsonObject& add(std::string_view key, const char* value) {
    return add(key, std::string_view(value));
  }
  JsonObject& add(std::string_view key, bool value);
  JsonObject& add(std::string_view key, std::uint32_t value);
  JsonObject& add(std::string_view key, std::uint64_t value);
  JsonObject& add(std::string_view key, const JsonObject& value);
  JsonObject& add(std::string_view key, const JsonArray& value);
  /// Leaves the key out if there is nothing to say.
  template <class Value>
  JsonObject& add_if_any(std::string_view key, const Value& value) {
    return value.empty() ? *this : add(key, value);
  }

  [[nodiscard]] bool empty() const noexcept { return members_.empty(); }
  [[nodiscard]] std::string text() const { return "{" + members_ + "}"; }

 private:
  JsonObject& add_rendered(std::string_view key, std::string_view value);

  std::string members_;
};

/// A JSON array, which is written as it grows.
class JsonArray {
 public:
  JsonArray& add(std::string_view value);
  JsonArray& add(std::uint32_t value);
  JsonArray& add(const JsonObject& value);

  [[nodiscard]] bool empty() const noexcept { return items_.empty(); }
  [[nodiscard]] std::string text() const { return "[" + items_ + "]"; }

 private:
  JsonArray& add_rendered(std::string_view value);

  std::string items_;
};

}  // namespace command
