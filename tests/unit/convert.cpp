// VLANs that go from one realisation to the other, with their guests running.
#include "plan/convert.hpp"

#include <catch2/catch.hpp>
#include <cerrno>

#include "command/network.hpp"
#include "hosts.hpp"
#include "plan/realisation.hpp"
#include "plan/undo.hpp"
#include "recorded_report.hpp"
#include "support/fake_kernel.hpp"

namespace {

using model::HostState;
using model::Link;
using unit::described;
using unit::Texts;

std::vector<Link> with(std::vector<Link> links, const Link& more) {
  links.push_back(more);
  return links;
}

const std::vector<model::Segment> own{unit::segment("4")};
const std::vector<model::Segment> aware{unit::aware_segment("4")};
const model::IfName eth1 = model::IfName::parse("trunk", "eth1");

Texts refused(const std::vector<model::Segment>& wanted, const std::vector<Link>& links) {
  return unit::failure([&] { return plan::prepare_trunk(eth1, wanted, HostState(links)); });
}

}  // namespace

TEST_CASE("guests come over to a VLAN-aware bridge before their old one goes", "[convert]") {
  const HostState host(with(unit::complete_host(), unit::plugged_vif(9, "vif7.0", 3)));
  CHECK(described(plan::prepare_trunk(eth1, aware, host)) ==
        Texts{"create bridge xenbr0", "switch IPv6 off on xenbr0", "set MTU of xenbr0 to 1500",
              "add eth1 to bridge xenbr0", "let eth1 into VLAN 4 of its bridge", "set xenbr0 up"});
  const plan::Plan steps = plan::bring_up(aware.front(), host);
  CHECK(described(steps) ==
        Texts{"move vif7.0 from bridge br4 to xenbr0, VLAN 4", "delete eth1.4"});
  CHECK(plan::cuts_guests(steps));
  CHECK(plan::needs_finish(eth1, aware, host));
  CHECK(plan::finish_trunk(eth1, aware, host).empty());
}

TEST_CASE("guests come back to bridges of their own, and the VLAN-aware one goes last",
          "[convert]") {
  const std::vector<Link> links =
      with(unit::aware_host(), unit::aware_vif(9, "vif7.0", {model::access_vlan(4)}));
  const HostState host(links);
  CHECK(plan::prepare_trunk(eth1, own, host).empty());
  CHECK(described(plan::bring_up(own.front(), host)).back() ==
        "move vif7.0 from bridge xenbr0 to br4");
  const HostState with_two(with(links, unit::aware_vif(10, "vif8.0", {model::access_vlan(4)})));
  const Texts back = described(plan::bring_up(own.front(), with_two));
  CHECK(Texts(back.end() - 2, back.end()) ==
        Texts{"move vif7.0 from bridge xenbr0 to br4", "move vif8.0 from bridge xenbr0 to br4"});
  CHECK(plan::needs_finish(eth1, own, host));
  CHECK(plan::finish_trunk(eth1, own, host).empty());
  const HostState left(unit::aware_host());
  CHECK(plan::finish_trunk(eth1, own, left) == std::vector{plan::DeleteLink{*left.find("xenbr0")}});
}

TEST_CASE("a guest that can't stay on its own bridge gets its VLAN back", "[convert]") {
  const HostState host(
      with(unit::aware_host(), unit::aware_vif(9, "vif7.0", {model::access_vlan(4)})));
  const auto back = plan::inverse(plan::bring_up(own.front(), host).back());
  CHECK(described({back.value()}) == Texts{"move vif7.0 from bridge br4 to xenbr0, VLAN 4"});
}

TEST_CASE("a guest in no VLAN keeps nobody from a bridge of its own, and keeps the other",
          "[convert]") {
  const HostState host(with(unit::aware_host(), unit::aware_vif(9, "vif7.0", {})));
  CHECK(plan::prepare_trunk(eth1, own, host).empty());
  CHECK(described(plan::bring_up(own.front(), host)).back() == "set br4 up");
  CHECK(plan::finish_trunk(eth1, own, host).empty());
}

