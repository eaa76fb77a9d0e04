#pragma once

#include <optional>
#include <string_view>

namespace model {

/// Which lies a guest's frames can't tell, from the fewest to the most; see plan::Guest.
enum class Antispoof { no, mac, ip };

/// What is done about a guest that may be hostile to its neighbours.
struct Protection {
  Antispoof antispoof = Antispoof::no;
  bool isolated = false;  ///< it reaches the trunk, and no other guest that is isolated
  /// With Antispoof::ip, and false else: it may use any IPv6 link-local address, as guests do that
  /// make a stable opaque one (RFC 7217), or a random one.
  bool any_link_local = false;

  [[nodiscard]] bool any() const noexcept { return antispoof != Antispoof::no || isolated; }

  /// Of each the stricter one: for a guest in several VLANs.
  [[nodiscard]] Protection with(const Protection& other) const noexcept;

  /// What the bridge of a VLAN has as its alias where something is done about its guests, so that
  /// who plugs one there need not look further: "xvlan: antispoof=ip isolated=yes". Empty where
  /// nothing is.
  [[nodiscard]] std::string_view mark() const noexcept;

  /// The protection with that mark; nothing if `alias` is not one of them.
  static std::optional<Protection> of_mark(std::string_view alias) noexcept;

  bool operator==(const Protection&) const = default;
};

/// "no", "mac" or "ip".
const char* word(Antispoof antispoof);

}  // namespace model
