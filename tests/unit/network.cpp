#include "command/network.hpp"

#include <catch2/catch.hpp>
#include <cerrno>

#include "hosts.hpp"
#include "recorded_report.hpp"
#include "support/fake_kernel.hpp"
#include "support/fake_store.hpp"

namespace {

using model::ExitCode;
using model::Link;
using unit::bare_host;
using unit::complete_host;
using unit::segment;
using unit::Texts;

command::NetworkRequest request_for(const Texts& vids) {
  command::NetworkRequest request;
  for (const std::string& vid : vids) request.segments.push_back(segment(vid));
  return request;
}

/// A pretended host on which commands are run.
struct Host {
  explicit Host(std::vector<Link> links) : kernel(std::move(links)) {}

  ExitCode start(const command::NetworkRequest& request) {
    return command::start(request, kernel, report);
  }
  ExitCode stop(const command::NetworkRequest& request) {
    return command::stop(request, kernel, report);
  }
  ExitCode status(const command::NetworkRequest& request) {
    return command::status(request, kernel, xenstored.door(), report);
  }
  std::vector<Link> links() { return kernel.read().links(); }
  bool has(const std::string& name) { return kernel.read().find(name) != nullptr; }

  support::FakeKernel kernel;
  support::FakeXenstored xenstored;
  unit::RecordedReport report;
};

std::vector<Link> host_with_trunk_down() {
  std::vector<Link> links = bare_host();
  links[1].up = false;
  return links;
}

/// A host with a VLAN that can't come up: a NIC has the name of its bridge.
std::vector<Link> host_with_nic_br5() {
  std::vector<Link> links = bare_host();
  links.push_back(unit::nic(3, "br5"));
  return links;
}

/// What another program does.
void run_beside(support::FakeKernel& kernel, const plan::Operation& operation) {
  (void)kernel.run(std::span(&operation, 1));
}

const std::string br5_taken =
    "error: cannot bring up VLAN 5 of eth1: the name br5 is taken by a network device";

/// A complete host with a guest on VLAN 4, and VLAN 5 without one.
std::vector<Link> host_with_guest() {
  std::vector<Link> links = complete_host();
  links.push_back(unit::bridge(5, "br5"));
  links.push_back(unit::vlan_link(6, "eth1.5", links[1], 5));
  links.back().master = 5;
  links.back().vlans = {unit::untagged};
  links.back().port_groups = plan::all_groups;
  links.push_back(unit::plugged_vif(9, "vif3.0", 3));
  return links;
}

}  // namespace

TEST_CASE("start brings a VLAN up, and says nothing", "[start]") {
  Host host(bare_host());
  CHECK(host.start(request_for({"4"})) == ExitCode::done);
  CHECK(host.report.lines.empty());
  CHECK(unit::alike(host.links()) == unit::alike(complete_host()));
}

TEST_CASE("start run twice changes nothing the second time", "[start]") {
  Host host(bare_host());
  host.start(request_for({"4", "5"}));
  host.kernel.done.clear();
  host.kernel.dumps = 0;
  CHECK(host.start(request_for({"4", "5"})) == ExitCode::done);
  CHECK(host.kernel.done.empty());
  CHECK(host.kernel.dumps == 1);
}

TEST_CASE("start works on many VLANs side by side", "[start]") {
  Host host(bare_host());
  host.start(request_for({"4", "5"}));
  CHECK(host.kernel.done ==
        Texts{"create VLAN link eth1.4 on eth1 with VID 4",
              "create VLAN link eth1.5 on eth1 with VID 5", "switch IPv6 off on eth1.4",
              "switch IPv6 off on eth1.5", "create bridge br4", "create bridge br5",
              "shut br4 off from dom0", "shut br5 off from dom0", "switch IPv6 off on br4",
              "switch IPv6 off on br5", "set MTU of br4 to 1500", "set MTU of br5 to 1500",
              "add eth1.4 to bridge br4, shut eth1.4 off from dom0",
              "add eth1.5 to bridge br5, shut eth1.5 off from dom0", "set eth1.4 up",
              "set eth1.5 up", "set br4 up", "set br5 up"});
}

TEST_CASE("start tells how far it is with many VLANs", "[start]") {
  Host host(bare_host());
  command::NetworkRequest request;
  for (int vid = 1; vid <= 300; ++vid) request.segments.push_back(segment(std::to_string(vid)));
  CHECK(host.start(request) == ExitCode::done);
  CHECK(host.links().size() == 2 + 2 * 300);
  CHECK(host.report.last_progress == "300 of 300");
  CHECK(host.report.lines.empty());
}

TEST_CASE("a VLAN that can't come up costs itself only", "[start]") {
  Host host(host_with_nic_br5());
  CHECK(host.start(request_for({"4", "5"})) == ExitCode::partial);
  CHECK(host.report.lines == Texts{br5_taken});
  CHECK(host.has("br4"));
  CHECK_FALSE(host.has("eth1.5"));
}

TEST_CASE("where no VLAN could come up, the host is as before", "[start]") {
  Host host(host_with_nic_br5());
  CHECK(host.start(request_for({"5"})) == ExitCode::failed);
  CHECK(host.links() == host_with_nic_br5());
}

TEST_CASE("a refused step is named, and the steps before it undone", "[start]") {
  Host host(bare_host());
  std::string refused;
  SECTION("at the first") {
    refused = "create bridge br4";
  }
  SECTION("in the middle") {
    refused = "create VLAN link eth1.4 on eth1 with VID 4";
  }
  SECTION("one setting of several") {
    refused = "add eth1.4 to bridge br4";
  }
  SECTION("at the last") {
    refused = "set eth1.4 up";
  }
  host.kernel.refuse(refused, EPERM);
  CHECK(host.start(request_for({"4"})) == ExitCode::failed);
  CHECK(host.report.lines ==
        Texts{"error: VLAN 4 of eth1: cannot " + refused + ": Operation not permitted"});
  CHECK(host.report.hints == Texts{"run it as root, with the right to change the network"});
  CHECK(host.links() == bare_host());
}

TEST_CASE("a bridge that was mended is as before when the VLAN can't come up", "[start]") {
  std::vector<Link> links = bare_host();
  links.push_back(unit::plain_bridge(3, "br4"));
  links[2].stp = true;
  links[2].mac_pinned = true;
  Host host(links);
  host.kernel.refuse("create VLAN link eth1.4 on eth1 with VID 4", EPERM);
  CHECK(host.start(request_for({"4"})) == ExitCode::failed);
  CHECK(host.links() == links);
}

TEST_CASE("a bridge of somebody else's that was shut half-way is opened again", "[start]") {
  std::vector<Link> links = complete_host();
  links[2].group = 0;
  links[2].vlan_filtering = false;
  links[2].vlans = {unit::untagged};
  Host host(links);
  host.kernel.before("shut br4 off from dom0",
                     [&] { host.kernel.link("br4").vlan_filtering = true; });
  host.kernel.refuse("shut br4 off from dom0", EPERM);
  CHECK(host.start(request_for({"4"})) == ExitCode::failed);
  CHECK(host.links() == links);
}

