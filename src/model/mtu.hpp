#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace model {

/// What may be asked of a link's MTU, in bytes.
///
/// Always 68..65535: from the least that IPv4 needs (RFC 791) to the most that any link takes.
class Mtu {
 public:
  static constexpr std::uint32_t lowest = 68, highest = 65535;

  /// Reads decimal digits, for example "1500"; nothing if `text` holds anything else or is out of
  /// range.
  static std::optional<Mtu> read(std::string_view text);

  /// The same. Throws Error with ExitCode::usage where `read` answers nothing; the message names
  /// `what`, for example "mtu", the text and the range.
  static Mtu parse(std::string_view what, std::string_view text);

  /// "a number of bytes from 68 to 65535"
  static std::string range();

  [[nodiscard]] constexpr std::uint32_t value() const noexcept { return value_; }
  bool operator==(const Mtu&) const = default;

 private:
  constexpr explicit Mtu(std::uint32_t value) : value_(value) {}
  std::uint32_t value_;
};

}  // namespace model
