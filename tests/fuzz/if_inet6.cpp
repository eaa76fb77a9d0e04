// A line of /proc/net/if_inet6.
#include <cstring>
#include <memory>

#include "input.hpp"
#include "net/decode.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Memory of its very size, so that a read behind the line is seen.
  const std::unique_ptr<char[]> line(new char[size]);
  if (size > 0) std::memcpy(line.get(), data, size);
  const auto found = net::decode_ipv6({line.get(), size});
  fuzz::require(!found || found->address.ipv6, "what is found is an IPv6 address");
  if (!found) return 0;
  const auto again = model::Address::parse(found->address.text());
  fuzz::require(again && again->bytes == found->address.bytes,
                "an address is read as it is written");
  return 0;
}