TEST_CASE("a kernel without a module is told by the module's name", "[start]") {
  Host host(bare_host());
  std::string hint;
  SECTION("VLAN links") {
    host.kernel.refuse("create VLAN link eth1.4 on eth1 with VID 4", EOPNOTSUPP);
    hint = "load the 8021q module: modprobe 8021q";
  }
  SECTION("bridges") {
    host.kernel.refuse("create bridge br4", EOPNOTSUPP);
    hint = "load the bridge module: modprobe bridge";
  }
  CHECK(host.start(request_for({"4"})) == ExitCode::failed);
  CHECK(host.report.hints == Texts{hint});
}

TEST_CASE("what can't be undone is named", "[start]") {
  Host host(bare_host());
  host.kernel.refuse("set eth1.4 up", EPERM);
  host.kernel.refuse("delete eth1.4", EPERM);
  CHECK(host.start(request_for({"4"})) == ExitCode::partial);
  CHECK(host.report.lines ==
        Texts{"error: VLAN 4 of eth1: cannot set eth1.4 up: Operation not permitted",
              "warning: VLAN 4 of eth1 is left half-made: cannot delete eth1.4: Operation not "
              "permitted"});
  CHECK_FALSE(host.has("br4"));
}

TEST_CASE("a guest that comes to a bridge as that is undone is down, and named", "[start]") {
  Host host(bare_host());
  host.kernel.refuse("set br4 up", EPERM);
  host.kernel.before("delete br4", [&] {
    host.kernel.add(unit::plugged_vif(12, "vif7.0", host.kernel.link("br4").index));
  });
  CHECK(host.start(request_for({"4"})) == ExitCode::partial);
  CHECK_FALSE(host.kernel.link("vif7.0").up);
  CHECK(host.report.lines ==
        Texts{"error: VLAN 4 of eth1: cannot set br4 up: Operation not permitted",
              "warning: VLAN 4 of eth1 is left half-made: vif7.0 has lost its bridge br4 and is "
              "down"});
}

TEST_CASE("what somebody else has deleted before it is undone is not left over", "[start]") {
  Host host(bare_host());
  host.kernel.refuse("set eth1.4 up", EPERM);
  host.kernel.before("delete eth1.4", [&] { run_beside(host.kernel, plan::DeleteLink{"eth1.4"}); });
  CHECK(host.start(request_for({"4"})) == ExitCode::failed);
  CHECK(host.report.lines ==
        Texts{"error: VLAN 4 of eth1: cannot set eth1.4 up: Operation not permitted"});
  CHECK(host.links() == bare_host());
}

TEST_CASE("a VLAN that fails after it was planned anew leaves nothing of before", "[start]") {
  Host host(bare_host());
  host.kernel.before("create VLAN link eth1.4 on eth1 with VID 4", [&] {
    host.kernel.add(unit::vlan_link(0, "eth1.4", host.kernel.link("eth1"), 4));
  });
  host.kernel.refuse("add eth1.4 to bridge br4", EPERM);
  CHECK(host.start(request_for({"4"})) == ExitCode::failed);
  CHECK_FALSE(host.has("br4"));
  CHECK(host.has("eth1.4"));
}

TEST_CASE("a twin that is faster is no failure", "[start]") {
  Host host(bare_host());
  SECTION("it made the bridge") {
    host.kernel.before("create bridge br4", [&] { host.kernel.add(unit::bridge(0, "br4")); });
  }
  SECTION("it made the VLAN link") {
    host.kernel.before("create VLAN link eth1.4 on eth1 with VID 4", [&] {
      host.kernel.add(unit::vlan_link(0, "eth1.4", host.kernel.link("eth1"), 4));
    });
  }
  SECTION("it made both") {
    host.kernel.before("create VLAN link eth1.4 on eth1 with VID 4", [&] {
      Host twin(bare_host());
      twin.start(request_for({"4"}));
      for (const Link& link : twin.links()) {
        if (link.ours()) host.kernel.add(link);
      }
    });
  }
  CHECK(host.start(request_for({"4"})) == ExitCode::done);
  CHECK(host.report.lines.empty());
  CHECK(unit::alike(host.links()) == unit::alike(complete_host()));
}

TEST_CASE("a stop beside a start takes the bridge away, and start makes it again", "[start]") {
  Host host(bare_host());
  host.kernel.before("add eth1.4 to bridge br4", [&] {
    const plan::Operation deletion = plan::DeleteLink{"br4"};
    (void)host.kernel.run(std::span(&deletion, 1));
  });
  CHECK(host.start(request_for({"4"})) == ExitCode::done);
  CHECK(host.links().size() == complete_host().size());
  CHECK(host.kernel.link("eth1.4").master == host.kernel.link("br4").index);
}

TEST_CASE("a link that somebody deletes beside a start is made again", "[start]") {
  Host host(bare_host());
  const std::string link = GENERATE("eth1.4", "br4");
  host.kernel.before("switch IPv6 off on " + link,
                     [&] { run_beside(host.kernel, plan::DeleteLink{link}); });
  CHECK(host.start(request_for({"4"})) == ExitCode::done);
  CHECK(host.report.lines.empty());
  CHECK(unit::alike(host.links()) == unit::alike(complete_host()));
}

TEST_CASE("a race that never ends is given up, with its reason", "[start]") {
  Host host(bare_host());
  host.kernel.refuse("create bridge br4", EEXIST);
  CHECK(host.start(request_for({"4"})) == ExitCode::failed);
  CHECK(host.report.lines == Texts{"error: VLAN 4 of eth1: cannot create bridge br4: File exists"});
  CHECK(host.kernel.dumps == 9);  // the last one to undo by
  CHECK(host.links() == bare_host());
}

TEST_CASE("a trunk that is not there is reported once for all its VLANs", "[start]") {
  Host host({unit::nic(2, "eth1")});
  command::NetworkRequest request = request_for({"4"});
  request.segments.push_back(segment("5", "eth2"));
  request.segments.push_back(segment("6", "eth2"));
  const std::string reason = ": cannot use eth2 as trunk: there is no such link";
  CHECK(host.start(request) == ExitCode::partial);
  CHECK(host.report.lines ==
        Texts{"error: 2 VLANs not brought up, after 10 s of waiting" + reason});
  CHECK(host.has("br4"));
  request.segments.pop_back();
  request.wait = std::chrono::seconds(0);
  host.report.lines.clear();
  CHECK(host.start(request) == ExitCode::partial);
  CHECK(host.report.lines == Texts{"error: 1 VLAN not brought up" + reason});
}

