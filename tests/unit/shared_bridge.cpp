// One VLAN-aware bridge for all VLANs of a trunk: what is planned, judged and torn down.
#include "plan/shared_bridge.hpp"

#include <catch2/catch.hpp>

#include "hosts.hpp"
#include "plan/judge.hpp"
#include "plan/realisation.hpp"
#include "plan/tear_down.hpp"
#include "support/fake_kernel.hpp"

namespace {

using model::HostState;
using model::Link;
using model::Segment;
using unit::aware_host;
using unit::aware_segment;
using unit::aware_vif;
using unit::described;
using unit::failure;
using unit::tagged_vlans;
using unit::Texts;

const std::vector<Segment> four_and_ten{aware_segment("4"), aware_segment("10")};

Texts prepared(const std::vector<Link>& links, const std::vector<Segment>& wanted = four_and_ten) {
  return described(plan::prepare_trunk(wanted.front().trunk, wanted, HostState(links)));
}

Texts refusal(const std::vector<Link>& links, const std::vector<Segment>& wanted = four_and_ten) {
  return failure(
      [&] { return plan::prepare_trunk(wanted.front().trunk, wanted, HostState(links)); });
}

/// The host after its plan, which must not be refused and leave nothing more to plan.
std::vector<Link> mended(const std::vector<Link>& links,
                         const std::vector<Segment>& wanted = four_and_ten) {
  support::FakeKernel kernel(links);
  for (const auto& step : plan::prepare_trunk(wanted.front().trunk, wanted, kernel.read())) {
    INFO(plan::describe(step));
    CHECK_FALSE(kernel.run(std::span(&step, 1)).front().has_value());
  }
  CHECK(prepared(kernel.links(), wanted).empty());
  return kernel.links();
}

std::string vlans_of(const std::vector<Link>& links, const std::string& name) {
  const HostState host(links);
  return model::text(host.find(name)->vlans);
}

std::optional<std::string> no_manager(const Link&) {
  return std::nullopt;
}

/// "up", or "wrong: what is wrong".
Texts judged(const std::vector<Link>& links, const Segment& wanted = aware_segment()) {
  const auto judgement = plan::judge(wanted, HostState(links), no_manager);
  Texts texts{std::string(model::word(judgement.state))};
  for (const auto& problem : judgement.problems) texts.push_back(problem.text);
  return texts;
}

const model::Vlans in_vlan_10{model::access_vlan(10)};

}  // namespace

TEST_CASE("a trunk gets one bridge, and all of its VLANs in one step", "[shared]") {
  const Texts steps{"create bridge xenbr0",
                    "switch IPv6 off on xenbr0",
                    "set MTU of xenbr0 to 1500",
                    "add eth1 to bridge xenbr0",
                    "let eth1 into VLANs 4,10 of its bridge",
                    "set xenbr0 up"};
  CHECK(prepared(unit::bare_host()) == steps);
  CHECK(unit::alike(mended(unit::bare_host())) == unit::alike(aware_host()));
  std::vector<Segment> many;
  for (int vid = 1; vid <= 4094; ++vid) many.push_back(aware_segment(std::to_string(vid)));
  CHECK(prepared(unit::bare_host(), many).size() == steps.size());
  CHECK(prepared(unit::bare_host(), many).at(4) == "let eth1 into VLANs 1-4094 of its bridge");
}

TEST_CASE("a trunk that is down comes up as the bridge's port, without IPv6", "[shared]") {
  std::vector<Link> links = unit::bare_host();
  links[1].up = false;
  CHECK(prepared(links) ==
        Texts{"create bridge xenbr0", "switch IPv6 off on xenbr0", "set MTU of xenbr0 to 1500",
              "switch IPv6 off on eth1", "add eth1 to bridge xenbr0",
              "let eth1 into VLANs 4,10 of its bridge", "set eth1 up", "set xenbr0 up"});
}

TEST_CASE("a host that is right needs nothing, whichever VLAN is asked for", "[shared]") {
  CHECK(prepared(aware_host()).empty());
  const HostState host(aware_host());
  for (const Segment& wanted : four_and_ten) {
    CHECK(plan::bring_up(wanted, host).empty());
    CHECK(plan::steps_to(std::span(&wanted, 1), host).empty());
    CHECK(plan::is_there(wanted, host));
    CHECK(plan::link_names(wanted, host).uplink == "-");
    CHECK(plan::link_names(wanted, host).bridge == "xenbr0");
  }
  CHECK_FALSE(plan::is_there(aware_segment("5"), host));
  CHECK_FALSE(plan::is_there(aware_segment("4"), HostState(unit::bare_host())));
  std::vector<Link> elsewhere = aware_host();
  elsewhere.push_back(unit::plain_bridge(7, "br0"));
  elsewhere[1].master = 7;
  CHECK_FALSE(plan::is_there(aware_segment("4"), HostState(elsewhere)));
}

