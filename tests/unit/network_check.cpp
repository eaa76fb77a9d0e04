#include <catch2/catch.hpp>

#include "network_host.hpp"

namespace {

using Host = unit::NetworkHost;
using model::ExitCode;
using model::Link;
using unit::host_with_guest;
using unit::request_for;
using unit::Texts;

command::NetworkRequest for_nagios(command::NetworkRequest request) {
  request.nagios = true;
  return request;
}

Link link_above(int index, const std::string& name, const char* kind, const Link& lower) {
  Link link = unit::nic(index, name);
  link.kind = kind;
  link.lower = lower.index;
  return link;
}

}  // namespace

TEST_CASE("check is silent where all is as configured", "[check]") {
  Host host(host_with_guest());
  CHECK(host.check(request_for({"4", "5"})) == ExitCode::done);
  CHECK(host.report.lines.empty());
  CHECK(host.xenstored.opened == 0);
}

TEST_CASE("check has a line for each difference, and says on which side it is", "[check]") {
  std::vector<Link> links = host_with_guest();
  links[2].stp = true;
  links[2].addresses = {unit::address("10.0.4.9/24")};
  links.push_back(unit::plugged_vif(10, "vif4.0", 0));
  Host host(links);
  command::NetworkRequest request = request_for({"4", "6"});
  request.segments.front().protection.isolated = true;
  request.refused.emplace_back(
      model::Error::Parts{.action = "bring up VLAN 7 of eth1", .reason = "it has an address"});
  CHECK(host.check(request) == ExitCode::partial);
  CHECK(host.report.lines == Texts{"- eth1 4: to do: switch STP of br4 off",
                                   "- eth1 4: to do: give br4 the alias 'xvlan: isolated=yes'",
                                   "+ eth1 4: br4 has address 10.0.4.9/24",
                                   "- eth1 4: vif3.0 is not isolated, plug it again",
                                   "- eth1 6: eth1.6 is missing", "- eth1 6: br6 is missing",
                                   "+ eth1 5: made by xvlan, but not configured",
                                   "- cannot bring up VLAN 7 of eth1: it has an address",
                                   "- vif4.0 is up but on no bridge: its frames go nowhere"});
}

TEST_CASE("check is not content with what nobody configures", "[check]") {
  Host host(host_with_guest());
  CHECK(host.check(request_for({"4"})) == ExitCode::partial);
  CHECK(host.report.lines == Texts{"+ eth1 5: made by xvlan, but not configured"});
}

TEST_CASE("check takes a bridge that traffic control shuts for well", "[check]") {
  std::vector<Link> links = unit::complete_host();
  links[2].vlan_filtering = false;
  links[2].ingress_dropped = true;
  Host host(links);
  CHECK(host.check(request_for({"4"})) == ExitCode::done);
  CHECK(host.report.lines.empty());
}

TEST_CASE("check can be quiet", "[check]") {
  Host host(host_with_guest());
  command::NetworkRequest request = request_for({"4", "6"});
  request.quiet = true;
  CHECK(host.check(request) == ExitCode::partial);
  CHECK(host.report.lines.empty());
}

TEST_CASE("for Nagios check has one line, and the statuses of a plugin", "[check]") {
  Host well(host_with_guest());
  CHECK(well.check(for_nagios(request_for({"4", "5"}))) == command::nagios_ok);
  CHECK(well.report.lines == Texts{"XVLAN OK - 2 VLANs up | up=2 wrong=0 unconfigured=0 guests=1"});
  Host left(host_with_guest());
  CHECK(left.check(for_nagios(request_for({"4"}))) == command::nagios_warning);
  CHECK(
      left.report.lines ==
      Texts{"XVLAN WARNING - 1 VLAN up, 1 not configured | up=1 wrong=0 unconfigured=1 guests=1"});
  std::vector<Link> links = host_with_guest();
  links[2].name = "br|";
  links.push_back(unit::plugged_vif(10, "vif4.0", 0));
  Host wrong(links);
  CHECK(wrong.check(for_nagios(request_for({"4", "5"}))) == command::nagios_critical);
  CHECK(wrong.report.lines ==
        Texts{"XVLAN CRITICAL - 1 VLAN up, 2 problems: eth1 4: cannot bring up VLAN 4 of eth1: "
              "eth1.4 is already a port of br/ | up=1 wrong=2 unconfigured=0 guests=0"});
  unit::RecordedReport report;
  CHECK(command::tell_nagios_unknown(model::Error({.action = "read |", .reason = "No such file"}),
                                     report) == command::nagios_unknown);
  CHECK(report.lines == Texts{"XVLAN UNKNOWN - cannot read /: No such file"});
}

TEST_CASE("check finds a link that stands on one of a VLAN's links", "[check]") {
  std::vector<Link> links = host_with_guest();
  std::string line;
  SECTION("on the VLAN link") {
    links.push_back(link_above(20, "eth1.4.7", "vlan", links[3]));
    line = "+ eth1 4: eth1.4.7 (vlan) stands on eth1.4: some frames bypass the bridge";
  }
  SECTION("on the bridge") {
    links.push_back(link_above(20, "macv0", "macvlan", links[2]));
    line = "+ eth1 4: macv0 (macvlan) stands on br4: some frames bypass the bridge";
  }
  SECTION("on a guest's vif") {
    links.push_back(link_above(20, "vif3.0.9", "vlan", links.back()));
    line = "+ eth1 4: vif3.0.9 (vlan) stands on vif3.0: some frames bypass the bridge";
  }
  Host host(links);
  CHECK(host.check(request_for({"4", "5"})) == ExitCode::partial);
  CHECK(host.report.lines == Texts{line});
}