TEST_CASE("a trunk that comes late is waited for", "[start]") {
  Host host({unit::nic(1, "eth0")});
  host.kernel.arriving = {unit::nic(2, "eth1")};
  CHECK(host.start(request_for({"4"})) == ExitCode::done);
  CHECK(host.has("br4"));
}

TEST_CASE("a trunk that is down comes up without an address", "[start]") {
  Host host(host_with_trunk_down());
  CHECK(host.start(request_for({"4"})) == ExitCode::done);
  CHECK(host.kernel.link("eth1").up);
  CHECK(host.kernel.link("eth1").addresses.empty());
}

TEST_CASE("a trunk that can't come up is left as it was", "[start]") {
  Host host(host_with_trunk_down());
  host.kernel.refuse("set eth1 up", EPERM);
  CHECK(host.start(request_for({"4"})) == ExitCode::failed);
  CHECK(host.links() == host_with_trunk_down());
}

TEST_CASE("a trunk that carries no VLAN in the end is left as it was", "[start]") {
  Host host(host_with_trunk_down());
  host.kernel.refuse("create bridge br4", EPERM);
  CHECK(host.start(request_for({"4"})) == ExitCode::failed);
  CHECK(host.links() == host_with_trunk_down());
}

TEST_CASE("a dry run prints the operations and changes nothing", "[start]") {
  Host host(host_with_trunk_down());
  command::NetworkRequest request = request_for({"4"});
  request.dry_run = true;
  CHECK(host.start(request) == ExitCode::done);
  CHECK(host.report.lines ==
        Texts{"switch IPv6 off on eth1", "set eth1 up",
              "create VLAN link eth1.4 on eth1 with VID 4", "switch IPv6 off on eth1.4",
              "create bridge br4", "shut br4 off from dom0", "switch IPv6 off on br4",
              "set MTU of br4 to 1500", "add eth1.4 to bridge br4, shut eth1.4 off from dom0",
              "set eth1.4 up", "set br4 up"});
  CHECK(host.kernel.done.empty());
}

TEST_CASE("a dry run waits for no trunk", "[start]") {
  Host host({unit::nic(1, "eth0")});
  host.kernel.arriving = {unit::nic(2, "eth1")};
  command::NetworkRequest request = request_for({"4"});
  request.dry_run = true;
  CHECK(host.start(request) == ExitCode::failed);
  CHECK_FALSE(host.has("eth1"));
}

TEST_CASE("a host that can't be read behind its trunk gets no VLAN, and its trunk back",
          "[start]") {
  Host host(host_with_trunk_down());
  host.kernel.failing_dumps = {2};
  CHECK(host.start(request_for({"4"})) == ExitCode::failed);
  CHECK(host.report.lines == Texts{"error: 1 VLAN not brought up: cannot look up a link: No buffer "
                                   "space available"});
  CHECK(host.links() == host_with_trunk_down());
}

TEST_CASE("where the host can't be read again, all that was done is named", "[start]") {
  Host host(bare_host());
  host.kernel.refuse("switch IPv6 off on eth1.4", EPERM);
  host.kernel.failing_dumps = {2};
  CHECK(host.start(request_for({"4"})) == ExitCode::partial);
  const std::string left = "warning: VLAN 4 of eth1 is left half-made: ";
  CHECK(host.report.lines ==
        Texts{"error: VLAN 4 of eth1: cannot switch IPv6 off on eth1.4: Operation not permitted",
              "error: cannot look up a link: No buffer space available",
              left + "create VLAN link eth1.4 on eth1 with VID 4",
              left + "switch IPv6 off on eth1.4"});
}

TEST_CASE("a dry run shows what would be refused", "[start]") {
  Host host(host_with_nic_br5());
  command::NetworkRequest request = request_for({"5"});
  request.dry_run = true;
  CHECK(host.start(request) == ExitCode::failed);
  CHECK(host.report.lines == Texts{br5_taken});
}

TEST_CASE("a VLAN that the configuration must not have is reported, the others come up",
          "[start]") {
  Host host(bare_host());
  command::NetworkRequest request = request_for({"4"});
  request.refused.emplace_back(
      model::Error::Parts{.action = "bring up VLAN 5 of eth1", .reason = "it has an address"});
  CHECK(host.start(request) == ExitCode::partial);
  CHECK(host.report.lines == Texts{"error: cannot bring up VLAN 5 of eth1: it has an address"});
  CHECK(host.has("br4"));
  request.segments.clear();
  CHECK(host.start(request) == ExitCode::failed);
}

TEST_CASE("an address on an adopted link is reported, not taken away", "[start]") {
  std::vector<Link> links = complete_host();
  links[2].group = 0;
  links[2].addresses = {unit::address("192.0.2.1/24")};
  Host host(links);
  CHECK(host.start(request_for({"4"})) == ExitCode::done);
  CHECK(host.report.lines == Texts{"warning: br4 has address 192.0.2.1/24: dom0 can be reached "
                                   "from VLAN 4 of eth1"});
  CHECK(host.links() == links);
}

TEST_CASE("an address on an adopted VLAN link is reported like one on a bridge", "[start]") {
  std::vector<Link> links = complete_host();
  links[3].group = 0;
  links[3].addresses = {unit::address("192.0.2.1/24")};
  Host host(links);
  CHECK(host.start(request_for({"4"})) == ExitCode::done);
  CHECK(host.report.lines == Texts{"warning: eth1.4 has address 192.0.2.1/24: dom0 can be reached "
                                   "from VLAN 4 of eth1"});
}

TEST_CASE("stop deletes all that xvlan made in one request", "[stop]") {
  Host host(complete_host());
  command::NetworkRequest request;
  request.everything = true;
  CHECK(host.stop(request) == ExitCode::done);
  CHECK(host.kernel.done == Texts{"delete all links that xvlan made"});
  CHECK(host.links() == bare_host());
  CHECK(host.stop(request) == ExitCode::done);  // nothing there is nothing to do
  CHECK(host.report.lines.empty());
}

TEST_CASE("stop leaves the VLANs of guests, and names the guests' ports", "[stop]") {
  Host host(host_with_guest());
  command::NetworkRequest request;
  request.everything = true;
  CHECK(host.stop(request) == ExitCode::partial);
  CHECK(host.kernel.done == Texts{"set eth1.5 down", "delete br5", "delete eth1.5"});
  CHECK(host.report.lines ==
        Texts{"warning: br4 is left: it has guest port vif3.0",
              "warning: eth1.4 is left: its bridge br4 has guest port vif3.0"});
  CHECK(host.stop(request) == ExitCode::failed);  // as it was: all that is left is used
}

TEST_CASE("stop with force deletes the VLANs of guests, too", "[stop]") {
  Host host(host_with_guest());
  command::NetworkRequest request;
  request.everything = true;
  request.force = true;
  CHECK(host.stop(request) == ExitCode::done);
  CHECK(host.report.lines.empty());
  CHECK_FALSE(host.has("br4"));
  CHECK(host.has("vif3.0"));
}