TEST_CASE("no VLANs of a trunk, nothing to prepare", "[shared]") {
  const auto eth9 = model::IfName::parse("trunk", "eth9");
  CHECK(plan::shared_bridge::prepare_trunk(eth9, four_and_ten, HostState(aware_host())).empty());
}

namespace {

/// A thing that somebody has changed, and the steps that mend it.
struct Drift {
  const char* name;
  std::function<void(Link& bridge, Link& trunk)> change;
  Texts steps;
};

const std::vector<Drift>& drifts() {
  static const std::vector<Drift> all{
      {"a VID is missing",
       [](Link&, Link& trunk) { trunk.vlans = tagged_vlans({4}); },
       {"let eth1 into VLAN 10 of its bridge"}},
      {"a VID is too many",
       [](Link&, Link& trunk) {
         trunk.vlans = tagged_vlans({4, 5, 10});
       },
       {"take eth1 out of VLAN 5 of its bridge"}},
      {"a VID leaves untagged",
       [](Link&, Link& trunk) {
         trunk.vlans = {{.first = 4, .last = 4, .untagged = true}, {.first = 10, .last = 10}};
       },
       {"let eth1 into VLAN 4 of its bridge"}},
      {"a VID is native",
       [](Link&, Link& trunk) {
         trunk.vlans = {model::access_vlan(4), {.first = 10, .last = 10}};
       },
       {"let eth1 into VLAN 4 of its bridge"}},
      {"a VID is native, and has its tag",
       [](Link&, Link& trunk) {
         trunk.vlans = {{.first = 4, .last = 4, .pvid = true}, {.first = 10, .last = 10}};
       },
       {"let eth1 into VLAN 4 of its bridge"}},
      {"the filter is off",
       [](Link& bridge, Link&) { bridge.vlan_filtering = false; },
       {"shut xenbr0 off from dom0"}},
      {"new ports get a VLAN",
       [](Link& bridge, Link& trunk) {
         bridge.default_pvid = 1;
         bridge.vlans = {unit::untagged};
         trunk.vlans = {unit::untagged, {.first = 4, .last = 4}, {.first = 10, .last = 10}};
       },
       {"put new ports of xenbr0 into no VLAN", "take eth1 out of VLAN 1 of its bridge"}},
      {"the bridge is in a VLAN",
       [](Link& bridge, Link&) { bridge.vlans = tagged_vlans({10}); },
       {"shut xenbr0 off from dom0"}},
      {"multicast is snooped",
       [](Link& bridge, Link&) { bridge.multicast_snooping = true; },
       {"switch multicast snooping of xenbr0 off"}},
      {"802.1ad tags are filtered",
       [](Link& bridge, Link&) { bridge.guest_tags = true; },
       {"stop guests' own tags at xenbr0"}},
      {"the MTU is another",
       [](Link& bridge, Link&) { bridge.mtu = 1400; },
       {"set MTU of xenbr0 to 1500"}},
      {"STP is on",
       [](Link& bridge, Link&) {
         bridge.stp = true;
         bridge.forward_delay = 1500;
       },
       {"switch STP of xenbr0 off", "set forward delay of xenbr0 to 0 s"}},
      {"IPv6 is on",
       [](Link& bridge, Link&) { bridge.ipv6 = true; },
       {"switch IPv6 off on xenbr0"}},
      {"the bridge is down", [](Link& bridge, Link&) { bridge.up = false; }, {"set xenbr0 up"}},
      {"the trunk is down",
       [](Link&, Link& trunk) { trunk.up = false; },
       {"switch IPv6 off on eth1", "set eth1 up"}},
      {"the trunk was taken out",
       [](Link&, Link& trunk) {
         trunk.master = 0;
         trunk.vlans.clear();
       },
       {"add eth1 to bridge xenbr0", "let eth1 into VLANs 4,10 of its bridge"}},
  };
  return all;
}

}  // namespace

TEST_CASE("every drift is mended by what it takes and no more", "[shared]") {
  for (const Drift& drift : drifts()) {
    INFO(drift.name);
    std::vector<Link> links = aware_host();
    drift.change(links[2], links[1]);
    CHECK(prepared(links) == drift.steps);
    const std::vector<Link> now = mended(links);
    CHECK(now[2] == aware_host()[2]);
    CHECK(now[1].vlans == aware_host()[1].vlans);
    CHECK(now[1].master == 3);
    CHECK(now[1].up);
  }
}

TEST_CASE("every drift is named by status, but a VLAN that nobody asks for", "[shared]") {
  for (const Drift& drift : drifts()) {
    INFO(drift.name);
    std::vector<Link> links = aware_host();
    drift.change(links[2], links[1]);
    if (drift.name == std::string("a VID is too many")) {
      CHECK(judged(links, aware_segment("10")) == Texts{"up"});
    } else {
      CHECK(judged(links, aware_segment("10")).size() > 1);
    }
  }
}

