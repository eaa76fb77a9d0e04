#include "heard/subnets.hpp"

#include <catch2/catch.hpp>
#include <utility>

#include "support/frames.hpp"

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// The subnets of who asks for whom, with "..." behind them if there were more.
std::string guessed(const Pairs& pairs) {
  heard::Subnets subnets;
  for (const auto& [sender, target] : pairs) {
    subnets.add({.sender = support::ipv4(sender), .target = support::ipv4(target)});
  }
  std::string text;
  for (const heard::Subnet& subnet : subnets.all()) {
    text += (text.empty() ? "" : " ") + subnet.text();
  }
  return text + (subnets.more() ? " ..." : "");
}

}  // namespace

TEST_CASE("who asks and who is asked for are in one subnet, the smallest", "[heard]") {
  CHECK(guessed({{"10.0.4.2", "10.0.4.2"}}) == "10.0.4.2/32");
  CHECK(guessed({{"10.0.4.2", "10.0.4.1"}}) == "10.0.4.0/30");
  CHECK(guessed({{"10.0.4.2", "10.0.4.254"}}) == "10.0.4.0/24");
  CHECK(guessed({{"10.0.4.2", "10.0.7.254"}}) == "10.0.4.0/22");
  CHECK(guessed({{"10.0.0.1", "10.0.255.254"}}) == "10.0.0.0/16");
}

TEST_CASE("what is in one /24 is one subnet, in whatever order it comes", "[heard]") {
  CHECK(guessed({{"10.0.4.2", "10.0.4.1"}, {"10.0.4.129", "10.0.4.130"}}) == "10.0.4.0/24");
  CHECK(guessed({{"10.0.4.129", "10.0.4.129"}, {"10.0.4.130", "10.0.4.130"}}) == "10.0.4.128/30");
}

TEST_CASE("subnets apart stay apart until one pair is in both", "[heard]") {
  CHECK(guessed({{"10.0.8.2", "10.0.8.1"}, {"10.0.4.2", "10.0.4.1"}}) == "10.0.4.0/30 10.0.8.0/30");
  CHECK(guessed({{"10.0.8.2", "10.0.8.1"}, {"10.0.4.2", "10.0.4.1"}, {"10.0.4.2", "10.0.8.1"}}) ==
        "10.0.0.0/20");
  CHECK(guessed({{"10.0.4.2", "10.0.8.1"}, {"10.0.8.2", "10.0.8.1"}}) == "10.0.0.0/20");
}

TEST_CASE("a pair that is in no /16 is passed over", "[heard]") {
  CHECK(guessed({{"10.0.4.2", "10.1.4.1"}, {"192.0.2.1", "10.0.4.2"}}).empty());
}

TEST_CASE("an address that is no host's is passed over, and the other one counts", "[heard]") {
  CHECK(guessed({{"0.0.0.0", "10.0.4.9"}}) == "10.0.4.9/32");  // address detection
  CHECK(guessed({{"10.0.4.9", "255.255.255.255"}}) == "10.0.4.9/32");
  CHECK(guessed({{"127.0.0.1", "224.0.0.1"}, {"0.0.0.0", "0.0.0.0"}}).empty());
}

TEST_CASE("no more subnets than eight are kept", "[heard]") {
  Pairs pairs;
  for (int i = 1; i <= 8; ++i) {
    const std::string address = "10." + std::to_string(i) + ".0.1";
    pairs.emplace_back(address, address);
  }
  const std::string eight = guessed(pairs);
  CHECK(eight.ends_with("10.8.0.1/32"));
  pairs.emplace_back("10.8.0.2", "10.8.0.2");
  CHECK(guessed(pairs).ends_with("10.8.0.0/30"));
  pairs.emplace_back("10.9.0.1", "10.9.0.1");
  CHECK(guessed(pairs).ends_with("10.8.0.0/30 ..."));
}
