#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "heard/frame.hpp"

namespace heard {

/// IPv4 addresses that begin with the same bits.
struct Subnet {
  std::uint32_t address = 0;  ///< without a host part
  unsigned prefix = 32;       ///< in bits

  /// The smallest that both are in.
  static Subnet covering(std::uint32_t one, std::uint32_t other) noexcept;

  [[nodiscard]] bool contains(const Subnet& other) const noexcept;
  /// "10.0.4.0/24"
  [[nodiscard]] std::string text() const;
  auto operator<=>(const Subnet&) const = default;
};

/// The IPv4 subnets of a VLAN, guessed from ARP: who asks and who is asked for are in one. Each is
/// the smallest that covers what was heard, so the real one may be larger.
///
/// A pair that is in no /16 is taken for a mistake and passed over. What is in the same /24 becomes
/// one subnet; what is farther apart does as soon as one pair is in both.
class Subnets {
 public:
  static constexpr unsigned widest = 16;  ///< prefix of a pair's, in bits
  static constexpr unsigned usual = 24;   ///< prefix that is one subnet in any case, in bits
  static constexpr std::size_t most = 8;

  void add(const Arp& arp);

  [[nodiscard]] const std::vector<Subnet>& all() const noexcept { return subnets_; }
  /// Whether there were more than fit.
  [[nodiscard]] bool more() const noexcept { return more_; }

 private:
  void add(Subnet subnet);

  std::vector<Subnet> subnets_;  ///< in ascending order; none contains another
  bool more_ = false;
};

}  // namespace heard
