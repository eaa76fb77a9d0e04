#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "model/address.hpp"
#include "model/ifname.hpp"

namespace model {

/// What carries VLANs from host to host: a trunk, whose frames have 802.1Q tags; or, where hosts
/// have no common layer 2, this host's end of VXLAN tunnels (a VTEP, RFC 7348).
class Carrier {
 public:
  Carrier(IfName trunk) : is_(std::move(trunk)) {}

  /// The end of tunnels that has this address of the host, IPv4 or IPv6, such as "192.0.2.1".
  ///
  /// Throws Error with ExitCode::usage if `text` is no address that a host can have, or an IPv6
  /// link-local one, which says nothing to another host; the message begins with `what`.
  static Carrier tunnel(std::string_view what, const std::string& text);
  /// The same for an address that is there; its prefix doesn't matter.
  static Carrier tunnel(const Address& local);

  [[nodiscard]] bool is_tunnel() const noexcept { return is_.index() != 0; }
  /// "eth1", "192.0.2.1"
  [[nodiscard]] const std::string& text() const {
    const IfName* const name = trunk();
    return name != nullptr ? name->text() : std::get<End>(is_).text;
  }
  /// nullptr for the end of tunnels.
  [[nodiscard]] const IfName* trunk() const noexcept { return std::get_if<IfName>(&is_); }
  /// The trunk's name, for a NameTemplate; empty for the end of tunnels.
  [[nodiscard]] std::string_view trunk_text() const {
    return is_tunnel() ? std::string_view() : std::string_view(text());
  }
  /// Of the end of tunnels, with the longest prefix.
  [[nodiscard]] const Address& local() const { return std::get<End>(is_).local; }

  bool operator==(const Carrier& other) const {
    return is_tunnel() == other.is_tunnel() && text() == other.text();
  }

 private:
  struct End {
    Address local;
    std::string text;
  };
  explicit Carrier(End end) : is_(std::move(end)) {}

  std::variant<IfName, End> is_;
};

}  // namespace model