TEST_CASE("a trunk converts by its own VLANs, and by none of another trunk", "[convert]") {
  const std::vector<model::Segment> of_both{unit::aware_segment("4"),
                                            unit::aware_segment("4", "eth2", "san")};
  const HostState host(with(unit::complete_host(), unit::nic(9, "eth2")));
  CHECK(plan::needs_finish(eth1, of_both, host));
  CHECK_FALSE(plan::needs_finish(model::IfName::parse("trunk", "eth2"), of_both, host));
}

TEST_CASE("a bridge with another VLAN's uplink is not the one that a VLAN had", "[convert]") {
  std::vector<Link> links = with(unit::complete_host(), unit::plugged_vif(9, "vif7.0", 3));
  links[3].vid = 5;
  CHECK(plan::bring_up(aware.front(), HostState(links)).empty());
  CHECK_FALSE(plan::needs_finish(eth1, aware, HostState(links)));
}

TEST_CASE("a lost guest's VLAN is one of the trunk whose bridge it had", "[convert]") {
  const std::vector<model::Segment> of_both{unit::segment("4", "eth2"), unit::segment("4")};
  const auto found =
      plan::segment_of_port(eth1, unit::aware_bridge(3), {model::access_vlan(4)}, of_both);
  CHECK(found.value().trunk == eth1);
  const std::vector<model::Segment> two{unit::segment("9"), unit::segment("4")};
  CHECK(plan::segment_of_port(eth1, unit::aware_bridge(3), {model::access_vlan(4)}, two)
            .value()
            .vid.value() == 4);
  CHECK_FALSE(plan::segment_of_port(eth1, unit::aware_bridge(3), {model::access_vlan(5)}, two));
}

TEST_CASE("a bridge that somebody else made is not left over when its VLAN converts", "[convert]") {
  std::vector<Link> links = unit::complete_host();
  CHECK(plan::needs_finish(eth1, aware, HostState(links)));
  links[2].group = 0;
  CHECK_FALSE(plan::needs_finish(eth1, aware, HostState(links)));
}

TEST_CASE("a move from one bridge to another is taken back where it is in effect", "[convert]") {
  std::vector<Link> links = with(unit::aware_host(), unit::plugged_vif(9, "vif7.0", 3));
  links.push_back(unit::bridge(20, "br4"));
  const plan::Plan moved{
      plan::MovePort{links[links.size() - 2], links.back(), links[2], {}, {model::access_vlan(4)}}};
  CHECK(described(plan::undo(moved, HostState(links))) ==
        Texts{"move vif7.0 from bridge xenbr0 to br4"});
  links[links.size() - 2].master = 20;
  CHECK(plan::undo(moved, HostState(links)).empty());
  links[links.size() - 2].up = false;  // it has left, and come back
  CHECK(described(plan::undo(moved, HostState(links))) ==
        Texts{"move vif7.0 from bridge xenbr0 to br4"});
}

TEST_CASE("what has no place on a VLAN-aware bridge counts in the last VLAN as well", "[convert]") {
  std::vector<Link> links = unit::complete_host();
  links.push_back(unit::bridge(5, "br5"));
  links.push_back(unit::vlan_link(6, "eth1.5", links[1], 5));
  links[5].master = 5;
  links[4].addresses = {unit::address("10.0.5.9/24")};
  CHECK(refused({unit::aware_segment("4"), unit::aware_segment("5")}, links).front() ==
        "error (exit status 1): cannot use eth1 as trunk: br5 has address 10.0.5.9/24, which is "
        "not possible on a VLAN-aware bridge");
}

