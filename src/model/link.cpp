#include "model/link.hpp"

#include <algorithm>
#include <functional>
#include <set>

namespace model {
namespace {

/// What takes over the MAC of the link below it or of a port, which may have that of a guest's:
/// xend's network-bridge gives it to the NIC.
bool inherits_mac(const Link& link) {
  return link.kind == "vlan" || link.kind == "bond" || link.kind == "team";
}

}  // namespace

std::string_view kind_named(std::string_view text) {
  static std::set<std::string, std::less<>> kinds;
  const auto known = kinds.find(text);
  return known != kinds.end() ? *known : *kinds.emplace(text).first;
}

std::uint16_t Link::pvid() const noexcept {
  const auto found =
      std::find_if(vlans.begin(), vlans.end(), [](const BridgeVlan& vlan) { return vlan.pvid; });
  return found == vlans.end() ? std::uint16_t{0} : found->first;
}

bool Link::is_in(std::uint16_t wanted) const noexcept {
  return std::any_of(vlans.begin(), vlans.end(), [&](const BridgeVlan& vlan) {
    return vlan.pvid && vlan.untagged && vlan.first == wanted;
  });
}

const Address* given_address(const Link& link) {
  const auto found = std::find_if(link.addresses.begin(), link.addresses.end(),
                                  [](const Address& address) { return !address.automatic; });
  return found == link.addresses.end() ? nullptr : &*found;
}

bool has_given_address(const Link& link) {
  return given_address(link) != nullptr;
}

bool is_guest_port(const Link& link) {
  return (link.mac == guest_port_mac && !inherits_mac(link)) || is_vif_name(link.name) ||
         is_vif_name(link.alias) || VifId::from_device(link.parent);
}

std::optional<VifId> vif_of(const Link& link) {
  auto vif = VifId::from_device(link.parent);
  if (!vif) vif = VifId::from_name(link.name);
  if (!vif) vif = VifId::from_name(link.alias);
  return vif;
}

bool is_tap(const Link& link) {
  const std::string& original = VifId::from_name(link.name) ? link.name : link.alias;
  return link.parent.empty() && original.ends_with(tap_suffix);
}

}  // namespace model
