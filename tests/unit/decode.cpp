#include "net/decode.hpp"

#include <catch2/catch.hpp>

namespace {

/// "3 2001:db8::1/64", with " automatic" behind it where it is; empty if it is no address.
std::string decoded(std::string_view line) {
  const auto found = net::decode_ipv6(line);
  if (!found) return {};
  CHECK(found->address.ipv6);
  return std::to_string(found->index) + " " + found->address.text() +
         (found->address.automatic ? " automatic" : "");
}

}  // namespace

TEST_CASE("a line of if_inet6 gives an address, its link and where it comes from", "[decode]") {
  CHECK(decoded("20010db8000000000000000000000001 03 40 00 80     eth1") == "3 2001:db8::1/64");
  CHECK(decoded("20010db8000000000000000000000001 1ffe 80 00 80 br4094") == "8190 2001:db8::1/128");
  CHECK(decoded("fe80000000000000021122fffe334455 03 40 20 80     eth1") ==
        "3 fe80::211:22ff:fe33:4455/64 automatic");
  CHECK(decoded("20010db80000000000112233fe445566 03 40 00 00     eth1") ==
        "3 2001:db8::11:2233:fe44:5566/64 automatic");
}

TEST_CASE("what is no line of if_inet6 gives no address", "[decode]") {
  const std::string line = GENERATE(
      "", "fe80", "20010db8000000000000000000000001", "20010db80000000000000000000000g1 03",
      "20010db8000000000000000000000001 03 40 00", "no address at all, not even a number");
  CHECK(decoded(line).empty());
}
