// VLANs that nobody looks at one by one end as they would if somebody did.
#include <catch2/catch.hpp>
#include <cerrno>

#include "command/network.hpp"
#include "config/settings.hpp"
#include "hosts.hpp"
#include "plan/realisation.hpp"
#include "recorded_report.hpp"
#include "support/fake_kernel.hpp"

namespace {

using model::AlikeSegments;
using model::ExitCode;
using model::HostState;
using model::Link;
using unit::Texts;

/// VLANs 4 and 10 of eth1 on xenbr0.
AlikeSegments four_and_ten(std::optional<std::uint32_t> mtu = {}) {
  const auto trunk = model::IfName::parse("trunk", "eth1");
  AlikeSegments alike{.first = unit::aware_segment("4"),
                      .vids = model::Vids::parse("4,10"),
                      .vlan_names = model::NameTemplate("vlan-name", "%t.%v", trunk.text()),
                      .bridge_names = model::NameTemplate("bridge-name", "br%v", trunk.text())};
  alike.first.mtu = mtu;
  return alike;
}

std::vector<Link> with(std::vector<Link> links, const Link& more) {
  links.push_back(more);
  return links;
}

std::vector<Link> foreign_vlan_link(std::uint16_t vid) {
  std::vector<Link> links = unit::bare_host();
  links.push_back(unit::vlan_link(8, "mine", links[1], vid));
  links.back().group = 0;
  return links;
}

std::vector<Link> bridge_of_somebody_else(const std::string& address) {
  std::vector<Link> links = unit::bare_host();
  links.push_back(unit::plain_bridge(3, "xenbr0"));
  links[2].up = links[2].vlan_filtering = true;
  links[2].vlans = {unit::untagged, {.first = 4, .last = 4}};
  if (!address.empty()) links[2].addresses = {unit::address(address)};
  links[1].master = 3;
  links[1].vlans = {unit::untagged};
  return links;
}

struct Outcome {
  ExitCode code;
  Texts lines;
  Texts done;
  std::vector<Link> links;
};

Outcome outcome_of(const std::vector<Link>& links, command::NetworkRequest request, bool dry_run,
                   const std::pair<std::string, int>& refused) {
  support::FakeKernel kernel(links);
  if (!refused.first.empty()) kernel.refuse(refused.first, refused.second);
  unit::RecordedReport report;
  request.dry_run = dry_run;
  const ExitCode code = command::start(request, kernel, report);
  return {code, report.lines, kernel.done, unit::alike(kernel.links())};
}

/// Starts both ways; true if somebody looked at each VLAN.
bool starts_the_same(const std::vector<Link>& links, const AlikeSegments& wanted,
                     const std::pair<std::string, int>& refused = {}) {
  for (const bool dry_run : {false, true}) {
    INFO("dry run: " << dry_run);
    command::NetworkRequest whole;
    whole.alike = wanted;
    command::NetworkRequest one_by_one;
    one_by_one.segments = wanted.each();
    const Outcome found = outcome_of(links, whole, dry_run, refused);
    const Outcome expected = outcome_of(links, one_by_one, dry_run, refused);
    CHECK(found.code == expected.code);
    CHECK(found.lines == expected.lines);
    CHECK(found.done == expected.done);
    CHECK(found.links == expected.links);
  }
  return !plan::are_alike(wanted, HostState(links));
}

}  // namespace

TEST_CASE("VLANs that are alike on the host come up, none by itself", "[alike]") {
  CHECK_FALSE(starts_the_same(unit::bare_host(), four_and_ten()));
  CHECK_FALSE(starts_the_same(unit::aware_host(), four_and_ten()));
  CHECK_FALSE(starts_the_same(unit::bare_host(), four_and_ten(1400)));
  CHECK_FALSE(starts_the_same({unit::nic(1, "eth0")}, four_and_ten()));
  CHECK_FALSE(starts_the_same(foreign_vlan_link(5), four_and_ten()));
  CHECK_FALSE(starts_the_same(bridge_of_somebody_else(""), four_and_ten()));
  CHECK_FALSE(starts_the_same(
      with(unit::aware_host(), unit::aware_vif(9, "vif3.0", {model::access_vlan(7)})),
      four_and_ten()));
  std::vector<Link> without_vlans = bridge_of_somebody_else("10.0.1.9/24");
  without_vlans[2].vlans.clear();
  CHECK_FALSE(starts_the_same(without_vlans, four_and_ten()));
  std::vector<Link> beside = with(unit::bare_host(), unit::nic(20, "eth2"));
  beside.push_back(unit::bridge(21, "br7"));
  beside.push_back(unit::vlan_link(22, "eth2.7", beside[2], 7));
  beside.back().master = 21;
  CHECK_FALSE(starts_the_same(beside, four_and_ten()));
  std::vector<Link> drifted = unit::aware_host();
  drifted[1].vlans = unit::tagged_vlans({4, 11});
  drifted[2].default_pvid = 1;
  CHECK_FALSE(starts_the_same(drifted, four_and_ten()));
  std::vector<Link> addressed = unit::bare_host();
  addressed[1].addresses = {unit::address("10.0.1.9/24")};
  CHECK_FALSE(starts_the_same(addressed, four_and_ten()));
}