TEST_CASE("status tells a VLAN that comes the wrong way from one that is missing", "[shared]") {
  std::vector<Link> links = aware_host();
  links[1].vlans = {{.first = 4, .last = 4}, {.first = 10, .last = 10, .untagged = true}};
  CHECK(judged(links, aware_segment("10")) ==
        Texts{"wrong", "to do: let eth1 into VLAN 10 of its bridge"});
}

TEST_CASE("status names every guest that nothing guards as it should", "[shared]") {
  std::vector<Link> links = aware_host();
  links.push_back(aware_vif(8, "vif3.0", in_vlan_10));
  links.push_back(aware_vif(9, "vif4.0", in_vlan_10));
  links.push_back(aware_vif(10, "vif5.0", in_vlan_10));
  links.back().isolated = true;
  links.back().filter = "mac";
  Segment wanted = aware_segment("10");
  CHECK(judged(links, wanted) == Texts{"up"});
  wanted.protection = {.isolated = true};
  CHECK(judged(links, wanted) == Texts{"wrong", "vif3.0 is not isolated, plug it again",
                                       "vif4.0 is not isolated, plug it again"});
  wanted.protection = {.antispoof = model::Antispoof::mac};
  CHECK(judged(links, wanted) == Texts{"wrong", "vif3.0 is not filtered, plug it again",
                                       "vif4.0 is not filtered, plug it again"});
}

TEST_CASE("a NIC of that name is no VLAN-aware bridge", "[shared]") {
  std::vector<Link> links = unit::bare_host();
  links.push_back(unit::nic(3, "xenbr0"));
  CHECK(plan::find_links(aware_segment(), HostState(links)).bridge == nullptr);
  CHECK_FALSE(plan::is_there(aware_segment(), HostState(links)));
}

TEST_CASE("a VLAN on demand is unused where it is there, and no guest is in it", "[shared]") {
  std::vector<Link> links = aware_host();
  links[2].group = model::on_demand_group;
  const auto is_unused = [&](Segment wanted, bool on_demand = true) {
    wanted.options.on_demand = on_demand;
    return plan::is_unused(wanted, HostState(links));
  };
  CHECK(is_unused(aware_segment("4")));
  CHECK_FALSE(is_unused(aware_segment("4"), false));
  CHECK_FALSE(is_unused(aware_segment("5")));
  CHECK_FALSE(is_unused(aware_segment("4", "eth1", "xenbr1")));
  links.push_back(aware_vif(9, "vif3.0", in_vlan_10));
  CHECK(is_unused(aware_segment("4")));
  CHECK_FALSE(is_unused(aware_segment("10")));
  links.back() = unit::nic(9, "eth2");  // somebody else's port keeps them all
  links.back().master = 3;
  CHECK_FALSE(is_unused(aware_segment("4")));
}

TEST_CASE("VLANs that come together bring over all that each of them had", "[shared]") {
  std::vector<Link> links = unit::complete_host();
  links.push_back(unit::plugged_vif(9, "vif3.0", 3));
  links.push_back(unit::plugged_vif(10, "vif4.0", 3));
  const std::vector<Segment> wanted{aware_segment("10"), aware_segment("4")};
  CHECK(described(plan::steps_to(wanted, HostState(links))) ==
        Texts{"create bridge xenbr0", "switch IPv6 off on xenbr0", "set MTU of xenbr0 to 1500",
              "add eth1 to bridge xenbr0", "let eth1 into VLANs 4,10 of its bridge",
              "set xenbr0 up", "move vif3.0 from bridge br4 to xenbr0, VLAN 4",
              "move vif4.0 from bridge br4 to xenbr0, VLAN 4", "delete eth1.4"});
}

TEST_CASE("a VLAN of a guest stays, configured or not", "[shared]") {
  std::vector<Link> links = aware_host();
  links.push_back(aware_vif(9, "vif3.0", in_vlan_10));
  CHECK(prepared(links, {aware_segment("4")}).empty());
  CHECK(prepared(links, {aware_segment("5")}) ==
        Texts{"move eth1 from VLAN 4 into VLAN 5 of its bridge"});
  // Also where the trunk comes back from somewhere else.
  links[1].master = 0;
  links[1].vlans.clear();
  CHECK(prepared(links, {aware_segment("5")}) ==
        Texts{"add eth1 to bridge xenbr0", "let eth1 into VLANs 5,10 of its bridge"});
}

namespace {

/// What becomes of a guest's port when the kernel has made `vid` every port's PVID.
std::string after_default_pvid(std::uint16_t vid, const model::Vlans& before,
                               const std::string& of_trunk = "4,10") {
  support::FakeKernel kernel(aware_host());
  kernel.add(aware_vif(9, "vif3.0", before));
  const plan::Operation drift = plan::ChangeLink{.link = "xenbr0", .to = {.default_pvid = vid}};
  (void)kernel.run(std::span(&drift, 1));
  const std::vector<Link> now = mended(kernel.links());
  CHECK(vlans_of(now, "eth1") == of_trunk);
  return vlans_of(now, "vif3.0");
}

}  // namespace

