// VLANs that VXLAN tunnels carry: configuration, start, stop, status and check.
#include <catch2/catch.hpp>

#include "config/settings.hpp"
#include "network_host.hpp"
#include "plan/gateway.hpp"
#include "plan/realisation.hpp"
#include "plan/tear_down.hpp"

namespace {

using config::parse_file;
using model::ExitCode;
using model::HostState;
using model::Link;
using model::Segment;
using unit::failure;
using unit::NetworkHost;
using unit::Texts;

std::vector<Segment> segments_of(const std::string& file, const config::Settings& typed = {}) {
  return config::name_segments(parse_file(file, "xvlan.conf"), typed);
}

/// "192.0.2.1 4 vx4 br4 10004", " port 8472", " in xenbr0", " single", " by eth0,eth1" and " and
/// eth1" where something else comes to the bridge.
std::string line_of(const Segment& segment) {
  std::string line = segment.trunk.text() + " " + segment.vid.text() + " " +
                     segment.uplink.name.text() + " " + segment.bridge.name.text();
  if (segment.tunnelled) {
    line += " " + std::to_string(segment.tunnelled->vni);
    if (segment.tunnelled->port != 4789) line += " port " + std::to_string(segment.tunnelled->port);
    if (segment.tunnelled->single) line += " single";
    for (const auto& link : segment.tunnelled->underlay) line += " by " + link.text();
  }
  if (segment.trunk_bridge.vlan_aware) line += " in " + segment.trunk_bridge.name.text();
  if (segment.other) line += " and " + segment.other->carrier.text();
  return line;
}

Texts named(const std::string& file, const config::Settings& typed = {}) {
  Texts lines;
  for (const Segment& segment : segments_of(file, typed)) lines.push_back(line_of(segment));
  return lines;
}

Texts refused(const std::string& file) {
  return failure([&] { return named(file); });
}

std::string usage(const std::string& text) {
  return "error (exit status 2): " + text;
}

command::NetworkRequest request_of(const std::string& file) {
  command::NetworkRequest request;
  request.segments = segments_of(file);
  return request;
}

const std::string end = "[vxlan " + unit::tunnels_end + "]\n";
const std::string four = end + "vlans = 4\nvni-base = 10000\n";

/// The host that a start with that configuration leaves.
struct Started : NetworkHost {
  explicit Started(const std::string& file, std::vector<Link> links = unit::bare_host())
      : NetworkHost(std::move(links)) {
    CHECK(start(request_of(file)) == ExitCode::done);
    CHECK(report.lines == Texts{});
    kernel.done.clear();
  }
};

/// Nothing is left to do.
void expect_converged(NetworkHost& host, const std::string& file) {
  CHECK(host.start(request_of(file)) == ExitCode::done);
  CHECK(host.kernel.done == Texts{});
}

model::RemoteHost remote(const NetworkHost& host, const std::string& link,
                         const std::string& address, std::uint32_t vni = 0) {
  const HostState state(host.kernel.links());
  return {state.find(link)->index, vni, *model::Address::parse_host(address)};
}

/// VLAN 4 of a trunk, joined to the same one of tunnels; `more` for those alone.
std::string joined(const std::string& form, const std::string& more = "") {
  return "[trunk eth1]\nvlans=4\n" + form + end + "vlans=4\nvni-base=10000\n" + form + more;
}

/// Of such a configuration, the trunk's segment alone.
command::NetworkRequest trunk_of(const std::string& file) {
  command::NetworkRequest request = request_of(file);
  std::erase_if(request.segments, [](const Segment& one) { return one.tunnelled.has_value(); });
  return request;
}

/// A guest in VLAN 4, whichever way it is realised.
void plug_guest(NetworkHost& host) {
  const bool own = host.has("br4");
  Link vif = own ? unit::plugged_vif(0, "vif7.0", host.kernel.link("br4").index)
                 : unit::aware_vif(0, "vif7.0", {model::access_vlan(4)});
  if (!own) vif.master = host.kernel.link("xenbr0").index;
  host.kernel.add(vif);
}

}  // namespace

TEST_CASE("a section names VLANs of tunnels", "[tunnels]") {
  CHECK(named("[vxlan 192.0.2.1]\nvlans = 4,10-11\nvni-base = 10000\n") ==
        Texts{"192.0.2.1 4 vx4 br4 10004", "192.0.2.1 10 vx10 br10 10010",
              "192.0.2.1 11 vx11 br11 10011"});
  CHECK(named("[vxlan 2001:db8::1]\nvlans = 4\nvni-base = 0\nport = 8472\n") ==
        Texts{"2001:db8::1 4 vx4 br4 4 port 8472"});
  CHECK(named("[vxlan 192.0.2.1 vlan 4]\nvni = 77\nbridge = dmz\n") ==
        Texts{"192.0.2.1 4 vx4 dmz 77"});
  CHECK(named("vxlan = 192.0.2.1\nvlans = 4\nvni-base = 100\nunderlay = eth0,eth1\n") ==
        Texts{"192.0.2.1 4 vx4 br4 104 by eth0 by eth1"});
  CHECK(
      named("[vxlan 192.0.2.1]\nvlans=4\nvni-base=1\nvxlan-name = tunnel-%v\nbridge-name=b%v\n") ==
      Texts{"192.0.2.1 4 tunnel-4 b4 5"});
  CHECK(named("[vxlan 192.0.2.1]\nvlans=4094\nvni-base=1\nvxlan-name = a-long-name-%v\n") ==
        Texts{"192.0.2.1 4094 a-lon-1322.4094 br4094 4095"});
}

