#include "model/host_state.hpp"

#include <utility>

namespace model {
namespace {

std::uint64_t vlan_key(int trunk_index, std::uint16_t vid) {
  return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(trunk_index)) << 16U) | vid;
}

}  // namespace

HostState::HostState(std::vector<Link> links) : links_(std::move(links)) {
  by_name_.reserve(links_.size());
  by_index_.reserve(links_.size());
  for (std::size_t i = 0; i < links_.size(); ++i) {
    const Link& link = links_[i];
    by_name_.emplace(link.name, i);
    for (const std::string& name : link.alt_names) by_name_.emplace(name, i);
    by_index_.emplace(link.index, i);
    if (link.vid != 0) by_vlan_.emplace(vlan_key(link.lower, link.vid), i);
    if (link.master != 0) by_master_.emplace(link.master, i);
    if (link.lower != 0) by_lower_.emplace(link.lower, i);
  }
}

const Link* HostState::find(std::string_view name) const {
  const auto found = by_name_.find(std::string(name));
  return found == by_name_.end() ? nullptr : &links_[found->second];
}

const Link* HostState::find(int index) const {
  const auto found = by_index_.find(index);
  return found == by_index_.end() ? nullptr : &links_[found->second];
}

const Link* HostState::find_vlan(const Link& trunk, Vid vid) const {
  const auto found = by_vlan_.find(vlan_key(trunk.index, vid.value()));
  return found == by_vlan_.end() ? nullptr : &links_[found->second];
}

std::vector<const Link*> HostState::ports(const Link& master) const {
  return all(by_master_, master.index);
}

std::vector<const Link*> HostState::uppers(const Link& lower) const {
  return all(by_lower_, lower.index);
}

std::vector<const Link*> HostState::all(const std::unordered_multimap<int, std::size_t>& index,
                                        int key) const {
  std::vector<const Link*> found;
  const auto [first, last] = index.equal_range(key);
  for (auto it = first; it != last; ++it) found.push_back(&links_[it->second]);
  return found;
}

}  // namespace model
