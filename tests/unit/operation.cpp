// What an operation says, what takes it back, and what it is about.
#include "plan/operation.hpp"

#include <catch2/catch.hpp>

#include "hosts.hpp"

namespace {

using unit::Texts;

const model::Vlans untagged_7{model::access_vlan(7)};
const model::Vlans tagged_10{{.first = 10, .last = 12}};

std::string changed(const plan::LinkSettings& to, const plan::LinkSettings& from = {}) {
  return plan::describe(plan::ChangeLink{.link = "br4", .to = to, .from = from});
}

/// What takes an operation back, and what takes that back; empty where nothing does.
Texts there_and_back(const plan::Operation& operation) {
  Texts texts;
  const auto back = plan::inverse(operation);
  if (!back) return texts;
  texts.push_back(plan::describe(*back));
  const auto again = plan::inverse(*back);
  if (again) texts.push_back(plan::describe(*again));
  return texts;
}

}  // namespace

TEST_CASE("a move between bridges and a filter are told in words", "[operation]") {
  const plan::Filter filter{.words = "mac 00:16:3e:00:00:01", .program = {{}}};
  CHECK(plan::describe(plan::MovePort{"vif3.0", "br4", "br5", {}, {}}) ==
        "move vif3.0 from bridge br4 to br5");
  CHECK(there_and_back(plan::MovePort{"vif3.0", "br4", "xenbr0", tagged_10, untagged_7}) ==
        Texts{"move vif3.0 from bridge xenbr0 to br4, VLANs 10-12",
              "move vif3.0 from bridge br4 to xenbr0, VLAN 7"});
  CHECK(there_and_back(plan::SetFilter{.link = "vif3.0", .to = filter}) ==
        Texts{"stop filtering the frames of vif3.0",
              "filter the frames of vif3.0: mac 00:16:3e:00:00:01"});
}

TEST_CASE("each setting of a link is told in words", "[operation]") {
  CHECK(changed({.stp = true}) == "switch STP of br4 on");
  CHECK(changed({.stp = false}) == "switch STP of br4 off");
  CHECK(changed({.forward_delay = 1500}) == "set forward delay of br4 to 15 s");
  CHECK(changed({.multicast_snooping = true}) == "switch multicast snooping of br4 on");
  CHECK(changed({.guest_tags = true}) == "let guests' own tags through br4");
  CHECK(changed({.guest_tags = false}) == "stop guests' own tags at br4");
  CHECK(changed({.default_pvid = std::uint16_t{0}}) == "put new ports of br4 into no VLAN");
  CHECK(changed({.default_pvid = std::uint16_t{1}}) == "put new ports of br4 into its VLAN 1");
  CHECK(changed({.on_demand = true}) == "have the VLANs of br4 come and go with their guests");
  CHECK(changed({.on_demand = false}) == "have the VLANs of br4 stay without guests");
  CHECK(changed({.mac = model::guest_port_mac}) == "set MAC of br4 to fe:ff:ff:ff:ff:ff");
  CHECK(changed({.mtu = 1400}) == "set MTU of br4 to 1400");
  CHECK(changed({.alias = "vif3.0"}) == "give br4 the alias 'vif3.0'");
  CHECK(changed({.name = "web"}) == "rename br4 to web");
  CHECK(changed({.bridge = "xenbr0"}) == "add br4 to bridge xenbr0");
  CHECK(changed({.bridge = ""}, {.bridge = "xenbr0"}) == "remove br4 from bridge xenbr0");
  CHECK(changed({.bridge = ""}) == "remove br4 from bridge ");
  CHECK(changed({.port_groups = plan::all_groups}) == "shut br4 off from dom0");
  CHECK(changed({.port_groups = plan::groups_but_stp}) == "shut br4 off from dom0");
  CHECK(changed({.port_groups = std::uint16_t{0}}) == "open br4 to dom0 again");
  CHECK(changed({.isolated = true}) == "isolate br4 from other guests");
  CHECK(changed({.isolated = false}) == "let br4 reach other guests again");
  CHECK(changed({.filtered = true}) == "mark br4 as filtered");
  CHECK(changed({.filtered = false}) == "mark br4 no more as filtered");
}

