#include "model/host_state.hpp"

#include <algorithm>

namespace model {
namespace {

std::uint64_t vlan_key(int trunk_index, std::uint16_t vid) {
  return (std::uint64_t{static_cast<std::uint32_t>(trunk_index)} << 16U) | vid;
}

/// Beside those of VLAN links, whose trunks have indices of 31 bits.
std::uint64_t vxlan_key(std::uint32_t vni) {
  return (std::uint64_t{1} << 63U) | vni;
}

bool has_name(const Link& link, std::string_view name) {
  return link.name == name ||
         std::find(link.alt_names.begin(), link.alt_names.end(), name) != link.alt_names.end();
}

bool any(const Link&) {
  return true;
}

std::size_t count_names(const std::vector<Link>& links) {
  std::size_t count = links.size();
  for (const Link& link : links) count += link.alt_names.size();
  return count;
}

}  // namespace

HostState::HostState(std::vector<Link> links, bool knows_alt_names)
    : links_(std::move(links)),
      knows_alt_names_(knows_alt_names),
      by_name_(count_names(links_)),
      by_vlan_(links_.size()),
      by_master_(links_.size()) {
  // A look-up answers last things first.
  for (std::size_t i = links_.size(); i-- > 0;) {
    const Link& link = links_[i];
    by_name_.add(name_key(link.name), i);
    for (const std::string& name : link.alt_names) by_name_.add(name_key(name), i);
    if (link.is_vlan_link()) by_vlan_.add(vlan_key(link.lower, link.vid), i);
    if (link.is_vxlan()) by_vlan_.add(vxlan_key(link.vxlan->vni), i);
    if (link.master != 0) by_master_.add(index_key(link.master), i);
  }
}

const Link* HostState::find(std::string_view name) const {
  return by_name_.find_in(links_, name_key(name),
                          [&](const Link& link) { return has_name(link, name); });
}

const Link* HostState::find(int index) const {
  if (!by_index_) {
    by_index_.emplace(links_.size());
    for (std::size_t i = 0; i < links_.size(); ++i) by_index_->add(index_key(links_[i].index), i);
  }
  return by_index_->find_in(links_, index_key(index), any);
}

const Link* HostState::find_vlan(const Link& trunk, Vid vid) const {
  return by_vlan_.find_in(links_, vlan_key(trunk.index, vid.value()), any);
}

const Link* HostState::find_vxlan(std::uint32_t vni, std::uint16_t port) const {
  return by_vlan_.find_in(links_, vxlan_key(vni), [&](const Link& link) {
    return link.is_vxlan() && link.vxlan->port == port && link.vxlan->single == (vni == 0);
  });
}

std::vector<const Link*> HostState::with_addresses() const {
  if (!with_addresses_) {
    with_addresses_.emplace();
    for (std::size_t i = 0; i < links_.size(); ++i) {
      if (!links_[i].addresses.empty()) with_addresses_->push_back(i);
    }
  }
  std::vector<const Link*> found;
  for (const std::size_t position : *with_addresses_) found.push_back(&links_[position]);
  return found;
}

const Link* HostState::find_address(const Address& local) const {
  for (const Link* link : with_addresses()) {
    const auto& addresses = link->addresses;
    const bool has_it = std::any_of(addresses.begin(), addresses.end(),
                                    [&](const Address& one) { return one.same_host(local); });
    if (has_it) return link;
  }
  return nullptr;
}

std::vector<const Link*> HostState::ports(const Link& master) const {
  return all(by_master_, index_key(master.index));
}

std::vector<const Link*> HostState::uppers(const Link& lower) const {
  if (!by_lower_) {
    by_lower_.emplace(links_.size());
    for (std::size_t i = links_.size(); i-- > 0;) {
      if (links_[i].lower != 0) by_lower_->add(index_key(links_[i].lower), i);
    }
  }
  return all(*by_lower_, index_key(lower.index));
}

std::vector<const Link*> HostState::all(const Lookup& lookup, std::uint64_t key) const {
  std::vector<const Link*> found;
  lookup.find(key, [&](std::size_t position) {
    found.push_back(&links_[position]);
    return false;
  });
  return found;
}

}  // namespace model
