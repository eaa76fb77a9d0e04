#include "plan/port.hpp"

#include <catch2/catch.hpp>

#include "hosts.hpp"
#include "plan/undo.hpp"

namespace {

using model::Link;
using plan::ChangeLink;
using plan::Operation;
using unit::described;
using unit::Texts;

const Link br4 = unit::bridge(3, "br4");
const Link br5 = unit::bridge(5, "br5");

Texts attached(const Link& vif, const std::string& name = "vif3.0", std::uint32_t mtu = 1500,
               const Link* current = nullptr) {
  return described(
      plan::attach({.name = name, .original = "vif3.0", .mtu = mtu, .bridge = &br4}, vif, current));
}

Texts undone(const Operation& operation) {
  const auto back = plan::inverse(operation);
  return back ? described({*back}) : Texts{};
}

const ChangeLink everything{.link = "vif3.0",
                            .to = {.stp = false,
                                   .forward_delay = 200,
                                   .multicast_snooping = true,
                                   .guest_tags = true,
                                   .default_pvid = std::uint16_t{1},
                                   .mac = model::guest_port_mac,
                                   .mtu = 9000,
                                   .alias = "vif3.0",
                                   .name = "web",
                                   .bridge = "br4",
                                   .port_groups = plan::all_groups},
                            .from = {.stp = true,
                                     .forward_delay = 1500,
                                     .multicast_snooping = false,
                                     .guest_tags = false,
                                     .default_pvid = std::uint16_t{7},
                                     .mac = model::Mac{{2, 0, 0, 0, 0, 9}},
                                     .mtu = 1500,
                                     .alias = "",
                                     .name = "vif3.0",
                                     .bridge = "br5",
                                     .port_groups = std::uint16_t{0}}};

}  // namespace

TEST_CASE("a new vif joins its bridge and loses its IPv6 before it comes up", "[plan]") {
  CHECK(attached(unit::new_vif(9, "vif3.0")) ==
        Texts{"add vif3.0 to bridge br4, shut vif3.0 off from dom0", "switch IPv6 off on vif3.0",
              "set vif3.0 up"});
}

TEST_CASE("a vif that is plugged already needs nothing", "[plan]") {
  CHECK(attached(unit::plugged_vif(9, "vif3.0", 3)).empty());
}

TEST_CASE("a vif gets Xen's MAC, its MTU and its name, and keeps its first one", "[plan]") {
  Link vif = unit::new_vif(9, "vif3.0");
  vif.mac = {{2, 0, 0, 0, 0, 9}};
  CHECK(attached(vif, "web", 9000) ==
        Texts{"set MAC of vif3.0 to fe:ff:ff:ff:ff:ff, set MTU of vif3.0 to 9000, "
              "give vif3.0 the alias 'vif3.0', rename vif3.0 to web, add vif3.0 to bridge br4, "
              "shut vif3.0 off from dom0",
              "switch IPv6 off on web", "set web up"});
}

TEST_CASE("a vif that is up goes down for a new MAC or name", "[plan]") {
  Link vif = unit::plugged_vif(9, "vif3.0", 3);
  CHECK(attached(vif, "web") == Texts{"set vif3.0 down",
                                      "give vif3.0 the alias 'vif3.0', rename vif3.0 to web",
                                      "set web up"});
  vif.mac = {{2, 0, 0, 0, 0, 9}};
  CHECK(attached(vif) ==
        Texts{"set vif3.0 down", "set MAC of vif3.0 to fe:ff:ff:ff:ff:ff", "set vif3.0 up"});
}

TEST_CASE("a vif that is up gets a new MTU as it is", "[plan]") {
  CHECK(attached(unit::plugged_vif(9, "vif3.0", 3), "vif3.0", 9000) ==
        Texts{"set MTU of vif3.0 to 9000"});
}

TEST_CASE("a vif that is up goes down for an MTU that brings IPv6 back", "[plan]") {
  Link vif = unit::plugged_vif(9, "vif3.0", 3);
  vif.mtu = 1000;
  CHECK(attached(vif) == Texts{"set vif3.0 down", "set MTU of vif3.0 to 1500",
                               "switch IPv6 off on vif3.0", "set vif3.0 up"});
  vif.mtu = 1279;
  CHECK(attached(vif, "vif3.0", 1280) == Texts{"set vif3.0 down", "set MTU of vif3.0 to 1280",
                                               "switch IPv6 off on vif3.0", "set vif3.0 up"});
  CHECK(attached(vif, "vif3.0", 1000) == Texts{"set MTU of vif3.0 to 1000"});
  vif.mtu = 1280;
  CHECK(attached(vif) == Texts{"set MTU of vif3.0 to 1500"});
  CHECK(attached(vif, "vif3.0", 1279) == Texts{"set MTU of vif3.0 to 1279"});
}

