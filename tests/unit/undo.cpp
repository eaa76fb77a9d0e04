#include "plan/undo.hpp"

#include <catch2/catch.hpp>
#include <functional>

#include "hosts.hpp"
#include "plan/port.hpp"
#include "support/fake_kernel.hpp"

namespace {

using model::HostState;
using model::Link;
using unit::described;
using unit::Texts;

const plan::Plan made_vlan{plan::CreateBridge{"br4", {}, 1500, {}}, plan::SetIpv6{"br4", false},
                           plan::SetUp{"br4"}};

}  // namespace

TEST_CASE("what was made is deleted, and what was done to it goes with it", "[undo]") {
  CHECK(described(plan::undo(made_vlan, HostState(unit::complete_host()))) == Texts{"delete br4"});
}

TEST_CASE("what was made and is gone, or is not marked, is left alone", "[undo]") {
  CHECK(plan::undo(made_vlan, HostState(unit::bare_host())).empty());
  std::vector<Link> links = unit::complete_host();
  links[2].group = 0;
  CHECK(plan::undo(made_vlan, HostState(links)).empty());
}

TEST_CASE("a bridge that a guest has joined meanwhile is not taken from it", "[undo]") {
  std::vector<Link> links = unit::complete_host();
  links.push_back(unit::plugged_vif(9, "vif3.0", 3));
  CHECK(plan::undo(made_vlan, HostState(links)).empty());
}

TEST_CASE("a trunk that others have come to use stays up, and on its bridge", "[undo]") {
  std::vector<Link> links = unit::complete_host();
  plan::Plan steps{
      plan::SetUp{links[1]},
      plan::CreateVlanLink{
          .name = "eth1.5", .trunk = links[1], .vid = model::Vid::parse("5"), .mtu = 1500}};
  CHECK(plan::undo(steps, HostState(links)).empty());
  links[3].up = false;  // eth1.4
  CHECK(described(plan::undo(steps, HostState(links))) == Texts{"set eth1 down"});
  links[3] = unit::vlan_link(4, "eth1.5", links[1], 5);
  CHECK(described(plan::undo(steps, HostState(links))) ==
        Texts{"set eth1 down", "set eth1.5 down", "delete eth1.5"});

  links = unit::aware_host();
  steps = {plan::CreateBridge{"xenbr0", {}, 1500, {.vlan_aware = true}},
           plan::ChangeLink{
               links[1], {.bridge = plan::LinkRef("xenbr0")}, {.bridge = plan::LinkRef("")}},
           plan::SetUp{links[1]}};
  CHECK(described(plan::undo(steps, HostState(links))) ==
        Texts{"set eth1 down", "remove eth1 from bridge xenbr0", "delete xenbr0"});
  links.push_back(unit::aware_vif(9, "vif3.0", {model::access_vlan(9)}));
  CHECK(plan::undo(steps, HostState(links)).empty());
}

TEST_CASE("an attach is undone from wherever it came to", "[undo]") {
  const Link br4 = unit::bridge(3, "br4");
  const Link br5 = unit::bridge(5, "br5");
  const Link vif = unit::plugged_vif(9, "vif3.0", 5);
  const plan::Plan steps =
      plan::attach({.name = "web", .original = "vif3.0", .mtu = 1400, .bridge = &br4}, vif, &br5);
  Link now = vif;
  Texts expected;
  SECTION("nothing done") {}
  SECTION("down") {
    now.up = false;
    expected = {"set vif3.0 up"};
  }
  SECTION("off the old bridge, and not on the new one") {
    now.up = false;
    now.mtu = 1400;
    now.master = 0;
    expected = {"set MTU of vif3.0 to 1500, add vif3.0 to bridge br5, shut vif3.0 off from dom0",
                "set vif3.0 up"};
  }
  SECTION("everything done") {
    now.name = "web";
    now.alias = "vif3.0";
    now.mtu = 1400;
    now.master = 3;
    expected = {"set web down",
                "set MTU of web to 1500, give web the alias '', rename web to vif3.0, "
                "add web to bridge br5, shut web off from dom0",
                "set vif3.0 up"};
  }
  SECTION("everything but up") {
    now.name = "web";
    now.alias = "vif3.0";
    now.mtu = 1400;
    now.master = 3;
    now.up = false;
    expected = {
        "set MTU of web to 1500, give web the alias '', rename web to vif3.0, "
        "add web to bridge br5, shut web off from dom0",
        "set vif3.0 up"};
  }
  SECTION("moved on by somebody else") {
    now.up = false;
    now.master = 17;
    expected = {"set vif3.0 up"};
  }
  CHECK(described(plan::undo(steps, HostState(std::vector<Link>{br4, br5, now}))) == expected);
}

TEST_CASE("settings that somebody else has changed since are left to him", "[undo]") {
  std::vector<Link> links = unit::complete_host();
  links[3].mtu = 1300;
  const plan::Plan change{
      plan::ChangeLink{.link = links[3], .to = {.mtu = 1400}, .from = {.mtu = 1500}}};
  CHECK(plan::undo(change, HostState(links)).empty());
  links[3].mtu = 1400;
  CHECK(described(plan::undo(change, HostState(links))) == Texts{"set MTU of eth1.4 to 1500"});
}

