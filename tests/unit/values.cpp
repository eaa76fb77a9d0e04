#include <catch2/catch.hpp>

#include "hosts.hpp"
#include "model/ifname.hpp"
#include "model/mtu.hpp"

using unit::failure;
using unit::Texts;

TEST_CASE("an MTU is a number of bytes from 68 to 65535", "[model]") {
  CHECK(model::Mtu::parse("mtu", "68").value() == 68);
  CHECK(model::Mtu::parse("mtu", "1500").value() == 1500);
  CHECK(model::Mtu::parse("mtu", "65535").value() == 65535);
  for (const char* const text : {"", "67", "65536", "4294967364", "+68", " 68", "68 ", "0x44"}) {
    CAPTURE(text);
    CHECK_FALSE(model::Mtu::read(text));
    CHECK(failure([&] { return model::Mtu::parse("mtu", text); }) ==
          Texts{"error (exit status 2): cannot use mtu=" + std::string(text) +
                ": it must be a number of bytes from 68 to 65535"});
  }
}

TEST_CASE("the first name that is too long for a link has 16 bytes", "[model]") {
  const auto trunk = model::IfName::parse("netdev", "enp129s0f1np1");
  const model::NameTemplate names("vlan-name", "%t.%v", trunk.text());
  CHECK(model::IfName::valid("enp129s0f1np1.4"));
  CHECK_FALSE(model::IfName::valid("enp129s0f1np1.40"));
  CHECK(names.fill(model::Vid::parse("4")).full.empty());
  CHECK(names.fill(model::Vid::parse("40")).full == "enp129s0f1np1.40");
}

TEST_CASE("a link is found by an alternative name of up to 127 bytes", "[model]") {
  CHECK(model::IfName::valid_to_find(std::string(127, 'x')));
  CHECK_FALSE(model::IfName::valid_to_find(std::string(128, 'x')));
}
