#include "model/host_state.hpp"

#include <algorithm>
#include <functional>

namespace model {
namespace {

std::uint64_t index_key(int index) {
  return static_cast<std::uint32_t>(index);
}

std::uint64_t vlan_key(int trunk_index, std::uint16_t vid) {
  return (index_key(trunk_index) << 16U) | vid;
}

std::uint64_t name_key(std::string_view name) {
  return std::hash<std::string_view>{}(name);
}

bool has_name(const Link& link, std::string_view name) {
  return link.name == name ||
         std::find(link.alt_names.begin(), link.alt_names.end(), name) != link.alt_names.end();
}

}  // namespace

void HostState::Lookup::sort() {
  // The kernel lists links by ifindex, so that half of the keys come sorted.
  if (!std::is_sorted(entries_.begin(), entries_.end())) {
    std::sort(entries_.begin(), entries_.end());
  }
}

std::span<const HostState::Lookup::Entry> HostState::Lookup::find(std::uint64_t key) const {
  const auto first = std::lower_bound(entries_.begin(), entries_.end(), Entry{key, 0});
  const auto last =
      std::find_if(first, entries_.end(), [&](const Entry& entry) { return entry.first != key; });
  return {first, last};
}

HostState::HostState(std::vector<Link> links) : links_(std::move(links)) {
  for (std::size_t i = 0; i < links_.size(); ++i) {
    const Link& link = links_[i];
    by_name_.add(name_key(link.name), i);
    for (const std::string& name : link.alt_names) by_name_.add(name_key(name), i);
    by_index_.add(index_key(link.index), i);
    if (link.vid != 0) by_vlan_.add(vlan_key(link.lower, link.vid), i);
    if (link.master != 0) by_master_.add(index_key(link.master), i);
    if (link.lower != 0) by_lower_.add(index_key(link.lower), i);
  }
  for (Lookup* lookup : {&by_name_, &by_index_, &by_vlan_, &by_master_, &by_lower_}) {
    lookup->sort();
  }
}

const Link* HostState::find(std::string_view name) const {
  for (const auto& [key, position] : by_name_.find(name_key(name))) {
    if (has_name(links_[position], name)) return &links_[position];
  }
  return nullptr;
}

const Link* HostState::find(int index) const {
  return first(by_index_, index_key(index));
}

const Link* HostState::find_vlan(const Link& trunk, Vid vid) const {
  return first(by_vlan_, vlan_key(trunk.index, vid.value()));
}

std::vector<const Link*> HostState::ports(const Link& master) const {
  return all(by_master_, index_key(master.index));
}

std::vector<const Link*> HostState::uppers(const Link& lower) const {
  return all(by_lower_, index_key(lower.index));
}

const Link* HostState::first(const Lookup& lookup, std::uint64_t key) const {
  const auto entries = lookup.find(key);
  return entries.empty() ? nullptr : &links_[entries.front().second];
}

std::vector<const Link*> HostState::all(const Lookup& lookup, std::uint64_t key) const {
  std::vector<const Link*> found;
  for (const auto& [own, position] : lookup.find(key)) found.push_back(&links_[position]);
  return found;
}

}  // namespace model
