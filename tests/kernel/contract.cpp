// What xvlan relies on in a kernel. Built twice: for the pretended one of the unit tests, so that
// they mean something, and for the running one.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>

#include "bench.hpp"
#include "plan/bridge.hpp"
#include "plan/gateway.hpp"
#include "plan/realisation.hpp"

namespace {

using model::Link;
using plan::ChangeLink;
using plan::CreateBridge;
using plan::CreateVlanLink;
using plan::Operation;

constexpr model::BridgeVlan untagged{.first = 1, .last = 1, .pvid = true, .untagged = true};
constexpr model::Mac some_mac{{2, 0, 0, 0, 0, 4}};

/// A fresh host with the trunk eth1, up.
struct TrunkHost {
  explicit TrunkHost(std::uint32_t mtu = 1500) {
    host->add_nic("eth1", mtu);
    (void)set_up("eth1");
  }

  /// The errno with which the kernel refuses the operation, 0 if it does it.
  int run(const Operation& operation) {
    const auto refusal = kernel.run(std::span(&operation, 1)).front();
    INFO(plan::describe(operation));
    if (refusal) CHECK_FALSE(refusal->words.empty());
    return refusal ? refusal->errnum : 0;
  }

  int create_vlan_link(const std::string& name = "eth1.4", const std::string& vid = "4",
                       std::uint32_t mtu = 1500) {
    return run(
        CreateVlanLink{.name = name, .trunk = "eth1", .vid = model::Vid::parse(vid), .mtu = mtu});
  }

  int create_bridge(const std::string& name = "br4", std::uint32_t mtu = 1500) {
    return run(CreateBridge{.name = name, .mac = some_mac, .mtu = mtu, .options = {}});
  }

  int create_aware_bridge() {
    return run(CreateBridge{
        .name = "xenbr0", .mac = some_mac, .mtu = 1500, .options = {.vlan_aware = true}});
  }

  int change(const std::string& link, plan::LinkSettings to) {
    return run(ChangeLink{.link = link, .to = std::move(to)});
  }

  int set_up(const std::string& link, bool up = true) { return run(plan::SetUp{link, up}); }

  bool has(const std::string& name) { return kernel.read().find(name) != nullptr; }

  Link link(const std::string& name) {
    const model::HostState state = kernel.read();
    const Link* const found = state.find(name);
    REQUIRE(found != nullptr);
    return *found;
  }

