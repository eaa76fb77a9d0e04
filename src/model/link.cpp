#include "model/link.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "model/vif_id.hpp"

namespace model {

std::string_view kind_named(std::string_view text) {
  static std::set<std::string, std::less<>> kinds;
  const auto known = kinds.find(text);
  return known != kinds.end() ? *known : *kinds.emplace(text).first;
}

bool Link::has_pvid() const noexcept {
  return std::any_of(vlans.begin(), vlans.end(), [](const BridgeVlan& vlan) { return vlan.pvid; });
}

bool has_given_address(const Link& link) {
  return std::any_of(link.addresses.begin(), link.addresses.end(),
                     [](const Address& address) { return !address.automatic; });
}

bool is_guest_port(const Link& link) {
  return link.mac == guest_port_mac || is_vif_name(link.name);
}

}  // namespace model