TEST_CASE("tunnels may come to one VLAN-aware bridge, by a device each or one for all",
          "[tunnels]") {
  CHECK(named("[vxlan 192.0.2.1]\nvlans=4\nvni-base=1\nvlan-aware=yes\n") ==
        Texts{"192.0.2.1 4 vx4 br4 5 in xenbr0"});
  CHECK(named("[vxlan 192.0.2.1]\nvlans=4,5\nvni-base=1\nvxlan-single=yes\nbridge=all\n") ==
        Texts{"192.0.2.1 4 vxlan0 br4 5 single in all", "192.0.2.1 5 vxlan0 br5 6 single in all"});
}

TEST_CASE("a VLAN of a trunk and of tunnels has one bridge", "[tunnels]") {
  const std::string both = "[trunk eth1]\nvlans=3,4\n[vxlan 192.0.2.1]\nvlans=4,5\nvni-base=1\n";
  CHECK(named(both) == Texts{"eth1 3 eth1.3 br3", "eth1 4 eth1.4 br4 and 192.0.2.1",
                             "192.0.2.1 4 vx4 br4 5 and eth1", "192.0.2.1 5 vx5 br5 6"});
  config::Settings typed;
  typed.netdev = model::IfName::parse("netdev", "eth1");
  CHECK(named(both, typed) == Texts{"eth1 3 eth1.3 br3", "eth1 4 eth1.4 br4 and 192.0.2.1"});
  CHECK(refused(both + "mtu=1400\n") ==
        Texts{usage("cannot join VLAN 4 of eth1 to VLAN 4 of 192.0.2.1 in br4: their settings "
                    "differ, and it is one bridge"),
              "hint: set the same in both sections"});
  CHECK(
      refused(both + "[trunk eth2]\nvlans=4\n").front() ==
      usage(
          "cannot name a link br4: it would belong to VLAN 4 of 192.0.2.1 and to VLAN 4 of eth2"));
  CHECK(refused("[trunk eth1]\nvlans=4\nbridge-name=b\n[vxlan 192.0.2.1]\nvlans=5\nvni-base=1\n"
                "bridge-name=b\n")
            .front() ==
        usage("cannot name a link b: it would belong to VLAN 4 of eth1 and to VLAN 5 of "
              "192.0.2.1"));
}

TEST_CASE("what makes no sense for tunnels is refused", "[tunnels]") {
  const auto [text, reason] = GENERATE(table<std::string, std::string>({
      {"[vxlan 192.0.2.1]\nvlans=4\n", "cannot use VLAN 4 of 192.0.2.1: it has no VNI"},
      {"[vxlan 192.0.2.1]\nvlans=4\nvni-base=16777215\n",
       "cannot use vni-base=16777215 for VLAN 4 of 192.0.2.1: its VNI would be more than 16777215"},
      {"[vxlan 192.0.2.1]\nvni-base=1\n", "cannot use [vxlan 192.0.2.1]: it names no VLAN"},
      {"[vxlan 192.0.2.1]\nvlans=4,5\nvni-base=1\n[vxlan 192.0.2.1 vlan 5]\nvni=5\n",
       "cannot use VNI 5 twice: VLAN 4 of 192.0.2.1 and VLAN 5 of 192.0.2.1 would be one VLAN"},
      {"[vxlan 192.0.2.1]\nvlans=4\nvni-base=1\nbridge-name=%t-%v\n",
       "cannot use bridge-name=%t-%v: a template of VXLAN links and their bridges knows %v (the "
       "VLAN ID) only"},
      {"[vxlan 192.0.2.1]\nvlans=4\nvni-base=1\nvxlan-single=yes\nvxlan-name=vx%v\n",
       "cannot use vxlan-name=vx%v: with vxlan-single=yes all VLANs share one device"},
      {"[vxlan 192.0.2.1]\nvlans=4\nvni-base=1\nvxlan-single=yes\nvlan-aware=no\n",
       "cannot use vxlan-single=yes: it needs a VLAN-aware bridge, and vlan-aware=no is set"},
      {"[vxlan 192.0.2.1]\nvlans=4\nvni-base=1\nvlan-aware=yes\non-demand=yes\n",
       "cannot use on-demand=yes for 192.0.2.1: on a VLAN-aware bridge its VLANs are always "
       "there"},
      {"netdev=eth1\nvxlan=192.0.2.1\nvlans=4\n",
       "cannot use netdev=eth1 and vxlan=192.0.2.1: they are two carriers of VLANs, with VLANs of "
       "their own"},
  }));
  INFO(text);
  CHECK(refused(text).front() == usage(reason));
}

