#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
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

  /// Nothing if `value` is out of range.
  static constexpr std::optional<Vid> from_number(unsigned value) noexcept {
    if (value < lowest || value > highest) return std::nullopt;
    return Vid(static_cast<std::uint16_t>(value));
  }

  [[nodiscard]] constexpr std::uint16_t value() const noexcept { return value_; }
  [[nodiscard]] std::string text() const { return std::to_string(value_); }
  auto operator<=>(const Vid&) const = default;

 private:
  explicit constexpr Vid(std::uint16_t value) noexcept : value_(value) {}
  friend class Vids;

  std::uint16_t value_;
};

/// A set of VIDs, kept as ranges: a trunk may have all 4094.
class Vids {
 public:
  struct Range {
    std::uint16_t first;
    std::uint16_t last;  ///< first, if it is one VID only
    bool operator==(const Range&) const = default;
  };

  /// Over every VID, in ascending order.
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Vid;
    using difference_type = std::ptrdiff_t;
    using pointer = const Vid*;
    using reference = Vid;

    Vid operator*() const noexcept { return Vid(value_); }
    Iterator& operator++() noexcept;
    bool operator==(const Iterator&) const = default;

   private:
    Iterator(const Range* range, const Range* end) noexcept
        : range_(range), end_(end), value_(range == end ? std::uint16_t{0} : range->first) {}
    friend class Vids;

    const Range* range_;
    const Range* end_;
    std::uint16_t value_;  ///< 0 at the end
  };

  /// Parses a list of VIDs and ranges in any order, for example "4,10-20".
  ///
  /// Throws Error with ExitCode::usage if the list is empty, an item is no VID, a range runs
  /// backwards, or a VID is named twice.
  static Vids parse(std::string_view list);
  static Vids all();
  Vids() = default;
  explicit Vids(Vid one) { add(one); }

  void add(Vid vid);

  [[nodiscard]] bool contains(std::uint16_t vid) const noexcept;
  [[nodiscard]] bool empty() const noexcept { return ranges_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept;
  /// In ascending order; no two overlap or touch.
  [[nodiscard]] const std::vector<Range>& ranges() const noexcept { return ranges_; }
  /// "4,10-20", as parse() takes it; empty for none.
  [[nodiscard]] std::string text() const;
  /// Those that are in both.
  [[nodiscard]] Vids common(const Vids& others) const;

  [[nodiscard]] Iterator begin() const noexcept { return {ranges_.data(), behind_last()}; }
  [[nodiscard]] Iterator end() const noexcept { return {behind_last(), behind_last()}; }
  bool operator==(const Vids&) const = default;

 private:
  [[nodiscard]] const Range* behind_last() const noexcept {
    return ranges_.data() + ranges_.size();
  }
  /// Appends a range that begins behind all others.
  void append(const Range& range);

  std::vector<Range> ranges_;
};

}  // namespace model
