#include "model/address.hpp"

#include <arpa/inet.h>

#include "model/number.hpp"

namespace model {
namespace {

int family(bool ipv6) {
  return ipv6 ? AF_INET6 : AF_INET;
}

}  // namespace

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
  std::array<char, INET6_ADDRSTRLEN> digits{};
  (void)::inet_ntop(family(ipv6), bytes.data(), digits.data(), digits.size());
  return std::string(digits.data()) + "/" + std::to_string(prefix);
}

}  // namespace model