TEST_CASE("a wrong value of tunnels is refused", "[tunnels]") {
  const auto [line, reason] = GENERATE(table<std::string, std::string>({
      {"[vxlan eth1]\nvlans=4\n",
       "cannot use vxlan=eth1: it is not an address that a host can have"},
      {"[vxlan 224.0.0.1]\nvlans=4\n",
       "cannot use vxlan=224.0.0.1: it is not an address that a host can have"},
      {"[vxlan fe80::1]\nvlans=4\n",
       "cannot use vxlan=fe80::1: a link-local address is not known to other hosts"},
      {"[vxlan 192.0.2.1]\nvni-base=x\n",
       "cannot use vni-base=x: it must be a number from 0 to "
       "16777215"},
      {"[vxlan 192.0.2.1 vlan 4]\nvni=0\n",
       "cannot use vni=0: it must be a number from 1 to "
       "16777215"},
      {"[vxlan 192.0.2.1]\nport=0\n", "cannot use port=0: it must be a UDP port from 1 to 65535"},
      {"[vxlan 192.0.2.1]\nunderlay=eth0,\n", "cannot use underlay=eth0,: a name is missing"},
      {"[vxlan 192.0.2.1]\nvlan-name=x\n",
       "cannot set vlan-name in [vxlan 192.0.2.1]: unknown option"},
      {"[trunk eth1]\nvni-base=1\n", "cannot set vni-base in [trunk eth1]: unknown option"},
      {"[trunk eth1 vlan 4]\nvni=1\n", "cannot set vni in [trunk eth1 vlan 4]: unknown option"},
  }));
  INFO(line);
  CHECK(failure([&text = line] { return parse_file(text, "f"); }).front() ==
        usage("cannot read f: " + reason));
}

TEST_CASE("start gives a VLAN of tunnels its uplink and bridge, and dom0 no way in", "[tunnels]") {
  Started host(four);
  CHECK(unit::alike(host.links()) == unit::alike(unit::tunnelled_host()));
  expect_converged(host, four);
}

TEST_CASE("start mends what has drifted of a tunnel's port", "[tunnels]") {
  Started host(four);
  Link& uplink = host.kernel.link("vx4");
  uplink.learns = uplink.suppresses_arp = true;
  uplink.alias.clear();
  CHECK(host.start(request_of(four)) == ExitCode::done);
  CHECK(unit::alike(host.links()) == unit::alike(unit::tunnelled_host()));
}

TEST_CASE("an uplink of ours that can't be changed is replaced", "[tunnels]") {
  Started host(four);
  const std::string other = end + "vlans = 4\nvni-base = 20000\n";
  CHECK(host.start(request_of(other)) == ExitCode::done);
  CHECK(host.kernel.link("vx4").vxlan->vni == 20004);
  host.kernel.done.clear();
  expect_converged(host, other);
}

TEST_CASE("VLANs may change places among their VNIs", "[tunnels]") {
  const std::string form = GENERATE("", "vlan-aware=yes\n", "vxlan-single=yes\n");
  Started host(end + "vlans = 4-8\nvni-base = 10000\n" + form);
  const std::string shifted = end + "vlans = 4-8\nvni-base = 10001\n" + form;
  CHECK(host.start(request_of(shifted)) == ExitCode::done);
  CHECK(host.report.lines == Texts{});
  Started anew(shifted);
  CHECK(unit::alike(host.links()) == unit::alike(anew.links()));
  host.kernel.done.clear();
  expect_converged(host, shifted);
}

TEST_CASE("one device maps no more VLANs than the kernel can tell of", "[tunnels]") {
  const int count = GENERATE(910, 911);
  std::string vlans = "1-2";
  for (int n = 1; n < count; ++n) {
    vlans += "," + std::to_string(3 * n + 1) + "-" + std::to_string(3 * n + 2);
  }
  const std::string file = end + "vlans=" + vlans + "\nvni-base=10000\nvxlan-single=yes\n";
  NetworkHost host(unit::bare_host());
  if (count == 910) {
    CHECK(host.start(request_of(file)) == ExitCode::done);
    host.kernel.done.clear();
    expect_converged(host, file);
    return;
  }
  CHECK(host.start(request_of(file)) == ExitCode::failed);
  CHECK(host.kernel.done == Texts{});
  REQUIRE_FALSE(host.report.lines.empty());
  CHECK(host.report.lines.front() ==
        "error: 1822 VLANs not brought up: cannot use 192.168.1.25 for VXLAN: its VLANs are 911 "
        "ranges, and the kernel can't tell of so many on one VXLAN link");
}

TEST_CASE("an uplink of somebody else's is adopted, or refused if it would do harm", "[tunnels]") {
  Started made(four);
  std::vector<Link> links = made.links();
  for (Link& link : links) link.group = 0;
  SECTION("it fits") {
    NetworkHost host(links);
    CHECK(host.start(request_of(four)) == ExitCode::done);
    CHECK(host.kernel.done == Texts{});
  }
  SECTION("it does not") {
    const auto [harm, reason] = GENERATE(table<std::function<void(model::Vxlan&)>, std::string>({
        {[](model::Vxlan& vxlan) { vxlan.learning = true; }, "learns hosts by itself"},
        {[](model::Vxlan& vxlan) { vxlan.has_group = true; },
         "has a group or another host of its own"},
        {[](model::Vxlan& vxlan) { vxlan.local = *model::Address::parse_host("192.0.2.9"); },
         "leaves from another address"},
    }));
    for (Link& link : links) {
      if (link.is_vxlan()) harm(*link.vxlan);
    }
    NetworkHost host(links);
    CHECK(host.start(request_of(four)) == ExitCode::failed);
    CHECK(host.report.lines == Texts{"error: cannot bring up VLAN 4 of 192.168.1.25: vx4 has its "
                                     "VNI, was not made by xvlan, and " +
                                     reason});
    CHECK(host.kernel.done == Texts{});
  }
}

