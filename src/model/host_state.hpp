#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "model/link.hpp"
#include "model/lookup.hpp"
#include "model/vid.hpp"

namespace model {

/// The links of a host at one moment, and the ways to look one up. A look-up that finds nothing
/// answers nullptr; pointers live as long as the state.
class HostState {
 public:
  HostState() : HostState(std::vector<Link>{}) {}
  explicit HostState(std::vector<Link> links, bool knows_alt_names = true);

  [[nodiscard]] const std::vector<Link>& links() const noexcept { return links_; }

  /// Whether links of this kernel can have alternative names (Linux 5.5).
  [[nodiscard]] bool knows_alt_names() const noexcept { return knows_alt_names_; }

  /// By name or alternative name.
  [[nodiscard]] const Link* find(std::string_view name) const;
  [[nodiscard]] const Link* find(int index) const;
  /// The 802.1Q VLAN link above `trunk` with that VID, whatever its name.
  [[nodiscard]] const Link* find_vlan(const Link& trunk, Vid vid) const;
  /// The VXLAN link with that VNI and UDP port, whatever its name; 0 for a single device.
  [[nodiscard]] const Link* find_vxlan(std::uint32_t vni, std::uint16_t port) const;
  /// The links with addresses, in their order; few have one.
  [[nodiscard]] std::vector<const Link*> with_addresses() const;
  /// The first link that has that address of the host.
  [[nodiscard]] const Link* find_address(const Address& local) const;
  /// A port of a bridge for which `wanted` holds.
  template <class Predicate>
  [[nodiscard]] const Link* find_port(const Link& master, Predicate wanted) const {
    return by_master_.find_in(links_, index_key(master.index), wanted);
  }
  /// The ports of a bridge (or bond, or team), in no promised order.
  [[nodiscard]] std::vector<const Link*> ports(const Link& master) const;
  /// The links that stand on `lower`, such as the VLAN links of a trunk, in no promised order.
  [[nodiscard]] std::vector<const Link*> uppers(const Link& lower) const;

 private:
  static std::uint64_t index_key(int index) noexcept { return static_cast<std::uint32_t>(index); }

  [[nodiscard]] std::vector<const Link*> all(const Lookup& lookup, std::uint64_t key) const;

  std::vector<Link> links_;
  bool knows_alt_names_;
  // Positions in links_.
  Lookup by_name_;  ///< keys are hashes
  Lookup by_vlan_;  ///< VXLAN links, by their VNIs, as well
  Lookup by_master_;
  // Not every command asks for these.
  mutable std::optional<Lookup> by_index_;
  mutable std::optional<Lookup> by_lower_;
  mutable std::optional<std::vector<std::size_t>> with_addresses_;  ///< positions in links_
};

}  // namespace model