TEST_CASE("what has no place on a VLAN-aware bridge is refused for the whole trunk", "[convert]") {
  std::vector<Link> links = unit::complete_host();
  std::string reason;
  SECTION("an address of dom0") {
    links[2].addresses = {unit::address("10.0.4.9/24")};
    reason = "br4 has address 10.0.4.9/24, which is not possible on a VLAN-aware bridge";
  }
  SECTION("a foreign port") {
    links.push_back(unit::nic(9, "eth2"));
    links.back().master = 3;
    reason = "bridge br4 has a foreign port, eth2, which is not possible on a VLAN-aware bridge";
  }
  SECTION("a link on the VLAN link") {
    links.push_back(unit::vlan_link(9, "eth1.4.7", links[3], 7));
    links.back().group = 0;
    reason = "eth1.4.7 stands on eth1.4, which goes where there is a VLAN-aware bridge";
  }
  CHECK(refused(aware, links).front() ==
        "error (exit status 1): cannot use eth1 as trunk: " + reason);
}

TEST_CASE("what has no place on bridges of one VLAN each is refused, too", "[convert]") {
  std::vector<Link> links = unit::aware_host();
  std::vector<model::Segment> wanted = own;
  std::string reason;
  SECTION("tagged VLANs of a guest") {
    links.push_back(unit::aware_vif(9, "vif7.0", {model::access_vlan(4), {10, 10}}));
    reason =
        "vif7.0 is in VLANs 4p,10, which is not possible where each VLAN has a bridge of its own";
  }
  SECTION("a guest in a VLAN that is not wanted") {
    links.push_back(unit::aware_vif(9, "vif7.0", {model::access_vlan(10)}));
    reason =
        "vif7.0 is in VLANs 10p, which is not possible where each VLAN has a bridge of its own";
  }
  SECTION("a guest in a VLAN that is wanted of another trunk") {
    links.push_back(unit::aware_vif(9, "vif7.0", {model::access_vlan(10)}));
    wanted.push_back(unit::segment("10", "eth2"));
    reason =
        "vif7.0 is in VLANs 10p, which is not possible where each VLAN has a bridge of its own";
  }
  SECTION("an address of dom0") {
    links[2].addresses = {unit::address("10.0.4.9/24")};
    reason =
        "xenbr0 has address 10.0.4.9/24, which is not possible where each VLAN has a bridge of "
        "its own";
  }
  SECTION("a foreign port") {
    links.push_back(unit::nic(9, "eth2"));
    links.back().master = 3;
    reason =
        "bridge xenbr0 has a foreign port, eth2, which is not possible where each VLAN has a "
        "bridge "
        "of its own";
    CHECK(refused(wanted, links).back() == "hint: remove it: ip link set eth2 nomaster");
  }
  CHECK(refused(wanted, links).front() ==
        "error (exit status 1): cannot use eth1 as trunk: " + reason);
}

namespace {

/// A start beside which somebody does something.
struct Run {
  explicit Run(std::vector<Link> links) : kernel(std::move(links)) {}

  model::ExitCode start(const std::vector<model::Segment>& segments) {
    return command::start({.segments = segments, .refused = {}}, kernel, report);
  }

  /// What somebody else does.
  void delete_beside(const std::string& name) {
    const plan::Operation deletion = plan::DeleteLink{name};
    (void)kernel.run(std::span(&deletion, 1));
  }

  /// "xenbr0 4p", or what is amiss.
  std::string place(const std::string& name) {
    const Link& link = kernel.link(name);
    const auto bridge = kernel.read(link.master);
    return (bridge ? bridge->name : "no bridge") + " " + model::text(link.vlans) +
           (link.up ? "" : ", down");
  }

  support::FakeKernel kernel;
  unit::RecordedReport report;
};

}  // namespace

TEST_CASE("a guest's port that is down goes over, and stays so", "[convert]") {
  Run run(with(unit::complete_host(), unit::plugged_vif(9, "vif7.0", 3)));
  run.kernel.link("vif7.0").up = false;
  CHECK(run.start(aware) == model::ExitCode::done);
  CHECK(run.place("vif7.0") == "xenbr0 4p, down");
  CHECK(run.start(own) == model::ExitCode::done);
  CHECK(run.place("vif7.0") == "br4 1p, down");
}