TEST_CASE("tunnels wait for their address, and are told missing without", "[tunnels]") {
  std::vector<Link> links = unit::bare_host();
  const auto addresses = std::exchange(links[0].addresses, {});
  NetworkHost host(links);
  Link dummy = unit::nic(9, "eth9");
  dummy.addresses = addresses;
  SECTION("it comes") {
    host.kernel.arriving = {dummy};
    CHECK(host.start(request_of(four)) == ExitCode::done);
  }
  SECTION("it does not") {
    CHECK(host.start(request_of(four)) == ExitCode::failed);
    CHECK(host.report.lines ==
          Texts{"error: 1 VLAN not brought up, after 10 s of waiting: cannot use 192.168.1.25 for "
                "VXLAN: no link of this host has that address"});
  }
}

TEST_CASE("tunnels have the MTU of the link that carries them, less what VXLAN takes",
          "[tunnels]") {
  std::vector<Link> links = unit::bare_host();
  const auto address = links[0].addresses;
  Link lo;
  lo.index = 20;
  lo.name = "lo";
  lo.up = true;
  lo.mtu = 65536;
  const auto mtu_with = [&](const std::string& more = "") {
    Started host(four + more, links);
    CHECK(host.kernel.link("vx4").mtu == host.kernel.link("br4").mtu);
    return host.kernel.link("vx4").mtu;
  };
  SECTION("IPv4") {
    CHECK(mtu_with() == 1450);
  }
  SECTION("jumbo frames") {
    links[0].mtu = 9000;
    CHECK(mtu_with() == 8950);
  }
  SECTION("less is said") {
    CHECK(mtu_with("mtu = 1400\n") == 1400);
  }
  SECTION("more is said") {
    NetworkHost host(links);
    CHECK(host.start(request_of(four + "mtu = 1451\n")) == ExitCode::failed);
    CHECK(host.report.lines == Texts{"error: cannot bring up VLAN 4 of 192.168.1.25: MTU 1451 is "
                                     "more than eth0 allows below VXLAN, 1450"});
    CHECK(host.report.hints == Texts{"raise its MTU first: ip link set eth0 mtu 1501"});
  }
  SECTION("an address on the loopback link leaves by those with addresses") {
    lo.addresses = std::exchange(links[0].addresses, {unit::address("10.0.0.1/24")});
    links.push_back(lo);
    links[1].addresses = {unit::address("10.0.1.1/24")};
    links[1].mtu = 9000;
    CHECK(mtu_with() == 1450);
    links[0].mtu = 9000;
    CHECK(mtu_with() == 8950);
  }
  SECTION("or by those that are named") {
    lo.addresses = std::exchange(links[0].addresses, {unit::address("10.0.0.1/24")});
    links.push_back(lo);
    links[1].mtu = 9000;
    CHECK(mtu_with("underlay = eth1\n") == 8950);
    NetworkHost host(links);
    CHECK(host.start(request_of(four + "underlay = eth7\n")) == ExitCode::failed);
    CHECK_THAT(host.report.lines.front(), Catch::EndsWith("there is no link eth7"));
  }
  SECTION("IPv6") {
    links[0].addresses.push_back(unit::address("2001:db8::1/64"));
    Started host("[vxlan 2001:db8::1]\nvlans=4\nvni-base=10000\n", links);
    CHECK(host.kernel.link("vx4").mtu == 1430);
    CHECK(host.kernel.link("vx4").mac.text() == "76:78:00:00:00:01");
  }
}

TEST_CASE("on a VLAN-aware bridge each VXLAN link is in its VLAN alone", "[tunnels]") {
  const std::string file = end + "vlans=4,10\nvni-base=10000\nvlan-aware=yes\n";
  Started host(file);
  CHECK(unit::vlans_of(host, "vx4") == "4p");
  CHECK(unit::vlans_of(host, "vx10") == "10p");
  CHECK(host.kernel.link("xenbr0").deaf());
  expect_converged(host, file);
  host.kernel.link("vx4").vlans = {model::access_vlan(10)};
  CHECK(host.start(request_of(file)) == ExitCode::done);
  CHECK(unit::vlans_of(host, "vx4") == "4p");
}

TEST_CASE("one device maps all VLANs, and loses those that are wanted no more", "[tunnels]") {
  const std::string file = end + "vlans=4,10-11\nvni-base=10000\nvxlan-single=yes\n";
  Started host(file);
  CHECK(unit::vlans_of(host, "vxlan0") == "4,10-11");
  CHECK(host.kernel.link("vxlan0").vnis == model::Vnis{{4, 4, 10004}, {10, 11, 10010}});
  expect_converged(host, file);
  const std::string less = end + "vlans=4\nvni-base=10000\nvxlan-single=yes\n";
  host.kernel.add(unit::aware_vif(0, "vif7.0", {model::access_vlan(10)}));
  host.kernel.link("vif7.0").master = host.kernel.link("xenbr0").index;
  CHECK(host.start(request_of(less)) == ExitCode::done);
  CHECK(unit::vlans_of(host, "vxlan0") == "4,10");  // a guest is in VLAN 10
  CHECK(host.kernel.link("vxlan0").vnis == model::Vnis{{4, 4, 10004}, {10, 10, 10010}});
}