TEST_CASE("a default PVID that somebody set leaves no guest in its VLAN, nor without its own",
          "[shared]") {
  CHECK(after_default_pvid(1, in_vlan_10) == "10p");
  CHECK(after_default_pvid(10, in_vlan_10) == "10p");
  CHECK(after_default_pvid(4, in_vlan_10) == "10p");
  CHECK(after_default_pvid(1, {model::access_vlan(4), {.first = 10, .last = 10}}) == "4p,10");
  CHECK(after_default_pvid(1, tagged_vlans({4, 10})) == "4,10");
  // Which of several VLANs was the native one can't be told.
  const auto leaves_untagged = [](std::uint16_t first, std::uint16_t last) {
    return model::Vlans{{.first = first, .last = last, .untagged = true}};
  };
  CHECK(after_default_pvid(1, leaves_untagged(20, 20), "4,10,20") == "20p");
  CHECK(after_default_pvid(1, leaves_untagged(20, 21), "4,10,20-21") == "20-21u");
  CHECK(after_default_pvid(1, {}) == "");
}

TEST_CASE("a start that was killed as a default PVID went has cut no guest off", "[shared]") {
  std::vector<Link> links = aware_host();
  links[2].default_pvid = 10;
  links.push_back(aware_vif(9, "vif3.0", in_vlan_10));
  const std::vector<Link> wanted = mended(links);
  CHECK(vlans_of(wanted, "vif3.0") == "10p");
  const auto steps =
      plan::prepare_trunk(four_and_ten[0].trunk, four_and_ten, HostState(links)).size();
  CHECK(steps == 3);
  for (std::size_t done = 0; done <= steps; ++done) {
    INFO(done << " steps done");
    support::FakeKernel kernel(links);
    const auto plan = plan::prepare_trunk(four_and_ten[0].trunk, four_and_ten, kernel.read());
    (void)kernel.run(std::span(plan).first(done));
    CHECK(mended(kernel.links()) == wanted);
  }
}

TEST_CASE("guests of several VLANs keep them all, and with their tags on the trunk", "[shared]") {
  std::vector<Link> links = aware_host();
  links.push_back(aware_vif(8, "vif3.0", in_vlan_10));
  links.push_back(aware_vif(9, "vif4.0", {model::access_vlan(4)}));
  CHECK(prepared(links, {aware_segment("5")}) == Texts{"let eth1 into VLAN 5 of its bridge"});
  links.resize(3);
  links.push_back(
      aware_vif(8, "vif3.0", {model::access_vlan(4), {.first = 20, .last = 20, .untagged = true}}));
  CHECK(prepared(links, {aware_segment("4")}) ==
        Texts{"move eth1 from VLAN 10 into VLAN 20 of its bridge"});
}

TEST_CASE("guests whose native VLAN has its tag lose that, each of them", "[shared]") {
  std::vector<Link> links = aware_host();
  const model::Vlans left_so{{.first = 4, .last = 4}, {.first = 10, .last = 10, .pvid = true}};
  links.push_back(aware_vif(8, "vif3.0", left_so));
  links.push_back(aware_vif(9, "vif4.0", left_so));
  CHECK(prepared(links) ==
        Texts{"let vif3.0 into VLAN 10 of its bridge", "let vif4.0 into VLAN 10 of its bridge"});
}

TEST_CASE("a default PVID that guests are not in moves none of them", "[shared]") {
  std::vector<Link> links = aware_host();
  links[2].default_pvid = 1;
  links.push_back(aware_vif(8, "vif3.0", in_vlan_10));
  CHECK(prepared(links) == Texts{"put new ports of xenbr0 into no VLAN"});
  links[2].default_pvid = 10;
  for (const model::Vlans& others :
       {tagged_vlans({4, 10}), model::Vlans{model::access_vlan(4)}, tagged_vlans({10})}) {
    links.back().vlans = others;
    CHECK(prepared(links) == Texts{"put new ports of xenbr0 into no VLAN"});
  }
}

TEST_CASE("a trunk gets its own VLANs, and none of another trunk", "[shared]") {
  CHECK(
      prepared(unit::bare_host(), {aware_segment("4"), aware_segment("9", "eth2", "san")}).at(4) ==
      "let eth1 into VLAN 4 of its bridge");
}

TEST_CASE("a guest's port that was plugged by others is shut off from dom0", "[shared]") {
  std::vector<Link> links = aware_host();
  links.push_back(aware_vif(9, "vif3.0", in_vlan_10));
  links.back().port_groups = std::uint16_t{0};
  CHECK(prepared(links) == Texts{"shut vif3.0 off from dom0"});
}

