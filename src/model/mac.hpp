#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace model {

/// A 48-bit Ethernet address.
struct Mac {
  std::array<std::uint8_t, 6> bytes{};

  /// Reads six pairs of hexadecimal digits with colons between them, in either case; nothing if
  /// `text` is anything else.
  static std::optional<Mac> parse(std::string_view text);

  /// Six pairs of lower-case hexadecimal digits, "fe:ff:ff:ff:ff:ff".
  [[nodiscard]] std::string text() const;
  /// No group's, and not all zeros: an address that frames may come from (IEEE 802).
  [[nodiscard]] bool is_unicast() const noexcept { return (bytes[0] & 1U) == 0 && *this != Mac{}; }
  auto operator<=>(const Mac&) const = default;
};

/// What every backend link of a guest gets: the largest unicast address. A bridge without an
/// address of its own takes the lowest one among its ports, so this one can never become the
/// bridge's (Xen, _setup_bridge_port in xen-network-common.sh).
inline constexpr Mac guest_port_mac{{0xfe, 0xff, 0xff, 0xff, 0xff, 0xff}};

}  // namespace model
