#include "model/address.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "model/error.hpp"
#include "model/number.hpp"

namespace model {
namespace {

int family(bool ipv6) {
  return ipv6 ? AF_INET6 : AF_INET;
}

constexpr std::uint8_t longest_prefix(bool ipv6) {
  return ipv6 ? 128 : 32;
}

/// Whether a bit is set behind the prefix.
bool has_host_part(const Address& address) {
  constexpr unsigned byte = 8;
  for (unsigned bit = address.prefix; bit < longest_prefix(address.ipv6); ++bit) {
    if ((address.bytes[bit / byte] >> (byte - 1 - bit % byte) & 1U) != 0) return true;
  }
  return false;
}

/// A group's, the unspecified one, and IPv4 within IPv6 (RFC 4291, section 2.5.5.2), which is for
/// sockets only.
bool is_no_hosts(const Address& address) {
  constexpr std::uint8_t ipv4_groups = 224, ipv6_groups = 0xff;
  constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  const auto& bytes = address.bytes;
  if (address.prefix == longest_prefix(address.ipv6) && bytes == Address{}.bytes) return true;
  if (!address.ipv6) return bytes[0] >= ipv4_groups;
  return bytes[0] == ipv6_groups || std::equal(mapped.begin(), mapped.end(), bytes.begin());
}

Address parse_guest_address(const std::string& ip, const std::string& term) {
  const auto wrong = [&](const std::string& reason, const std::string& remedy) {
    return Error({.action = "use ip=" + ip, .reason = reason, .remedy = remedy});
  };
  const bool has_prefix = term.find('/') != std::string::npos;
  const bool ipv6 = term.find(':') != std::string::npos;
  const auto address =
      Address::parse(has_prefix ? term : term + "/" + std::to_string(longest_prefix(ipv6)));
  if (!address) {
    throw wrong("'" + term + "' is neither an address nor a prefix",
                "list them as in ip=10.0.4.2 2001:db8::/64");
  }
  if (has_host_part(*address)) {
    throw wrong("'" + term + "' may mean an address or its whole prefix",
                "say " + term.substr(0, term.find('/')) + " for the address alone");
  }
  if (is_no_hosts(*address)) {
    throw wrong("'" + term + "' is not an address that a host can use",
                "list the guest's own, as in ip=10.0.4.2 2001:db8::2");
  }
  return *address;
}

}  // namespace

std::vector<Address> parse_guest_addresses(const std::string& text) {
  constexpr std::size_t most = 64;
  constexpr const char* separators = " \t\n,";
  std::vector<Address> addresses;
  for (std::size_t at = text.find_first_not_of(separators); at != std::string::npos;) {
    const std::size_t end = std::min(text.find_first_of(separators, at), text.size());
    addresses.push_back(parse_guest_address(text, text.substr(at, end - at)));
    at = text.find_first_not_of(separators, end);
  }
  if (addresses.size() <= most) return addresses;
  throw Error({.action = "use ip= with " + std::to_string(addresses.size()) + " addresses",
               .reason = "a vif can have " + std::to_string(most),
               .remedy = "name prefixes in their place, as in ip=10.0.4.0/24"});
}

std::string guest_address_text(const Address& address) {
  return address.prefix == longest_prefix(address.ipv6) ? address.host_text() : address.text();
}

std::optional<Address> Address::parse_host(const std::string& text) {
  const bool ipv6 = text.find(':') != std::string::npos;
  const auto address = parse(text + "/" + std::to_string(longest_prefix(ipv6)));
  return address && !is_no_hosts(*address) ? address : std::nullopt;
}

Address Address::alone() const {
  Address address = *this;
  address.prefix = longest_prefix(ipv6);
  address.automatic = false;
  return address;
}

std::optional<Address> Address::parse(std::string_view text) {
  Address address;
  address.ipv6 = text.find(':') != std::string_view::npos;
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto prefix = parse_number(text.substr(slash + 1), 0, address.ipv6 ? 128 : 32);
  const std::string digits(text.substr(0, slash));
  if (!prefix || ::inet_pton(family(address.ipv6), digits.c_str(), address.bytes.data()) != 1) {
    return std::nullopt;
  }
  address.prefix = static_cast<std::uint8_t>(*prefix);
  return address;
}

std::string Address::text() const {
  return host_text() + "/" + std::to_string(prefix);
}

std::string Address::host_text() const {
  std::array<char, INET6_ADDRSTRLEN> digits{};
  (void)::inet_ntop(family(ipv6), bytes.data(), digits.data(), digits.size());
  return digits.data();
}

}  // namespace model
