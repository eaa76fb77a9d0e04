#include "plan/vif_plan.hpp"

#include <catch2/catch.hpp>

#include "hosts.hpp"

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
  return described(plan::attach({.name = name, .mtu = mtu, .bridge = &br4}, vif, current));
}

Texts undone(const Operation& operation) {
  const auto back = plan::inverse(operation);
  return back ? described({*back}) : Texts{};
}

const ChangeLink everything{.link = "vif3.0",
                            .to = {.mac = model::guest_port_mac,
                                   .mtu = 9000,
                                   .name = "web",
                                   .bridge = "br4",
                                   .stp = false,
                                   .forward_delay = 200,
                                   .up = true},
                            .from = {.mac = model::Mac{{2, 0, 0, 0, 0, 9}},
                                     .mtu = 1500,
                                     .name = "vif3.0",
                                     .bridge = "br5",
                                     .stp = true,
                                     .forward_delay = 1500,
                                     .up = false}};

}  // namespace

TEST_CASE("a new vif loses its IPv6, joins its bridge and comes up", "[plan]") {
  CHECK(attached(unit::new_vif(9, "vif3.0")) ==
        Texts{"switch IPv6 off on vif3.0", "add vif3.0 to bridge br4, set vif3.0 up"});
}

TEST_CASE("a vif that is plugged already needs nothing", "[plan]") {
  CHECK(attached(unit::plugged_vif(9, "vif3.0", 3)).empty());
}

TEST_CASE("a vif gets Xen's MAC, its MTU and its name", "[plan]") {
  Link vif = unit::new_vif(9, "vif3.0");
  vif.mac = {{2, 0, 0, 0, 0, 9}};
  CHECK(attached(vif, "web", 9000).back() ==
        "set MAC of vif3.0 to fe:ff:ff:ff:ff:ff, set MTU of vif3.0 to 9000, "
        "rename vif3.0 to web, add vif3.0 to bridge br4, set vif3.0 up");
}

TEST_CASE("a vif that is up goes down for a new MAC or name", "[plan]") {
  Link vif = unit::plugged_vif(9, "vif3.0", 3);
  CHECK(attached(vif, "web") == Texts{"set vif3.0 down", "rename vif3.0 to web, set vif3.0 up"});
  vif.mac = {{2, 0, 0, 0, 0, 9}};
  CHECK(attached(vif) ==
        Texts{"set vif3.0 down", "set MAC of vif3.0 to fe:ff:ff:ff:ff:ff, set vif3.0 up"});
}

TEST_CASE("a vif that is up gets a new MTU as it is", "[plan]") {
  CHECK(attached(unit::plugged_vif(9, "vif3.0", 3), "vif3.0", 9000) ==
        Texts{"set MTU of vif3.0 to 9000"});
}

TEST_CASE("a vif loses every IPv4 address; its IPv6 ones go with IPv6", "[plan]") {
  Link vif = unit::plugged_vif(9, "vif3.0", 3);
  vif.addresses = {{.text = "192.0.2.1/24"},
                   {.text = "198.51.100.1/32"},
                   {.text = "2001:db8::1/64", .ipv6 = true}};
  vif.ipv6 = true;
  CHECK(attached(vif) == Texts{"switch IPv6 off on vif3.0",
                               "remove address 192.0.2.1/24 from vif3.0",
                               "remove address 198.51.100.1/32 from vif3.0"});
}

TEST_CASE("a vif on another bridge moves, and back when that is undone", "[plan]") {
  const Link vif = unit::plugged_vif(9, "vif3.0", 5);
  const plan::Plan steps = plan::attach({.name = "vif3.0", .mtu = 1500, .bridge = &br4}, vif, &br5);
  CHECK(described(steps) == Texts{"add vif3.0 to bridge br4"});
  CHECK(undone(steps.front()) == Texts{"add vif3.0 to bridge br5"});
}

TEST_CASE("detach takes a vif off its bridge and down", "[plan]") {
  CHECK(described(plan::detach(unit::plugged_vif(9, "vif3.0", 3), &br4)) ==
        Texts{"remove vif3.0 from bridge br4, set vif3.0 down"});
  CHECK(plan::detach(unit::new_vif(9, "vif3.0"), nullptr).empty());
}

TEST_CASE("every operation is described in words that name its links", "[plan]") {
  const auto vid = model::Vid::parse("4");
  CHECK(
      described({plan::CreateVlanLink{"eth1.4", "eth1", vid, 1500},
                 plan::CreateBridge{"br4", {}, 1500, {}}, plan::AddAltName{"eth1.4", "guests"},
                 plan::SetIpv6{"br4", true}, plan::SetIpv6{"br4", false},
                 plan::DeleteAddress{"br4", "192.0.2.1/24"}, plan::DeleteLink{"br4"},
                 plan::DeleteMarked{},
                 ChangeLink{.link = "eth1.4", .to = {.bridge = ""}, .from = {.bridge = "br4"}}}) ==
      Texts{"create VLAN link eth1.4 on eth1 with VID 4", "create bridge br4",
            "give eth1.4 the alternative name guests", "switch IPv6 on on br4",
            "switch IPv6 off on br4", "remove address 192.0.2.1/24 from br4", "delete br4",
            "delete all links that xvlan made", "remove eth1.4 from bridge br4"});
}

TEST_CASE("a change is split into its settings, in the kernel's order", "[plan]") {
  CHECK(described(plan::split(everything)) ==
        Texts{"set MAC of vif3.0 to fe:ff:ff:ff:ff:ff", "set MTU of vif3.0 to 9000",
              "rename vif3.0 to web", "add web to bridge br4", "switch STP of web off",
              "set forward delay of web to 2 s", "set web up"});
  CHECK(described(plan::split(plan::DeleteLink{"br4"})) == Texts{"delete br4"});
}

TEST_CASE("each part of a change can be undone by itself", "[plan]") {
  Texts back;
  for (const Operation& part : plan::split(everything)) back.push_back(undone(part).at(0));
  CHECK(back == Texts{"set MAC of vif3.0 to 02:00:00:00:00:09", "set MTU of vif3.0 to 1500",
                      "rename web to vif3.0", "add web to bridge br5", "switch STP of web on",
                      "set forward delay of web to 15 s", "set web down"});
}

TEST_CASE("what is undone twice is done", "[plan]") {
  const auto back = plan::inverse(everything);
  REQUIRE(back.has_value());
  CHECK(plan::inverse(*back) == std::optional<Operation>(everything));
}

TEST_CASE("creations are undone by deletion; a deletion can't be undone", "[plan]") {
  CHECK(undone(plan::CreateBridge{"br4", {}, 1500, {}}) == Texts{"delete br4"});
  CHECK(undone(plan::CreateVlanLink{"eth1.4", "eth1", model::Vid::parse("4"), 1500}) ==
        Texts{"delete eth1.4"});
  CHECK(undone(plan::SetIpv6{"br4", false}) == Texts{"switch IPv6 on on br4"});
  CHECK(undone(plan::DeleteLink{"br4"}).empty());
  CHECK(undone(plan::DeleteMarked{}).empty());
  CHECK(undone(plan::DeleteAddress{"br4", "192.0.2.1/24"}).empty());
}

TEST_CASE("an operation tells which link it is about, and which it creates", "[plan]") {
  CHECK(plan::subject(everything) == "vif3.0");
  CHECK(plan::subject(plan::DeleteMarked{}).empty());
  CHECK(*plan::created_link(plan::CreateBridge{"br4", {}, 1500, {}}) == "br4");
  CHECK(plan::created_link(everything) == nullptr);
}