TEST_CASE("stop with force deletes a named VLAN of a guest, and no other", "[stop]") {
  Host host(host_with_guest());
  command::NetworkRequest request = request_for({"4"});
  request.force = true;
  CHECK(host.stop(request) == ExitCode::done);
  CHECK_FALSE(host.has("br4"));
  CHECK_FALSE(host.kernel.link("vif3.0").up);
  CHECK(host.has("br5"));
}

TEST_CASE("stop of named VLANs leaves the others", "[stop]") {
  Host host(host_with_guest());
  CHECK(host.stop(request_for({"5", "6"})) == ExitCode::done);
  CHECK(host.kernel.done == Texts{"set eth1.5 down", "delete br5", "delete eth1.5"});
}

TEST_CASE("stop of a VLAN leaves the bridge of that name that another trunk's VLAN has", "[stop]") {
  std::vector<Link> links = complete_host();
  links.push_back(unit::nic(5, "eth2"));
  Host host(links);
  command::NetworkRequest request;
  request.segments.push_back(segment("4", "eth2"));
  CHECK(host.stop(request) == ExitCode::done);
  CHECK(host.links() == links);
}

TEST_CASE("stop of a VLAN whose trunk has gone deletes its bridge", "[stop]") {
  std::vector<Link> links = bare_host();
  links[1] = unit::bridge(3, "br4");
  links.push_back(unit::bridge(4, "br5"));
  Host host(links);
  CHECK(host.stop(request_for({"4"})) == ExitCode::done);
  CHECK(host.kernel.done == Texts{"delete br4"});
}

TEST_CASE("stop leaves what somebody else made", "[stop]") {
  std::vector<Link> links = complete_host();
  links[2].group = 0;
  links[3].group = 0;
  Host host(links);
  CHECK(host.stop(request_for({"4"})) == ExitCode::done);
  CHECK(host.links() == links);
}

TEST_CASE("a link that another stop has deleted is deleted", "[stop]") {
  Host host(host_with_guest());
  host.kernel.before("delete br5", [&] {
    const plan::Operation deletion = plan::DeleteLink{"br5"};
    (void)host.kernel.run(std::span(&deletion, 1));
  });
  CHECK(host.stop(request_for({"5"})) == ExitCode::done);
  CHECK(host.report.lines.empty());
}

TEST_CASE("a bridge whose uplink another stop has deleted goes, too", "[stop]") {
  Host host(host_with_guest());
  host.kernel.before("set eth1.5 down",
                     [&] { run_beside(host.kernel, plan::DeleteLink{"eth1.5"}); });
  CHECK(host.stop(request_for({"5"})) == ExitCode::done);
  CHECK_FALSE(host.has("br5"));
  CHECK(host.report.lines.empty());
}

TEST_CASE("a bridge that can't be looked at once more is left", "[stop]") {
  Host host(host_with_guest());
  host.kernel.unreadable = {5};
  CHECK(host.stop(request_for({"5"})) == ExitCode::partial);
  CHECK(host.report.lines ==
        Texts{"warning: br5 is left: cannot look up a link: No buffer space available"});
  CHECK(host.has("br5"));
}

TEST_CASE("a stop that is refused goes on to the end, and reports everything", "[stop]") {
  Host host(complete_host());
  host.kernel.refuse("delete all links that xvlan made", EPERM);
  host.kernel.refuse("delete br4", EPERM);
  command::NetworkRequest request;
  request.everything = true;
  CHECK(host.stop(request) == ExitCode::partial);
  CHECK(host.report.lines == Texts{"error: cannot delete br4: Operation not permitted"});
  CHECK_FALSE(host.has("eth1.4"));
  CHECK(host.stop(request) == ExitCode::failed);
}

TEST_CASE("a VLAN link is up with its bridge, and not without it", "[stop]") {
  Host host(complete_host());
  const bool keeps_bridge = GENERATE(true, false);
  if (keeps_bridge) host.kernel.refuse("delete br4", EPERM);
  host.kernel.refuse("delete eth1.4", EPERM);
  host.kernel.refuse("delete all links that xvlan made", EPERM);
  CHECK(host.stop(request_for({"4"})) != ExitCode::done);
  CHECK(host.has("br4") == keeps_bridge);
  CHECK(host.kernel.link("eth1.4").up == keeps_bridge);
}

TEST_CASE("a VLAN link that somebody else made is down when its bridge has gone", "[stop]") {
  std::vector<Link> links = complete_host();
  links[3].group = 0;
  links.push_back(unit::bridge(5, "br5"));
  Host host(links);
  command::NetworkRequest request;
  request.everything = true;
  SECTION("it has no address") {
    CHECK(host.stop(request) == ExitCode::done);
    CHECK(host.kernel.done == Texts{"set eth1.4 down", "delete br4", "delete br5"});
  }
  SECTION("unless he gave it an address") {
    host.kernel.link("eth1.4").addresses = {unit::address("10.0.4.9/24")};
    CHECK(host.stop(request) == ExitCode::done);
    CHECK(host.kernel.done == Texts{"delete all links that xvlan made"});
  }
}

TEST_CASE("a dry run of stop prints the deletions and deletes nothing", "[stop]") {
  Host host(complete_host());
  command::NetworkRequest request = request_for({"4"});
  request.dry_run = true;
  CHECK(host.stop(request) == ExitCode::done);
  CHECK(host.report.lines == Texts{"delete br4", "delete eth1.4"});
  CHECK(unit::alike(host.links()) == unit::alike(complete_host()));
}

TEST_CASE("status has a line for each VLAN, with the guests' names", "[status]") {
  Host host(host_with_guest());
  host.xenstored.nodes["/local/domain/3/name"] = "web";
  CHECK(host.status(request_for({"4", "5"})) == ExitCode::done);
  CHECK(host.report.lines == Texts{"eth1 4 eth1.4 br4 up vif3.0=web", "eth1 5 eth1.5 br5 up -"});
  CHECK(host.kernel.done.empty());
}

TEST_CASE("status knows a renamed vif by its device", "[status]") {
  std::vector<Link> links = host_with_guest();
  links.back().name = "frontdoor";
  Host host(links);
  host.xenstored.nodes["/local/domain/3/name"] = "web";
  host.status(request_for({"4"}));
  CHECK(host.report.lines.front() == "eth1 4 eth1.4 br4 up frontdoor=web");
}

TEST_CASE("status knows a renamed vif without a device by its alias", "[status]") {
  std::vector<Link> links = host_with_guest();
  links.back().parent.clear();
  links.back().name = "frontdoor";
  links.back().alias = "vif3.0";
  Host host(links);
  host.xenstored.nodes["/local/domain/3/name"] = "web";
  host.status(request_for({"4"}));
  CHECK(host.report.lines.front() == "eth1 4 eth1.4 br4 up frontdoor=web");
}

