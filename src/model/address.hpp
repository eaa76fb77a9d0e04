#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

  /// Reads the address of one host, "192.168.1.25" or "2001:db8::1", with the longest prefix;
  /// nothing if `text` is anything else, a group's address, or one that no host has.
  static std::optional<Address> parse_host(const std::string& text);

  /// "192.168.1.25/24"
  [[nodiscard]] std::string text() const;
  /// "192.168.1.25"
  [[nodiscard]] std::string host_text() const;
  /// With the longest prefix, whoever made it.
  [[nodiscard]] Address alone() const;
  /// Whether both are the address of one host.
  [[nodiscard]] bool same_host(const Address& other) const noexcept {
    return ipv6 == other.ipv6 && bytes == other.bytes;
  }
  bool operator==(const Address&) const = default;
};

/// The addresses and prefixes that a guest may have, as `ip` in its vif spec lists them: with
/// blanks or commas between them, each "10.0.4.2", "10.0.4.0/24" or the same in IPv6. One without a
/// prefix is that address alone.
///
/// Throws Error, which names the term, if one is anything else, is an address inside of its prefix
/// ("10.0.4.2/24", which may mean either), a group's, or IPv4 in IPv6's clothes (::ffff:10.0.4.2),
/// or if there are more than 64.
std::vector<Address> parse_guest_addresses(const std::string& text);

/// "10.0.4.2" for the address alone, "10.0.4.0/24" for a prefix.
std::string guest_address_text(const Address& address);

}  // namespace model
