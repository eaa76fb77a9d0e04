#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/link.hpp"
#include "model/vid.hpp"

namespace model {

/// The links of a host at one moment, and the ways to look one up. A look-up that finds nothing
/// answers nullptr; pointers live as long as the state.
class HostState {
 public:
  HostState() = default;
  explicit HostState(std::vector<Link> links);

  [[nodiscard]] const std::vector<Link>& links() const noexcept { return links_; }

  /// By name or alternative name.
  [[nodiscard]] const Link* find(std::string_view name) const;
  [[nodiscard]] const Link* find(int index) const;
  /// The 802.1Q VLAN link above `trunk` with that VID, whatever its name.
  [[nodiscard]] const Link* find_vlan(const Link& trunk, Vid vid) const;
  /// The ports of a bridge (or bond, or team), in no promised order.
  [[nodiscard]] std::vector<const Link*> ports(const Link& master) const;
  /// Whether any link stands on `lower`, such as a VLAN link on its trunk.
  [[nodiscard]] std::vector<const Link*> uppers(const Link& lower) const;

 private:
  [[nodiscard]] std::vector<const Link*> all(const std::unordered_multimap<int, std::size_t>& index,
                                             int key) const;

  std::vector<Link> links_;
  std::unordered_map<std::string, std::size_t> by_name_;
  std::unordered_map<int, std::size_t> by_index_;
  std::unordered_map<std::uint64_t, std::size_t> by_vlan_;
  std::unordered_multimap<int, std::size_t> by_master_;
  std::unordered_multimap<int, std::size_t> by_lower_;
};

}  // namespace model
