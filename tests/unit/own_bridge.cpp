#include "plan/bridge.hpp"
#include "plan/realisation.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "hosts.hpp"
#include "plan/judge.hpp"
#include "plan/tear_down.hpp"
#include "support/fake_kernel.hpp"

namespace {

using model::HostState;
using model::Link;
using unit::bare_host;
using unit::complete_host;
using unit::described;
using unit::failure;
using unit::segment;
using unit::Texts;

Texts steps(const std::vector<Link>& links, const model::Segment& wanted = segment()) {
  return described(plan::bring_up(wanted, HostState(links)));
}

Texts refusal(const std::vector<Link>& links, const model::Segment& wanted = segment()) {
  return failure([&] { return plan::bring_up(wanted, HostState(links)); });
}

Texts trunk_steps(const std::vector<Link>& links) {
  const std::vector<model::Segment> wanted{segment()};
  return described(plan::prepare_trunk(segment().trunk, wanted, HostState(links)));
}

Texts trunk_refusal(const std::vector<Link>& links) {
  return failure([&] { return plan::prepare_trunk(segment().trunk, {}, HostState(links)); });
}

/// The host after its plan: a pretended kernel that must not refuse a step.
HostState after_bring_up(const std::vector<Link>& links, const model::Segment& wanted = segment()) {
  support::FakeKernel kernel(links);
  for (const plan::Operation& step : plan::bring_up(wanted, kernel.read())) {
    INFO(plan::describe(step));
    CHECK_FALSE(kernel.run(std::span(&step, 1)).front().has_value());
  }
  return kernel.read();
}

const Texts new_bridge{
    "create bridge br4",
    "shut br4 off from dom0",
    "switch IPv6 off on br4",
    "set MTU of br4 to 1500",
};
const Texts new_vlan_link{
    "create VLAN link eth1.4 on eth1 with VID 4",
    "switch IPv6 off on eth1.4",
};
const Texts joining{
    "add eth1.4 to bridge br4, shut eth1.4 off from dom0",
    "set eth1.4 up",
};

Texts joined(std::initializer_list<Texts> lists) {
  Texts all;
  for (const Texts& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

const Texts from_nothing = joined({new_vlan_link, new_bridge, joining, {"set br4 up"}});

}  // namespace

TEST_CASE("a trunk that is up is left alone", "[plan]") {
  CHECK(trunk_steps(bare_host()).empty());
}

TEST_CASE("a trunk that is down comes up, without IPv6", "[plan]") {
  std::vector<Link> links = bare_host();
  links[1].up = false;
  CHECK(trunk_steps(links) == Texts{"switch IPv6 off on eth1", "set eth1 up"});
  links[1].ipv6 = false;
  CHECK(trunk_steps(links) == Texts{"set eth1 up"});
}

TEST_CASE("a VLAN link that comes up with its trunk loses IPv6 before that", "[plan]") {
  Link trunk = unit::nic(2, "eth1");
  trunk.up = false;
  Link wanted = unit::vlan_link(3, "eth1.4", trunk, 4);
  wanted.master = 9;
  wanted.up = false;
  wanted.ipv6 = true;
  Link other = unit::vlan_link(4, "eth1.5", trunk, 5);
  other.master = 8;
  other.ipv6 = true;
  CHECK(trunk_steps({trunk, wanted, other}) == Texts{
                                                   "switch IPv6 off on eth1",
                                                   "switch IPv6 off on eth1.4",
                                                   "set eth1 up",
                                               });
}

TEST_CASE("every VLAN link that comes up with its trunk loses IPv6 before that", "[plan]") {
  Link trunk = unit::nic(2, "eth1");
  trunk.up = trunk.ipv6 = false;
  std::vector<Link> links{trunk, unit::vlan_link(3, "eth1.4", trunk, 4),
                          unit::vlan_link(4, "eth1.5", trunk, 5)};
  links[1].ipv6 = links[2].ipv6 = true;
  links[1].master = links[2].master = 9;
  const std::vector<model::Segment> wanted{segment("9", "eth2"), segment("4"), segment("5")};
  CHECK(described(plan::prepare_trunk(segment().trunk, wanted, HostState(links))) ==
        Texts{"switch IPv6 off on eth1.4", "switch IPv6 off on eth1.5", "set eth1 up"});
}

TEST_CASE("a trunk that comes up is no matter of another trunk's VLANs", "[plan]") {
  Link trunk = unit::nic(2, "eth1");
  trunk.up = false;
  trunk.ipv6 = false;
  Link stranger = unit::vlan_link(3, "eth1.4", trunk, 4);
  stranger.group = 0;
  stranger.ipv6 = true;
  const model::Segment of_eth2 = unit::segment("4", "eth2");
  CHECK(described(plan::prepare_trunk(unit::segment().trunk, std::span(&of_eth2, 1),
                                      HostState({trunk, stranger}))) == Texts{"set eth1 up"});
}

TEST_CASE("a VLAN link with an address of somebody's keeps its IPv6 as its trunk comes up",
          "[plan]") {
  Link trunk = unit::nic(2, "eth1");
  trunk.up = trunk.ipv6 = false;
  Link theirs = unit::vlan_link(3, "eth1.4", trunk, 4);
  theirs.group = 0;
  theirs.ipv6 = true;
  CHECK(trunk_steps({trunk, theirs}) == Texts{"switch IPv6 off on eth1.4", "set eth1 up"});
  theirs.addresses = {unit::address("2001:db8::5/64")};
  CHECK(trunk_steps({trunk, theirs}) == Texts{"set eth1 up"});
}

TEST_CASE("a VLAN is there with both of its links", "[plan]") {
  CHECK(plan::is_there(segment(), HostState(complete_host())));
  CHECK_FALSE(plan::is_there(segment(), HostState(bare_host())));
  for (const int missing : {2, 3}) {
    std::vector<Link> links = complete_host();
    links.erase(links.begin() + missing);
    CHECK_FALSE(plan::is_there(segment(), HostState(links)));
  }
}

TEST_CASE("VLANs that come together each get what they need", "[plan]") {
  const std::vector<model::Segment> wanted{segment("4"), segment("5")};
  const Texts all = described(plan::steps_to(wanted, HostState(bare_host())));
  CHECK(all.size() == 2 * from_nothing.size());
  CHECK(all.back() == "set br5 up");
}

TEST_CASE("a trunk that somebody gave an address keeps its IPv6", "[plan]") {
  std::vector<Link> links = bare_host();
  links[1].up = false;
  links[1].addresses = {unit::address("192.0.2.1/24")};
  CHECK(trunk_steps(links) == Texts{"set eth1 up"});
}

TEST_CASE("a trunk that is not there is an error", "[plan]") {
  const Texts expected{"error (exit status 1): cannot use eth1 as trunk: there is no such link",
                       "hint: 'ip link' lists the links: set netdev= to one of them"};
  CHECK(trunk_refusal({unit::nic(1, "eth0")}) == expected);
  CHECK(refusal({unit::nic(1, "eth0")}) == expected);
}

TEST_CASE("a trunk that is a port of a bridge or bond is refused", "[plan]") {
  std::vector<Link> links = bare_host();
  links.push_back(unit::plain_bridge(3, "xenbr1"));
  links[1].master = 3;
  const std::string hint =
      "hint: a bridge takes the tagged frames before the VLAN links see them; take eth1 out, or "
      "name a bond or team itself";
  CHECK(trunk_refusal(links) ==
        Texts{"error (exit status 1): cannot use eth1 as trunk: it is a port of bridge xenbr1",
              hint});
  links[2].kind = "bond";
  links[2].name = "bond0";
  const Texts of_bond{"error (exit status 1): cannot use eth1 as trunk: it is a port of bond bond0",
                      hint};
  CHECK(refusal(links) == of_bond);
  links[2].group = model::link_group;
  CHECK(refusal(links) == of_bond);
}

TEST_CASE("a bond is a trunk like any other", "[plan]") {
  Link bond = unit::nic(5, "bond0");
  bond.kind = "bond";
  CHECK(steps({bond}, segment("4", "bond0")).at(0) ==
        "create VLAN link bond0.4 on bond0 with VID 4");
}

TEST_CASE("a bare host gets bridge and VLAN link, shut and without IPv6 before they come up",
          "[plan]") {
  CHECK(steps(bare_host()) == from_nothing);
}

TEST_CASE("a complete host needs nothing", "[plan]") {
  CHECK(steps(complete_host()).empty());
  std::vector<Link> with_guest = complete_host();
  with_guest.push_back(unit::plugged_vif(9, "vif3.0", 3));
  CHECK(steps(with_guest).empty());
}

TEST_CASE("what a plan makes of a bare host is a complete one", "[plan]") {
  CHECK(unit::alike(after_bring_up(bare_host()).links()) == unit::alike(complete_host()));
}

TEST_CASE("a start that was killed after any step is finished by the next", "[plan]") {
  const std::string trunk = GENERATE("eth1", "enp129s0f1np1");
  const model::Segment wanted = segment("4094", trunk);
  support::FakeKernel unharmed({unit::nic(2, trunk)});
  const plan::Plan whole = plan::bring_up(wanted, unharmed.read());
  (void)unharmed.run(whole);
  for (std::size_t killed_after = 0; killed_after <= whole.size(); ++killed_after) {
    CAPTURE(killed_after);
    support::FakeKernel kernel({unit::nic(2, trunk)});
    (void)kernel.run(std::span(whole).first(killed_after));
    CHECK(after_bring_up(kernel.read().links(), wanted).links() == unharmed.read().links());
  }
}

TEST_CASE("a bridge that an old xend made again is mended", "[plan]") {
  std::vector<Link> links = bare_host();
  links.push_back(unit::plain_bridge(3, "br4"));
  links[2].up = true;
  links[2].forward_delay = 0;
  CHECK(steps(links) == joined({new_vlan_link,
                                {"set MAC of br4 to 02:00:00:00:00:02", "switch IPv6 off on br4",
                                 "shut br4 off from dom0"},
                                joining}));
}

TEST_CASE("a bridge made by hand gets STP off first, then its delay", "[plan]") {
  std::vector<Link> links = bare_host();
  links.push_back(unit::plain_bridge(3, "br4"));
  links[2].stp = true;
  links[2].mtu = 1400;
  const Texts expected =
      joined({new_vlan_link,
              {"switch STP of br4 off",
               "set forward delay of br4 to 0 s, set MAC of br4 to 02:00:00:00:00:02, "
               "set MTU of br4 to 1500",
               "switch IPv6 off on br4", "shut br4 off from dom0"},
              joining,
              {"set br4 up"}});
  CHECK(steps(links) == expected);
  CHECK(steps(after_bring_up(links).links()).empty());
}

TEST_CASE("a drift from a complete host is all that is mended", "[plan]") {
  std::vector<Link> links = complete_host();
  Link& bridge = links[2];
  Link& vlan_link = links[3];
  Texts expected;
  SECTION("STP switched on") {
    bridge.stp = true;
    expected = {"switch STP of br4 off"};
  }
  SECTION("a forward delay") {
    bridge.forward_delay = 1500;
    expected = {"set forward delay of br4 to 0 s"};
  }
  SECTION("the bridge down") {
    bridge.up = false;
    expected = {"set br4 up"};
  }
  SECTION("the VLAN link down") {
    vlan_link.up = false;
    expected = {"set eth1.4 up"};
  }
  SECTION("the VLAN link off its bridge") {
    vlan_link.master = 0;
    expected = {"add eth1.4 to bridge br4, shut eth1.4 off from dom0"};
  }
  SECTION("the VLAN link deleted") {
    links.pop_back();
    expected = joined({new_vlan_link, joining});
  }
  SECTION("the bridge deleted") {
    vlan_link.master = 0;
    links.erase(links.begin() + 2);
    expected =
        joined({new_bridge, {"add eth1.4 to bridge br4, shut eth1.4 off from dom0", "set br4 up"}});
  }
  SECTION("VLAN filtering switched off") {
    bridge.vlan_filtering = false;
    expected = {"shut br4 off from dom0"};
  }
  SECTION("a VLAN of the bridge's own") {
    bridge.vlans = {{.first = 5, .last = 9}};
    expected = {"shut br4 off from dom0"};
  }
  SECTION("an uplink that keeps frames for dom0") {
    vlan_link.port_groups = std::uint16_t{0};
    expected = {"shut eth1.4 off from dom0"};
  }
  SECTION("no VLAN for the uplink") {
    vlan_link.vlans.clear();
    expected = {"let eth1.4 into VLAN 1 of its bridge"};
  }
  SECTION("no VLAN for new ports, the bridge down") {
    bridge.default_pvid = 0;
    bridge.up = false;
    expected = {"put new ports of br4 into its VLAN 1", "shut br4 off from dom0", "set br4 up"};
  }
  SECTION("no VLAN for new ports") {
    bridge.default_pvid = 0;
    expected = {"set br4 down", "put new ports of br4 into its VLAN 1", "shut br4 off from dom0",
                "set br4 up"};
  }
  SECTION("multicast snooping") {
    bridge.multicast_snooping = true;
    expected = {"switch multicast snooping of br4 off"};
  }
  SECTION("guests' own tags") {
    bridge.guest_tags = true;
    expected = {"stop guests' own tags at br4"};
  }
  SECTION("IPv6 switched on, with the addresses that come with it") {
    bridge.ipv6 = true;
    bridge.addresses = {unit::address("2001:db8::1/64", true)};
    expected = {"switch IPv6 off on br4"};
  }
  SECTION("an MTU") {
    bridge.mtu = 1400;
    vlan_link.mtu = 1400;
    expected = {"set MTU of br4 to 1500", "set MTU of eth1.4 to 1500"};
  }
  CHECK(steps(links) == expected);
  CHECK(steps(after_bring_up(links).links()).empty());
}

TEST_CASE("STP and its delay are kept where the configuration wants them", "[plan]") {
  model::Segment wanted = segment();
  wanted.options = {.stp = true, .forward_delay = 1500};
  CHECK(
      steps(complete_host(), wanted) ==
      Texts{"switch STP of br4 on, set forward delay of br4 to 15 s", "shut eth1.4 off from dom0"});
  const HostState made = after_bring_up(bare_host(), wanted);
  CHECK(steps(made.links(), wanted).empty());
  CHECK(made.find("eth1.4")->port_groups == 0xfffc);  // it hears the BPDUs of its switch
}

TEST_CASE("addresses that somebody gave an adopted bridge stay, with its IPv6", "[plan]") {
  std::vector<Link> links = complete_host();
  links[2].group = 0;
  links[2].ipv6 = true;
  links[2].addresses = {unit::address("192.0.2.1/24"), unit::address("fe80::1/64", true)};
  CHECK(steps(links).empty());
  CHECK(plan::given_addresses(segment(), HostState(links)) ==
        Texts{"br4 has address 192.0.2.1/24", "br4 has address fe80::1/64"});
  links[3].addresses = {unit::address("192.0.2.2/24")};
  CHECK(plan::given_addresses(segment(), HostState(links)) ==
        Texts{"eth1.4 has address 192.0.2.2/24", "br4 has address 192.0.2.1/24",
              "br4 has address fe80::1/64"});
}

TEST_CASE("an address that somebody gave a link of ours does not keep its IPv6", "[plan]") {
  std::vector<Link> links = complete_host();
  links[2].ipv6 = true;
  links[2].addresses = {unit::address("192.0.2.1/24")};
  CHECK(steps(links) == Texts{"switch IPv6 off on br4"});
}

TEST_CASE("an adopted link with nothing but automatic addresses loses its IPv6", "[plan]") {
  std::vector<Link> links = complete_host();
  links[3].group = 0;
  links[3].ipv6 = true;
  links[3].addresses = {unit::address("fe80::1/64", true)};
  CHECK(steps(links) == Texts{"switch IPv6 off on eth1.4"});
  CHECK(plan::given_addresses(segment(), HostState(links)).empty());
  CHECK(plan::given_addresses(segment(), HostState(bare_host())).empty());
}

TEST_CASE("links get the trunk's MTU, or the one that is wanted", "[plan]") {
  std::vector<Link> links = bare_host();
  links[1].mtu = 9000;
  CHECK(steps(links).at(5) == "set MTU of br4 to 9000");
  model::Segment wanted = segment();
  wanted.mtu = 1400;
  CHECK(steps(links, wanted).at(5) == "set MTU of br4 to 1400");
  CHECK(after_bring_up(links, wanted).find("eth1.4")->mtu == 1400);
}

TEST_CASE("an MTU above the trunk's is refused by name", "[plan]") {
  model::Segment wanted = segment();
  wanted.mtu = 9000;
  CHECK(refusal(bare_host(), wanted) ==
        Texts{"error (exit status 1): cannot bring up VLAN 4 of eth1: MTU 9000 is more than eth1 "
              "allows, 1500",
              "hint: raise the trunk's MTU first: ip link set eth1 mtu 9000"});
}

TEST_CASE("a bridge that a port would drag to another MTU gets its own again", "[plan]") {
  std::vector<Link> links = bare_host();
  links.push_back(unit::plain_bridge(3, "br4"));
  links.push_back(unit::plugged_vif(9, "vif3.0", 3));
  links[3].mtu = 1400;
  const Texts plan = steps(links);
  CHECK(plan.at(plan.size() - 2) == "set MTU of br4 to 1500");
  CHECK(steps(after_bring_up(links).links()).empty());
  for (const std::uint32_t mtu : {1500U, 9000U}) {
    links[3].mtu = mtu;
    const Texts others = steps(links);
    CHECK(std::count(others.begin(), others.end(), "set MTU of br4 to 1500") == 0);
  }
  links = complete_host();
  links.push_back(unit::plugged_vif(9, "vif3.0", 3));
  links[4].mtu = 1400;
  CHECK(steps(links).empty());
  links[3].master = 0;
  CHECK(steps(links) ==
        Texts{"add eth1.4 to bridge br4, shut eth1.4 off from dom0", "set MTU of br4 to 1500"});
}

TEST_CASE("a bridge's name taken by another kind of link is refused", "[plan]") {
  const std::string prefix =
      "error (exit status 1): cannot bring up VLAN 4 of eth1: the name br4 is taken by ";
  const std::string hint = "hint: rename or remove that link, or choose another name for this one";
  std::vector<Link> links = bare_host();
  links.push_back(unit::nic(3, "br4"));
  CHECK(refusal(links) == Texts{prefix + "a network device", hint});
  links[2].kind = "dummy";
  CHECK(refusal(links) == Texts{prefix + "a link of kind dummy", hint});
  links[2] = unit::vlan_link(3, "br4", links[0], 7);
  CHECK(refusal(links) == Texts{prefix + "VLAN 7 of eth0", hint});
  links[2].lower = 77;
  CHECK(refusal(links) == Texts{prefix + "VLAN 7 of another trunk", hint});
  links[2] = unit::nic(3, "other");
  links[2].alt_names = {"br4"};
  CHECK(refusal(links) == Texts{prefix + "a network device", hint});
}

TEST_CASE("a VLAN link's name taken by another VLAN is refused", "[plan]") {
  std::vector<Link> links = bare_host();
  links.push_back(unit::vlan_link(3, "eth1.4", links[1], 5));
  CHECK(refusal(links) ==
        Texts{"error (exit status 1): cannot bring up VLAN 4 of eth1: the name eth1.4 is taken by "
              "VLAN 5 of eth1",
              "hint: rename or remove that link, or choose another name for this one"});
}

TEST_CASE("a VLAN link in another bridge is refused", "[plan]") {
  std::vector<Link> links = complete_host();
  links[2].name = "guests";
  CHECK(refusal(links) ==
        Texts{"error (exit status 1): cannot bring up VLAN 4 of eth1: eth1.4 is already a port of "
              "guests",
              "hint: set bridge-name= to that name, or remove it: ip link set eth1.4 nomaster"});
}

TEST_CASE("a VLAN link is not taken from another bridge for the one that is its own", "[plan]") {
  std::vector<Link> links = complete_host();
  links.push_back(unit::bridge(9, "guests"));
  links[3].master = 9;
  CHECK(refusal(links) ==
        Texts{"error (exit status 1): cannot bring up VLAN 4 of eth1: eth1.4 is already a port of "
              "guests",
              "hint: set bridge-name= to that name, or remove it: ip link set eth1.4 nomaster"});
}

TEST_CASE("a VLAN link in a bridge of another network namespace is refused", "[plan]") {
  std::vector<Link> links = complete_host();
  links[3].master = 77;
  CHECK(refusal(links).front() ==
        "error (exit status 1): cannot bring up VLAN 4 of eth1: eth1.4 is already a port of "
        "another bridge");
}

TEST_CASE("a bridge with a port that is neither uplink nor guest is refused", "[plan]") {
  std::vector<Link> links = complete_host();
  Link stranger;
  SECTION("a NIC") {
    stranger = unit::nic(9, "eth2");
  }
  SECTION("another VLAN") {
    stranger = unit::vlan_link(9, "eth2", links[1], 5);
  }
  stranger.master = 3;
  links.push_back(stranger);
  CHECK(refusal(links) ==
        Texts{"error (exit status 1): cannot bring up VLAN 4 of eth1: bridge br4 has a foreign "
              "port, eth2",
              "hint: a port that is neither the VLAN link nor a guest's would join two networks; "
              "remove it: ip link set eth2 nomaster"});
}

TEST_CASE("a VLAN link is used under whatever name it has", "[plan]") {
  std::vector<Link> links = bare_host();
  links.push_back(unit::vlan_link(3, "guests", links[1], 4));
  CHECK(
      steps(links) ==
      joined({new_bridge, {"add guests to bridge br4, shut guests off from dom0", "set br4 up"}}));
}

TEST_CASE("shortened names come with the full ones as alternatives", "[plan]") {
  const std::string trunk = "enp129s0f1np1";
  const model::Segment wanted = segment("4094", trunk);
  const std::vector<Link> links{unit::nic(1, trunk)};
  CHECK(steps(links, wanted) ==
        Texts{"create VLAN link enp12-68d8.4094 on enp129s0f1np1 with VID 4094",
              "give enp12-68d8.4094 the alternative name enp129s0f1np1.4094",
              "switch IPv6 off on enp12-68d8.4094", "create bridge br4094",
              "shut br4094 off from dom0", "switch IPv6 off on br4094", "set MTU of br4094 to 1500",
              "add enp12-68d8.4094 to bridge br4094, shut enp12-68d8.4094 off from dom0",
              "set enp12-68d8.4094 up", "set br4094 up"});
  CHECK(steps(after_bring_up(links, wanted).links(), wanted).empty());
}

TEST_CASE("a kernel without alternative names needs none to converge", "[plan]") {
  const model::Segment wanted = segment("4094", "enp129s0f1np1");
  support::FakeKernel kernel({unit::nic(1, "enp129s0f1np1")});
  kernel.knows_alt_names = false;
  for (const plan::Operation& step : plan::bring_up(wanted, kernel.read())) {
    CHECK_FALSE(std::holds_alternative<plan::AddAltName>(step));
    CHECK_FALSE(kernel.run(std::span(&step, 1)).front().has_value());
  }
  CHECK(plan::bring_up(wanted, kernel.read()).empty());
}

TEST_CASE("a full name is not given to a link that somebody else made", "[plan]") {
  const model::Segment wanted = segment("4094", "enp129s0f1np1");
  support::FakeKernel kernel({unit::nic(1, "enp129s0f1np1")});
  for (const plan::Operation& step : plan::bring_up(wanted, kernel.read())) {
    (void)kernel.run(std::span(&step, 1));
  }
  Link& vlan_link = kernel.link("enp12-68d8.4094");
  vlan_link.alt_names.clear();
  CHECK(described(plan::bring_up(wanted, kernel.read())) ==
        Texts{"give enp12-68d8.4094 the alternative name enp129s0f1np1.4094"});
  vlan_link.group = 0;
  CHECK(plan::bring_up(wanted, kernel.read()).empty());
}

TEST_CASE("a link whose MTU rises to IPv6's least is down until IPv6 is off", "[plan]") {
  model::Segment small = segment();
  small.mtu = 1279;
  model::Segment least = segment();
  least.mtu = 1280;
  const HostState host = after_bring_up(bare_host(), small);
  CHECK(steps(host.links(), least) ==
        Texts{"set br4 down", "set MTU of br4 to 1280", "switch IPv6 off on br4", "set eth1.4 down",
              "set MTU of eth1.4 to 1280", "switch IPv6 off on eth1.4", "set eth1.4 up",
              "set br4 up"});
}

TEST_CASE("a link whose MTU rises from IPv6's least, or keeps its IPv6, stays up", "[plan]") {
  model::Segment least = segment();
  least.mtu = 1280;
  CHECK(steps(after_bring_up(bare_host(), least).links()) ==
        Texts{"set MTU of br4 to 1500", "set MTU of eth1.4 to 1500"});
  std::vector<Link> links = complete_host();
  links[2].group = 0;
  links[2].addresses = {unit::address("192.0.2.1/24")};
  links[2].mtu = 1000;
  CHECK(steps(links) == Texts{"set MTU of br4 to 1500"});
}

TEST_CASE("every port of a bridge is shut off from dom0", "[plan]") {
  std::vector<Link> links = complete_host();
  links.push_back(unit::plugged_vif(9, "vif3.0", 3));
  links[3].port_groups = links[4].port_groups = std::uint16_t{0};
  CHECK(steps(links) == Texts{"shut eth1.4 off from dom0", "shut vif3.0 off from dom0"});
}

TEST_CASE("a link whose MTU rises above IPv6's least is down until IPv6 is off", "[plan]") {
  model::Segment small = segment();
  small.mtu = 1000;
  const HostState host = after_bring_up(bare_host(), small);
  CHECK(steps(host.links()) == Texts{"set br4 down", "set MTU of br4 to 1500",
                                     "switch IPv6 off on br4", "set eth1.4 down",
                                     "set MTU of eth1.4 to 1500", "switch IPv6 off on eth1.4",
                                     "set eth1.4 up", "set br4 up"});
  std::vector<Link> down = host.links();
  for (Link& link : down) link.up = link.up && link.kind.empty();
  CHECK(steps(down) == Texts{"set MTU of br4 to 1500", "switch IPv6 off on br4",
                             "set MTU of eth1.4 to 1500", "switch IPv6 off on eth1.4",
                             "set eth1.4 up", "set br4 up"});
  const HostState risen = after_bring_up(host.links());
  CHECK(risen.find("br4")->addresses.empty());
  CHECK(risen.find("eth1.4")->addresses.empty());
  CHECK(steps(risen.links()).empty());
}

TEST_CASE("an adopted bridge without an address is shut, its ports first let in", "[plan]") {
  std::vector<Link> links = complete_host();
  links[2] = unit::plain_bridge(3, "br4");
  links[2].up = true;
  links[2].ipv6 = false;
  links[2].forward_delay = 0;
  links[2].mac_pinned = true;
  links.push_back(unit::plugged_vif(9, "vif3.0", 3));
  links[4].vlans.clear();
  CHECK(steps(links) == Texts{"let vif3.0 into VLAN 1 of its bridge", "shut br4 off from dom0"});
  links.push_back(unit::plugged_vif(10, "vif4.0", 3));
  links[5].vlans.clear();
  CHECK(steps(links) == Texts{"let vif3.0 into VLAN 1 of its bridge",
                              "let vif4.0 into VLAN 1 of its bridge", "shut br4 off from dom0"});
  CHECK(steps(after_bring_up(links).links()).empty());
}

TEST_CASE("ports of an adopted bridge that worked together do so when it is shut", "[plan]") {
  std::vector<Link> links = complete_host();
  links[2] = unit::plain_bridge(3, "br4");
  links[2].up = true;
  links[2].ipv6 = false;
  links[2].forward_delay = 0;
  links[2].mac_pinned = true;
  links.push_back(unit::plugged_vif(9, "vif3.0", 3));
  std::string move;
  SECTION("one has another PVID") {
    links[4].vlans = {model::access_vlan(5)};
    move = "move vif3.0 from VLAN 5 into VLAN 1 of its bridge";
  }
  SECTION("one would get its frames tagged") {
    links[4].vlans = {{.first = 1, .last = 1, .pvid = true, .untagged = false}};
    move = "let vif3.0 into VLAN 1 of its bridge";
  }
  CHECK(steps(links) == Texts{move, "shut br4 off from dom0"});
  CHECK(steps(after_bring_up(links).links()).empty());
}

TEST_CASE("ports get the VLAN that their bridge gives to new ones", "[plan]") {
  std::vector<Link> links = complete_host();
  links[2].default_pvid = 7;
  links[3].vlans = {{.first = 7, .last = 7, .pvid = true, .untagged = true}};
  links.push_back(unit::plugged_vif(9, "vif3.0", 3));
  CHECK(steps(links) == Texts{"move vif3.0 from VLAN 1 into VLAN 7 of its bridge"});
}

TEST_CASE("a bridge that dom0 itself uses is left open", "[plan]") {
  std::vector<Link> links = complete_host();
  links[2].group = 0;
  links[2].vlan_filtering = false;
  links[2].vlans = {unit::untagged};
  SECTION("because it has an address that somebody gave it") {
    links[2].addresses = {unit::address("192.0.2.1/24")};
  }
  SECTION("because another link stands on it") {
    links.push_back(unit::vlan_link(9, "br4.7", links[2], 7));
  }
  CHECK(steps(links).empty());
  links[2].guest_tags = true;
  links[2].default_pvid = 0;
  CHECK(steps(links).empty());
  links[2].guest_tags = false;
  links[2].default_pvid = model::usual_pvid;
  links[2].group = model::link_group;
  CHECK(steps(links) == Texts{"shut br4 off from dom0"});
}

TEST_CASE("a stranger's bridge that filters VLANs keeps them, and loses its own", "[plan]") {
  std::vector<Link> links = complete_host();
  links[2].group = 0;
  links[2].guest_tags = true;
  links[2].default_pvid = 0;
  links[2].vlans = {{.first = 7, .last = 7}};
  links[3].vlans.clear();
  CHECK(steps(links) == Texts{"shut br4 off from dom0"});
}

TEST_CASE("a bridge is shut as well as the kernel can", "[plan]") {
  CHECK(described(
            plan::bring_up(segment(), HostState(bare_host()), plan::Door::traffic_control))[3] ==
        "shut br4 off from dom0 by traffic control");
  CHECK(described(plan::bring_up(segment(), HostState(bare_host()), plan::Door::settings))[3] ==
        "shut br4 off from dom0 by IPv4 settings");
  std::vector<Link> links = complete_host();
  links[2].vlan_filtering = false;
  links[2].vlans = {unit::untagged};
  links[2].ingress_dropped = true;
  CHECK(steps(links).empty());
  links[2].ingress_dropped = false;
  links[2].routing_shut = true;
  CHECK(steps(links).empty());
}

TEST_CASE("ports need no VLAN of a bridge that is shut otherwise", "[plan]") {
  std::vector<Link> links = complete_host();
  links[2].vlan_filtering = false;
  links[2].vlans = {unit::untagged};
  links[3].vlans.clear();
  links[2].ingress_dropped = GENERATE(false, true);
  links[2].routing_shut = !links[2].ingress_dropped;
  CHECK(steps(links).empty());
}

TEST_CASE("the best of a bridge's doors is the one that counts", "[plan]") {
  Link bridge = unit::bridge(3, "br4");
  bridge.ingress_dropped = true;
  bridge.routing_shut = true;
  CHECK(plan::door_of(bridge) == plan::Door::vlan_filtering);
  bridge.vlan_filtering = false;
  CHECK(plan::door_of(bridge) == plan::Door::traffic_control);
  bridge.ingress_dropped = false;
  CHECK(plan::door_of(bridge) == plan::Door::settings);
  bridge.routing_shut = false;
  CHECK(plan::door_of(bridge) == plan::Door::vlan_filtering);
}

TEST_CASE("what a killed start left outside a bridge does not come up with its trunk", "[plan]") {
  Link trunk = unit::nic(2, "eth1");
  trunk.up = false;
  trunk.ipv6 = false;
  Link ours = unit::vlan_link(3, "eth1.4", trunk, 4);
  ours.up = false;
  for (const bool ipv6 : {true, false}) {
    ours.ipv6 = ipv6;
    CHECK(trunk_steps({trunk, ours}) == Texts{"delete eth1.4", "set eth1 up"});
  }
  const Link unwanted = unit::vlan_link(4, "eth1.9", trunk, 9);
  CHECK(trunk_steps({trunk, unwanted}) == Texts{"delete eth1.9", "set eth1 up"});
  CHECK(trunk_steps({trunk, ours, unwanted}).size() == 3);
  ours.master = 9;
  CHECK(trunk_steps({trunk, ours}) == Texts{"set eth1 up"});
  ours.master = 0;
  ours.group = 0;
  CHECK(trunk_steps({trunk, ours}) == Texts{"set eth1 up"});
}

TEST_CASE("a link that somebody built on is not deleted before its trunk comes up", "[plan]") {
  Link trunk = unit::nic(2, "eth1");
  trunk.up = false;
  trunk.ipv6 = false;
  Link ours = unit::vlan_link(3, "eth1.4", trunk, 4);
  ours.up = false;
  CHECK(trunk_steps({trunk, ours, unit::vlan_link(4, "customer", ours, 100)}) ==
        Texts{"set eth1 up"});
  ours.addresses.push_back(unit::address("10.0.4.9/24"));
  CHECK(trunk_steps({trunk, ours}) == Texts{"set eth1 up"});
}

TEST_CASE("the uplink of a bridge is our own VLAN link, whichever came first", "[plan]") {
  std::vector<Link> links = complete_host();
  Link stranger = unit::vlan_link(9, "eth0.7", links[0], 7);
  stranger.group = 0;
  stranger.master = 3;
  links.insert(GENERATE(false, true) ? links.begin() : links.end(), stranger);
  const HostState host(links);
  CHECK(plan::uplink_of(*host.find("br4"), host)->name == "eth1.4");
}

TEST_CASE("a segment is known again from its bridge", "[plan]") {
  const HostState host(complete_host());
  model::Segment expected = segment();
  expected.mtu = 1500;
  CHECK(plan::segments_of(*host.find("br4"), host) == std::vector{expected});
  std::vector<Link> links = complete_host();
  links.pop_back();
  const HostState without(links);
  CHECK(plan::segments_of(*without.find("br4"), without).empty());
}

namespace {

/// What stop would do, line by line.
Texts torn_down(const std::vector<Link>& links, bool force = false) {
  const plan::TearDown decision = plan::tear_down({.everything = true}, HostState(links), force);
  Texts lines = described(plan::Plan(decision.deletions.begin(), decision.deletions.end()));
  lines.insert(lines.end(), decision.spared.begin(), decision.spared.end());
  if (decision.everything_marked) lines.push_back("and that is all that is marked");
  return lines;
}

}  // namespace

TEST_CASE("tear_down deletes what xvlan made, and nothing else", "[plan]") {
  CHECK(torn_down(complete_host()) ==
        Texts{"delete br4", "delete eth1.4", "and that is all that is marked"});
  std::vector<Link> adopted = complete_host();
  adopted[2].group = 0;
  CHECK(torn_down(adopted) == Texts{"delete eth1.4", "and that is all that is marked"});
  CHECK(torn_down(bare_host()) == Texts{"and that is all that is marked"});
}

TEST_CASE("tear_down deletes one by one where a bridge has the mark of VLANs on demand", "[plan]") {
  std::vector<Link> links = complete_host();
  links[2].group = model::on_demand_group;
  CHECK(torn_down(links) == Texts{"delete br4", "delete eth1.4"});
  links = unit::aware_host();
  CHECK(torn_down(links) == Texts{"delete xenbr0", "and that is all that is marked"});
  links[2].group = model::on_demand_group;
  CHECK(torn_down(links) == Texts{"delete xenbr0"});
}

TEST_CASE("tear_down spares a bridge with a guest, and its VLAN link", "[plan]") {
  std::vector<Link> links = complete_host();
  links.push_back(unit::plugged_vif(9, "vif3.0", 3));
  CHECK(torn_down(links) == Texts{"br4 is left: it has guest port vif3.0",
                                  "eth1.4 is left: its bridge br4 has guest port vif3.0"});
  links.push_back(unit::plugged_vif(10, "vif4.0", 3));
  CHECK(torn_down(links).front() == "br4 is left: it has guest port vif3.0, vif4.0");
  CHECK(torn_down(links, true) ==
        Texts{"delete br4", "delete eth1.4", "and that is all that is marked"});
}

TEST_CASE("tear_down spares a VLAN link of ours in a stranger's bridge that is used", "[plan]") {
  std::vector<Link> links = complete_host();
  links[2].group = 0;
  links.push_back(unit::nic(9, "eth2"));
  links[4].master = 3;
  CHECK(torn_down(links) == Texts{"eth1.4 is left: its bridge br4 has port eth2"});
}

TEST_CASE("tear_down takes a port with our mark for no VLAN link", "[plan]") {
  std::vector<Link> links = complete_host();
  links.push_back(unit::nic(9, "eth2"));
  links[4].group = model::link_group;
  links[4].master = 3;
  CHECK(torn_down(links) ==
        Texts{"br4 is left: it has port eth2", "eth1.4 is left: its bridge br4 has port eth2"});
}

TEST_CASE("tear_down spares a bridge that another VLAN was put into beside our uplink", "[plan]") {
  std::vector<Link> links = complete_host();
  links.push_back(unit::vlan_link(9, "eth0.7", links[0], 7));
  links[4].group = 0;
  links[4].master = 3;
  CHECK(torn_down(links) ==
        Texts{"br4 is left: it has port eth0.7", "eth1.4 is left: its bridge br4 has port eth0.7"});
}

TEST_CASE("tear_down takes a bridge of ours off a VLAN link that was adopted", "[plan]") {
  std::vector<Link> links = complete_host();
  links[3].group = 0;
  CHECK(torn_down(links) == Texts{"delete br4", "and that is all that is marked"});
}

TEST_CASE("tear_down spares a VLAN link that another link stands on", "[plan]") {
  std::vector<Link> links = complete_host();
  links.push_back(unit::vlan_link(9, "eth1.4.7", links[3], 7));
  links[4].group = 0;
  CHECK(torn_down(links) == Texts{"delete br4", "eth1.4 is left: eth1.4.7 stands on it"});
}

TEST_CASE("tear_down leaves what is out of scope, marked or not", "[plan]") {
  std::vector<Link> links = complete_host();
  links.push_back(unit::bridge(9, "br5"));
  const std::vector wanted{segment()};
  const plan::TearDown decision = plan::tear_down({.segments = wanted}, HostState(links), false);
  CHECK(described(plan::Plan(decision.deletions.begin(), decision.deletions.end())) ==
        Texts{"delete br4", "delete eth1.4"});
  CHECK(decision.spared.empty());
  CHECK_FALSE(decision.everything_marked);
}

TEST_CASE("tear_down of a VLAN takes its bridge also where that has lost the VLAN link", "[plan]") {
  const std::vector wanted{segment()};
  const auto deleted = [&](const std::vector<Link>& links) {
    const auto decision = plan::tear_down({.segments = wanted}, HostState(links), false);
    return described(plan::Plan(decision.deletions.begin(), decision.deletions.end()));
  };
  std::vector<Link> links = complete_host();
  links[3].master = 0;
  CHECK(deleted(links) == Texts{"delete br4", "delete eth1.4"});
  // Now it is another VLAN's.
  links.push_back(unit::vlan_link(9, "eth1.5", links[1], 5));
  links[4].master = 3;
  CHECK(deleted(links) == Texts{"delete eth1.4"});
  links.erase(links.begin() + 3);
  CHECK(deleted(links).empty());
}

TEST_CASE("a link of another kind is not xvlan's, even with its mark", "[plan]") {
  std::vector<Link> links = complete_host();
  links.push_back(unit::nic(9, "dummy0"));
  links[4].group = model::link_group;
  CHECK(torn_down(links) == Texts{"delete br4", "delete eth1.4"});
}

TEST_CASE("guests' ports of a bridge come in the order in which they were made", "[plan]") {
  std::vector<Link> links = complete_host();
  links.push_back(unit::plugged_vif(12, "vif4.0", 3));
  links.push_back(unit::plugged_vif(11, "vif3.0", 3));
  Texts names;
  const HostState host(links);
  for (const Link* port : plan::guest_ports(*host.find("br4"), host)) names.push_back(port->name);
  CHECK(names == Texts{"vif3.0", "vif4.0"});
}