TEST_CASE("stop takes away what tunnels have, and no more than was asked for", "[tunnels]") {
  const std::string form = GENERATE("", "vlan-aware=yes\n", "vxlan-single=yes\n");
  const std::string file = end + "vlans=4,10\nvni-base=10000\n" + form;
  Started host(file);
  SECTION("all") {
    CHECK(host.stop(unit::stop_all()) == ExitCode::done);
    CHECK(unit::alike(host.links()) == unit::alike(unit::bare_host()));
  }
  SECTION("one VLAN") {
    CHECK(host.stop(request_of(four + form)) == ExitCode::done);
    command::NetworkRequest rest = request_of(end + "vlans=10\nvni-base=10000\n" + form);
    CHECK(plan::is_there(rest.segments.front(), host.kernel.read()));
    CHECK_FALSE(plan::is_there(request_of(four + form).segments.front(), host.kernel.read()));
  }
  SECTION("beside a guest") {
    plug_guest(host);
    CHECK(host.stop(unit::stop_all()) == ExitCode::partial);
    CHECK(plan::is_there(request_of(four + form).segments.front(), host.kernel.read()));
    command::NetworkRequest ten = request_of(end + "vlans=10\nvni-base=10000\n" + form);
    CHECK_FALSE(plan::is_there(ten.segments.front(), host.kernel.read()));
  }
}

TEST_CASE("a bridge with two uplinks tells other hosts, and stays with one of them", "[tunnels]") {
  const std::string both =
      "[trunk eth1]\nvlans=4\n[vxlan " + unit::tunnels_end + "]\nvlans=4\nvni-base=10000\n";
  Started host(both);
  CHECK(host.kernel.link("vx4").master == host.kernel.link("eth1.4").master);
  CHECK(host.kernel.link("br4").mtu == 1450);
  CHECK(host.kernel.link("eth1.4").mtu == 1450);
  const model::Mac told = plan::gateway_mac(*model::Address::parse_host(unit::tunnels_end));
  CHECK(host.kernel.link("eth1.4").gateways ==
        std::vector<model::Gateway>{{.vid = 1, .mac = told}});
  expect_converged(host, both);
  command::NetworkRequest tunnels = request_of(both);
  std::erase_if(tunnels.segments, [](const Segment& one) { return !one.tunnelled; });
  CHECK(host.stop(tunnels) == ExitCode::done);
  CHECK(host.has("br4"));
  CHECK_FALSE(host.has("vx4"));
  CHECK(host.start(request_of(both)) == ExitCode::done);
  command::NetworkRequest trunk = trunk_of(both);
  CHECK(host.stop(trunk) == ExitCode::done);
  CHECK(host.has("br4"));
  CHECK_FALSE(host.has("eth1.4"));
  CHECK(host.stop(unit::stop_all()) == ExitCode::done);
  CHECK(unit::alike(host.links()) == unit::alike(unit::bare_host()));
}

TEST_CASE("a guest in a VLAN of tunnels joins it to no trunk", "[tunnels]") {
  const std::string single = GENERATE("", "vxlan-single=yes\n");
  const std::string both = "[trunk eth1]\nvlans=4\nvlan-aware=yes\n[vxlan " + unit::tunnels_end +
                           "]\nvlans=4,10\nvni-base=10000\nvlan-aware=yes\n" + single;
  Started host(both);
  Link vif = unit::aware_vif(0, "vif7.0", {model::access_vlan(10)});
  vif.master = host.kernel.link("xenbr0").index;
  host.kernel.add(vif);
  expect_converged(host, both);
  CHECK(model::text(host.kernel.link("eth1").vlans) == "4");
}

TEST_CASE("what tells other hosts goes with the address of the tunnels", "[tunnels]") {
  const std::string form = GENERATE("", "vlan-aware=yes\n");
  const auto both = [&](const std::string& address) {
    return "[trunk eth1]\nvlans=4\n" + form + "[vxlan " + address + "]\nvlans=4\nvni-base=10000\n" +
           form;
  };
  Started host(both(unit::tunnels_end));
  const std::string port = form.empty() ? "eth1.4" : "eth1";
  const std::uint16_t vid = form.empty() ? 1 : 4;
  host.kernel.link("eth0").addresses.push_back(*model::Address::parse_host("192.0.2.9"));
  CHECK(host.start(request_of(both("192.0.2.9"))) == ExitCode::done);
  CHECK(host.report.lines == Texts{});
  const model::Mac told = plan::gateway_mac(*model::Address::parse_host("192.0.2.9"));
  CHECK(host.kernel.link(port).gateways == std::vector<model::Gateway>{{.vid = vid, .mac = told}});
  host.kernel.done.clear();
  expect_converged(host, both("192.0.2.9"));
}

TEST_CASE("stop tells other hosts first that this one joins a VLAN no more", "[tunnels]") {
  const std::string form = GENERATE("", "vlan-aware=yes\n");
  const std::string both = "[trunk eth1]\nvlans=4\n" + form + "[vxlan " + unit::tunnels_end +
                           "]\nvlans=4,10\nvni-base=10000\n" + form;
  Started host(both);
  std::vector<Segment> of_trunk = request_of(both).segments;
  std::erase_if(of_trunk, [](const Segment& one) { return one.tunnelled.has_value(); });
  const auto decision = plan::tear_down({false, of_trunk}, host.kernel.read(), false);
  REQUIRE(decision.withdrawals.size() == 1);
  const plan::DeleteGateway& step = decision.withdrawals.front();
  CHECK(step.port.name == (form.empty() ? "eth1.4" : "eth1"));
  CHECK(step.vid == (form.empty() ? 1 : 4));
  CHECK(step.mac == plan::gateway_mac(*model::Address::parse_host(unit::tunnels_end)));
  CHECK(plan::tear_down({true, {}}, host.kernel.read(), false).withdrawals.size() == 1);
}

