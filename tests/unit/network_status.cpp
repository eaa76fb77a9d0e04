#include <catch2/catch.hpp>

#include "network_host.hpp"

namespace {

using Host = unit::NetworkHost;
using model::ExitCode;
using model::Link;
using unit::aware_host_with_guest;
using unit::aware_request;
using unit::bare_host;
using unit::complete_host;
using unit::host_with_guest;
using unit::host_with_nic_br5;
using unit::request_for;
using unit::Texts;

}  // namespace

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
        "eth1 4 eth1.4 br4 wrong - : br4 has address 192.0.2.1/24; br4 is used by dom0 and not "
        "shut off: its guests reach every address of dom0"};
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

TEST_CASE("status shows all that nobody configures, and nothing that somebody else made",
          "[status]") {
  std::vector<Link> links = host_with_guest();
  Host own(links);
  CHECK(own.status(request_for({})) == ExitCode::done);
  CHECK(own.report.lines ==
        Texts{"eth1 4 eth1.4 br4 unconfigured vif3.0 : made by xvlan, but not configured",
              "eth1 5 eth1.5 br5 unconfigured - : made by xvlan, but not configured"});
  links[3].group = 0;
  Host theirs(links);
  CHECK(theirs.status(request_for({})) == ExitCode::done);
  CHECK(theirs.report.lines ==
        Texts{"eth1 5 eth1.5 br5 unconfigured - : made by xvlan, but not configured"});
  Host aware(unit::aware_host());
  CHECK(aware.status(request_for({})) == ExitCode::done);
  CHECK(aware.report.lines ==
        Texts{"eth1 4 - xenbr0 unconfigured - : made by xvlan, but not configured",
              "eth1 10 - xenbr0 unconfigured - : made by xvlan, but not configured"});
}

TEST_CASE("status knows a vif without a device by its name", "[status]") {
  std::vector<Link> links = host_with_guest();
  links.back().parent.clear();
  Host host(links);
  host.xenstored.nodes["/local/domain/3/name"] = "web";
  host.status(request_for({"4"}));
  CHECK(host.report.lines.front() == "eth1 4 eth1.4 br4 up vif3.0=web");
}

TEST_CASE("status shows a VLAN link of ours that has lost its trunk, or its bridge", "[status]") {
  std::vector<Link> links = complete_host();
  links.erase(links.begin() + 2);  // br4
  links.back().master = 0;
  Host host(links);
  CHECK(host.status(request_for({})) == ExitCode::done);
  links.back().lower = 77;  // in another network namespace
  Host other(links);
  CHECK(other.status(request_for({})) == ExitCode::done);
  CHECK(host.report.lines == Texts{"eth1 4 eth1.4 - unconfigured - : made by xvlan, but not "
                                   "configured"});
  CHECK(other.report.lines == Texts{"- 4 eth1.4 - unconfigured - : made by xvlan, but not "
                                    "configured"});
}

TEST_CASE("status names every address, and every program that manages a link", "[status]") {
  std::vector<Link> links = host_with_guest();
  links[2].group = 0;
  links[3].addresses = {unit::address("192.0.2.1/24"), unit::address("192.0.2.2/24")};
  links.push_back(unit::plugged_vif(10, "vif4.0", 3));
  Host host(links);
  for (const char* const link : {"br4", "vif3.0", "vif4.0"}) host.kernel.managers[link] = "x";
  CHECK(host.status(request_for({"4"})) == ExitCode::partial);
  CHECK(host.report.lines.front() ==
        "eth1 4 eth1.4 br4 wrong vif3.0,vif4.0 : eth1.4 has address 192.0.2.1/24; eth1.4 has "
        "address 192.0.2.2/24; br4 is managed by x; vif3.0 is managed by x; vif4.0 is managed by "
        "x");
}

TEST_CASE("status names a VLAN that the configuration must not have, and is not content",
          "[status]") {
  Host host(complete_host());
  command::NetworkRequest request = request_for({"4"});
  request.refused.emplace_back(
      model::Error::Parts{.action = "bring up VLAN 5 of eth1", .reason = "it has an address"});
  request.refused.emplace_back(
      model::Error::Parts{.action = "bring up VLAN 6 of eth1", .reason = "it has another"});
  CHECK(host.status(request) == ExitCode::partial);
  CHECK(host.report.lines == Texts{"eth1 4 eth1.4 br4 up -",
                                   "error: cannot bring up VLAN 5 of eth1: it has an address",
                                   "error: cannot bring up VLAN 6 of eth1: it has another"});
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
  links[2].group = 0;  // and its ports need no VLAN
  links[3].vlans.clear();
  Host theirs(links);
  CHECK(theirs.status(request_for({"4"})) == ExitCode::done);
  CHECK(theirs.report.lines == host.report.lines);
}

TEST_CASE("status tells of ports that a stranger's bridge leaves without a VLAN", "[status]") {
  std::vector<Link> links = complete_host();
  links[2].group = 0;
  links[3].vlans.clear();
  links.push_back(unit::plugged_vif(9, "vif3.0", 3));
  links.back().vlans.clear();
  Host host(links);
  CHECK(host.status(request_for({"4"})) == ExitCode::partial);
  CHECK(host.report.lines ==
        Texts{"eth1 4 eth1.4 br4 wrong vif3.0 : eth1.4 is in no VLAN of br4, which filters them: "
              "its frames go nowhere; vif3.0 is in no VLAN of br4, which filters them: its frames "
              "go nowhere"});
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
  links.push_back(unit::aware_vif(8, "vif4.0", {}));
  links.push_back(unit::aware_vif(9, "vif3.0", {}));
  Host host(links);
  CHECK(host.status(aware_request({"4", "10"})) == ExitCode::partial);
  CHECK(host.report.lines ==
        Texts{"eth1 4 - xenbr0 up -", "eth1 10 - xenbr0 up -",
              "warning: vif4.0 is in no VLAN of xenbr0: its frames go nowhere",
              "warning: vif3.0 is in no VLAN of xenbr0: its frames go nowhere"});
}

TEST_CASE("status tells of a guest that another program took off its bridge", "[status]") {
  std::vector<Link> links = complete_host();
  links.push_back(unit::plugged_vif(8, "vif4.0", 0));
  links.push_back(unit::plugged_vif(9, "vif3.0", 0));
  Host host(links);
  CHECK(host.status(request_for({"4"})) == ExitCode::partial);
  CHECK(host.report.lines ==
        Texts{"eth1 4 eth1.4 br4 up -",
              "warning: vif4.0 is up but on no bridge: its frames go nowhere",
              "warning: vif3.0 is up but on no bridge: its frames go nowhere"});
  links.erase(links.end() - 2);
  links.back().addresses = {unit::address("10.0.1.9/32")};  // dom0 routes for it
  CHECK(Host(links).status(request_for({"4"})) == ExitCode::done);
  links.back().addresses.clear();
  links.back().up = false;
  CHECK(Host(links).status(request_for({"4"})) == ExitCode::done);
}