TEST_CASE("a port's VLANs are told as they come and go", "[operation]") {
  const auto told = [](const model::Vlans& to, const model::Vlans& from) {
    return plan::describe(plan::SetVlans{"vif3.0", to, from});
  };
  CHECK(told(untagged_7, {}) == "let vif3.0 into VLAN 7 of its bridge");
  CHECK(told({{.first = 7, .last = 7}}, {}) == "let vif3.0 into VLAN 7 of its bridge");
  CHECK(told(tagged_10, {}) == "let vif3.0 into VLANs 10-12 of its bridge");
  CHECK(told({}, untagged_7) == "take vif3.0 out of VLAN 7 of its bridge");
  CHECK(told(tagged_10, untagged_7) == "move vif3.0 from VLAN 7 into VLANs 10-12 of its bridge");
}

TEST_CASE("of a bridge's door all goes back as it was", "[operation]") {
  for (const auto door : {plan::Door::vlan_filtering, plan::Door::traffic_control}) {
    for (const bool filtered : {true, false}) {
      const plan::OpenBridge open{"br4", door, filtered, {unit::untagged}};
      const plan::Operation shut = plan::ShutBridge{"br4", door, filtered, {unit::untagged}};
      CHECK(plan::inverse(shut) == plan::Operation(open));
      CHECK(plan::inverse(open) == shut);
    }
  }
  CHECK_FALSE(plan::inverse(plan::ShutBridge{.bridge = "br4", .door = plan::Door::settings}));
}

TEST_CASE("a port that moves is up and isolated there as it was here", "[operation]") {
  for (const bool up : {true, false}) {
    for (const bool isolated : {true, false}) {
      const plan::Operation move =
          plan::MovePort{"vif3.0", "br4", "xenbr0", tagged_10, untagged_7, up, isolated};
      const plan::Operation back =
          plan::MovePort{"vif3.0", "xenbr0", "br4", untagged_7, tagged_10, up, isolated};
      CHECK(plan::inverse(move) == back);
    }
  }
}

TEST_CASE("of a change those settings go back that are known", "[operation]") {
  const plan::ChangeLink change{
      .link = "vif3.0", .to = {.mtu = 1400, .name = "web"}, .from = {.name = "vif3.0"}};
  CHECK(there_and_back(change) == Texts{"rename web to vif3.0", "rename vif3.0 to web"});
  CHECK(there_and_back(plan::ChangeLink{.link = "vif3.0", .to = {.mtu = 1400}}).empty());
}

TEST_CASE("of a change's parts the one that takes a port off its bridge sets it down",
          "[operation]") {
  const plan::Plan parts =
      plan::split(plan::ChangeLink{.link = "vif3.0",
                                   .to = {.mtu = 1400, .bridge = "", .isolated = true},
                                   .from = {.mtu = 1500, .bridge = "br4"},
                                   .down = true});
  CHECK(parts == plan::Plan{plan::ChangeLink{"vif3.0", {.mtu = 1400}, {.mtu = 1500}},
                            plan::ChangeLink{"vif3.0", {.bridge = ""}, {.bridge = "br4"}, true},
                            plan::ChangeLink{"vif3.0", {.isolated = true}, {}}});
}

TEST_CASE("an operation is about one link", "[operation]") {
  const auto about = [](const plan::Operation& operation) { return plan::subject(operation).name; };
  CHECK(about(plan::CreateVlanLink{"eth1.4", "eth1", model::Vid::parse("4"), 1500}) == "eth1.4");
  CHECK(about(plan::CreateBridge{"br4", {}, 1500, {}}) == "br4");
  CHECK(about(plan::SetVlans{"vif3.0", untagged_7, {}}) == "vif3.0");
  CHECK(about(plan::MovePort{"vif3.0", "br4", "br5", {}, {}}) == "vif3.0");
  CHECK(about(plan::ShutBridge{.bridge = "br4"}) == "br4");
  CHECK(about(plan::OpenBridge{.bridge = "br4"}) == "br4");
  CHECK(about(plan::DeleteAddress{"br4", unit::address("192.0.2.1/24")}) == "br4");
  CHECK(about(plan::DeleteMarked{}).empty());
}