TEST_CASE("status works without xenstored, and says so once", "[status]") {
  std::vector<Link> links = host_with_guest();
  links.push_back(unit::plugged_vif(10, "vif4.0", 3));
  Host host(links);
  host.xenstored.down = true;
  CHECK(host.status(request_for({"4", "5"})) == ExitCode::done);
  CHECK(host.report.lines ==
        Texts{"warning: guests are shown without their names: cannot reach xenstored: No such file "
              "or directory",
              "eth1 4 eth1.4 br4 up vif3.0,vif4.0", "eth1 5 eth1.5 br5 up -"});
  CHECK(host.xenstored.opened == 1);
}

TEST_CASE("status without guests asks xenstored nothing", "[status]") {
  Host host(complete_host());
  CHECK(host.status(request_for({"4"})) == ExitCode::done);
  CHECK(host.xenstored.opened == 0);
}

TEST_CASE("status says what is missing, drifted or in the way", "[status]") {
  std::vector<Link> links = host_with_nic_br5();
  Texts lines;
  std::string manager;
  SECTION("everything") {
    lines = {"eth1 4 eth1.4 br4 missing - : eth1.4 is missing; br4 is missing"};
  }
  SECTION("the bridge") {
    links.push_back(unit::vlan_link(4, "eth1.4", links[1], 4));
    lines = {
        "eth1 4 eth1.4 br4 missing - : br4 is missing; to do: add eth1.4 to bridge br4, shut "
        "eth1.4 off from dom0"};
  }
  SECTION("the bridge, beside a link that has an address") {
    links = complete_host();
    links.erase(links.begin() + 2);
    links.back().group = 0;
    links.back().master = 0;
    links.back().addresses = {unit::address("192.0.2.1/24")};
    lines = {
        "eth1 4 eth1.4 br4 missing - : br4 is missing; to do: add eth1.4 to bridge br4, shut "
        "eth1.4 off from dom0; eth1.4 has address 192.0.2.1/24"};
  }
  SECTION("STP is on") {
    links = complete_host();
    links[2].stp = true;
    lines = {"eth1 4 eth1.4 br4 wrong - : to do: switch STP of br4 off"};
  }
  SECTION("an address") {
    links = complete_host();
    links[3].addresses = {unit::address("192.0.2.1/24")};
    lines = {"eth1 4 eth1.4 br4 wrong - : eth1.4 has address 192.0.2.1/24"};
  }
  SECTION("another program that manages a link") {
    links = complete_host();
    lines = {"eth1 4 eth1.4 br4 wrong - : eth1.4 is managed by systemd-networkd"};
    manager = "systemd-networkd";
  }
  SECTION("an open bridge") {
    links = complete_host();
    links[2].vlan_filtering = false;
    lines = {"eth1 4 eth1.4 br4 wrong - : to do: shut br4 off from dom0"};
  }
  SECTION("an open bridge of dom0's own") {
    links = complete_host();
    links[2].group = 0;
    links[2].vlan_filtering = false;
    links[2].addresses = {unit::address("192.0.2.1/24")};
    lines = {
        "eth1 4 eth1.4 br4 wrong - : br4 has address 192.0.2.1/24; br4 is dom0's own and not shut "
        "off: its guests reach every address of dom0"};
  }
  SECTION("a bridge of dom0's own that is shut all the same") {
    links = complete_host();
    links[2].group = 0;
    links[2].addresses = {unit::address("192.0.2.1/24")};
    lines = {"eth1 4 eth1.4 br4 wrong - : br4 has address 192.0.2.1/24"};
  }
  SECTION("a bridge that is shut by IPv4 settings only") {
    links = complete_host();
    links[2].vlan_filtering = false;
    links[2].routing_shut = true;
    lines = {
        "eth1 4 eth1.4 br4 wrong - : br4 is shut off from dom0 by IPv4 settings only: broadcasts "
        "come in"};
  }
  SECTION("a foreign port") {
    links = complete_host();
    links.push_back(unit::nic(9, "eth2"));
    links.back().master = 3;
    lines = {
        "eth1 4 eth1.4 br4 wrong - : cannot bring up VLAN 4 of eth1: bridge br4 has a foreign "
        "port, eth2"};
  }
  Host host(links);
  if (!manager.empty()) host.kernel.managers["eth1.4"] = manager;
  CHECK(host.status(request_for({"4"})) == ExitCode::partial);
  CHECK(host.report.lines == lines);
  CHECK(host.links() == links);
}

TEST_CASE("status knows a bridge's own VLAN 1 from VLAN 1 of the trunk", "[status]") {
  std::vector<Link> links = bare_host();
  links.push_back(unit::bridge(3, "br1"));
  links.push_back(unit::vlan_link(4, "eth1.1", links[1], 1));
  links.back().master = 3;
  links.back().vlans = {unit::untagged};
  links.back().port_groups = plan::all_groups;
  links.push_back(unit::plugged_vif(9, "vif3.0", 3));
  links.back().vlans.clear();
  Host host(links);
  CHECK(host.status(request_for({"1"})) == ExitCode::partial);
  CHECK(host.report.lines ==
        Texts{"eth1 1 eth1.1 br1 wrong vif3.0 : to do: let vif3.0 into VLAN 1 of its bridge"});
}

TEST_CASE("status names who manages a guest's port", "[status]") {
  Host host(host_with_guest());
  host.kernel.managers["vif3.0"] = "systemd-networkd";
  CHECK(host.status(request_for({"4"})) == ExitCode::partial);
  CHECK(host.report.lines.front() ==
        "eth1 4 eth1.4 br4 wrong vif3.0 : vif3.0 is managed by systemd-networkd");
}

TEST_CASE("status shows what xvlan made and nobody configures any more", "[status]") {
  Host host(host_with_guest());
  CHECK(host.status(request_for({"5"})) == ExitCode::done);
  CHECK(host.report.lines == Texts{"eth1 5 eth1.5 br5 up -",
                                   "eth1 4 eth1.4 br4 unconfigured vif3.0 : made by xvlan, but not "
                                   "configured"});
}

TEST_CASE("status names a VLAN that the configuration must not have, and is not content",
          "[status]") {
  Host host(complete_host());
  command::NetworkRequest request = request_for({"4"});
  request.refused.emplace_back(
      model::Error::Parts{.action = "bring up VLAN 5 of eth1", .reason = "it has an address"});
  CHECK(host.status(request) == ExitCode::partial);
  CHECK(host.report.lines == Texts{"eth1 4 eth1.4 br4 up -",
                                   "error: cannot bring up VLAN 5 of eth1: it has an address"});
}

TEST_CASE("status warns of dom0's firewall before the guests", "[status]") {
  Host host(complete_host());
  host.kernel.firewall = true;
  CHECK(host.status(request_for({"4"})) == ExitCode::done);
  CHECK_THAT(host.report.lines.back(),
             Catch::StartsWith("warning: dom0's own firewall sees the guests' frames, because "
                               "bridge-nf-call-iptables is 1"));
}

