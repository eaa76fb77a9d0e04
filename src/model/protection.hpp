#pragma once

#include <algorithm>

namespace model {

/// Which lies a guest's frames can't tell, from the fewest to the most; see plan::Guest.
enum class Antispoof { no, mac, ip };

/// What is done about a guest that may be hostile to its neighbours.
struct Protection {
  Antispoof antispoof = Antispoof::no;
  bool isolated = false;  ///< it reaches the trunk, and no other guest that is isolated

  [[nodiscard]] bool any() const noexcept { return antispoof != Antispoof::no || isolated; }

  /// Of each the stricter one: for a guest in several VLANs.
  [[nodiscard]] Protection with(const Protection& other) const noexcept {
    return {std::max(antispoof, other.antispoof), isolated || other.isolated};
  }
  bool operator==(const Protection&) const = default;
};

}  // namespace model