  std::unique_ptr<bench::Host> host = bench::fresh_host();
  net::Kernel& kernel = host->kernel();
};

std::vector<std::string> texts(const std::vector<model::Address>& addresses) {
  std::vector<std::string> list;
  for (const model::Address& address : addresses) {
    list.push_back(address.text() + (address.automatic ? " automatic" : ""));
  }
  return list;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a new VLAN link is down, marked, and found by trunk and VID", "[contract]") {
  TrunkHost on;
  REQUIRE(on.create_vlan_link("guests") == 0);
  const model::HostState state = on.kernel.read();
  const Link* const vlan = state.find_vlan(*state.find("eth1"), model::Vid::parse("4"));
  REQUIRE(vlan != nullptr);
  CHECK(vlan->name == "guests");
  CHECK(vlan->is_vlan_link());
  CHECK(vlan->mac == state.find("eth1")->mac);
  CHECK(vlan->mtu == 1500);
  CHECK(vlan->ours());
  CHECK(vlan->master == 0);
  CHECK_FALSE(vlan->up);
  CHECK_FALSE(state.find("eth1")->ours());
}

TEST_CASE("a new bridge is down, marked, with its MAC pinned, without STP or delay", "[contract]") {
  TrunkHost on;
  REQUIRE(on.create_bridge() == 0);
  const Link bridge = on.link("br4");
  CHECK(bridge.is_bridge());
  CHECK(bridge.mac == some_mac);
  CHECK(bridge.mac_pinned);
  CHECK(bridge.ours());
  CHECK_FALSE(bridge.stp);
  CHECK(bridge.forward_delay == 0);
  CHECK_FALSE(bridge.up);
}

TEST_CASE("a bridge can have STP and its delay from the start", "[contract]") {
  TrunkHost on;
  REQUIRE(on.run(CreateBridge{.name = "br4",
                              .mac = some_mac,
                              .mtu = 1500,
                              .options = {.stp = true, .forward_delay = 700}}) == 0);
  CHECK(on.link("br4").stp);
  CHECK(on.link("br4").forward_delay == 700);
}

TEST_CASE("a name or VID that is taken is refused", "[contract]") {
  TrunkHost on;
  REQUIRE(on.create_vlan_link() == 0);
  CHECK(on.create_vlan_link() == EEXIST);
  CHECK(on.create_vlan_link("other") == EEXIST);
  CHECK(on.create_vlan_link("eth1", "5") == EEXIST);
  CHECK(on.create_bridge("eth1.4") == EEXIST);
}

TEST_CASE("a VLAN link needs a trunk with room for its frames", "[contract]") {
  TrunkHost on;
  CHECK(on.run(CreateVlanLink{
            .name = "eth9.4", .trunk = "eth9", .vid = model::Vid::parse("4"), .mtu = 1500}) ==
        ENODEV);
  CHECK(on.create_vlan_link("eth1.4", "4", 9000) == EINVAL);
  CHECK_FALSE(on.has("eth1.4"));
  REQUIRE(on.create_vlan_link() == 0);
  CHECK(on.change("eth1.4", {.mtu = 9000}) == ERANGE);
  CHECK(on.link("eth1.4").mtu == 1500);
}

TEST_CASE("a VLAN link comes up over a trunk that is up only", "[contract]") {
  TrunkHost on;
  REQUIRE(on.create_vlan_link() == 0);
  REQUIRE(on.set_up("eth1", false) == 0);
  CHECK(on.set_up("eth1.4") == ENETDOWN);
  REQUIRE(on.set_up("eth1") == 0);
  CHECK(on.set_up("eth1.4") == 0);
  CHECK(on.link("eth1.4").up);
}

TEST_CASE("VLAN links go up and down with their trunk", "[contract]") {
  TrunkHost on;
  REQUIRE(on.create_vlan_link() == 0);
  REQUIRE(on.set_up("eth1.4") == 0);
  REQUIRE(on.set_up("eth1", false) == 0);
  CHECK_FALSE(on.link("eth1.4").up);
  REQUIRE(on.set_up("eth1") == 0);
  CHECK(on.link("eth1.4").up);
}

TEST_CASE("one change sets MAC, MTU, name, alias and bridge together", "[contract]") {
  TrunkHost on;
  on.host->add_nic("vif3.0", 1500);
  REQUIRE(on.create_bridge() == 0);
  REQUIRE(on.change("vif3.0", {.mac = model::guest_port_mac,
                               .mtu = 1400,
                               .alias = "vif3.0",
                               .name = "web",
                               .bridge = "br4"}) == 0);
  const Link port = on.link("web");
  CHECK(port.mac == model::guest_port_mac);
  CHECK(port.mtu == 1400);
  CHECK(port.alias == "vif3.0");
  CHECK(port.master == on.link("br4").index);
  CHECK_FALSE(port.up);
  CHECK_FALSE(on.has("vif3.0"));
  CHECK(on.change("web", {.alias = ""}) == 0);
  CHECK(on.link("web").alias.empty());
}

TEST_CASE("a link that is down takes a free name, and no other", "[contract]") {
  TrunkHost on;
  on.host->add_nic("vif3.0", 1500);
  CHECK(on.change("vif3.0", {.name = "eth1"}) == EEXIST);
  CHECK(on.change("vif3.0", {.name = "web"}) == 0);
  CHECK(on.has("web"));
}

TEST_CASE("a link that is up is renamed, or refused as busy and left alone", "[contract]") {
  TrunkHost on;
  on.host->add_nic("vif3.0", 1500);
  REQUIRE(on.set_up("vif3.0") == 0);
  const int answer = on.change("vif3.0", {.name = "web"});
  CHECK((answer == 0 || answer == EBUSY));
  CHECK(on.has("web") == (answer == 0));
  CHECK(on.has("vif3.0") == (answer == EBUSY));
}

TEST_CASE("a port moves to another bridge in one change, and leaves it in one", "[contract]") {
  TrunkHost on;
  on.host->add_nic("vif3.0", 1500);
  REQUIRE(on.create_bridge("br4") == 0);
  REQUIRE(on.create_bridge("br5") == 0);
  REQUIRE(on.change("vif3.0", {.bridge = "br4"}) == 0);
  CHECK(on.change("vif3.0", {.bridge = "br5"}) == 0);
  CHECK(on.link("vif3.0").master == on.link("br5").index);
  CHECK(on.change("vif3.0", {.bridge = ""}) == 0);
  CHECK(on.link("vif3.0").master == 0);
}

TEST_CASE("what is no bridge takes no port, and a bridge is none", "[contract]") {
  TrunkHost on;
  on.host->add_nic("vif3.0", 1500);
  REQUIRE(on.create_bridge("br4") == 0);
  REQUIRE(on.create_bridge("br5") == 0);
  CHECK(on.change("vif3.0", {.bridge = "br9"}) == EINVAL);
  CHECK(on.change("vif3.0", {.bridge = "eth1"}) == EOPNOTSUPP);
  CHECK(on.change("br4", {.bridge = "br5"}) == ELOOP);
  CHECK(on.link("vif3.0").master == 0);
}

TEST_CASE("a port that goes to a bridge which is gone has left its old one", "[contract]") {
  TrunkHost on;
  on.host->add_nic("vif3.0", 1500);
  REQUIRE(on.create_bridge("br4") == 0);
  REQUIRE(on.change("vif3.0", {.bridge = "br4"}) == 0);
  CHECK(on.change("vif3.0", {.bridge = "br9"}) == EINVAL);
  CHECK(on.link("vif3.0").master == 0);
}

TEST_CASE("a port moves to another bridge as a whole, or is left down", "[contract]") {
  TrunkHost on;
  on.host->add_nic("vif3.0", 1500);
  REQUIRE(on.create_bridge("br4") == 0);
  REQUIRE(on.create_aware_bridge() == 0);
  REQUIRE(on.change("vif3.0", {.bridge = "br4"}) == 0);
  REQUIRE(on.set_up("vif3.0") == 0);
  const model::Vlans in_5{model::access_vlan(5)};
  CHECK(on.run(plan::MovePort{on.link("vif3.0"), "br4", "xenbr0", {}, in_5}) == 0);
  const Link moved = on.link("vif3.0");
  CHECK(moved.master == on.link("xenbr0").index);
  CHECK(moved.vlans == in_5);
  CHECK(moved.port_groups == plan::all_groups);
  CHECK(moved.up);
  CHECK(on.run(plan::MovePort{moved, "xenbr0", "br4", in_5, {}, false}) == 0);
  CHECK(on.link("vif3.0").vlans == model::Vlans{untagged});
  CHECK_FALSE(on.link("vif3.0").up);
  REQUIRE(on.set_up("vif3.0") == 0);
  CHECK(on.run(plan::MovePort{on.link("vif3.0"), "br4", "br9", {}, in_5}) == EINVAL);
  CHECK(on.link("vif3.0").master == 0);
  CHECK_FALSE(on.link("vif3.0").up);
}

TEST_CASE("every operation on a link that is gone is refused as such", "[contract]") {
  TrunkHost on;
  CHECK(on.set_up("br4") == ENODEV);
  CHECK(on.change("br4", {.stp = false}) == ENODEV);
  CHECK(on.run(plan::AddAltName{"br4", "guests"}) == ENODEV);
  CHECK(on.run(plan::DeleteAddress{"br4", *model::Address::parse("192.0.2.1/24")}) == ENODEV);
  CHECK(on.run(plan::SetUp{"br4"}) == ENODEV);
  CHECK(on.run(plan::SetIpv6{.link = "br4", .enabled = false}) == ENODEV);
  CHECK(on.run(plan::SetVlans{"br4", {untagged}}) == ENODEV);
  CHECK(on.run(plan::ShutBridge{"br4", plan::Door::vlan_filtering, false, {untagged}}) == ENODEV);
  CHECK(on.run(plan::ShutBridge{"br4", plan::Door::settings}) == ENODEV);
  CHECK(on.run(plan::DeleteLink{"br4"}) == ENODEV);
  CHECK(on.run(plan::DeleteMarked{}) == ENODEV);
}

TEST_CASE("an operation follows its link to another name, and hits no other", "[contract]") {
  TrunkHost on;
  on.host->add_nic("vif3.0", 1500);
  const Link vif = on.link("vif3.0");
  REQUIRE(on.change("vif3.0", {.name = "web"}) == 0);
  on.host->add_nic("vif3.0", 1500);
  CHECK(on.run(plan::SetIpv6{.link = vif, .enabled = false}) == 0);
  CHECK(on.run(plan::SetUp{vif}) == 0);
  CHECK(on.link("web").up);
  CHECK_FALSE(on.link("web").ipv6);
  CHECK_FALSE(on.link("vif3.0").up);
  CHECK(on.link("vif3.0").ipv6);
  CHECK(on.run(plan::DeleteLink{vif}) == 0);
  CHECK(on.run(plan::SetUp{vif}) == ENODEV);
  CHECK_FALSE(on.link("vif3.0").up);
}

TEST_CASE("a name that a link gave away means the link that has it now", "[contract]") {
  TrunkHost on;
  REQUIRE(on.create_vlan_link("eth1.4", "4") == 0);
  REQUIRE(on.change("eth1.4", {.mtu = 1400}) == 0);
  const bool deleted = GENERATE(false, true);
  if (deleted) {
    REQUIRE(on.run(plan::DeleteLink{"eth1.4"}) == 0);
  } else {
    REQUIRE(on.change("eth1.4", {.name = "guests"}) == 0);
  }
  REQUIRE(on.create_vlan_link("eth1.4", "5") == 0);
  CHECK(on.set_up("eth1.4") == 0);
  CHECK(on.link("eth1.4").up);
  CHECK(on.link("eth1.4").mtu == 1500);
  CHECK(on.has("guests") == !deleted);
  if (!deleted) CHECK_FALSE(on.link("guests").up);
}

TEST_CASE("a bridge that is shut filters VLANs and has none of its own", "[contract]") {
  TrunkHost on;
  const bool made = GENERATE(true, false);
  if (made) {
    REQUIRE(on.create_bridge() == 0);
  } else {
    on.host->add_bridge("br4");
  }
  REQUIRE(on.change("eth1", {.bridge = "br4"}) == 0);
  const Link before = on.link("br4");
  CHECK_FALSE(before.deaf());
  CHECK(before.vlans == std::vector{untagged});
  const plan::ShutBridge shut{before, plan::Door::vlan_filtering, before.vlan_filtering,
                              before.vlans};
  REQUIRE(on.run(shut) == 0);
  CHECK(on.link("br4").deaf());
  CHECK(on.link("br4").default_pvid == 1);
  CHECK(on.link("eth1").has_pvid());
  CHECK(on.run(shut) == 0);
  REQUIRE(on.run(*plan::inverse(shut)) == 0);
  CHECK(on.link("br4") == before);
}

TEST_CASE("a VLAN-aware bridge is deaf from the start, and gives its ports no VLAN", "[contract]") {
  TrunkHost on;
  on.host->add_nic("vif3.0", 1400);
  REQUIRE(on.create_aware_bridge() == 0);
  const Link bridge = on.link("xenbr0");
  CHECK(bridge.ours());
  CHECK(bridge.mac_pinned);
  CHECK(bridge.vlan_filtering);
  CHECK(bridge.default_pvid == 0);
  CHECK(bridge.deaf());
  CHECK_FALSE(bridge.multicast_snooping);
  CHECK_FALSE(bridge.guest_tags);
  CHECK_FALSE(bridge.up);
  REQUIRE(on.change("xenbr0", {.mtu = 1500}) == 0);
  REQUIRE(on.change("eth1", {.bridge = "xenbr0"}) == 0);
  REQUIRE(on.change("vif3.0", {.bridge = "xenbr0"}) == 0);
  CHECK(on.link("eth1").vlans.empty());
  CHECK(on.link("vif3.0").vlans.empty());
  CHECK(on.link("xenbr0").mtu == 1500);
}

TEST_CASE("the VLANs of one port are read, whatever those of others", "[contract]") {
  TrunkHost on;
  on.host->add_nic("vif3.0", 1500);
  REQUIRE(on.create_aware_bridge() == 0);
  REQUIRE(on.change("eth1", {.bridge = "xenbr0"}) == 0);
  REQUIRE(on.change("vif3.0", {.bridge = "xenbr0"}) == 0);
  CHECK(on.kernel.read_vlans(on.link("vif3.0")).empty());
  const model::Vlans all{{.first = 1, .last = 4094}};
  const model::Vlans several{{.first = 4, .last = 4},
                             model::access_vlan(5),
                             {.first = 6, .last = 9},
                             {.first = 10, .last = 11, .untagged = true},
                             {.first = 4094, .last = 4094}};
  REQUIRE(on.run(plan::SetVlans{on.link("eth1"), all}) == 0);
  REQUIRE(on.run(plan::SetVlans{on.link("vif3.0"), several}) == 0);
  CHECK(on.kernel.read_vlans(on.link("vif3.0")) == several);
  CHECK(on.kernel.read_vlans(on.link("eth1")) == all);
  CHECK(on.kernel.read_vlans(on.link("xenbr0")).empty());
  const Link port = on.link("vif3.0");
  REQUIRE(on.change("vif3.0", {.bridge = ""}) == 0);
  CHECK(on.kernel.read_vlans(port).empty());
}

TEST_CASE("a VXLAN link is made whole, once for each VNI and UDP port", "[contract]") {
  TrunkHost on;
  on.host->add_address("eth1", "192.0.2.1/24");
  const model::Address local = *model::Address::parse_host("192.0.2.1");
  const auto create = [&](const std::string& name, std::uint32_t vni, std::uint16_t port) {
    return on.run(plan::CreateVxlan{.name = name,
                                    .vxlan = {.vni = vni, .local = local, .port = port},
                                    .mac = some_mac,
                                    .mtu = 1450});
  };
  REQUIRE(create("vx4", 10004, 4789) == 0);
  const Link made = on.link("vx4");
  CHECK(made.vxlan == model::Vxlan{.vni = 10004, .local = local, .port = 4789});
  CHECK(made.mac == some_mac);
  CHECK(made.mtu == 1450);
  CHECK(made.ours());
  CHECK_FALSE(made.up);
  CHECK(create("twin", 10004, 4789) == EEXIST);
  CHECK(create("vx4", 10005, 4789) == EEXIST);
  CHECK(create("other", 10004, 8472) == 0);
}

TEST_CASE("a port learns until it is told not to, and forgets that when it leaves", "[contract]") {
  TrunkHost on;
  REQUIRE(on.create_bridge() == 0);
  CHECK(on.change("eth1", {.learns = false}) != 0);
  REQUIRE(on.change("eth1", {.bridge = "br4"}) == 0);
  CHECK(on.link("eth1").learns);
  REQUIRE(on.change("eth1", {.learns = false, .suppresses_arp = true, .maps_vlans = true}) == 0);
  const Link port = on.link("eth1");
  CHECK_FALSE(port.learns);
  CHECK(port.suppresses_arp);
  CHECK(port.maps_vlans);
  REQUIRE(on.change("eth1", {.bridge = ""}) == 0);
  REQUIRE(on.change("eth1", {.bridge = "br4"}) == 0);
  CHECK(on.link("eth1").learns);
  CHECK_FALSE(on.link("eth1").suppresses_arp);
}

TEST_CASE("VLANs of a single VXLAN device have VNIs, once it is in them", "[contract]") {
  TrunkHost on;
  on.host->add_address("eth1", "192.0.2.1/24");
  REQUIRE(on.create_aware_bridge() == 0);
  REQUIRE(on.run(plan::CreateVxlan{.name = "vxlan0",
                                   .vxlan = {.local = *model::Address::parse_host("192.0.2.1"),
                                             .port = 4789,
                                             .single = true,
                                             .vni_filter = true},
                                   .mac = some_mac,
                                   .mtu = 1450}) == 0);
  CHECK(on.link("vxlan0").vxlan->single);
  CHECK(on.link("vxlan0").vxlan->vni_filter);
  REQUIRE(on.change("vxlan0", {.bridge = "xenbr0", .maps_vlans = true}) == 0);
  const model::Vnis vnis{{4, 4, 10004}, {10, 12, 20010}};
  CHECK(on.run(plan::SetVnis{on.link("vxlan0"), vnis, {}}) == EINVAL);
  REQUIRE(on.run(plan::SetVlans{on.link("vxlan0"), model::vlans_of(vnis)}) == 0);
  REQUIRE(on.run(plan::SetVnis{on.link("vxlan0"), {vnis.back()}, {}}) == 0);
  REQUIRE(on.run(plan::SetVnis{on.link("vxlan0"), vnis, {vnis.back()}}) == 0);
  CHECK(on.link("vxlan0").vnis == vnis);
  const model::Vnis fewer{{11, 11, 20011}};
  REQUIRE(on.run(plan::SetVnis{on.link("vxlan0"), fewer, vnis}) == 0);
  CHECK(on.link("vxlan0").vnis == fewer);
}

TEST_CASE("a bridge with both kinds of uplinks tells where it joins them", "[contract]") {
  TrunkHost on;
  on.host->add_address("eth1", "192.0.2.1/24");
  REQUIRE(on.create_vlan_link() == 0);
  REQUIRE(on.create_bridge() == 0);
  REQUIRE(on.run(plan::ShutBridge{"br4", plan::Door::vlan_filtering, false, {untagged}}) == 0);
  REQUIRE(on.change("eth1.4", {.bridge = "br4"}) == 0);
  const model::Mac mac = plan::gateway_mac(*model::Address::parse_host("192.0.2.1"));
  CHECK(on.run(plan::AddGateway{on.link("eth1.4"), mac, 9}) == EINVAL);
  REQUIRE(on.run(plan::AddGateway{on.link("eth1.4"), mac, 1}) == 0);
  CHECK(on.link("eth1.4").gateways.empty());
  REQUIRE(
      on.run(plan::CreateVxlan{
          .name = "vx4",
          .vxlan = {.vni = 10004, .local = *model::Address::parse_host("192.0.2.1"), .port = 4789},
          .mac = some_mac,
          .mtu = 1450}) == 0);
  REQUIRE(on.change("vx4", {.bridge = "br4"}) == 0);
  CHECK(on.link("eth1.4").gateways == std::vector<model::Gateway>{{.vid = 1, .mac = mac}});
  CHECK(on.run(plan::AddGateway{on.link("eth1.4"), mac, 1}) == 0);
  CHECK(on.link("eth1.4").gateways.size() == 1);
  REQUIRE(on.run(plan::DeleteGateway{on.link("eth1.4"), mac, 1}) == 0);
  CHECK(on.link("eth1.4").gateways.empty());
}

TEST_CASE("somebody waits for an address of the host as for a link", "[contract]") {
  TrunkHost on;
  const std::vector<model::Carrier> both{model::IfName::parse("trunk", "eth1"),
                                         model::Carrier::tunnel("vxlan", "192.0.2.1")};
  CHECK_FALSE(on.kernel.wait_for(both, std::chrono::milliseconds(20)));
  on.host->add_address("eth1", "192.0.2.1/24");
  CHECK(on.kernel.wait_for(both, std::chrono::milliseconds(60000)));
}

TEST_CASE("a port that leaves its bridge is told with the VLANs that it was in", "[contract]") {
  TrunkHost on;
  on.host->add_nic("vif3.0", 1500);
  REQUIRE(on.create_aware_bridge() == 0);
  REQUIRE(on.change("vif3.0", {.bridge = "xenbr0"}) == 0);
  const model::Vlans several{model::access_vlan(5), {.first = 10, .last = 20}};
  REQUIRE(on.run(plan::SetVlans{on.link("vif3.0"), several}) == 0);
  const Link port = on.link("vif3.0");
  on.kernel.watch_departures();
  REQUIRE(on.run(plan::DeleteLink{on.link("xenbr0")}) == 0);
  const auto departures = on.kernel.departures();
  REQUIRE(departures.size() == 1);
  CHECK(departures.front().port == port.index);
  CHECK(departures.front().vlans == several);
}

TEST_CASE("a default PVID makes itself the PVID of all, and goes with those it is alone of",
          "[contract]") {
  TrunkHost on;
  on.host->add_nic("vif3.0", 1500);
  on.host->add_nic("vif4.0", 1500);
  REQUIRE(on.create_aware_bridge() == 0);
  for (const char* const port : {"eth1", "vif3.0", "vif4.0"}) {
    REQUIRE(on.change(port, {.bridge = "xenbr0"}) == 0);
  }
  const model::Vlans in_10{model::access_vlan(10)};
  REQUIRE(on.run(plan::SetVlans{on.link("eth1"), {{.first = 10, .last = 10}}}) == 0);
  REQUIRE(on.run(plan::SetVlans{on.link("vif3.0"), in_10}) == 0);
  REQUIRE(on.change("xenbr0", {.default_pvid = std::uint16_t{1}}) == 0);
  CHECK(model::text(on.link("eth1").vlans) == "1p,10");
  CHECK(model::text(on.link("vif3.0").vlans) == "1p,10u");
  CHECK(model::text(on.link("vif4.0").vlans) == "1p");
  CHECK(model::text(on.link("xenbr0").vlans) == "1p");
  REQUIRE(on.change("xenbr0", {.default_pvid = std::uint16_t{0}}) == 0);
  CHECK(model::text(on.link("eth1").vlans) == "10");
  CHECK(model::text(on.link("vif3.0").vlans) == "10u");
  CHECK(on.link("vif4.0").vlans.empty());
  CHECK(on.link("xenbr0").vlans.empty());
  REQUIRE(on.run(plan::SetVlans{on.link("vif3.0"), in_10}) == 0);
  REQUIRE(on.change("xenbr0", {.default_pvid = std::uint16_t{10}}) == 0);
  CHECK(model::text(on.link("eth1").vlans) == "10");
  CHECK(model::text(on.link("vif3.0").vlans) == "10p");
  CHECK(model::text(on.link("vif4.0").vlans) == "10p");
  REQUIRE(on.change("xenbr0", {.default_pvid = std::uint16_t{0}}) == 0);
  CHECK(model::text(on.link("eth1").vlans) == "10");
  CHECK(on.link("vif3.0").vlans.empty());
}

TEST_CASE("a bridge may be shut by traffic control, beside other filters", "[contract]") {
  TrunkHost on;
  REQUIRE(on.create_bridge() == 0);
  const plan::ShutBridge shut{on.link("br4"), plan::Door::traffic_control};
  REQUIRE(on.run(shut) == 0);
  CHECK(on.link("br4").ingress_dropped);
  CHECK(on.run(shut) == 0);
  REQUIRE(on.run(*plan::inverse(shut)) == 0);
  CHECK_FALSE(on.link("br4").ingress_dropped);
}

TEST_CASE("a guest's link is filtered, filtered otherwise in one step, and not any more",
          "[contract]") {
  TrunkHost on;
  on.host->add_nic("vif3.0", 1500);
  const auto wanted = [](model::Antispoof antispoof, const std::string& ip) {
    return plan::filter_of(
        {.mac = some_mac, .antispoof = antispoof, .addresses = model::parse_guest_addresses(ip)});
  };
  std::string many;
  for (int i = 1; i <= 64; ++i) many += "2001:db8::" + std::to_string(i) + " ";
  CHECK_FALSE(on.kernel.read_filter(on.link("vif3.0")));
  REQUIRE(on.change("vif3.0", {.filtered = true}) == 0);
  CHECK(on.link("vif3.0").filtered());
  std::optional<plan::Filter> before;
  for (const auto& filter :
       {wanted(model::Antispoof::mac, ""), wanted(model::Antispoof::ip, "10.0.4.2"),
        wanted(model::Antispoof::ip, many)}) {
    const plan::SetFilter step{on.link("vif3.0"), filter, before};
    REQUIRE(on.run(step) == 0);
    CHECK(on.kernel.read_filter(on.link("vif3.0")) == filter);
    CHECK(on.link("vif3.0").filter == filter.words.substr(0, filter.words.find(' ')));
    before = filter;
  }
  const plan::SetFilter away{on.link("vif3.0"), {}, before};
  REQUIRE(on.run(away) == 0);
  CHECK_FALSE(on.kernel.read_filter(on.link("vif3.0")));
  CHECK(on.link("vif3.0").filter.empty());
  REQUIRE(on.change("vif3.0", {.filtered = false}) == 0);
  CHECK_FALSE(on.link("vif3.0").filtered());
  CHECK(on.run(away) == 0);
  on.host->add_nic("vif4.0", 1500);
  CHECK(on.run(plan::SetFilter{on.link("vif4.0"), {}, before}) == 0);
}

TEST_CASE("a port is isolated with its groups or without, and not on its next bridge",
          "[contract]") {
  TrunkHost on;
  on.host->add_nic("vif3.0", 1500);
  REQUIRE(on.create_bridge("br4") == 0);
  REQUIRE(on.create_bridge("br5") == 0);
  REQUIRE(on.change("vif3.0",
                    {.bridge = "br4", .port_groups = plan::all_groups, .isolated = true}) == 0);
  CHECK(on.link("vif3.0").isolated);
  CHECK(on.link("vif3.0").port_groups == plan::all_groups);
  on.host->add_nic("vif4.0", 1500);
  CHECK(on.change("vif4.0", {.isolated = true}) != 0);
  REQUIRE(on.change("vif3.0", {.isolated = false}) == 0);
  CHECK_FALSE(on.link("vif3.0").isolated);
  CHECK(on.link("vif3.0").port_groups == plan::all_groups);
  REQUIRE(on.change("vif3.0", {.isolated = true}) == 0);
  REQUIRE(on.run(plan::MovePort{on.link("vif3.0"), "br4", "br5", {}, {}, true, true}) == 0);
  CHECK(on.link("vif3.0").isolated);
  REQUIRE(on.change("vif3.0", {.bridge = "br4"}) == 0);
  CHECK_FALSE(on.link("vif3.0").isolated);
}

TEST_CASE("a bridge may be shut by IPv4 settings", "[contract]") {
  TrunkHost on;
  REQUIRE(on.create_bridge() == 0);
  CHECK_FALSE(on.link("br4").routing_shut);
  REQUIRE(on.run(plan::ShutBridge{on.link("br4"), plan::Door::settings}) == 0);
  CHECK(on.link("br4").routing_shut);
  CHECK_FALSE(plan::inverse(plan::ShutBridge{"br4", plan::Door::settings}).has_value());
}

TEST_CASE("a port gets a bridge's default PVID, other VLANs, or none", "[contract]") {
  TrunkHost on;
  on.host->add_nic("vif3.0", 1500);
  REQUIRE(on.create_bridge() == 0);
  REQUIRE(on.change("vif3.0", {.bridge = "br4"}) == 0);
  CHECK(on.link("vif3.0").vlans == model::Vlans{untagged});
  const model::Vlans several{model::access_vlan(5),
                             {.first = 10, .last = 10},
                             {.first = 20, .last = 30},
                             {.first = 31, .last = 33, .untagged = true},
                             {.first = 4094, .last = 4094}};
  CHECK(on.run(plan::SetVlans{on.link("vif3.0"), several, {untagged}}) == 0);
  CHECK(on.link("vif3.0").vlans == several);
  // Again, and where what it was said to have been in is gone already.
  CHECK(on.run(plan::SetVlans{on.link("vif3.0"), several, {untagged}}) == 0);
  CHECK(on.link("vif3.0").vlans == several);
  const model::Vlans other_pvid{{.first = 5, .last = 5}, model::access_vlan(25)};
  CHECK(on.run(plan::SetVlans{on.link("vif3.0"), other_pvid, several}) == 0);
  CHECK(on.link("vif3.0").vlans == other_pvid);
  CHECK(on.run(plan::SetVlans{on.link("vif3.0"), {}, other_pvid}) == 0);
  CHECK(on.link("vif3.0").vlans.empty());
  CHECK(on.run(plan::SetVlans{on.link("vif3.0"), {untagged}}) == 0);
  REQUIRE(on.change("vif3.0", {.bridge = ""}) == 0);
  CHECK(on.link("vif3.0").vlans.empty());
  CHECK(on.run(plan::SetVlans{on.link("vif3.0"), {untagged}}) == EOPNOTSUPP);
}

TEST_CASE("a port may be in every other VLAN there is", "[contract]") {
  TrunkHost on;
  REQUIRE(on.create_bridge() == 0);
  REQUIRE(on.change("eth1", {.bridge = "br4"}) == 0);
  model::Vlans odd;
  for (std::uint16_t vid = 1; vid < model::Vid::highest; vid += 2) {
    odd.push_back({.first = vid, .last = vid});
  }
  CHECK(on.run(plan::SetVlans{on.link("eth1"), odd, {untagged}}) == 0);
  CHECK(on.link("eth1").vlans == odd);
}

TEST_CASE("a port is shut together with joining its bridge, and by itself", "[contract]") {
  TrunkHost on;
  on.host->add_nic("vif3.0", 1500);
  REQUIRE(on.create_bridge("br4") == 0);
  REQUIRE(on.create_bridge("br5") == 0);
  CHECK_FALSE(on.link("vif3.0").port_groups.has_value());
  REQUIRE(on.change("vif3.0", {.bridge = "br4"}) == 0);
  CHECK(on.link("vif3.0").port_groups == std::uint16_t{0});
  REQUIRE(on.change("vif3.0", {.port_groups = plan::all_groups}) == 0);
  CHECK(on.link("vif3.0").port_groups == plan::all_groups);
  REQUIRE(on.change("vif3.0", {.bridge = "br5"}) == 0);
  CHECK(on.link("vif3.0").port_groups == std::uint16_t{0});
  REQUIRE(on.change("vif3.0", {.bridge = "br4", .port_groups = plan::all_groups}) == 0);
  CHECK(on.link("vif3.0").port_groups == plan::all_groups);
  REQUIRE(on.change("vif3.0", {.bridge = ""}) == 0);
  CHECK(on.change("vif3.0", {.port_groups = plan::all_groups}) != 0);
}

TEST_CASE("who leaves a bridge is down, and who comes up is in it, whatever came between",
          "[contract]") {
  TrunkHost on;
  on.host->add_nic("vif3.0", 1500);
  REQUIRE(on.create_bridge("br4") == 0);
  REQUIRE(on.run(plan::SetUp{"vif3.0", true, plan::LinkRef("br4")}) == 0);
  CHECK(on.link("vif3.0").up);
  CHECK(on.link("vif3.0").master == on.link("br4").index);
  REQUIRE(on.run(ChangeLink{.link = "vif3.0", .to = {.bridge = ""}, .from = {}, .down = true}) ==
          0);
  CHECK_FALSE(on.link("vif3.0").up);
  CHECK(on.link("vif3.0").master == 0);
}

TEST_CASE("a bridge has its options for guests' tags and multicast from the start", "[contract]") {
  TrunkHost on;
  const bool wanted = GENERATE(true, false);
  REQUIRE(on.run(CreateBridge{.name = "br4",
                              .mac = some_mac,
                              .mtu = 1500,
                              .options = {.multicast_snooping = wanted, .guest_tags = wanted}}) ==
          0);
  CHECK(on.link("br4").multicast_snooping == wanted);
  CHECK(on.link("br4").guest_tags == wanted);
  REQUIRE(on.change("br4", {.multicast_snooping = !wanted, .guest_tags = !wanted}) == 0);
  CHECK(on.link("br4").multicast_snooping == !wanted);
  CHECK(on.link("br4").guest_tags == !wanted);
}

TEST_CASE("the ports of one bridge are read, and a bridge that is gone has none", "[contract]") {
  TrunkHost on;
  REQUIRE(on.create_bridge("br4") == 0);
  REQUIRE(on.create_bridge("br5") == 0);
  REQUIRE(on.create_vlan_link() == 0);
  REQUIRE(on.create_vlan_link("eth1.5", "5") == 0);
  REQUIRE(on.change("eth1.4", {.bridge = "br4"}) == 0);
  REQUIRE(on.change("eth1.5", {.bridge = "br5"}) == 0);
  const Link bridge = on.link("br4");
  const model::HostState found = on.kernel.read_ports(bridge.index);
  CHECK(found.links().size() == 2);
  CHECK(found.find("br4") != nullptr);
  CHECK(found.find("eth1.4") != nullptr);
  REQUIRE(on.run(plan::DeleteLink{bridge}) == 0);
  CHECK(on.kernel.read_ports(bridge.index).links().empty());
}

TEST_CASE("which ports leave their bridges is told once, from when it was asked for",
          "[contract]") {
  TrunkHost on;
  REQUIRE(on.create_bridge("br4") == 0);
  REQUIRE(on.create_vlan_link() == 0);
  REQUIRE(on.change("eth1.4", {.bridge = "br4"}) == 0);
  const Link bridge = on.link("br4");
  const Link port = on.link("eth1.4");
  CHECK(on.kernel.departures().empty());
  REQUIRE(on.change("eth1.4", {.bridge = ""}) == 0);
  on.kernel.watch_departures();
  CHECK(on.kernel.departures().empty());
  REQUIRE(on.change("eth1.4", {.bridge = "br4"}) == 0);
  REQUIRE(on.run(plan::DeleteLink{bridge}) == 0);
  const auto departures = on.kernel.departures();
  REQUIRE(departures.size() == 1);
  CHECK(departures.front().port == port.index);
  CHECK(departures.front().bridge == bridge.index);
  CHECK(on.kernel.departures().empty());
}

TEST_CASE("an MTU that rises above IPv6's least brings IPv6 back", "[contract]") {
  TrunkHost on;
  REQUIRE(on.create_vlan_link() == 0);
  REQUIRE(on.run(plan::SetIpv6{.link = "eth1.4", .enabled = false}) == 0);
  REQUIRE(on.change("eth1.4", {.mtu = 1000}) == 0);
  CHECK_FALSE(on.link("eth1.4").ipv6);
  REQUIRE(on.change("eth1.4", {.mtu = 1280}) == 0);
  CHECK(on.link("eth1.4").ipv6);
}

TEST_CASE("an address that was taken away can be given back", "[contract]") {
  TrunkHost on;
  on.host->add_address("eth1", "192.0.2.1/24");
  const plan::DeleteAddress deletion{"eth1", *model::Address::parse("192.0.2.1/24")};
  REQUIRE(on.run(deletion) == 0);
  CHECK(on.kernel.read_ipv4(on.link("eth1")).empty());
  REQUIRE(on.run(*plan::inverse(deletion)) == 0);
  CHECK(texts(on.kernel.read_ipv4(on.link("eth1"))) == Texts{"192.0.2.1/24"});
}

TEST_CASE("an alternative name can be taken away again", "[contract]") {
  TrunkHost on;
  const plan::AddAltName addition{"eth1", "enp129s0f1np1.4094"};
  REQUIRE(on.run(addition) == 0);
  CHECK(on.run(*plan::inverse(addition)) == 0);
  CHECK_FALSE(on.has("enp129s0f1np1.4094"));
}

TEST_CASE("a link is found by its alternative name, which is taken like any name", "[contract]") {
  TrunkHost on;
  const std::string full = "enp129s0f1np1.4094";
  REQUIRE(on.create_vlan_link() == 0);
  REQUIRE(on.run(plan::AddAltName{"eth1.4", full}) == 0);
  CHECK(on.link(full).name == "eth1.4");
  const Texts names{full};
  CHECK(on.kernel.read(names).find("eth1.4") != nullptr);
  CHECK(on.run(plan::AddAltName{"eth1", full}) == EEXIST);
  CHECK(on.run(plan::SetUp{on.link(full)}) == 0);
}

TEST_CASE("a link whose IPv6 goes off before it comes up has no address", "[contract]") {
  TrunkHost on;
  REQUIRE(on.create_bridge() == 0);
  REQUIRE(on.create_vlan_link() == 0);
  REQUIRE(on.link("eth1.4").ipv6);
  for (const std::string link : {"br4", "eth1.4"}) {
    REQUIRE(on.run(plan::SetIpv6{.link = link, .enabled = false}) == 0);
    REQUIRE(on.set_up(link) == 0);
    CHECK_FALSE(on.link(link).ipv6);
    CHECK(on.link(link).addresses.empty());
  }
}

TEST_CASE("switching IPv6 off takes its addresses away, and no other", "[contract]") {
  TrunkHost on;
  REQUIRE(on.create_bridge() == 0);
  on.host->add_address("br4", "192.0.2.1/24");
  on.host->add_address("br4", "2001:db8::1/64");
  REQUIRE(on.set_up("br4") == 0);
  REQUIRE(on.run(plan::SetIpv6{.link = "br4", .enabled = false}) == 0);
  CHECK(texts(on.link("br4").addresses) == Texts{"192.0.2.1/24"});
  CHECK(on.run(plan::SetIpv6{.link = "br4", .enabled = true}) == 0);
  CHECK(on.link("br4").ipv6);
}

TEST_CASE("an address that somebody gave is told from a link's own", "[contract]") {
  TrunkHost on;
  on.host->add_address("eth1", "192.0.2.1/24");
  on.host->add_address("eth1", "2001:db8::1/64");
  Texts found = texts(on.link("eth1").addresses);
  std::sort(found.begin(), found.end());
  REQUIRE(found.size() == 3);
  CHECK(found[0] == "192.0.2.1/24");
  CHECK(found[1] == "2001:db8::1/64");
  CHECK_THAT(found[2], Catch::StartsWith("fe80::") && Catch::EndsWith("/64 automatic"));
  CHECK(texts(on.kernel.read_ipv4(on.link("eth1"))) == Texts{"192.0.2.1/24"});
}

TEST_CASE("an address is deleted once", "[contract]") {
  TrunkHost on;
  REQUIRE(on.create_bridge() == 0);
  on.host->add_address("br4", "192.0.2.1/24");
  const plan::DeleteAddress deletion{"br4", *model::Address::parse("192.0.2.1/24")};
  CHECK(on.run(deletion) == 0);
  CHECK(on.run(deletion) == EADDRNOTAVAIL);
}

TEST_CASE("deleting a bridge frees its ports", "[contract]") {
  TrunkHost on;
  REQUIRE(on.create_bridge() == 0);
  REQUIRE(on.create_vlan_link() == 0);
  REQUIRE(on.change("eth1.4", {.bridge = "br4"}) == 0);
  CHECK(on.run(plan::DeleteLink{"br4"}) == 0);
  CHECK(on.link("eth1.4").master == 0);
}

TEST_CASE("deleting a trunk deletes its VLAN links", "[contract]") {
  TrunkHost on;
  REQUIRE(on.create_vlan_link() == 0);
  CHECK(on.run(plan::DeleteLink{"eth1"}) == 0);
  CHECK_FALSE(on.has("eth1.4"));
}

TEST_CASE("all marked links go in one operation, and no others", "[contract]") {
  TrunkHost on;
  on.host->add_bridge("br9");
  REQUIRE(on.create_bridge() == 0);
  REQUIRE(on.create_vlan_link() == 0);
  REQUIRE(on.change("eth1.4", {.bridge = "br4"}) == 0);
  CHECK(on.run(plan::DeleteMarked{}) == 0);
  CHECK_FALSE(on.has("br4"));
  CHECK_FALSE(on.has("eth1.4"));
  CHECK(on.has("br9"));
  CHECK(on.has("eth1"));
}

TEST_CASE("a bridge made by hand follows its ports until its MAC and MTU are set", "[contract]") {
  TrunkHost on;
  on.host->add_bridge("br4");
  on.host->add_nic("vif3.0", 1400);
  CHECK_FALSE(on.link("br4").mac_pinned);
  CHECK_FALSE(on.link("br4").ours());
  CHECK(on.link("br4").forward_delay == 1500);
  REQUIRE(on.change("eth1", {.bridge = "br4"}) == 0);
  CHECK(on.link("br4").mac == on.link("eth1").mac);
  REQUIRE(on.change("vif3.0", {.bridge = "br4"}) == 0);
  CHECK(on.link("br4").mtu == 1400);

  REQUIRE(on.change("br4", {.mac = some_mac, .mtu = 1500}) == 0);
  REQUIRE(on.change("vif3.0", {.bridge = ""}) == 0);
  REQUIRE(on.change("vif3.0", {.bridge = "br4"}) == 0);
  CHECK(on.link("br4").mac_pinned);
  CHECK(on.link("br4").mac == some_mac);
  CHECK(on.link("br4").mtu == 1500);
}

TEST_CASE("a bridge that xvlan made keeps its MAC and MTU whatever its ports have", "[contract]") {
  const std::uint32_t mtu = GENERATE(1280U, 1496U, 1500U, 9000U);
  TrunkHost on(9000);
  on.host->add_nic("vif3.0", 576);
  REQUIRE(on.create_bridge("br4", mtu) == 0);
  REQUIRE(on.change("br4", {.mtu = mtu}) == 0);
  REQUIRE(on.change("vif3.0", {.bridge = "br4"}) == 0);
  CHECK(on.link("br4").mtu == mtu);
  CHECK(on.link("br4").mac == some_mac);
}

TEST_CASE("with STP on, a forward delay of 0 is refused; off, it is not", "[contract]") {
  TrunkHost on;
  on.host->add_bridge("br4");
  REQUIRE(on.change("br4", {.stp = true}) == 0);
  CHECK(on.change("br4", {.forward_delay = 0}) == ERANGE);
  CHECK(on.change("br4", {.stp = false}) == 0);
  CHECK(on.change("br4", {.forward_delay = 0}) == 0);
  CHECK_FALSE(on.link("br4").stp);
  CHECK(on.link("br4").forward_delay == 0);
}

TEST_CASE("links are looked up by name or index without their addresses", "[contract]") {
  TrunkHost on;
  on.host->add_address("eth1", "192.0.2.1/24");
  const Texts names{"eth1", "no-such-link"};
  const model::HostState state = on.kernel.read(names);
  REQUIRE(state.links().size() == 1);
  CHECK(state.find("eth1")->addresses.empty());
  const auto by_index = on.kernel.read(state.find("eth1")->index);
  REQUIRE(by_index.has_value());
  CHECK(by_index->name == "eth1");
  CHECK_FALSE(on.kernel.read(4711).has_value());
}

TEST_CASE("each of many operations gets its own answer", "[contract]") {
  TrunkHost on;
  std::vector<Operation> operations;
  for (int i = 0; i < 300; ++i) {
    // Every third name is taken by the operation before.
    const std::string name = "br" + std::to_string(i % 3 == 2 ? i - 1 : i);
    operations.emplace_back(
        CreateBridge{.name = name, .mac = some_mac, .mtu = 1500, .options = {}});
  }
  const auto refusals = on.kernel.run(operations);
  REQUIRE(refusals.size() == operations.size());
  for (std::size_t i = 0; i < refusals.size(); ++i) {
    CHECK((refusals[i] ? refusals[i]->errnum : 0) == (i % 3 == 2 ? EEXIST : 0));
  }
  CHECK(on.kernel.run(std::vector<Operation>{}).empty());
}

TEST_CASE("waiting for links ends at once when all are there, and in time when not", "[contract]") {
  using std::chrono::milliseconds;
  TrunkHost on;
  const Texts there{"lo", "eth1"};
  const Texts not_there{"eth1", "eth9"};
  CHECK(on.kernel.wait_for(there, milliseconds(60000)));
  CHECK_FALSE(on.kernel.wait_for(not_there, milliseconds(20)));
}

TEST_CASE("a segment comes up from any state, and then needs nothing more", "[contract]") {
  TrunkHost on;
  const auto trunk = model::IfName::parse("trunk", "eth1");
  const auto vid = model::Vid::parse("4");
  const model::Segment wanted{
      .trunk = trunk,
      .vid = vid,
      .uplink = model::NameTemplate("vlan-name", "%t.%v", trunk.text()).fill(vid),
      .bridge = model::NameTemplate("bridge-name", "br%v", trunk.text()).fill(vid),
      .mtu = {},
      .options = {}};
  SECTION("from nothing") {}
  SECTION("from a bridge made by hand, with STP") {
    on.host->add_bridge("br4");
    REQUIRE(on.change("br4", {.stp = true}) == 0);
    REQUIRE(on.set_up("br4") == 0);
  }
  SECTION("from a bridge that a guest's port has dragged to another MTU") {
    on.host->add_bridge("br4");
    on.host->add_nic("vif3.0", 1400);
    REQUIRE(on.change("vif3.0", {.bridge = "br4"}) == 0);
  }
  SECTION("from a VLAN link without its bridge") {
    REQUIRE(on.create_vlan_link("guests", "4", 1400) == 0);
  }
  SECTION("from a bridge that filters VLANs for nobody, and gives ports none") {
    on.host->add_bridge("br4");
    REQUIRE(on.change("br4", {.default_pvid = std::uint16_t{0}}) == 0);
  }
  SECTION("from a VLAN link too small for IPv6") {
    REQUIRE(on.create_vlan_link("guests", "4", 1000) == 0);
    REQUIRE(on.set_up("guests") == 0);
  }
  SECTION("from a bridge whose creation was all that came to pass") {
    REQUIRE(on.create_bridge() == 0);
  }
  for (const Operation& step : plan::bring_up(wanted, on.kernel.read())) CHECK(on.run(step) == 0);
  const model::HostState state = on.kernel.read();
  std::vector<std::string> left;
  for (const Operation& step : plan::bring_up(wanted, state)) left.push_back(plan::describe(step));
  CHECK(left == Texts{});
  const Link* const bridge = state.find("br4");
  REQUIRE(bridge != nullptr);
  CHECK(bridge->mtu == 1500);
  CHECK(bridge->addresses.empty());
  CHECK(bridge->deaf());
  const Link* const uplink = state.find_vlan(*state.find("eth1"), vid);
  REQUIRE(uplink != nullptr);
  CHECK(uplink->master == bridge->index);
  CHECK(uplink->has_pvid());
  CHECK(uplink->addresses.empty());
}

TEST_CASE("a trunk's VLANs come up on one bridge from any state, and then need nothing more",
          "[contract]") {
  TrunkHost on;
  const auto trunk = model::IfName::parse("trunk", "eth1");
  std::vector<model::Segment> wanted;
  for (const char* const text : {"4", "10", "11"}) {
    const auto vid = model::Vid::parse(text);
    wanted.push_back({.trunk = trunk,
                      .vid = vid,
                      .uplink = model::NameTemplate("vlan-name", "%t.%v", trunk.text()).fill(vid),
                      .bridge = model::NameTemplate("bridge-name", "br%v", trunk.text()).fill(vid),
                      .mtu = {},
                      .options = {},
                      .trunk_bridge = {.vlan_aware = true}});
  }
  SECTION("from nothing") {}
  SECTION("from a trunk that is down") {
    REQUIRE(on.set_up("eth1", false) == 0);
  }
  SECTION("from a bridge whose creation was all that came to pass") {
    REQUIRE(on.create_aware_bridge() == 0);
  }
  SECTION("from one that filters nothing yet") {
    REQUIRE(on.create_bridge("xenbr0") == 0);
    REQUIRE(on.change("eth1", {.bridge = "xenbr0"}) == 0);
  }
  SECTION("from a drift of all that can drift") {
    REQUIRE(on.create_aware_bridge() == 0);
    REQUIRE(on.change("eth1", {.bridge = "xenbr0"}) == 0);
    REQUIRE(on.run(plan::SetVlans{on.link("eth1"), {{.first = 4, .last = 7}}}) == 0);
    on.host->add_nic("vif3.0", 1400);
    REQUIRE(on.change("vif3.0", {.bridge = "xenbr0"}) == 0);
    REQUIRE(on.run(plan::SetVlans{on.link("vif3.0"), {model::access_vlan(10)}}) == 0);
    REQUIRE(on.change("xenbr0", {.forward_delay = 700U,
                                 .multicast_snooping = true,
                                 .guest_tags = true,
                                 .default_pvid = std::uint16_t{1},
                                 .mtu = 1300U}) == 0);
    REQUIRE(on.change("xenbr0", {.stp = true}) == 0);
  }
  for (const Operation& step : plan::prepare_trunk(trunk, wanted, on.kernel.read())) {
    CHECK(on.run(step) == 0);
  }
  const model::HostState state = on.kernel.read();
  std::vector<std::string> left;
  for (const Operation& step : plan::prepare_trunk(trunk, wanted, state)) {
    left.push_back(plan::describe(step));
  }
  CHECK(left == Texts{});
  const Link* const bridge = state.find("xenbr0");
  REQUIRE(bridge != nullptr);
  CHECK(bridge->deaf());
  CHECK(bridge->mtu == 1500);
  CHECK(bridge->addresses.empty());
  CHECK(state.find("eth1")->master == bridge->index);
  CHECK(model::text(state.find("eth1")->vlans) == "4,10-11");
  if (const Link* const guest = state.find("vif3.0")) CHECK(model::text(guest->vlans) == "10p");
}