TEST_CASE("what is in the way of a trunk's bridge is refused by name", "[shared]") {
  const std::string cannot = "error (exit status 1): cannot use eth1 as trunk: ";
  const std::string rename = "hint: choose another name for its VLAN-aware bridge: bridge=NAME";

  std::vector<Link> links = unit::bare_host();
  links[1].addresses.push_back(unit::address("192.0.2.5/24"));
  CHECK(refusal(links) ==
        Texts{cannot + "it has address 192.0.2.5/24, which nobody would reach once eth1 is a port "
                       "of a VLAN-aware bridge",
              "hint: move the address to another NIC or to a VLAN link of its own, or leave "
              "vlan-aware=no"});
  links[1].addresses = {unit::address("fe80::1/64", true)};
  CHECK(refusal(links).empty());
  links[1].addresses.push_back(unit::address("2001:db8::5/64"));
  CHECK(refusal(links).front().starts_with(cannot + "it has address 2001:db8::5/64"));

  links = unit::bare_host();
  links.push_back(unit::nic(3, "xenbr0"));
  CHECK(refusal(links) == Texts{cannot + "the name xenbr0 is taken by a network device", rename});

  links.back() = unit::plain_bridge(3, "xenbr0");
  CHECK(refusal(links) ==
        Texts{cannot + "bridge xenbr0 was not made by xvlan and does not filter VLANs", rename});

  links = unit::bare_host();
  links.push_back(unit::plain_bridge(3, "br0"));
  links[1].master = 3;
  CHECK(refusal(links).front() == cannot + "it is a port of bridge br0");

  links = aware_host();
  links.push_back(unit::nic(9, "eth2"));
  links.back().master = 3;
  CHECK(refusal(links) == Texts{cannot + "bridge xenbr0 has a foreign port, eth2",
                                "hint: a port that is neither the trunk nor a guest's would join "
                                "two networks; remove it: ip link set eth2 nomaster"});

  CHECK(refusal({unit::nic(1, "eth0")}).front() == cannot + "there is no such link");
}

TEST_CASE("a VLAN with a VLAN link of its own is refused, and left out", "[shared]") {
  std::vector<Link> links = unit::bare_host();
  Link mine = unit::vlan_link(8, "mine", links[1], 10);
  mine.group = 0;
  links.push_back(mine);
  CHECK(prepared(links).at(4) == "let eth1 into VLAN 4 of its bridge");
  links.back().addresses.push_back(unit::address("192.0.2.1/24"));
  CHECK(prepared(links).at(4) == "let eth1 into VLAN 4 of its bridge");
  CHECK(failure([&] { return plan::bring_up(four_and_ten[1], HostState(links)); }) ==
        Texts{"error (exit status 1): cannot bring up VLAN 10 of eth1: VLAN link mine takes its "
              "frames before bridge xenbr0 sees them",
              "hint: delete that link, or take the VLAN out of vlans="});
  CHECK(plan::bring_up(four_and_ten[0], HostState(links)).empty());
}

TEST_CASE("a VLAN whose MTU is more than the trunk's is refused, and left out", "[shared]") {
  std::vector<Segment> wanted = four_and_ten;
  wanted[1].mtu = 9000;
  CHECK(prepared(unit::bare_host(), wanted).at(4) == "let eth1 into VLAN 4 of its bridge");
  CHECK(failure([&] { return plan::bring_up(wanted[1], HostState(unit::bare_host())); }).front() ==
        "error (exit status 1): cannot bring up VLAN 10 of eth1: MTU 9000 is more than eth1 "
        "allows, 1500");
  // A smaller one is that of its guests, not of the bridge.
  wanted[1].mtu = 1400;
  CHECK(prepared(aware_host(), wanted).empty());
}

namespace {

/// A host with br0, VLAN-aware as the kernel makes it and others use it.
std::vector<Link> foreign_host() {
  std::vector<Link> links = unit::bare_host();
  Link br0 = unit::plain_bridge(3, "br0");
  br0.up = true;
  br0.vlan_filtering = true;
  links.push_back(br0);
  links[1].master = 3;
  links[1].vlans = {unit::untagged, {.first = 30, .last = 30}};
  return links;
}

const std::vector<Segment> on_br0{aware_segment("4", "eth1", "br0"),
                                  aware_segment("10", "eth1", "br0")};

}  // namespace

TEST_CASE("of somebody else's VLAN-aware bridge only the trunk's VLANs are changed", "[shared]") {
  CHECK(prepared(foreign_host(), on_br0) == Texts{"let eth1 into VLANs 4,10 of its bridge"});
  std::vector<Link> wanted = foreign_host();
  wanted[1].vlans = {unit::untagged,
                     {.first = 4, .last = 4},
                     {.first = 10, .last = 10},
                     {.first = 30, .last = 30}};
  CHECK(mended(foreign_host(), on_br0) == wanted);

  std::vector<Link> links = foreign_host();
  links[1].master = 0;
  links[1].vlans.clear();
  links[2].up = false;
  CHECK(prepared(links, on_br0) ==
        Texts{"add eth1 to bridge br0", "let eth1 into VLANs 4,10 of its bridge", "set br0 up"});
  CHECK(vlans_of(mended(links, on_br0), "eth1") == "1p,4,10");

  // Whoever made VLAN 4 the native one of the wire knows why.
  links = foreign_host();
  links[1].vlans = {model::access_vlan(4)};
  CHECK(prepared(links, on_br0) == Texts{"let eth1 into VLAN 10 of its bridge"});
}