TEST_CASE("of two hosts that join a VLAN to a trunk the one with the lower address may",
          "[tunnels]") {
  const std::string form = GENERATE("", "vlan-aware=yes\n");
  const std::string both = joined(form);
  Started host(both);
  const auto [other, may] =
      GENERATE(table<std::string, bool>({{"10.0.0.1", false}, {"200.0.0.1", true}}));
  host.kernel.link("vx4").gateways = {{.host = *model::Address::parse_host(other)}};
  host.kernel.remotes = {remote(host, "vx4", other)};
  CHECK(host.start(request_of(both)) == (may ? ExitCode::done : ExitCode::partial));
  if (!may) {
    CHECK_THAT(host.report.lines.front(),
               Catch::Contains("10.0.0.1 joins it to 192.168.1.25's tunnels already"));
  }
  host.report.lines.clear();
  CHECK(host.check(request_of(both)) == ExitCode::partial);
  CHECK_THAT(host.report.lines.front() + host.report.lines.back(),
             Catch::Contains(other + " joins it to"));
}

TEST_CASE("start takes a VLAN off its trunk that another host may join, and goes on by tunnels",
          "[tunnels]") {
  const auto [form, single] = GENERATE(table<std::string, std::string>(
      {{"", ""}, {"vlan-aware=yes\n", ""}, {"vlan-aware=yes\n", "vxlan-single=yes\n"}}));
  const bool own = form.empty();
  const std::string both = joined(form, single);
  Started host(both);
  const bool beside_guest = GENERATE(true, false);
  if (beside_guest) plug_guest(host);
  const std::string vxlan = single.empty() ? "vx4" : "vxlan0";
  const std::uint32_t vni = single.empty() ? 0 : 10004;
  const auto hear = [&](const std::string& other) {
    host.kernel.link(vxlan).gateways = {{.vni = vni, .host = *model::Address::parse_host(other)}};
  };
  const auto on_trunk = [&] {
    return own ? host.has("eth1.4") && host.kernel.link("eth1.4").master != 0
               : model::contains(host.kernel.link("eth1").vlans, 4);
  };
  REQUIRE(on_trunk());

  SECTION("once, and before all else") {
    hear("10.0.0.1");
    CHECK(host.start(request_of(both)) == ExitCode::partial);
    CHECK_FALSE(on_trunk());
    CHECK(host.kernel.link(own ? "br4" : "xenbr0").up);
    CHECK(host.kernel.link(vxlan).master == host.kernel.link(own ? "br4" : "xenbr0").index);
    REQUIRE(host.kernel.done.size() >= 2);
    CHECK_THAT(host.kernel.done.front(), Catch::Contains("tell no host any more"));
    REQUIRE(host.report.lines.size() == 1);
    CHECK_THAT(host.report.lines.front(), Catch::Contains("cannot bring up VLAN 4 of eth1"));
    host.kernel.done.clear();
    CHECK(host.start(request_of(both)) == ExitCode::partial);
    CHECK(host.kernel.done == Texts{});
    host.report.lines.clear();
    CHECK(host.check(request_of(both)) == ExitCode::partial);
    for (const std::string& line : host.report.lines) {
      CHECK_THAT(line, !Catch::Contains("frames may go round"));
    }
  }
  SECTION("and back when the other one has gone") {
    hear("10.0.0.1");
    CHECK(host.start(request_of(both)) == ExitCode::partial);
    host.kernel.link(vxlan).gateways.clear();
    CHECK(host.start(request_of(both)) == ExitCode::done);
    CHECK(on_trunk());
  }
  SECTION("not if the other one is to give way") {
    hear("200.0.0.1");
    CHECK(host.start(request_of(both)) == ExitCode::done);
    CHECK(on_trunk());
    CHECK(host.kernel.done == Texts{});
  }
  SECTION("a dry run says so") {
    hear("10.0.0.1");
    command::NetworkRequest request = request_of(both);
    request.dry_run = true;
    CHECK(host.start(request) != ExitCode::done);
    CHECK(on_trunk());
    const std::string port = own ? "eth1.4" : "eth1";
    const std::string refusal =
        "error: cannot bring up VLAN 4 of eth1: 10.0.0.1 joins it to 192.168.1.25's tunnels "
        "already, and frames would go round";
    CHECK(host.report.lines ==
          Texts{"tell no host any more that " + port + " joins VLAN " + (own ? "1" : "4") +
                    " of its bridge to a trunk",
                own ? "delete eth1.4" : "take eth1 out of VLAN 4 of its bridge", refusal});
  }
  SECTION("also where that VLAN alone is named") {
    hear("10.0.0.1");
    command::NetworkRequest trunk = trunk_of(both);
    CHECK(host.start(trunk) == ExitCode::partial);
    CHECK_FALSE(on_trunk());
  }
  SECTION("also where other hosts can't be told") {
    hear("10.0.0.1");
    host.kernel.refuse(
        own ? "tell no host any more that eth1.4 joins VLAN 1 of its bridge to a trunk"
            : "tell no host any more that eth1 joins VLAN 4 of its bridge to a trunk",
        ENOENT);
    CHECK(host.start(request_of(both)) == ExitCode::partial);
    CHECK_FALSE(on_trunk());
  }
  SECTION("also where the host can't be read behind it") {
    hear("10.0.0.1");
    host.kernel.failing_dumps = {host.kernel.dumps + 2};
    const Texts told = failure([&] { return host.start(request_of(both)); });
    REQUIRE_FALSE(told.empty());
    CHECK_THAT(told.front(), Catch::Contains("exit status 3"));
    CHECK_FALSE(on_trunk());
  }
  SECTION("a refusal is told") {
    hear("10.0.0.1");
    host.kernel.refuse(own ? "delete eth1.4" : "take eth1 out of VLAN 4 of its bridge", EPERM);
    CHECK(host.start(request_of(both)) == ExitCode::partial);
    REQUIRE_FALSE(host.report.lines.empty());
    CHECK_THAT(host.report.lines.front(), Catch::Contains("not permitted"));
  }
  SECTION("a link of somebody else's stays, down and without the bridge") {
    if (!own) return;
    hear("10.0.0.1");
    Link& link = host.kernel.link("eth1.4");
    link.group = 0;
    const bool his_own = GENERATE(true, false);
    if (his_own) link.addresses.push_back(*model::Address::parse_host("10.0.4.9"));
    CHECK(host.start(request_of(both)) == ExitCode::partial);
    CHECK_FALSE(on_trunk());
    CHECK(host.has("eth1.4"));
    CHECK(host.kernel.link("eth1.4").up == his_own);
    host.report.lines.clear();
    CHECK(host.check(request_of(both)) == ExitCode::partial);
    for (const std::string& line : host.report.lines) {
      CHECK_THAT(line, !Catch::Contains("frames may go round"));
    }
  }
  SECTION("a bridge of somebody else's, without tunnels, keeps its port") {
    if (!own) return;
    hear("10.0.0.1");
    host.kernel.add(unit::bridge(0, "others"));
    const int others = host.kernel.link("others").index;
    host.kernel.link("eth1.4").master = others;
    CHECK(host.start(request_of(both)) == ExitCode::partial);
    CHECK(host.kernel.link("eth1.4").master == others);
  }
}