TEST_CASE("check finds a veth that goes by the name of a guest's vif", "[check]") {
  std::vector<Link> links = host_with_guest();
  links.push_back(unit::plugged_vif(20, "vif9.0", 3));
  links.back().parent.clear();
  links.back().kind = "veth";
  links.push_back(link_above(21, "veth1", "veth", links.back()));
  links[links.size() - 2].lower = 21;
  Host host(links);
  CHECK(host.check(request_for({"4", "5"})) == ExitCode::partial);
  CHECK(host.report.lines ==
        Texts{"+ eth1 4: vif9.0 leads back into dom0: the other end of that veth is veth1"});
}

TEST_CASE("check lets a veth be whose other end is in another namespace", "[check]") {
  std::vector<Link> links = host_with_guest();
  links.back().kind = "veth";
  Host host(links);
  CHECK(host.check(request_for({"4", "5"})) == ExitCode::done);
}

TEST_CASE("check finds frames that traffic control sends elsewhere", "[check]") {
  std::vector<Link> links = host_with_guest();
  links.push_back(unit::nic(30, "ifb0"));
  links.back().kind = "ifb";
  links.push_back(unit::nic(31, "ifb1"));
  links.back().kind = "ifb";
  Host host(links);
  Texts lines;
  const int eth0 = 1;
  const int eth1 = 2;
  const int eth1_4 = 4;
  const int vif = 9;
  const int ifb = 30;
  SECTION("from a guest") {
    host.kernel.redirects = {{.from = vif, .to = eth0, .filter = "matchall"}};
    lines = {"+ eth1 4: traffic control sends frames of vif3.0 to eth0"};
  }
  SECTION("to a VLAN link") {
    host.kernel.redirects = {{.from = eth0, .to = eth1_4, .filter = "u32"}};
    lines = {"+ eth1 4: traffic control sends frames of eth0 to eth1.4"};
  }
  SECTION("to a link in another namespace") {
    host.kernel.redirects = {{.from = vif, .to = 77, .filter = "u32"}};
    lines = {"+ eth1 4: traffic control sends frames of vif3.0 to link 77"};
  }
  SECTION("from the trunk, for all VLANs at once") {
    host.kernel.redirects = {{.from = eth1, .to = eth0, .filter = "u32"}};
    lines = {"+ traffic control sends frames of eth1 to eth0"};
  }
  SECTION("by a program") {
    host.kernel.redirects = {{.from = vif, .to = 0, .filter = "bpf"}};
    lines = {"+ eth1 4: a BPF program that is not xvlan's handles the frames of vif3.0"};
  }
  SECTION("with another tag") {
    host.kernel.redirects = {{.from = eth1, .to = eth1, .filter = "flower", .retags = true}};
    lines = {"+ traffic control changes VLAN tags of frames of eth1"};
  }
  SECTION("by way of an ifb") {
    host.kernel.redirects = {{.from = ifb, .to = eth0, .filter = "matchall"},
                             {.from = vif, .to = ifb, .filter = "u32"}};
    lines = {"+ eth1 4: traffic control sends frames of ifb0 to eth0"};
  }
  SECTION("but not what is shaped, nor what is none of a VLAN's") {
    host.kernel.redirects = {{.from = vif, .to = ifb, .filter = "u32"},
                             {.from = eth0, .to = ifb, .filter = "u32"},
                             {.from = eth0, .to = 0, .filter = "bpf"},
                             {.from = 31, .to = eth0, .filter = "u32"},
                             {.from = 55, .to = eth1_4, .filter = "bpf"}};
  }
  CHECK(host.check(request_for({"4", "5"})) ==
        (lines.empty() ? ExitCode::done : ExitCode::partial));
  CHECK(host.report.lines == lines);
}

TEST_CASE("check finds what all VLANs of a VLAN-aware bridge share once", "[check]") {
  Host host(unit::aware_host_with_guest());
  const int bridge = 3;
  host.kernel.redirects = {{.from = bridge, .to = 1, .filter = "matchall"}};
  CHECK(host.check(unit::aware_request({"4", "10"})) == ExitCode::partial);
  CHECK(host.report.lines == Texts{"+ traffic control sends frames of xenbr0 to eth0"});
}

TEST_CASE("check finds a link on a VLAN-aware bridge of xvlan's, and lets others' be", "[check]") {
  std::vector<Link> links = unit::aware_host_with_guest();
  links.push_back(link_above(20, "xenbr0.4", "vlan", links[2]));
  SECTION("xvlan's") {
    Host host(links);
    CHECK(host.check(unit::aware_request({"4", "10"})) == ExitCode::partial);
    CHECK(host.report.lines ==
          Texts{"+ xenbr0.4 (vlan) stands on xenbr0: some frames bypass the bridge"});
  }
  SECTION("somebody else's") {
    links[2].group = 0;
    Host host(links);
    CHECK(host.check(unit::aware_request({"4", "10"})) == ExitCode::done);
  }
}

TEST_CASE("check looks at the ports of a bond that is the trunk", "[check]") {
  std::vector<Link> links = host_with_guest();
  const int port = 20;
  links.push_back(unit::nic(port, "eth7"));
  links.back().master = 2;
  const Link eth7 = links.back();
  Texts lines;
  SECTION("what stands on one") {
    links.push_back(link_above(21, "stolen", "vlan", eth7));
    lines = {"+ stolen (vlan) stands on eth7: some frames bypass the bridge"};
  }
  SECTION("what traffic control does there") {
    lines = {"+ traffic control sends frames of eth7 to eth0"};
  }
  Host host(links);
  if (links.back().name == "eth7") {
    host.kernel.redirects = {{.from = port, .to = 1, .filter = "matchall"}};
  }
  CHECK(host.check(request_for({"4", "5"})) == ExitCode::partial);
  CHECK(host.report.lines == lines);
}
