#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
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
  /// The links that stand on `lower`, such as the VLAN links of a trunk, in no promised order.
  [[nodiscard]] std::vector<const Link*> uppers(const Link& lower) const;

 private:
  /// Positions in links_ by a key, sorted. The links come all at once, so that sorting each key
  /// once costs a fraction of what hash tables of thousands of nodes would.
  class Lookup {
   public:
    using Entry = std::pair<std::uint64_t, std::size_t>;

    void add(std::uint64_t key, std::size_t position) { entries_.emplace_back(key, position); }
    void sort();
    [[nodiscard]] std::span<const Entry> find(std::uint64_t key) const;

   private:
    std::vector<Entry> entries_;
  };

  [[nodiscard]] const Link* first(const Lookup& lookup, std::uint64_t key) const;
  [[nodiscard]] std::vector<const Link*> all(const Lookup& lookup, std::uint64_t key) const;

  std::vector<Link> links_;
  Lookup by_name_;  ///< keys are hashes
  Lookup by_index_;
  Lookup by_vlan_;
  Lookup by_master_;
  Lookup by_lower_;
};

}  // namespace model