TEST_CASE("status says of a bridge that traffic control shuts what that leaves", "[status]") {
  std::vector<Link> links = complete_host();
  links[2].vlan_filtering = false;
  links[2].ingress_dropped = true;
  Host host(links);
  CHECK(host.status(request_for({"4"})) == ExitCode::done);
  CHECK(host.report.lines ==
        Texts{"eth1 4 eth1.4 br4 up - : br4 is shut off from dom0 by traffic control: guests' own "
              "tags pass"});
}

TEST_CASE("where bridges can't filter VLANs, they are shut otherwise, and that is said once",
          "[start]") {
  Host host(bare_host());
  host.kernel.filters_vlans = false;
  command::NetworkRequest request = request_for({"4", "5"});
  for (auto& segment : request.segments) segment.options.guest_tags = true;
  Texts lines{
      "warning: this kernel's bridges can't filter VLANs: they are shut off from dom0 by "
      "traffic control, and guests' own tags pass"};
  SECTION("by traffic control") {
    CHECK(host.start(request) == ExitCode::done);
    CHECK(host.kernel.link("br5").ingress_dropped);
  }
  SECTION("by IPv4 settings") {
    host.kernel.controls_traffic = false;
    lines.push_back(
        "warning: this kernel has no traffic control either: bridges are shut off from dom0 by "
        "IPv4 "
        "settings, and broadcasts still come in");
    CHECK(host.start(request) == ExitCode::done);
    CHECK(host.kernel.link("br5").routing_shut);
  }
  CHECK(host.report.lines == lines);
  host.kernel.done.clear();
  CHECK(host.start(request) == ExitCode::done);
  CHECK(host.kernel.done.empty());
}

TEST_CASE("a bridge that can't be shut at all does not come up", "[start]") {
  Host host(bare_host());
  for (const char* how : {"", " by traffic control", " by IPv4 settings"}) {
    host.kernel.refuse(std::string("shut br4 off from dom0") + how, EOPNOTSUPP);
  }
  CHECK(host.start(request_for({"4"})) == ExitCode::failed);
  CHECK(host.links() == bare_host());
}

TEST_CASE("a kernel that falls silent in the middle of a start leaves nothing half-made",
          "[start]") {
  const bool behind = GENERATE(false, true);
  const int at = GENERATE(range(0, 18));
  CAPTURE(behind, at);
  Host host(bare_host());
  host.kernel.fall_silent_at(at, behind);
  CHECK(host.start(request_for({"4", "5"})) == ExitCode::failed);
  CHECK(host.links() == bare_host());
}

TEST_CASE("stop looks again before each bridge goes", "[stop]") {
  std::vector<Link> links = host_with_guest();
  links.pop_back();
  links.push_back(unit::nic(8, "dummy0"));  // with its mark all can't go at once
  links.back().group = model::link_group;
  Host host(links);
  host.kernel.before("delete br4", [&] { host.kernel.add(unit::plugged_vif(12, "vif7.0", 5)); });
  command::NetworkRequest request;
  request.everything = true;
  CHECK(host.stop(request) == ExitCode::partial);
  CHECK(host.report.lines ==
        Texts{"warning: br5 is left: it has guest port vif7.0",
              "warning: eth1.5 is left: its bridge br5 has guest port vif7.0"});
  CHECK_FALSE(host.has("br4"));
  CHECK(host.kernel.link("vif7.0").master == host.kernel.link("br5").index);
}

TEST_CASE("a guest that comes between the look and the deletion gets its bridge back", "[stop]") {
  const bool all_at_once = GENERATE(false, true);
  Host host(all_at_once ? complete_host() : host_with_guest());
  const std::string bridge = all_at_once ? "br4" : "br5";
  host.kernel.before(all_at_once ? "delete all links that xvlan made" : "delete br5", [&] {
    host.kernel.add(unit::plugged_vif(12, "vif7.0", host.kernel.link(bridge).index));
  });
  command::NetworkRequest request;
  request.everything = true;
  CHECK(host.stop(request) == ExitCode::partial);
  CHECK(host.report.lines.back().starts_with("warning: "));
  CHECK(host.has(bridge));
  CHECK(host.kernel.link("vif7.0").master == host.kernel.link(bridge).index);
  CHECK(host.kernel.link("vif7.0").up);
  CHECK(host.kernel.link(bridge).deaf());
}

TEST_CASE("a guest that is down needs no bridge back", "[stop]") {
  Host host(host_with_guest());
  host.kernel.before("delete br5", [&] {
    Link vif = unit::plugged_vif(12, "vif7.0", host.kernel.link("br5").index);
    vif.up = false;
    host.kernel.add(vif);
  });
  CHECK(host.stop(request_for({"5"})) == ExitCode::done);
  CHECK_FALSE(host.has("br5"));
  CHECK_FALSE(host.kernel.link("vif7.0").up);
}

TEST_CASE("a bridge that is put back is shut as it was", "[stop]") {
  std::vector<Link> links = complete_host();
  links[2].vlan_filtering = false;
  links[2].ingress_dropped = true;
  Host host(links);
  host.kernel.filters_vlans = false;
  host.kernel.before("delete all links that xvlan made",
                     [&] { host.kernel.add(unit::plugged_vif(12, "vif7.0", 3)); });
  command::NetworkRequest request;
  request.everything = true;
  CHECK(host.stop(request) == ExitCode::partial);
  CHECK(host.kernel.link("br4").ingress_dropped);
  CHECK(host.kernel.link("vif7.0").up);
}

TEST_CASE("a bridge that is put back lets guests' own tags through as before", "[stop]") {
  std::vector<Link> links = complete_host();
  links[2].guest_tags = true;
  Host host(links);
  host.kernel.before("delete all links that xvlan made",
                     [&] { host.kernel.add(unit::plugged_vif(12, "vif7.0", 3)); });
  command::NetworkRequest request;
  request.everything = true;
  CHECK(host.stop(request) == ExitCode::partial);
  CHECK(host.kernel.link("br4").guest_tags);
}

TEST_CASE("a guest that came while a bridge was deleted is down where it can't come back",
          "[stop]") {
  Host host(complete_host());
  host.kernel.before("delete all links that xvlan made",
                     [&] { host.kernel.add(unit::plugged_vif(12, "vif7.0", 3)); });
  host.kernel.refuse("create bridge br4", EPERM);
  command::NetworkRequest request;
  request.everything = true;
  CHECK(host.stop(request) == ExitCode::partial);
  CHECK_FALSE(host.kernel.link("vif7.0").up);
  CHECK(host.report.lines ==
        Texts{"warning: vif7.0 lost its bridge br4 and is down: cannot create bridge br4: "
              "Operation not permitted"});
}

