#include <catch2/catch.hpp>
#include <cerrno>

#include "network_host.hpp"

namespace {

using Host = unit::NetworkHost;
using model::ExitCode;
using model::Link;
using unit::aware_request;
using unit::bare_host;
using unit::br5_taken;
using unit::complete_host;
using unit::host_with_nic_br5;
using unit::host_with_trunk_down;
using unit::request_for;
using unit::run_beside;
using unit::segment;
using unit::Texts;

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
              "warning: VLAN 4 of eth1 is left incomplete: cannot delete eth1.4: Operation not "
              "permitted"});
  CHECK_FALSE(host.has("br4"));
}

TEST_CASE("a guest that comes to a bridge as that is undone is down, and named", "[start]") {
  Host host(bare_host());
  host.kernel.refuse("set br4 up", EPERM);
  host.kernel.before("delete br4", [&] {
    host.kernel.add(unit::plugged_vif(12, "vif7.0", host.kernel.link("br4").index));
    host.kernel.add(unit::plugged_vif(13, "vif8.0", host.kernel.link("br4").index));
  });
  CHECK(host.start(request_for({"4"})) == ExitCode::partial);
  CHECK_FALSE(host.kernel.link("vif7.0").up);
  CHECK_FALSE(host.kernel.link("vif8.0").up);
  CHECK(host.report.lines ==
        Texts{"error: VLAN 4 of eth1: cannot set br4 up: Operation not permitted",
              "warning: VLAN 4 of eth1 is left incomplete: vif7.0 has lost its bridge br4 and is "
              "down",
              "warning: VLAN 4 of eth1 is left incomplete: vif8.0 has lost its bridge br4 and is "
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

TEST_CASE("the host is read once more behind trunks of which any was made ready", "[start]") {
  for (const char* const down : {"eth1", "eth2"}) {
    std::vector<Link> links = bare_host();
    links.push_back(unit::nic(3, "eth2"));
    Host host(links);
    host.kernel.link(down).up = false;
    command::NetworkRequest request = request_for({"4"});
    request.segments.push_back(segment("5", "eth2"));
    CHECK(host.start(request) == ExitCode::done);
    CHECK(host.kernel.dumps == 2);
  }
}

TEST_CASE("a trunk that can't come up is left as it was", "[start]") {
  Host host(host_with_trunk_down());
  host.kernel.refuse("set eth1 up", EPERM);
  CHECK(host.start(request_for({"4"})) == ExitCode::failed);
  CHECK(host.kernel.done == Texts{"switch IPv6 off on eth1", "switch IPv6 on on eth1"});
  CHECK(host.links() == host_with_trunk_down());
}

TEST_CASE("a trunk that carries no VLAN in the end is left as it was", "[start]") {
  Host host(host_with_trunk_down());
  host.kernel.refuse("create bridge br4", EPERM);
  CHECK(host.start(request_for({"4"})) == ExitCode::failed);
  CHECK(host.links() == host_with_trunk_down());
}

TEST_CASE("trunks that carry no VLAN in the end are left as they were, each", "[start]") {
  std::vector<Link> links = host_with_trunk_down();
  links.push_back(unit::nic(3, "eth2"));
  links.back().up = false;
  Host host(links);
  command::NetworkRequest request = request_for({"4"});
  request.segments.push_back(segment("5", "eth2"));
  host.kernel.refuse("create bridge br4", EPERM);
  host.kernel.refuse("create bridge br5", EPERM);
  CHECK(host.start(request) == ExitCode::failed);
  CHECK(host.links() == links);
}

TEST_CASE("a dry run prints the operations and changes nothing", "[start]") {
  Host host(host_with_trunk_down());
  command::NetworkRequest request = request_for({"4"});
  request.dry_run = true;
  command::NetworkRequest of_two = request_for({"4", "5"});
  of_two.dry_run = true;
  CHECK(host.start(of_two) == ExitCode::done);
  CHECK(host.report.lines.size() == 2 + 2 * 9);
  CHECK(host.report.lines.back() == "set br5 up");
  host.report.lines.clear();
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
  CHECK(host.report.lines == Texts{"error: 1 VLAN not brought up: cannot use eth1 as trunk: there "
                                   "is no such link"});
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

TEST_CASE("a host that can't be read behind its trunks gets no VLAN of any of them", "[start]") {
  std::vector<Link> links = host_with_trunk_down();
  links.push_back(unit::nic(3, "eth2"));
  Host host(links);
  command::NetworkRequest request = request_for({"4"});
  request.segments.push_back(segment("5", "eth2"));
  host.kernel.failing_dumps = {2};
  CHECK(host.start(request) == ExitCode::failed);
  CHECK(host.report.lines.size() == 2);
  CHECK(host.links() == links);
}

TEST_CASE("where the host can't be read again, all that was done is named", "[start]") {
  Host host(bare_host());
  host.kernel.refuse("switch IPv6 off on eth1.4", EPERM);
  host.kernel.failing_dumps = {2};
  CHECK(host.start(request_for({"4"})) == ExitCode::partial);
  const std::string left = "warning: VLAN 4 of eth1 is left incomplete: ";
  CHECK(host.report.lines ==
        Texts{"error: VLAN 4 of eth1: cannot switch IPv6 off on eth1.4: Operation not permitted",
              "error: cannot look up a link: No buffer space available",
              left + "create VLAN link eth1.4 on eth1 with VID 4",
              left + "switch IPv6 off on eth1.4"});
}

TEST_CASE("a VLAN that the configuration must not have is reported, and so is the next",
          "[start]") {
  Host host(bare_host());
  command::NetworkRequest request = request_for({"4"});
  request.refused.emplace_back(model::Error::Parts{.action = "bring up VLAN 5", .reason = "no"});
  request.refused.emplace_back(model::Error::Parts{.action = "bring up VLAN 6", .reason = "no"});
  CHECK(host.start(request) == ExitCode::partial);
  CHECK(host.report.lines ==
        Texts{"error: cannot bring up VLAN 5: no", "error: cannot bring up VLAN 6: no"});
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
  links[3].addresses = {unit::address("192.0.2.1/24"), unit::address("192.0.2.2/24")};
  links.push_back(unit::vlan_link(6, "eth1.5", links[1], 5));
  links.back().group = 0;
  links.back().addresses = {unit::address("192.0.2.5/24")};
  Host host(links);
  CHECK(host.start(request_for({"4", "5"})) == ExitCode::done);
  CHECK(host.report.lines == Texts{"warning: eth1.4 has address 192.0.2.1/24: dom0 can be reached "
                                   "from VLAN 4 of eth1",
                                   "warning: eth1.4 has address 192.0.2.2/24: dom0 can be reached "
                                   "from VLAN 4 of eth1",
                                   "warning: eth1.5 has address 192.0.2.5/24: dom0 can be reached "
                                   "from VLAN 5 of eth1"});
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