TEST_CASE("a vif loses every IPv4 address; its IPv6 ones go with IPv6", "[plan]") {
  Link vif = unit::plugged_vif(9, "vif3.0", 3);
  vif.addresses = {unit::address("192.0.2.1/24"), unit::address("198.51.100.1/32"),
                   unit::address("2001:db8::1/64")};
  vif.ipv6 = true;
  CHECK(attached(vif) == Texts{"remove address 192.0.2.1/24 from vif3.0",
                               "remove address 198.51.100.1/32 from vif3.0",
                               "switch IPv6 off on vif3.0"});
}

TEST_CASE("a vif on another bridge moves while it is down, and back when that is undone",
          "[plan]") {
  const Link vif = unit::plugged_vif(9, "vif3.0", 5);
  const plan::Plan steps = plan::attach(
      {.name = "vif3.0", .original = "vif3.0", .mtu = 1500, .bridge = &br4}, vif, &br5);
  CHECK(described(steps) == Texts{"set vif3.0 down",
                                  "add vif3.0 to bridge br4, shut vif3.0 off from dom0",
                                  "set vif3.0 up"});
  CHECK(undone(steps.at(1)) == Texts{"add vif3.0 to bridge br5, shut vif3.0 off from dom0"});
}

TEST_CASE("a vif is taken out of VLANs where it leaves a bridge that gives none by itself",
          "[plan]") {
  Link old = unit::aware_bridge(5, "br5");
  Link vif = unit::plugged_vif(9, "vif3.0", 5);
  vif.up = false;
  vif.vlans = {model::access_vlan(10)};
  const Texts move{"add vif3.0 to bridge br4, shut vif3.0 off from dom0", "set vif3.0 up"};
  Texts out = move;
  out.insert(out.begin(), "take vif3.0 out of VLAN 10 of its bridge");
  CHECK(attached(vif, "vif3.0", 1500, &old) == out);
  old.vlan_filtering = false;
  CHECK(attached(vif, "vif3.0", 1500, &old) == move);
  old.vlan_filtering = true;
  old.default_pvid = 1;
  CHECK(attached(vif, "vif3.0", 1500, &old) == move);
  old.default_pvid = 0;
  vif.master = br4.index;
  CHECK(attached(vif, "vif3.0", 1500, &old) == Texts{"set vif3.0 up"});
  vif.master = old.index;
  vif.vlans.clear();
  CHECK(attached(vif, "vif3.0", 1500, &old) == move);
}

TEST_CASE("a vif that was isolated is so again where it has moved to", "[plan]") {
  Link vif = unit::plugged_vif(9, "vif3.0", 5);
  vif.up = false;
  vif.isolated = true;
  const auto moved = [&](bool isolated) {
    return described(plan::attach(
        {.name = "vif3.0", .original = "vif3.0", .mtu = 1500, .bridge = &br4, .isolated = isolated},
        vif, &br5));
  };
  const std::string move = "add vif3.0 to bridge br4, shut vif3.0 off from dom0";
  CHECK(moved(false) == Texts{move + ", let vif3.0 reach other guests again", "set vif3.0 up"});
  CHECK(moved(true) == Texts{move + ", isolate vif3.0 from other guests", "set vif3.0 up"});
  vif.master = br4.index;
  CHECK(moved(true) == Texts{"set vif3.0 up"});
  CHECK(moved(false) == Texts{"let vif3.0 reach other guests again", "set vif3.0 up"});
}

TEST_CASE("detach takes a vif down, and then off its bridge", "[plan]") {
  CHECK(described(plan::detach(unit::plugged_vif(9, "vif3.0", 3), &br4)) ==
        Texts{"set vif3.0 down", "remove vif3.0 from bridge br4"});
  CHECK(plan::detach(unit::new_vif(9, "vif3.0"), nullptr).empty());
}

TEST_CASE("a port that was cut off is put onto its bridge before it comes up", "[plan]") {
  CHECK(described(plan::put_back(unit::new_vif(9, "vif3.0"), "br4", {})) ==
        Texts{"add vif3.0 to bridge br4, shut vif3.0 off from dom0", "set vif3.0 up"});
}

namespace {

const model::Address some_address = unit::address("192.0.2.1/24");

/// One operation of each kind.
const plan::Plan all_operations{
    plan::CreateVlanLink{"eth1.4", "eth1", model::Vid::parse("4"), 1500},
    plan::CreateBridge{"br4", {}, 1500, {}},
    plan::AddAltName{"eth1.4", "guests"},
    plan::DeleteAltName{"eth1.4", "guests"},
    plan::SetIpv6{"br4", true},
    plan::SetIpv6{"br4", false},
    plan::SetUp{"br4"},
    plan::SetUp{"br4", false},
    plan::AddAddress{"br4", some_address},
    plan::DeleteAddress{"br4", some_address},
    plan::SetVlans{"eth1.4", {model::access_vlan(1)}},
    plan::SetVlans{"eth1.4", {}, {model::access_vlan(1)}},
    plan::SetVlans{"eth1.4", {model::access_vlan(5), {10, 20}}, {model::access_vlan(1), {10, 10}}},
    plan::SetVlans{"eth1.4", {{.first = 4, .last = 4, .untagged = true}}},
    plan::ShutBridge{"br4"},
    plan::ShutBridge{"br4", plan::Door::traffic_control},
    plan::ShutBridge{"br4", plan::Door::settings},
    plan::OpenBridge{"br4"},
    plan::DeleteLink{"br4"},
    plan::DeleteMarked{},
    ChangeLink{.link = "eth1.4", .to = {.bridge = ""}, .from = {.bridge = "br4"}},
};

}  // namespace

