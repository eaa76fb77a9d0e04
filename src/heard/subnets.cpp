#include "heard/subnets.hpp"

#include <algorithm>
#include <bit>

namespace heard {
namespace {

constexpr unsigned address_bits = 32;
constexpr unsigned byte_bits = 8;

std::uint32_t mask_of(unsigned prefix) {
  return prefix == 0 ? 0 : ~std::uint32_t{0} << (address_bits - prefix);
}

/// None of "this network" (0.0.0.0/8, as in address detection), loopback, groups or broadcast.
bool is_hosts(std::uint32_t address) {
  constexpr std::uint32_t loopback = 127, first_group = 224;
  const std::uint32_t first = address >> (address_bits - byte_bits);
  return first != 0 && first != loopback && first < first_group;
}

/// The smallest that both are in.
Subnet joined(const Subnet& one, const Subnet& other) {
  const Subnet both = Subnet::covering(one.address, other.address);
  const unsigned prefix = std::min({both.prefix, one.prefix, other.prefix});
  return {.address = both.address & mask_of(prefix), .prefix = prefix};
}

}  // namespace

Subnet Subnet::covering(std::uint32_t one, std::uint32_t other) noexcept {
  const auto prefix = static_cast<unsigned>(std::countl_zero(one ^ other));
  return {.address = one & mask_of(prefix), .prefix = prefix};
}

bool Subnet::contains(const Subnet& other) const noexcept {
  return prefix <= other.prefix && (other.address & mask_of(prefix)) == address;
}

std::string Subnet::text() const {
  std::string text;
  for (unsigned shift = address_bits; shift > 0;) {
    shift -= byte_bits;
    text += (text.empty() ? "" : ".") + std::to_string(address >> shift & 0xffU);
  }
  return text + "/" + std::to_string(prefix);
}

void Subnets::add(const Arp& arp) {
  const bool sends = is_hosts(arp.sender);
  const bool is_asked_for = is_hosts(arp.target);
  if (!sends && !is_asked_for) return;
  const Subnet subnet =
      Subnet::covering(sends ? arp.sender : arp.target, is_asked_for ? arp.target : arp.sender);
  if (subnet.prefix >= widest) add(subnet);
}

void Subnets::add(Subnet subnet) {
  for (auto other = subnets_.begin(); other != subnets_.end();) {
    const Subnet both = joined(subnet, *other);
    if (both == *other) return;
    if (both.prefix >= usual || both == subnet) {
      subnet = both;
      other = subnets_.erase(other);
    } else {
      ++other;
    }
  }
  if (subnets_.size() == most) {
    more_ = true;
    return;
  }
  subnets_.insert(std::upper_bound(subnets_.begin(), subnets_.end(), subnet), subnet);
}

}  // namespace heard