TEST_CASE("where the host has something of one VLAN alone, each is looked at", "[alike]") {
  CHECK(starts_the_same(foreign_vlan_link(4), four_and_ten()));
  CHECK(starts_the_same(foreign_vlan_link(10), four_and_ten()));
  CHECK(starts_the_same(unit::complete_host(), four_and_ten()));
  CHECK(starts_the_same(with(unit::complete_host(), unit::plugged_vif(9, "vif7.0", 3)),
                        four_and_ten()));
  CHECK(starts_the_same(with(unit::bare_host(), unit::bridge(3, "br10")), four_and_ten()));
  CHECK(starts_the_same(unit::bare_host(), four_and_ten(9000)));
  CHECK(starts_the_same(bridge_of_somebody_else("10.0.1.9/24"), four_and_ten()));
}

TEST_CASE("a refusal leaves the same, whether VLANs are looked at or not", "[alike]") {
  for (const char* const step : {"create bridge xenbr0", "add eth1 to bridge xenbr0",
                                 "let eth1 into VLANs 4,10 of its bridge", "set xenbr0 up"}) {
    for (const int errnum : {ENOSPC, ENODEV, EEXIST}) {
      INFO(step << " " << errnum);
      CHECK_FALSE(starts_the_same(unit::bare_host(), four_and_ten(), {step, errnum}));
    }
  }
}

TEST_CASE("a VLAN link that comes while the trunk is made ready is seen", "[alike]") {
  support::FakeKernel kernel(unit::bare_host());
  kernel.before("set xenbr0 up", [&] {
    Link late = unit::vlan_link(0, "mine", kernel.link("eth1"), 4);
    late.group = 0;
    kernel.add(late);
  });
  unit::RecordedReport report;
  command::NetworkRequest request;
  request.alike = four_and_ten();
  CHECK(command::start(request, kernel, report) == ExitCode::partial);
  CHECK(report.lines.size() == 1);
  CHECK(report.lines.front().find("VLAN link mine takes its frames") != std::string::npos);
}

namespace {

std::optional<AlikeSegments> named(const std::string& file) {
  return config::name_alike(config::parse_file(file, "xvlan.conf"), config::Settings{});
}

const std::string on_one_bridge = "netdev = eth1\nvlans = 10-20,4\nvlan-aware = yes\n";

}  // namespace

TEST_CASE("VLANs of one VLAN-aware trunk are alike, and have the same names as ever", "[alike]") {
  for (const char* const more :
       {"", "mtu = 1400\n", "bridge = all\n", "bridge-name = lan%v\nvlan-name = %t-v%v\n",
        "multicast-snooping = yes\n", "antispoof = ip\nisolated = yes\n",
        "bridge-name = a-very-long-name.%v\n"}) {
    INFO(more);
    const auto alike = named(on_one_bridge + more);
    REQUIRE(alike);
    CHECK(alike->each() ==
          config::name_segments(config::parse_file(on_one_bridge + more, "xvlan.conf"),
                                config::Settings{}));
  }
  const auto file = config::parse_file("[trunk eth1]\nvlans = 4-20\nvlan-aware = yes\n", "x");
  config::Settings typed;
  REQUIRE(config::set_option(typed, "vlans", "7,9"));
  const auto alike = config::name_alike(file, typed);
  REQUIRE(alike);
  CHECK(alike->each() == config::name_segments(file, typed));
}

TEST_CASE("VLANs that differ, or whose names may clash, are not taken as alike", "[alike]") {
  for (const char* const file :
       {"", "netdev = eth1\nvlans = 4-9\n",
        "[trunk eth1]\nvlans = 4-9\nvlan-aware = yes\n[trunk eth1 vlan 5]\nmtu = 1400\n",
        "[trunk eth1]\nvlans = 4-9\nvlan-aware = yes\n"
        "[trunk eth2]\nvlans = 4-9\nvlan-aware = yes\nbridge-name = san%v\nbridge = x\n"}) {
    INFO(file);
    CHECK_FALSE(named(file));
  }
  config::Settings trunk_alone;
  trunk_alone.netdev = model::IfName::parse("netdev", "eth1");
  trunk_alone.vlan_aware = true;
  CHECK_FALSE(config::name_alike({}, trunk_alone));
  for (const char* const more :
       {"on-demand = yes\n", "bridge = br4\n", "bridge = eth1\n", "bridge = eth1.7\n",
        "bridge-name = guests\n", "bridge-name = br0%v\n", "bridge-name = br9%v\n",
        "bridge-name = %vbr\n", "bridge-name = %v\n", "bridge-name = br%v-%v\n",
        "bridge-name = %t.%v\n", "bridge-name = et%v\n", "vlan-name = guests\n",
        "bridge-name = eth1.x%v\n", "vlan-name = brr%v\n",
        "bridge-name = eth%v\nvlan-name = v%v\n"}) {
    INFO(more);
    CHECK_FALSE(named(on_one_bridge + more));
  }
}

TEST_CASE("settings that no VLAN can have are refused of VLANs that are alike, too", "[alike]") {
  for (const char* const more : {"guest-tags = yes\n", "bridge-name = a/%v\n"}) {
    INFO(more);
    const auto of_alike = unit::failure([&] { return named(on_one_bridge + more); });
    const auto of_each = unit::failure([&] {
      return config::name_segments(config::parse_file(on_one_bridge + more, "xvlan.conf"),
                                   config::Settings{});
    });
    CHECK(of_alike == of_each);
    CHECK(of_alike.front().find("exit status 2") != std::string::npos);
  }
  const std::string longest = std::string(123, 'x') + "%v";
  CHECK(named("netdev = eth1\nvlans = 1-4094\nvlan-aware = yes\nbridge-name = " + longest));
  CHECK_FALSE(unit::failure([&] {
                return named("netdev = eth1\nvlans = 1-4094\nvlan-aware = yes\nbridge-name = x" +
                             longest);
              }).empty());
}