TEST_CASE("a guest that comes to its old bridge as that is deleted is brought over", "[convert]") {
  Run run(unit::complete_host());
  run.kernel.before("delete br4", [&] { run.kernel.add(unit::plugged_vif(9, "vif7.0", 3)); });
  CHECK(run.start(aware) == model::ExitCode::done);
  CHECK(run.place("vif7.0") == "xenbr0 4p");
}

TEST_CASE("a guest that comes to its old bridge meanwhile is moved like the others", "[convert]") {
  Run run(unit::complete_host());
  run.kernel.before("delete eth1.4", [&] { run.kernel.add(unit::plugged_vif(9, "vif7.0", 3)); });
  CHECK(run.start(aware) == model::ExitCode::done);
  CHECK(run.place("vif7.0") == "xenbr0 4p");
}

TEST_CASE("a guest that comes to a VLAN-aware bridge as that is deleted is brought back",
          "[convert]") {
  Run run(unit::aware_host());
  run.kernel.before("delete xenbr0",
                    [&] { run.kernel.add(unit::aware_vif(9, "vif7.0", {model::access_vlan(4)})); });
  CHECK(run.start(own) == model::ExitCode::done);
  CHECK(run.place("vif7.0") == "br4 1p");
}

TEST_CASE("a guest whose VLAN is none of those wanted is down when its bridge has gone",
          "[convert]") {
  Run run(unit::aware_host());
  run.kernel.before("delete xenbr0", [&] {
    run.kernel.add(unit::aware_vif(9, "vif7.0", {model::access_vlan(4), {10, 10}}));
  });
  CHECK(run.start(own) == model::ExitCode::partial);
  CHECK(run.place("vif7.0") == "no bridge , down");
  CHECK(run.report.lines == Texts{"error: vif7.0 is down: it has lost its bridge xenbr0"});
}

TEST_CASE("an old bridge that somebody else deletes is none that is left", "[convert]") {
  Run run(unit::complete_host());
  run.kernel.before("delete br4", [&] { run.delete_beside("br4"); });
  CHECK(run.start(aware) == model::ExitCode::done);
  CHECK(run.report.lines.empty());
}

TEST_CASE("guests of a trunk that has no VLAN-aware bridge in the end stay where they are",
          "[convert]") {
  Run run(unit::complete_host());
  Link eth2 = unit::nic(9, "eth2");
  Link uplink = unit::vlan_link(11, "eth2.5", eth2, 5);
  uplink.master = 10;
  run.kernel.add(eth2);
  run.kernel.add(unit::bridge(10, "br5"));
  run.kernel.add(uplink);
  run.kernel.add(unit::plugged_vif(12, "vif7.0", 10));
  run.kernel.refuse("add eth2 to bridge san", EPERM);
  CHECK(run.start({aware.front(), unit::aware_segment("5", "eth2", "san")}) ==
        model::ExitCode::partial);
  CHECK(run.place("vif7.0") == "br5 1p");
  CHECK_FALSE(run.kernel.read().find("br4"));
}

TEST_CASE("a guest that was taken off its bridge for one that has gone gets it back", "[convert]") {
  for (const bool on_demand : {false, true}) {
    Run run(with(unit::complete_host(), unit::plugged_vif(9, "vif7.0", 3)));
    run.kernel.before("move vif7.0 from bridge br4 to xenbr0, VLAN 4",
                      [&] { run.delete_beside("xenbr0"); });
    std::vector<model::Segment> wanted = aware;
    wanted.front().options.on_demand = on_demand;
    // A trunk whose VLANs come on demand is a success by itself.
    CHECK(run.start(wanted) == (on_demand ? model::ExitCode::partial : model::ExitCode::failed));
    CHECK(run.place("vif7.0") == "br4 1p");
  }
}
