#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "model/vid.hpp"

namespace model {

/// The name of a link: 1..15 bytes, neither "." nor "..", without '/', ':' and white space
/// (Linux, IFNAMSIZ and dev_valid_name in net/core/dev.c).
class IfName {
 public:
  static constexpr std::size_t longest = 15;

  static bool valid(std::string_view text) noexcept;

  /// Whether a link can be found by `text`: as `valid`, or an alternative name of up to 127 bytes
  /// (Linux, ALTIFNAMSIZ).
  static bool valid_to_find(std::string_view text) noexcept;

  /// Throws Error with ExitCode::usage if `text` can't name a link; the message begins with
  /// `what`, for example "netdev", and says why.
  static IfName parse(std::string_view what, std::string_view text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  auto operator<=>(const IfName&) const = default;

 private:
  explicit IfName(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// A name that xvlan makes from a template: what the kernel gets as the link's name, and the full
/// name when that is longer than a link's name may be.
struct MadeName {
  IfName name;
  std::string full;  ///< empty when `name` is the whole of it; at most 127 bytes (ALTIFNAMSIZ)
  bool operator==(const MadeName&) const = default;
};

/// A naming template for the links of one trunk: %t is the trunk, %v the VID; the rest stands for
/// itself. Tunnels have no trunk, and no %t.
class NameTemplate {
 public:
  /// Throws Error with ExitCode::usage if the template has another %; `what` is the template's
  /// option, for example "vlan-name"; `trunk` is empty for tunnels.
  NameTemplate(std::string_view what, std::string_view pattern, std::string_view trunk);

  /// The name for one VLAN. A result of more than 15 bytes is shortened to its first bytes, '-',
  /// four hexadecimal digits of its hash (FNV-1a, folded to 16 bits), '.', and the VID:
  /// "enp129s0f1np1.4094" becomes "enp12-68d8.4094", always the same for the same full name.
  ///
  /// Throws Error with ExitCode::usage if the result can't name a link even so.
  [[nodiscard]] MadeName fill(Vid vid) const;

  /// Whether names have the VID in them.
  [[nodiscard]] bool has_vid() const { return pieces_.size() > 1; }

  /// Whether no two VLANs can get the same name: each name ends with the VID, behind something else
  /// than a digit.
  [[nodiscard]] bool tells_vids_apart() const;

  /// What every name begins with, shortened or not, if the template tells VIDs apart.
  [[nodiscard]] std::string_view stem() const;

 private:
  std::string what_;
  std::string pattern_;
  std::vector<std::string> pieces_;  ///< what stands around each %v, with the trunk filled in
};

}  // namespace model
