#include <catch2/catch.hpp>

#include "model/utf8.hpp"
#include "network_host.hpp"

namespace {

using Host = unit::NetworkHost;
using command::Output;
using model::ExitCode;
using model::Link;
using unit::host_with_guest;
using unit::request_for;
using unit::Texts;

command::NetworkRequest shown_as(Output::Form form, command::NetworkRequest request) {
  request.output.form = form;
  request.words = " netdev=eth1";
  return request;
}

Texts table(Host& host, const command::NetworkRequest& request) {
  (void)host.status(shown_as(Output::Form::table, request));
  return host.report.lines;
}

std::string json(Host& host, const command::NetworkRequest& request) {
  (void)host.status(shown_as(Output::Form::json, request));
  REQUIRE(host.report.lines.size() == 1);
  return host.report.lines.front();
}

/// VLANs 4 to 8, the guest on 4.
std::vector<Link> host_with_many() {
  std::vector<Link> links = host_with_guest();
  for (int vid = 6; vid <= 8; ++vid) {
    const std::string text = std::to_string(vid);
    links.push_back(unit::bridge(vid * 10, "br" + text));
    links.push_back(
        unit::vlan_link(vid * 10 + 1, "eth1." + text, links[1], static_cast<std::uint16_t>(vid)));
    links.back().master = vid * 10;
    links.back().vlans = {unit::untagged};
    links.back().port_groups = plan::all_groups;
  }
  return links;
}

}  // namespace

TEST_CASE("a table has headings, columns and a summary", "[status]") {
  Host host(host_with_guest());
  host.xenstored.nodes["/local/domain/3/name"] = "web";
  CHECK(table(host, request_for({"4", "5"})) ==
        Texts{"TRUNK  VLAN  VLAN LINK  BRIDGE  STATE  GUESTS",
              "eth1   4     eth1.4     br4     up     vif3.0=web",
              "eth1   5     eth1.5     br5     up     -", "", "2 VLANs up; 1 vif"});
}

TEST_CASE("VLANs in a row that differ in nothing are one row of a table", "[status]") {
  Host host(host_with_many());
  CHECK(table(host, request_for({"4", "5", "6", "7", "9", "10"})) ==
        Texts{"TRUNK  VLAN  VLAN LINK           BRIDGE        STATE         GUESTS",
              "eth1   4     eth1.4              br4           up            vif3.0",
              "eth1   5-7   eth1.5 ... eth1.7   br5 ... br7   up            -",
              "eth1   9-10  eth1.9 ... eth1.10  br9 ... br10  missing       -",
              "  ! eth1.9 is missing, and so on", "  ! br9 is missing, and so on",
              "    to mend it: xvlan network start netdev=eth1",
              "eth1   8     eth1.8              br8           unconfigured  -",
              "  ! made by xvlan, but not configured",
              "    to mend it: xvlan network stop netdev=eth1 vlans=8", "",
              "4 VLANs up, 2 missing, 1 unconfigured; 1 vif"});
}

TEST_CASE("VLANs that differ in what is wrong, in their trunk or by a gap have a row each",
          "[status]") {
  std::vector<Link> links = host_with_many();
  links.push_back(unit::nic(200, "eth2"));
  for (Link& link : links) {
    if (link.name == "br6") link.stp = true;
    if (link.name == "br7") link.addresses = {unit::address("10.0.7.1/24")};
  }
  Host host(links);
  command::NetworkRequest request = request_for({"5", "6", "7", "8"});
  request.segments.push_back(unit::segment("9", "eth2"));
  const Texts lines = table(host, request);
  std::vector<std::string> rows;
  for (const std::string& line : lines) {
    if (line.starts_with("eth")) rows.push_back(line.substr(0, line.find("  ", 7)));
  }
  CHECK(rows == Texts{"eth1   5", "eth1   6", "eth1   7", "eth1   8", "eth2   9", "eth1   4"});
}

TEST_CASE("VLANs with a gap between them are not a range", "[status]") {
  Host host(host_with_many());
  const Texts lines = table(host, request_for({"5", "7"}));
  REQUIRE(lines.size() > 2);
  CHECK(lines[1].starts_with("eth1   5     eth1.5 "));
  CHECK(lines[2].starts_with("eth1   7     eth1.7 "));
}

TEST_CASE("one command that mends several problems is said once", "[status]") {
  std::vector<Link> links = host_with_guest();
  links[2].stp = true;
  links[2].forward_delay = 200;
  links[2].addresses = {unit::address("10.0.4.1/24")};
  Host host(links);
  const Texts lines = table(host, request_for({"4"}));
  REQUIRE(lines.size() > 6);
  CHECK(Texts(lines.begin() + 2, lines.begin() + 7) ==
        Texts{"  ! to do: switch STP of br4 off", "  ! to do: set forward delay of br4 to 0 s",
              "    to mend it: xvlan network start netdev=eth1", "  ! br4 has address 10.0.4.1/24",
              "    to mend it: ip address delete 10.0.4.1/24 dev br4"});
}