TEST_CASE("a guest that leaves a bridge which stays is left alone", "[stop]") {
  Host host(host_with_guest());
  host.kernel.before("delete br5", [&] {
    run_beside(host.kernel, plan::ChangeLink{.link = "vif3.0", .to = {.bridge = ""}});
  });
  command::NetworkRequest request;
  request.everything = true;
  host.stop(request);
  CHECK(host.has("br4"));
  CHECK(host.kernel.link("vif3.0").up);
  CHECK(host.kernel.link("vif3.0").master == 0);
  CHECK(host.report.lines ==
        Texts{"warning: br4 is left: it has guest port vif3.0",
              "warning: eth1.4 is left: its bridge br4 has guest port vif3.0"});
}

TEST_CASE("a port that loses somebody else's bridge meanwhile is left alone", "[stop]") {
  Host host(host_with_guest());
  host.kernel.add(unit::plain_bridge(20, "br0"));
  host.kernel.add(unit::plugged_vif(21, "vif8.0", 20));
  host.kernel.before("delete br5", [&] { run_beside(host.kernel, plan::DeleteLink{"br0"}); });
  CHECK(host.stop(request_for({"5"})) == ExitCode::done);
  CHECK(host.kernel.link("vif8.0").up);
  CHECK(host.report.lines.empty());
}

TEST_CASE("a forced stop puts no guest back", "[stop]") {
  Host host(host_with_guest());
  command::NetworkRequest request;
  request.everything = true;
  request.force = true;
  CHECK(host.stop(request) == ExitCode::done);
  CHECK_FALSE(host.has("br4"));
}

TEST_CASE("guests whose bridge goes by force are down before it does", "[stop]") {
  Host host(host_with_guest());
  host.kernel.before("delete all links that xvlan made",
                     [&] { CHECK_FALSE(host.kernel.link("vif3.0").up); });
  command::NetworkRequest request;
  request.everything = true;
  request.force = true;
  CHECK(host.stop(request) == ExitCode::done);
  CHECK_FALSE(host.kernel.link("vif3.0").up);
}

TEST_CASE("a bridge whose guest can't be set down is kept, even by force", "[stop]") {
  Host host(host_with_guest());
  host.kernel.refuse("set vif3.0 down", EPERM);
  command::NetworkRequest request;
  request.everything = true;
  request.force = true;
  CHECK(host.stop(request) == ExitCode::partial);
  CHECK(host.has("br4"));
  CHECK_FALSE(host.has("br5"));
}

TEST_CASE("status tells of ports that a stranger's bridge leaves without a VLAN", "[status]") {
  std::vector<Link> links = complete_host();
  links[2].group = 0;
  links[3].vlans.clear();
  Host host(links);
  CHECK(host.status(request_for({"4"})) == ExitCode::partial);
  CHECK(host.report.lines ==
        Texts{"eth1 4 eth1.4 br4 wrong - : eth1.4 is in no VLAN of br4, which filters them: its "
              "frames go nowhere"});
}

namespace {

command::NetworkRequest aware_request(const Texts& vids) {
  command::NetworkRequest request;
  for (const std::string& vid : vids) request.segments.push_back(unit::aware_segment(vid));
  return request;
}

command::NetworkRequest stop_all(bool force = false) {
  command::NetworkRequest request;
  request.everything = true;
  request.force = force;
  return request;
}

/// VLANs 4 and 10 on xenbr0, and a guest in VLAN 10.
std::vector<Link> aware_host_with_guest() {
  std::vector<Link> links = unit::aware_host();
  links.push_back(unit::aware_vif(9, "vif3.0", {model::access_vlan(10)}));
  return links;
}

std::string vlans_of(Host& host, const std::string& name) {
  return model::text(host.kernel.link(name).vlans);
}

}  // namespace

TEST_CASE("start makes a VLAN-aware bridge, twice in a row the same", "[start]") {
  Host host(bare_host());
  CHECK(host.start(aware_request({"4", "10"})) == ExitCode::done);
  CHECK(host.report.lines.empty());
  CHECK(unit::alike(host.links()) == unit::alike(unit::aware_host()));
  host.kernel.done.clear();
  CHECK(host.start(aware_request({"4", "10"})) == ExitCode::done);
  CHECK(host.kernel.done.empty());
}

TEST_CASE("a VLAN-aware bridge that the kernel can't make leaves nothing", "[start]") {
  Host host(host_with_trunk_down());
  host.kernel.refuse("let eth1 into VLANs 4,10 of its bridge", ENOSPC);
  CHECK(host.start(aware_request({"4", "10"})) == ExitCode::failed);
  CHECK(host.report.lines == Texts{"error: 2 VLANs not brought up: cannot let eth1 into VLANs 4,10 "
                                   "of its bridge: No space left on device"});
  CHECK(host.links() == host_with_trunk_down());

  Host old(bare_host());
  old.kernel.filters_vlans = false;
  CHECK(old.start(aware_request({"4"})) == ExitCode::failed);
  CHECK(old.links() == bare_host());
}

TEST_CASE("VLANs that are all refused leave no bridge, and the trunk as it was", "[start]") {
  std::vector<Link> links = host_with_trunk_down();
  links.push_back(unit::vlan_link(8, "mine", links[1], 4));
  links.back().group = 0;
  links.back().up = false;
  Host host(links);
  CHECK(host.start(aware_request({"4"})) == ExitCode::failed);
  CHECK(host.links() == links);
}

TEST_CASE("a twin that makes the same VLAN-aware bridge is no failure", "[start]") {
  const Texts steps{"create bridge xenbr0", "add eth1 to bridge xenbr0",
                    "let eth1 into VLANs 4,10 of its bridge", "set xenbr0 up"};
  for (const std::string& step : steps) {
    INFO(step);
    Host host(bare_host());
    Host twin(bare_host());
    host.kernel.before(step, [&] {
      unit::RecordedReport report;
      CHECK(command::start(aware_request({"4", "10"}), host.kernel, report) == ExitCode::done);
    });
    CHECK(host.start(aware_request({"4", "10"})) == ExitCode::done);
    CHECK(host.report.lines.empty());
    CHECK(unit::alike(host.links()) == unit::alike(unit::aware_host()));
  }
}

TEST_CASE("a race for a VLAN-aware bridge that never ends is given up", "[start]") {
  Host host(bare_host());
  host.kernel.refuse("create bridge xenbr0", EEXIST);
  CHECK(host.start(aware_request({"4"})) == ExitCode::failed);
  CHECK(host.kernel.dumps == 8);
  CHECK(host.links() == bare_host());
}