TEST_CASE("who made such a bridge may manage it, and nobody else's program ours", "[shared]") {
  const auto networkd = [](const Link& link) {
    return link.is_bridge() ? std::optional<std::string>("systemd-networkd") : std::nullopt;
  };
  const HostState theirs(mended(foreign_host(), on_br0));
  CHECK(plan::judge(on_br0[0], theirs, networkd).state == model::State::up);
  const auto ours = plan::judge(aware_segment(), HostState(aware_host()), networkd);
  CHECK(ours.state == model::State::wrong);
  CHECK(ours.problems.front().text == "xenbr0 is managed by systemd-networkd");
}

TEST_CASE("dom0's own VLANs of such a bridge are told from the others", "[shared]") {
  std::vector<Link> links = mended(foreign_host(), on_br0);
  links[2].addresses.push_back(unit::address("10.0.1.9/24"));
  CHECK(judged(links, on_br0[0]) == Texts{"up"});
  const Segment native = aware_segment("1", "eth1", "br0");
  CHECK(judged(links, native) ==
        Texts{"wrong", "br0 has address 10.0.1.9/24",
              "br0 is used by dom0 and not shut off: its guests reach every address of dom0"});
  CHECK(plan::given_addresses(native, HostState(links)) == Texts{"br0 has address 10.0.1.9/24"});
  CHECK(plan::given_addresses(on_br0[0], HostState(links)).empty());
}

TEST_CASE("a bridge of ours that is in a VLAN is to be shut, and is not dom0's own", "[shared]") {
  std::vector<Link> links = aware_host();
  links[2].vlans = tagged_vlans({10});
  CHECK(judged(links, aware_segment("10")) == Texts{"wrong", "to do: shut xenbr0 off from dom0"});
}

TEST_CASE("an address on a bridge of ours is reported", "[shared]") {
  std::vector<Link> links = aware_host();
  links[2].addresses.push_back(unit::address("10.0.4.9/24"));
  CHECK(judged(links) == Texts{"wrong", "xenbr0 has address 10.0.4.9/24"});
}

TEST_CASE("status tells what is missing or in the way", "[shared]") {
  CHECK(judged(unit::bare_host()) == Texts{"missing", "xenbr0 is missing",
                                           "to do: add eth1 to bridge xenbr0",
                                           "eth1 is not in VLAN 4"});
  std::vector<Link> links = aware_host();
  links[1].vlans = tagged_vlans({10});
  CHECK(judged(links) == Texts{"missing", "eth1 is not in VLAN 4"});
  CHECK(judged(links, aware_segment("10")) == Texts{"up"});
  links.push_back(unit::vlan_link(8, "mine", links[1], 4));
  links.back().group = 0;
  CHECK(judged(links) ==
        Texts{"missing",
              "cannot bring up VLAN 4 of eth1: VLAN link mine takes its frames before "
              "bridge xenbr0 sees them"});
}

TEST_CASE("a guest in another VLAN is not this one's trouble", "[shared]") {
  std::vector<Link> links = aware_host();
  links.push_back(aware_vif(9, "vif3.0", in_vlan_10));
  links.back().port_groups = std::uint16_t{0};
  CHECK(judged(links, aware_segment("4")) == Texts{"up"});
  CHECK(judged(links, aware_segment("10")) == Texts{"wrong", "to do: shut vif3.0 off from dom0"});
}

TEST_CASE("the guests of a VLAN are those whose ports are in it, tagged or not", "[shared]") {
  std::vector<Link> links = aware_host();
  links.push_back(aware_vif(9, "vif3.0", in_vlan_10));
  links.push_back(aware_vif(8, "vif4.0", {model::access_vlan(4), {.first = 10, .last = 20}}));
  const HostState host(links);
  const auto names = [&](const std::string& vid) {
    Texts list;
    for (const Link* port : plan::guests_of(aware_segment(vid), host)) list.push_back(port->name);
    return list;
  };
  CHECK(names("4") == Texts{"vif4.0"});
  CHECK(names("10") == Texts{"vif4.0", "vif3.0"});
  CHECK(names("20") == Texts{"vif4.0"});
  CHECK(names("21").empty());
  CHECK(plan::guests_of(aware_segment("4"), HostState(unit::bare_host())).empty());
}

