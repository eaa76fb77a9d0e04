#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace model {

/// The VLAN identifier (VID) of an 802.1Q tag.
///
/// Always 1..4094: 0 means "priority tag, no VLAN" and 4095 is reserved (IEEE 802.1Q, "Reserved
/// VID values"), so neither can name a VLAN. A function that takes a Vid need not check the range.
class Vid {
 public:
  static constexpr std::uint16_t lowest = 1, highest = 4094;

  /// Parses decimal digits, for example "42".
  ///
  /// Throws Error with ExitCode::usage if `text` holds anything else or is out of range; the
  /// message names the text and the range.
  static Vid parse(std::string_view text);

  [[nodiscard]] constexpr std::uint16_t value() const noexcept { return value_; }
  [[nodiscard]] std::string text() const { return std::to_string(value_); }
  auto operator<=>(const Vid&) const = default;

 private:
  explicit constexpr Vid(std::uint16_t value) noexcept : value_(value) {}
  friend std::vector<Vid> parse_vids(std::string_view list);

  std::uint16_t value_;
};

/// Parses a list of VIDs and ranges, for example "4,10-20", in ascending order.
///
/// Throws Error with ExitCode::usage if the list is empty, an item is no VID, a range runs
/// backwards, or a VID is named twice.
std::vector<Vid> parse_vids(std::string_view list);

}  // namespace model
