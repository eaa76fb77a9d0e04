#include "model/carrier.hpp"

#include "model/error.hpp"

namespace model {
namespace {

/// fe80::/10 (RFC 4291, section 2.5.6).
bool is_link_local(const Address& address) {
  return address.ipv6 && address.bytes[0] == 0xfe && (address.bytes[1] & 0xc0U) == 0x80;
}

}  // namespace

Carrier Carrier::tunnel(std::string_view what, const std::string& text) {
  const auto address = Address::parse_host(text);
  if (address && !is_link_local(*address)) return tunnel(*address);
  throw usage_error("use " + std::string(what) + "=" + text,
                    address ? "a link-local address is not known to other hosts"
                            : "it is not an address that a host can have",
                    "name the address of this host from which tunnels leave, such as 192.0.2.1");
}

Carrier Carrier::tunnel(const Address& local) {
  return Carrier(End{local.alone(), local.host_text()});
}

}  // namespace model