TEST_CASE("a trunk's bridge is known by its trunk, else by giving ports no VLAN", "[shared]") {
  const auto is_shared = [](const std::vector<Link>& links, const std::string& name) {
    const HostState host(links);
    return plan::shared_bridge::is_shared(*host.find(name), host);
  };
  CHECK(is_shared(aware_host(), "xenbr0"));
  CHECK_FALSE(is_shared(aware_host(), "eth1"));
  CHECK_FALSE(is_shared(unit::complete_host(), "br4"));
  CHECK_FALSE(is_shared(mended(foreign_host(), on_br0), "br0"));
  std::vector<Link> links = aware_host();
  links[2].default_pvid = 1;
  CHECK(is_shared(links, "xenbr0"));
  links[1].kind = "vlan";  // a trunk within a VLAN
  links[1].vid = 100;
  CHECK(is_shared(links, "xenbr0"));
  links = unit::complete_host();
  links[2].default_pvid = 0;
  CHECK_FALSE(is_shared(links, "br4"));
  CHECK(is_shared({unit::aware_bridge(3)}, "xenbr0"));
}

TEST_CASE("the trunk of a bridge is not just any port of somebody's", "[shared]") {
  std::vector<Link> links = aware_host();
  links.push_back(unit::nic(7, "eth2"));
  links.back().master = 3;
  links.push_back(unit::nic(8, "eth3"));
  links.back().master = 3;
  const HostState host(links);
  CHECK(plan::shared_bridge::trunk_of(*host.find("xenbr0"), host)->name == "eth1");
}

TEST_CASE("a guest's port with tagged VLANs is no trunk, wherever it stands", "[shared]") {
  std::vector<Link> links = aware_host();
  links.insert(links.begin(), aware_vif(9, "vif3.0", tagged_vlans({4, 10})));
  for (const bool alone : {false, true}) {
    if (alone) links[2].vlans.clear();  // eth1
    const HostState host(links);
    CHECK(plan::shared_bridge::trunk_of(*host.find("xenbr0"), host)->name == "eth1");
  }
  // Bridges of one VLAN each have no trunk, whatever VLANs somebody gives a guest there.
  links = unit::complete_host();
  links.push_back(unit::plugged_vif(9, "vif3.0", 3));
  links.back().vlans = tagged_vlans({7});
  const HostState host(links);
  CHECK_FALSE(plan::shared_bridge::is_shared(*host.find("br4"), host));
}

TEST_CASE("a bridge for all VLANs without a port has no trunk, and no VLANs", "[shared]") {
  const HostState host({unit::aware_bridge(3)});
  CHECK(plan::shared_bridge::trunk_of(*host.find("xenbr0"), host) == nullptr);
  CHECK(plan::segments_of(*host.find("xenbr0"), host).empty());
}

TEST_CASE("VLANs that guests use are not among those that go", "[shared]") {
  std::vector<Link> links = aware_host();
  const auto gone = [&] {
    const HostState host(links);
    return described(plan::shared_bridge::without_unused(*host.find("xenbr0"), host));
  };
  CHECK(gone() == Texts{"take eth1 out of VLANs 4,10 of its bridge"});
  links.push_back(aware_vif(8, "vif3.0", in_vlan_10));
  CHECK(gone() == Texts{"take eth1 out of VLAN 4 of its bridge"});
  links.push_back(aware_vif(9, "vif4.0", {model::access_vlan(4)}));
  CHECK(gone().empty());
}

TEST_CASE("what a bridge was is known as segments, so that it can be made again", "[shared]") {
  const HostState host(aware_host());
  const auto segments = plan::segments_of(*host.find("xenbr0"), host);
  REQUIRE(segments.size() == 2);
  CHECK(segments[1].text() == "VLAN 10 of eth1");
  CHECK(plan::prepare_trunk(segments[0].trunk, segments, host).empty());
}

namespace {

/// What a stop would do: "take ...", "delete ...", and what it spares.
Texts torn_down(const std::vector<Link>& links, const plan::Scope& scope, bool force = false) {
  const plan::TearDown result = plan::tear_down(scope, HostState(links), force);
  Texts texts = described({result.departures.begin(), result.departures.end()});
  for (const auto& deletion : result.deletions) texts.push_back(plan::describe(deletion));
  texts.insert(texts.end(), result.spared.begin(), result.spared.end());
  return texts;
}

plan::Scope of(const std::vector<Segment>& segments) {
  return {.everything = false, .segments = segments};
}

const plan::Scope everything{.everything = true};

}  // namespace

TEST_CASE("the bridge goes with the last VLAN", "[shared]") {
  const std::vector<Segment> only_four{aware_segment("4")};
  const std::vector<Segment> other{aware_segment("5")};
  const std::vector<Segment> on_other_trunk{aware_segment("4", "eth2")};
  const std::vector<Segment> of_own_bridge{unit::segment("4")};
  CHECK(torn_down(aware_host(), everything) == Texts{"delete xenbr0"});
  CHECK(torn_down(aware_host(), of(four_and_ten)) == Texts{"delete xenbr0"});
  CHECK(torn_down(aware_host(), of(only_four)) == Texts{"take eth1 out of VLAN 4 of its bridge"});
  CHECK(torn_down(aware_host(), of(other)).empty());
  CHECK(torn_down(aware_host(), of(on_other_trunk)).empty());
  CHECK(torn_down(aware_host(), of(of_own_bridge)).empty());
  CHECK(torn_down(unit::bare_host(), everything).empty());
}