TEST_CASE("a table says how each guest that is lost or not guarded is mended", "[status]") {
  std::vector<Link> links = host_with_guest();
  links.push_back(unit::plugged_vif(10, "vif4.0", 0));
  links.push_back(unit::plugged_vif(11, "vif5.0-emu", 0));
  links.back().parent.clear();
  Host host(links);
  command::NetworkRequest request = request_for({"4", "5"});
  request.segments.front().protection.isolated = true;
  const Texts lines = table(host, request);
  const auto mends = [&](const std::string& problem) {
    const auto found = std::find(lines.begin(), lines.end(), "  ! " + problem);
    return found == lines.end() ? "no such problem" : *(found + 1);
  };
  CHECK(mends("vif3.0 is not isolated, plug it again") ==
        "    to mend it: xvlan-vif online vif3.0");
  CHECK(mends("vif4.0 is up but on no bridge: its frames go nowhere") ==
        "    to mend it: xvlan-vif online vif4.0");
  CHECK(mends("vif5.0-emu is up but on no bridge: its frames go nowhere") ==
        "    to mend it: xvlan-vif add vif5.0-emu");
}

TEST_CASE("what is wrong has a colour, where colour is wanted", "[status]") {
  std::vector<Link> links = host_with_guest();
  links[2].stp = true;
  Host host(links);
  command::NetworkRequest request = shown_as(Output::Form::table, request_for({"4"}));
  request.output.colour = true;
  (void)host.status(request);
  CHECK(host.report.lines[1] ==
        "eth1   4     eth1.4     br4     \x1b[31mwrong\x1b[0m         vif3.0");
  CHECK(host.report.lines[2] == "  \x1b[31m! to do: switch STP of br4 off\x1b[0m");
  CHECK(host.report.lines[4] == "eth1   5     eth1.5     br5     \x1b[33munconfigured\x1b[0m  -");
  CHECK(host.report.lines[5] == "  \x1b[33m! made by xvlan, but not configured\x1b[0m");
}

TEST_CASE("many guests are continued below, within the width of the terminal", "[status]") {
  std::vector<Link> links = host_with_guest();
  for (int i = 10; i < 14; ++i) {
    links.push_back(unit::plugged_vif(i, "vif" + std::to_string(i) + ".0", 3));
  }
  Host host(links);
  command::NetworkRequest request = shown_as(Output::Form::table, request_for({"4"}));
  request.output.width = 66;
  (void)host.status(request);
  CHECK(Texts(host.report.lines.begin(), host.report.lines.begin() + 4) ==
        Texts{"TRUNK  VLAN  VLAN LINK  BRIDGE  STATE         GUESTS",
              "eth1   4     eth1.4     br4     up            vif3.0, vif10.0,",
              "                                              vif11.0, vif12.0,",
              "                                              vif13.0"});
}

TEST_CASE("a name can do nothing to a terminal", "[status]") {
  std::vector<Link> links = host_with_guest();
  links.back().name = "\x1b[2Jvif\xff";
  Host host(links);
  host.xenstored.nodes["/local/domain/3/name"] = "w\x9b\xc2\x9b\xc3\xa9\neb";
  CHECK(table(host, request_for({"4", "5"}))[1] ==
        "eth1   4     eth1.4     br4     up     ?[2Jvif?=w??\xc3\xa9?eb");
}

TEST_CASE("a name can't make a second line of one", "[status]") {
  Host host(host_with_guest());
  host.xenstored.nodes["/local/domain/3/name"] = "web\neth1 6 eth1.6 br6 up -";
  (void)host.status(request_for({"4", "5"}));
  CHECK(host.report.lines.front() == "eth1 4 eth1.4 br4 up vif3.0=web?eth1 6 eth1.6 br6 up -");
}

TEST_CASE("a command that mends can be copied, whatever a link is called", "[status]") {
  std::vector<Link> links = host_with_guest();
  links.push_back(unit::nic(20, "x';$(id)"));
  links.back().master = 3;
  Host host(links);
  const Texts lines = table(host, request_for({"4", "5"}));
  REQUIRE(lines.size() > 3);
  CHECK_THAT(lines[3], Catch::EndsWith(R"(ip link set 'x'\'';$(id)' nomaster)"));
}

TEST_CASE("characters are counted, not bytes", "[model]") {
  CHECK(model::character_count("") == 0);
  CHECK(model::character_count("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") == 4);
  CHECK(model::character_count("\xff\xfe") == 2);
  CHECK(model::printable("a b\t\x7f\xc2\xa0") == "a b??\xc2\xa0");
}