TEST_CASE("stop deletes a VLAN-aware bridge, but for the VLANs of guests", "[stop]") {
  Host host(unit::aware_host());
  CHECK(host.stop(stop_all()) == ExitCode::done);
  CHECK(host.links() == bare_host());

  Host guests(aware_host_with_guest());
  CHECK(guests.stop(stop_all()) == ExitCode::partial);
  CHECK(guests.kernel.done == Texts{"take eth1 out of VLAN 4 of its bridge"});
  CHECK(guests.report.lines ==
        Texts{"warning: VLAN 10 of eth1 is left: guest port vif3.0 is in it"});
  CHECK(guests.stop(stop_all()) == ExitCode::failed);
  CHECK(guests.stop(stop_all(true)) == ExitCode::done);
  CHECK_FALSE(guests.has("xenbr0"));
  CHECK_FALSE(guests.kernel.link("vif3.0").up);
}

TEST_CASE("stop with force takes a named VLAN from a guest, and says no more", "[stop]") {
  Host host(aware_host_with_guest());
  command::NetworkRequest request = aware_request({"10"});
  request.force = true;
  CHECK(host.stop(request) == ExitCode::done);
  CHECK(host.report.lines.empty());
  CHECK(vlans_of(host, "eth1") == "4");
}

TEST_CASE("a dry run of stop prints the VLANs that would go", "[stop]") {
  Host host(aware_host_with_guest());
  command::NetworkRequest request = stop_all();
  request.dry_run = true;
  CHECK(host.stop(request) == ExitCode::partial);
  CHECK(host.report.lines == Texts{"warning: VLAN 10 of eth1 is left: guest port vif3.0 is in it",
                                   "take eth1 out of VLAN 4 of its bridge"});
  CHECK(host.kernel.done.empty());
}

TEST_CASE("a guest that enters a VLAN as it is taken out gets it back", "[stop]") {
  Host host(aware_host_with_guest());
  host.kernel.before("take eth1 out of VLAN 4 of its bridge", [&] {
    host.kernel.add(unit::aware_vif(0, "vif4.0", {model::access_vlan(4)}));
  });
  CHECK(host.stop(stop_all()) == ExitCode::partial);
  CHECK(vlans_of(host, "eth1") == "4,10");
  CHECK(host.report.lines.back() ==
        "warning: VLAN 4 of eth1 is put back: a guest came in as it was taken out");
}

TEST_CASE("a guest that comes as its VLAN-aware bridge goes gets it back, with its VLANs",
          "[stop]") {
  Host host(unit::aware_host());
  const model::Vlans several{model::access_vlan(4), {.first = 10, .last = 10}};
  host.kernel.before("delete xenbr0",
                     [&] { host.kernel.add(unit::aware_vif(0, "vif3.0", several)); });
  CHECK(host.stop(stop_all()) == ExitCode::partial);
  CHECK(host.report.lines ==
        Texts{"warning: xenbr0 is put back: vif3.0 came in as it was deleted"});
  CHECK(vlans_of(host, "vif3.0") == "4p,10");
  CHECK(vlans_of(host, "eth1") == "4,10");
  CHECK(host.kernel.link("vif3.0").up);
  CHECK(host.kernel.link("xenbr0").deaf());
}

TEST_CASE("stop knows a trunk's bridge at its second look as well", "[stop]") {
  std::vector<Link> links = unit::aware_host();
  links[2].default_pvid = 1;  // somebody has changed it
  Host host(links);
  CHECK(host.stop(stop_all()) == ExitCode::done);
  CHECK(host.links() == bare_host());
}

TEST_CASE("status tells the VLANs of a VLAN-aware bridge, and who is in them", "[status]") {
  Host host(aware_host_with_guest());
  host.xenstored.nodes["/local/domain/3/name"] = "web";
  CHECK(host.status(aware_request({"4", "10"})) == ExitCode::done);
  CHECK(host.report.lines == Texts{"eth1 4 - xenbr0 up -", "eth1 10 - xenbr0 up vif3.0=web"});
  host.report.lines.clear();
  CHECK(host.status(aware_request({"4"})) == ExitCode::done);
  CHECK(host.report.lines ==
        Texts{"eth1 4 - xenbr0 up -",
              "eth1 10 - xenbr0 unconfigured vif3.0=web : made by xvlan, but not configured"});
}

TEST_CASE("status tells what one trunk has too many, configured of another or not", "[status]") {
  std::vector<Link> links = unit::aware_host();
  links.push_back(unit::nic(9, "eth2"));
  links.push_back(unit::aware_bridge(10, "san"));
  links[3].master = 10;
  links[3].vlans = unit::tagged_vlans({10});
  Host host(links);
  command::NetworkRequest request = aware_request({"4"});
  request.segments.push_back(unit::aware_segment("10", "eth2", "san"));
  CHECK(host.status(request) == ExitCode::done);
  CHECK(host.report.lines ==
        Texts{"eth1 4 - xenbr0 up -", "eth2 10 - san up -",
              "eth1 10 - xenbr0 unconfigured - : made by xvlan, but not configured"});
}

TEST_CASE("status tells of a guest that another script has put into no VLAN", "[status]") {
  std::vector<Link> links = unit::aware_host();
  links.push_back(unit::aware_vif(9, "vif3.0", {}));
  Host host(links);
  CHECK(host.status(aware_request({"4", "10"})) == ExitCode::partial);
  CHECK(host.report.lines ==
        Texts{"eth1 4 - xenbr0 up -", "eth1 10 - xenbr0 up -",
              "warning: vif3.0 is in no VLAN of xenbr0: its frames go nowhere"});
}

TEST_CASE("status tells of a guest that another program took off its bridge", "[status]") {
  std::vector<Link> links = complete_host();
  links.push_back(unit::plugged_vif(9, "vif3.0", 0));
  Host host(links);
  CHECK(host.status(request_for({"4"})) == ExitCode::partial);
  CHECK(host.report.lines == Texts{"eth1 4 eth1.4 br4 up -",
                                   "warning: vif3.0 is up on no bridge: its frames go nowhere"});
  links.back().addresses = {unit::address("10.0.1.9/32")};  // dom0 routes for it
  CHECK(Host(links).status(request_for({"4"})) == ExitCode::done);
  links.back().addresses.clear();
  links.back().up = false;
  CHECK(Host(links).status(request_for({"4"})) == ExitCode::done);
}

TEST_CASE("start warns of dom0's address in a VLAN of somebody else's bridge, and no other",
          "[start]") {
  std::vector<Link> links = bare_host();
  Link br0 = unit::plain_bridge(3, "br0");
  br0.up = br0.vlan_filtering = true;
  br0.addresses = {unit::address("10.0.1.9/24")};
  links.push_back(br0);
  links[1].master = 3;
  links[1].vlans = {unit::untagged};
  Host host(links);
  command::NetworkRequest request;
  for (const char* const vid : {"1", "4"}) {
    request.segments.push_back(unit::aware_segment(vid, "eth1", "br0"));
  }
  CHECK(host.start(request) == ExitCode::done);
  CHECK(host.report.lines ==
        Texts{"warning: br0 has address 10.0.1.9/24: dom0 can be reached from VLAN 1 of eth1"});
}
