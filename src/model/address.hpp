#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace model {

/// An IPv4 or IPv6 address of a link, with its prefix.
struct Address {
  bool ipv6 = false;
  std::array<std::uint8_t, 16> bytes{};  ///< in network order; of IPv4 the first four
  std::uint8_t prefix = 0;               ///< in bits
  /// Made by the kernel itself, from the link's MAC or a router's advertisement.
  bool automatic = false;

  /// Reads "192.168.1.25/24" or "2001:db8::1/64"; nothing if `text` is neither.
  static std::optional<Address> parse(std::string_view text);

  /// "192.168.1.25/24"
  [[nodiscard]] std::string text() const;
  bool operator==(const Address&) const = default;
};

}  // namespace model