TEST_CASE("JSON has an entry for each VLAN, with its ports and what is wrong", "[status]") {
  std::vector<Link> links = host_with_guest();
  links[2].addresses = {unit::address("10.0.4.9/24")};
  links.back().filter = "ip";
  links.back().isolated = true;
  Host host(links);
  host.xenstored.nodes["/local/domain/3/name"] = "web";
  host.xenstored.nodes["backend/vif/3/0/mac"] = "00:16:3e:01:fb:fe";
  CHECK(json(host, request_for({"4"})) ==
        R"({"format":1,"segments":[{"link":"eth1","vlan":4,"ifname":"eth1.4","master":"br4",)"
        R"("mtu":1500,"made_by_xvlan":true,"state":"wrong","ports":[{"ifname":"vif3.0","domid":3,)"
        R"("devid":0,"domain":"web","guest_address":"00:16:3e:01:fb:fe","up":true,"mtu":1500,)"
        R"("antispoof":"ip","isolated":true}],"problems":[{"code":"address","ifname":"br4",)"
        R"("found":"10.0.4.9/24","text":"br4 has address 10.0.4.9/24",)"
        R"("mend":"ip address delete 10.0.4.9/24 dev br4"}]},)"
        R"({"link":"eth1","vlan":5,"ifname":"eth1.5","master":"br5","mtu":1500,)"
        R"("made_by_xvlan":true,"state":"unconfigured","problems":[{"code":"unconfigured",)"
        R"("ifname":"eth1.5","text":"made by xvlan, but not configured",)"
        R"("mend":"xvlan network stop netdev=eth1 vlans=5"}]}],"problems":[]})");
}

TEST_CASE("JSON of a VLAN-aware bridge tells the VLANs of its ports", "[status]") {
  Host host(unit::aware_host_with_guest());
  host.xenstored.down = true;
  (void)host.status(shown_as(Output::Form::json, unit::aware_request({"10"})));
  CHECK(host.report.lines.back() ==
        R"({"format":1,"segments":[{"link":"eth1","vlan":10,"master":"xenbr0","mtu":1500,)"
        R"("made_by_xvlan":true,"state":"up","ports":[{"ifname":"vif3.0","domid":3,"devid":0,)"
        R"("vlans":[{"vlan":10,"flags":["PVID","Egress Untagged"]}],"up":true,"mtu":1500,)"
        R"("isolated":false}]},{"link":"eth1","vlan":4,"master":"xenbr0","mtu":1500,)"
        R"("made_by_xvlan":true,"state":"unconfigured","problems":[{"code":"unconfigured",)"
        R"("ifname":"xenbr0","text":"made by xvlan, but not configured",)"
        R"("mend":"xvlan network stop netdev=eth1 vlans=4"}]}],"problems":[]})");
}

TEST_CASE("of a guest in many VLANs xenstore is asked once", "[status]") {
  std::vector<Link> links = unit::aware_host_with_guest();
  links.back().vlans = {{.first = 4, .last = 10}};
  Host host(links);
  (void)host.status(shown_as(Output::Form::json, unit::aware_request({"4", "10"})));
  CHECK(host.xenstored.reads == 2);  // its name and its MAC
}

TEST_CASE("JSON tells the VLANs of a trunk that may come, in ranges", "[status]") {
  Host host(unit::bare_host());
  command::NetworkRequest request = request_for({"4", "5", "9"});
  for (model::Segment& segment : request.segments) segment.options.on_demand = true;
  CHECK(json(host, request) ==
        R"({"format":1,"segments":[{"link":"eth1","vlans":[{"vlan":4,"vlanEnd":5},{"vlan":9}],)"
        R"("state":"on-demand"}],"problems":[]})");
}

TEST_CASE("JSON tells what concerns no VLAN apart, and nothing goes to stderr", "[status]") {
  std::vector<Link> links = unit::complete_host();
  links.push_back(unit::plugged_vif(9, "vif3.0", 0));
  Host host(links);
  host.kernel.firewall = true;
  command::NetworkRequest request = request_for({"4"});
  request.refused.emplace_back(
      model::Error::Parts{.action = "bring up VLAN 5 of eth1", .reason = "it has an address"});
  const std::string text = json(host, request);
  CHECK_THAT(text,
             Catch::EndsWith(
                 R"("problems":[{"code":"refused","text":"cannot bring up VLAN 5 of eth1: it has )"
                 R"(an address"},{"code":"lost","ifname":"vif3.0","text":"vif3.0 is up but on )"
                 R"(no bridge: its frames go nowhere","mend":"xvlan-vif online vif3.0"},)"
                 R"({"code":"firewall","text":"dom0's own firewall sees the guests' frames, )"
                 R"(because bridge-nf-call-iptables is 1: a DROP policy in FORWARD cuts guests )"
                 R"(off","mend":"sysctl net.bridge.bridge-nf-call-iptables=0"}]})"));
}