TEST_CASE("a trunk gets no VLAN that comes by tunnels which were configured once", "[tunnels]") {
  const std::string single = GENERATE("", "vxlan-single=yes\n");
  const std::string trunk = "[trunk eth1]\nvlans=4,10\nvlan-aware=yes\n";
  const std::string tunnels =
      "[vxlan " + unit::tunnels_end + "]\nvlans=4\nvni-base=10000\nvlan-aware=yes\n" + single;
  const std::string left = single.empty() ? "vx4" : "vxlan0";
  const auto trunk_vlans = [](const NetworkHost& host) {
    return model::text(HostState(host.kernel.links()).find("eth1")->vlans);
  };
  SECTION("it is refused, and said to be left") {
    Started host(tunnels);
    CHECK(host.start(request_of(trunk)) == ExitCode::partial);
    CHECK(trunk_vlans(host) == "10");
    REQUIRE(host.report.lines.size() == 1);
    CHECK_THAT(host.report.lines.front(), Catch::Contains(left + " carries it there by tunnels"));
    host.report.lines.clear();
    CHECK(host.check(request_of(trunk)) == ExitCode::partial);
    CHECK_THAT(host.report.lines.front() + host.report.lines.back(),
               Catch::Contains("made by xvlan, but not configured"));
    CHECK(host.stop(request_of(tunnels)) == ExitCode::done);
    CHECK(host.start(request_of(trunk)) == ExitCode::done);
    CHECK(trunk_vlans(host) == "4,10");
  }
  SECTION("it may come there when the tunnels have given it up in the same start") {
    Started host(tunnels);
    const std::string others =
        "[vxlan " + unit::tunnels_end + "]\nvlans=5\nvni-base=10000\nvlan-aware=yes\n" + single;
    const ExitCode exit = host.start(request_of(trunk + others));
    CHECK(exit == (single.empty() ? ExitCode::partial : ExitCode::done));
    CHECK(trunk_vlans(host) == (single.empty() ? "10" : "4,10"));
  }
  SECTION("what was joined rightly stays, and is said to be left") {
    Started host(trunk + tunnels);
    CHECK(host.start(request_of(trunk)) == ExitCode::done);
    CHECK(trunk_vlans(host) == "4,10");
    CHECK(host.check(request_of(trunk)) == ExitCode::partial);
    CHECK_THAT(host.report.lines.back(), Catch::Contains("made by xvlan, but not configured"));
  }
  SECTION("also where its VLANs are not looked at one by one") {
    Started host(tunnels);
    command::NetworkRequest request;
    request.alike = config::name_alike(parse_file(trunk, "xvlan.conf"), {});
    REQUIRE(request.alike);
    CHECK(host.start(request) == ExitCode::partial);
    CHECK(trunk_vlans(host) == "10");
  }
}