TEST_CASE("every operation is described in words that name its links", "[plan]") {
  CHECK(described(all_operations) ==
        Texts{"create VLAN link eth1.4 on eth1 with VID 4",
              "create bridge br4",
              "give eth1.4 the alternative name guests",
              "take the alternative name guests from eth1.4",
              "switch IPv6 on on br4",
              "switch IPv6 off on br4",
              "set br4 up",
              "set br4 down",
              "give br4 the address 192.0.2.1/24",
              "remove address 192.0.2.1/24 from br4",
              "let eth1.4 into VLAN 1 of its bridge",
              "take eth1.4 out of VLAN 1 of its bridge",
              "move eth1.4 from VLAN 1 into VLANs 5p,11-20 of its bridge",
              "let eth1.4 into VLAN 4u of its bridge",
              "shut br4 off from dom0",
              "shut br4 off from dom0 by traffic control",
              "shut br4 off from dom0 by IPv4 settings",
              "open br4 to dom0 again",
              "delete br4",
              "delete all links that xvlan made",
              "remove eth1.4 from bridge br4"});
}

TEST_CASE("every operation tells what takes it back, if anything can", "[plan]") {
  Texts back;
  for (const Operation& operation : all_operations) {
    const Texts one = undone(operation);
    back.push_back(one.empty() ? "-" : one.front());
  }
  CHECK(back == Texts{"delete eth1.4",
                      "delete br4",
                      "take the alternative name guests from eth1.4",
                      "give eth1.4 the alternative name guests",
                      "switch IPv6 off on br4",
                      "switch IPv6 on on br4",
                      "set br4 down",
                      "set br4 up",
                      "remove address 192.0.2.1/24 from br4",
                      "give br4 the address 192.0.2.1/24",
                      "take eth1.4 out of VLAN 1 of its bridge",
                      "let eth1.4 into VLAN 1 of its bridge",
                      "move eth1.4 from VLANs 5p,11-20 into VLAN 1 of its bridge",
                      "take eth1.4 out of VLAN 4u of its bridge",
                      "open br4 to dom0 again",
                      "open br4 to dom0 again",
                      "-",
                      "shut br4 off from dom0",
                      "-",
                      "-",
                      "add eth1.4 to bridge br4"});
}

TEST_CASE("a change is split into its settings, in the kernel's order", "[plan]") {
  CHECK(described(plan::split(everything)) ==
        Texts{"switch STP of vif3.0 off", "set forward delay of vif3.0 to 2 s",
              "switch multicast snooping of vif3.0 on", "let guests' own tags through vif3.0",
              "put new ports of vif3.0 into its VLAN 1", "set MAC of vif3.0 to fe:ff:ff:ff:ff:ff",
              "set MTU of vif3.0 to 9000", "give vif3.0 the alias 'vif3.0'", "rename vif3.0 to web",
              "add web to bridge br4", "shut web off from dom0"});
  CHECK(described(plan::split(plan::DeleteLink{"br4"})) == Texts{"delete br4"});
}

TEST_CASE("each part of a change can be undone by itself", "[plan]") {
  Texts back;
  for (const Operation& part : plan::split(everything)) back.push_back(undone(part).at(0));
  CHECK(back == Texts{"switch STP of vif3.0 on", "set forward delay of vif3.0 to 15 s",
                      "switch multicast snooping of vif3.0 off", "stop guests' own tags at vif3.0",
                      "put new ports of vif3.0 into its VLAN 7",
                      "set MAC of vif3.0 to 02:00:00:00:00:09", "set MTU of vif3.0 to 1500",
                      "give vif3.0 the alias ''", "rename web to vif3.0", "add web to bridge br5",
                      "open web to dom0 again"});
}

TEST_CASE("a change of which nothing was known before is not undone", "[plan]") {
  CHECK(undone(ChangeLink{.link = "br4", .to = {.mtu = 1500}, .from = {}}).empty());
}

TEST_CASE("what is undone twice is done", "[plan]") {
  const auto back = plan::inverse(everything);
  REQUIRE(back.has_value());
  CHECK(plan::inverse(*back) == std::optional<Operation>(everything));
}

TEST_CASE("an operation tells which link it is about, and which it creates", "[plan]") {
  CHECK(plan::subject(everything).name == "vif3.0");
  CHECK(plan::subject(plan::DeleteMarked{}).name.empty());
  CHECK(*plan::created_link(plan::CreateBridge{"br4", {}, 1500, {}}) == "br4");
  CHECK(plan::created_link(everything) == nullptr);
}