TEST_CASE("each setting goes back where it is in effect, and is left alone elsewhere", "[undo]") {
  struct Setting {
    plan::LinkSettings to, from;
    std::function<void(Link&)> set;
  };
  const std::vector<Setting> of_bridge{
      {{.stp = true}, {.stp = false}, [](Link& link) { link.stp = true; }},
      {{.forward_delay = 400}, {.forward_delay = 0}, [](Link& link) { link.forward_delay = 400; }},
      {{.multicast_snooping = true},
       {.multicast_snooping = false},
       [](Link& link) { link.multicast_snooping = true; }},
      {{.guest_tags = true}, {.guest_tags = false}, [](Link& link) { link.guest_tags = true; }},
      {{.default_pvid = std::uint16_t{7}},
       {.default_pvid = std::uint16_t{1}},
       [](Link& link) { link.default_pvid = 7; }},
      {{.mac = model::guest_port_mac},
       {.mac = model::Mac{{2, 0, 0, 0, 0, 9}}},
       [](Link& link) { link.mac = model::guest_port_mac; }},
      {{.alias = "guarded"}, {.alias = ""}, [](Link& link) { link.alias = "guarded"; }}};
  for (const Setting& setting : of_bridge) {
    std::vector<Link> links = unit::complete_host();
    const plan::Plan change{
        plan::ChangeLink{.link = links[2], .to = setting.to, .from = setting.from}};
    CHECK(plan::undo(change, HostState(links)).empty());
    setting.set(links[2]);
    CHECK(plan::undo(change, HostState(links)).size() == 1);
  }
  std::vector<Link> links = unit::complete_host();
  const plan::Plan groups{plan::ChangeLink{.link = links[3],
                                           .to = {.port_groups = std::uint16_t{0}},
                                           .from = {.port_groups = plan::all_groups}}};
  CHECK(plan::undo(groups, HostState(links)).empty());
  links[3].port_groups = std::uint16_t{0};
  CHECK(plan::undo(groups, HostState(links)).size() == 1);
}

TEST_CASE("a port that has a VLAN again is not put into another", "[undo]") {
  std::vector<Link> links = unit::complete_host();
  const plan::Plan steps{plan::SetVlans{links[3], {}, {unit::untagged}}};
  CHECK(plan::undo(steps, HostState(links)).empty());
  links[3].vlans.clear();
  CHECK(described(plan::undo(steps, HostState(links))) ==
        Texts{"let eth1.4 into VLAN 1 of its bridge"});
}

TEST_CASE("a guest goes back into its own VLANs, a trunk also into those that others need",
          "[undo]") {
  std::vector<Link> links = unit::aware_host();
  links[1].vlans = unit::tagged_vlans({4, 10, 20});
  const plan::Plan of_trunk{
      plan::SetVlans{links[1], unit::tagged_vlans({4, 10}), unit::tagged_vlans({4})}};
  CHECK(described(plan::undo(of_trunk, HostState(links))) ==
        Texts{"take eth1 out of VLAN 10 of its bridge"});
  links.push_back(
      unit::aware_vif(9, "vif3.0", {model::access_vlan(10), {.first = 20, .last = 20}}));
  const plan::Plan of_guest{
      plan::SetVlans{links.back(), {model::access_vlan(10)}, {model::access_vlan(4)}}};
  CHECK(described(plan::undo(of_guest, HostState(links))) ==
        Texts{"move vif3.0 from VLANs 10p,20 into VLAN 4 of its bridge"});
}

TEST_CASE("IPv6 that went with an MTU too small for it is not switched on", "[undo]") {
  std::vector<Link> links = unit::complete_host();
  links[3].mtu = 1280;
  const plan::Plan steps{plan::SetIpv6{links[3], false}};
  CHECK(described(plan::undo(steps, HostState(links))) == Texts{"switch IPv6 on on eth1.4"});
  links[3].mtu = 1279;
  CHECK(plan::undo(steps, HostState(links)).empty());
}

TEST_CASE("small things are taken back where they are in effect", "[undo]") {
  std::vector<Link> links = unit::complete_host();
  Link& link = links[3];
  const plan::Plan steps{plan::AddAltName{link, "guests"},
                         plan::SetIpv6{link, false},
                         plan::DeleteAddress{link, unit::address("192.0.2.1/24")},
                         plan::SetVlans{link, {unit::untagged}, {}},
                         plan::ShutBridge{links[2]},
                         plan::DeleteLink{"eth1.9"},
                         plan::DeleteMarked{}};
  link.alt_names = {"guests"};
  CHECK(described(plan::undo(steps, HostState(links))) ==
        Texts{"open br4 to dom0 again", "take eth1.4 out of VLAN 1 of its bridge",
              "give eth1.4 the address 192.0.2.1/24", "switch IPv6 on on eth1.4",
              "take the alternative name guests from eth1.4"});
  link.alt_names.clear();
  link.ipv6 = true;
  link.addresses = {unit::address("192.0.2.9/24"), unit::address("192.0.2.1/24")};
  link.vlans.clear();
  CHECK(described(plan::undo(steps, HostState(links))) == Texts{"open br4 to dom0 again"});
}