TEST_CASE("the VLANs of a trunk are looked at one by one where tunnels may carry them, too",
          "[tunnels]") {
  const auto file = parse_file(
      "[trunk eth1]\nvlans=4\nvlan-aware=yes\n" + four + "vlan-aware=yes\n", "xvlan.conf");
  config::Settings typed;
  typed.netdev = model::IfName::parse("netdev", "eth1");
  CHECK_FALSE(config::name_alike(file, typed));
  const std::vector<Segment> named = config::name_segments(file, typed);
  REQUIRE(named.size() == 1);
  CHECK(named.front().other);
}

TEST_CASE("a VLAN may leave its trunk by force while guests are in it, and go on by tunnels",
          "[tunnels]") {
  const std::string form = GENERATE("", "vlan-aware=yes\n");
  const std::string both = joined(form);
  Started host(both);
  const std::string bridge = form.empty() ? "br4" : "xenbr0";
  plug_guest(host);
  command::NetworkRequest trunk = trunk_of(both);
  CHECK(host.stop(trunk) == ExitCode::failed);
  CHECK(plan::is_there(trunk.segments.front(), host.kernel.read()));
  trunk.force = true;
  CHECK(host.stop(trunk) == ExitCode::done);
  CHECK_FALSE(plan::is_there(trunk.segments.front(), host.kernel.read()));
  const HostState now = host.kernel.read();
  REQUIRE(now.find(bridge) != nullptr);
  CHECK(now.find("vif7.0")->master == now.find(bridge)->index);
  CHECK(now.find("vx4")->master == now.find(bridge)->index);
}

TEST_CASE("status counts the other hosts, and says when there is none", "[tunnels]") {
  const std::string form = GENERATE("", "vlan-aware=yes\n", "vxlan-single=yes\n");
  const bool single = form.find("single") != std::string::npos;
  const std::string file = end + "vlans=4,10\nvni-base=10000\n" + form;
  Started host(file);
  const std::string link = single ? "vxlan0" : "vx4";
  host.kernel.remotes = {remote(host, link, "192.0.2.3", single ? 10004 : 0),
                         remote(host, link, "192.0.2.2", single ? 10004 : 0)};
  CHECK(host.status(request_of(file)) == ExitCode::done);
  const std::string bridge = form.empty() ? "br" : "xenbr0";
  CHECK(host.report.lines ==
        Texts{"192.168.1.25 4 " + link + " " + (form.empty() ? "br4" : "xenbr0") + " up - hosts=2",
              "192.168.1.25 10 " + std::string(single ? "vxlan0" : "vx10") + " " +
                  (form.empty() ? "br10" : "xenbr0") +
                  " up - hosts=0 : no other host of VNI 10010 is known"});
  host.report.lines.clear();
  CHECK(host.check(request_of(file)) == ExitCode::done);
  CHECK(host.report.lines == Texts{});
  command::NetworkRequest json = request_of(file);
  json.output.form = command::Output::Form::json;
  CHECK(host.status(json) == ExitCode::done);
  CHECK_THAT(host.report.lines.front(),
             Catch::Contains(R"("vxlan":{"id":10004,"local":"192.168.1.25","port":4789,)"
                             R"("hosts":["192.0.2.2","192.0.2.3"]})"));
}

TEST_CASE("check fails without a control plane, and where nobody is known", "[tunnels]") {
  Started host(four);
  CHECK(host.check(request_of(four)) == ExitCode::partial);
  CHECK(host.report.lines == Texts{"+ no other host is known on any VLAN of 192.168.1.25"});
  host.report.lines.clear();
  host.kernel.remotes = {remote(host, "vx4", "192.0.2.3")};
  host.kernel.missing_daemon = "bgpd";
  CHECK(host.check(request_of(four)) == ExitCode::partial);
  CHECK(host.report.lines ==
        Texts{"+ FRR's bgpd is not running: guests on other hosts are not reached"});
}

TEST_CASE("status tells of a way that is too narrow", "[tunnels]") {
  Started host(four);
  host.kernel.remotes = {remote(host, "vx4", "192.0.2.2"), remote(host, "vx4", "192.0.2.3")};
  host.kernel.path_mtus = {{"192.0.2.2", 1500}, {"192.0.2.3", 1499}};
  CHECK(host.status(request_of(four)) == ExitCode::done);
  CHECK(host.report.lines ==
        Texts{"192.168.1.25 4 vx4 br4 up - hosts=2 : the way to 192.0.2.3 has MTU 1499: packets of "
              "up to 1500 bytes are cut there, or lost"});
}

TEST_CASE("what tunnels have and nobody configures is told, with what takes it away", "[tunnels]") {
  const std::string form = GENERATE("", "vlan-aware=yes\n", "vxlan-single=yes\n");
  Started host(four + form);
  host.kernel.remotes = {remote(host, form == "vxlan-single=yes\n" ? "vxlan0" : "vx4", "192.0.2.3",
                                form == "vxlan-single=yes\n" ? 10004 : 0)};
  command::NetworkRequest nothing;
  CHECK(host.status(nothing) == ExitCode::done);
  CHECK(host.report.lines ==
        Texts{"192.168.1.25 4 " + std::string(form == "vxlan-single=yes\n" ? "vxlan0" : "vx4") +
              " " + (form.empty() ? "br4" : "xenbr0") +
              " unconfigured - hosts=1 : made by xvlan, but not configured"});
}