TEST_CASE("a VLAN of the same number on another trunk goes by itself", "[shared]") {
  const std::vector<Segment> of_two{aware_segment("10"), aware_segment("4", "eth2", "san")};
  CHECK(torn_down(aware_host(), of(of_two)) == Texts{"take eth1 out of VLAN 10 of its bridge"});
}

TEST_CASE("what a killed start has left of a bridge goes with its VLANs", "[shared]") {
  std::vector<Link> links = aware_host();
  links[1].vlans.clear();
  CHECK(torn_down(links, of(four_and_ten)) == Texts{"delete xenbr0"});
  const std::vector<Segment> on_other_trunk{aware_segment("4", "eth2")};
  CHECK(torn_down(links, of(on_other_trunk)).empty());
  links[1].master = 0;
  CHECK(torn_down(links, of(four_and_ten)) == Texts{"delete xenbr0"});
  CHECK(torn_down(links, everything) == Texts{"delete xenbr0"});
  const std::vector<Segment> on_san{aware_segment("4", "eth1", "san")};
  CHECK(torn_down(links, of(on_san)).empty());
}

TEST_CASE("a guest's VLAN is spared, and the others go, but by force", "[shared]") {
  std::vector<Link> links = aware_host();
  links.push_back(aware_vif(9, "vif3.0", in_vlan_10));
  const std::string spared = "VLAN 10 of eth1 is left: guest port vif3.0 is in it";
  CHECK(torn_down(links, everything) == Texts{"take eth1 out of VLAN 4 of its bridge", spared});
  CHECK(torn_down(links, everything, true) == Texts{"delete xenbr0"});
  const std::vector<Segment> only_ten{aware_segment("10")};
  CHECK(torn_down(links, of(only_ten)) == Texts{spared});
  links.push_back(aware_vif(11, "vif4.0", {model::access_vlan(4)}));
  links.push_back(aware_vif(12, "vif5.0", tagged_vlans({4, 10})));
  CHECK(torn_down(links, everything) ==
        Texts{spared, "VLAN 4 of eth1 is left: guest port vif4.0 is in it",
              "VLANs 4,10 of eth1 are left: guest port vif5.0 is in them"});
  CHECK(torn_down(links, of(only_ten), true) == Texts{"take eth1 out of VLAN 10 of its bridge"});
}

TEST_CASE("a guest's range of VLANs is spared as several", "[shared]") {
  std::vector<Link> links = aware_host();
  links[1].vlans = tagged_vlans({4, 5, 10});
  links.push_back(aware_vif(9, "vif3.0", tagged_vlans({4, 5})));
  CHECK(torn_down(links, everything) ==
        Texts{"take eth1 out of VLAN 10 of its bridge",
              "VLANs 4-5 of eth1 are left: guest port vif3.0 is in them"});
}

TEST_CASE("a bridge with a guest in no VLAN, or a port of somebody's, is spared", "[shared]") {
  std::vector<Link> links = aware_host();
  links.push_back(aware_vif(9, "vif3.0", {}));
  CHECK(torn_down(links, everything) == Texts{"xenbr0 is left: it has guest port vif3.0"});
  links.back() = unit::nic(9, "eth2");
  links.back().master = 3;
  CHECK(torn_down(links, everything) == Texts{"xenbr0 is left: it has port eth2"});
  CHECK(torn_down(links, everything, true) == Texts{"delete xenbr0"});
}

TEST_CASE("somebody else's VLAN-aware bridge is not torn down", "[shared]") {
  CHECK(torn_down(mended(foreign_host(), on_br0), everything).empty());
  CHECK(torn_down(mended(foreign_host(), on_br0), of(on_br0)).empty());
}

TEST_CASE("bridges of either kind are torn down side by side", "[shared]") {
  std::vector<Link> links = unit::complete_host();
  links.push_back(unit::nic(7, "eth2"));
  links.push_back(unit::aware_bridge(8));
  links[4].master = 8;
  links[4].vlans = tagged_vlans({4, 5});
  CHECK(torn_down(links, everything) == Texts{"delete br4", "delete xenbr0", "delete eth1.4"});
  const std::vector<Segment> on_eth2{aware_segment("4", "eth2"), aware_segment("5", "eth2")};
  CHECK(torn_down(links, of(on_eth2)) == Texts{"delete xenbr0"});
  CHECK_FALSE(plan::tear_down(of(on_eth2), HostState(links), false).everything_marked);
  CHECK(plan::tear_down(everything, HostState(links), false).everything_marked);
}
