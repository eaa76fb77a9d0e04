#include "plan/survey.hpp"

#include <catch2/catch.hpp>

#include "hosts.hpp"

namespace {

using model::Link;
using unit::address;
using unit::aware_host;
using unit::bare_host;
using unit::complete_host;
using unit::failure;
using unit::nic;
using unit::plain_bridge;
using unit::plugged_vif;
using unit::Texts;
using unit::vlan_link;

/// As `ip link add` leaves it, up on a bridge.
Link plain_vlan_link(int index, const std::string& name, const Link& trunk, std::uint16_t vid,
                     int bridge) {
  Link link = vlan_link(index, name, trunk, vid);
  link.group = 0;
  link.ipv6 = true;
  link.master = bridge;
  link.vlans = {unit::untagged};
  return link;
}

/// A bare host on which somebody has made br4 with eth1.4.
std::vector<Link> hand_made_host() {
  std::vector<Link> links = bare_host();
  links.push_back(plain_bridge(3, "br4"));
  links.push_back(plain_vlan_link(4, "eth1.4", links[1], 4, 3));
  return links;
}

/// A bare host with a VLAN-aware bridge of somebody else's on eth1.
std::vector<Link> their_aware_host() {
  std::vector<Link> links = aware_host();
  links[2].group = 0;
  links[2].name = "vmbr0";
  links[2].default_pvid = 1;
  links[2].vlans = {unit::untagged};
  links[1].vlans = {unit::untagged, {.first = 2, .last = 4}, {.first = 10, .last = 10}};
  return links;
}

/// "eth1 4 eth1.4 br4" and, if set, " mtu 9000", " snooping", " tags", " on demand", and
/// " xvlan: antispoof=ip".
std::string line_of(const model::Segment& one) {
  return one.trunk.text() + " " + one.vid.text() + " " +
         (one.trunk_bridge.vlan_aware ? "- " + one.trunk_bridge.name.text()
                                      : one.uplink.name.text() + " " + one.bridge.name.text()) +
         (one.mtu ? " mtu " + std::to_string(*one.mtu) : "") +
         (one.options.multicast_snooping ? " snooping" : "") +
         (one.options.guest_tags ? " tags" : "") + (one.options.on_demand ? " on demand" : "") +
         (one.protection.any() ? " " + std::string(one.protection.mark()) : "");
}

Texts found(const std::vector<Link>& links, const std::optional<std::string>& trunk = {}) {
  const auto name = trunk ? std::optional(model::IfName::parse("trunk", *trunk)) : std::nullopt;
  const plan::Survey survey = plan::survey(model::HostState(links), name);
  Texts lines;
  for (const model::Segment& one : survey.segments) lines.push_back(line_of(one));
  for (const std::string& sentence : survey.left_out) lines.push_back("left out: " + sentence);
  return lines;
}

}  // namespace

TEST_CASE("a survey finds what xvlan has made, and what a hand has", "[survey]") {
  CHECK(found(complete_host()) == Texts{"eth1 4 eth1.4 br4"});
  CHECK(found(hand_made_host()) == Texts{"eth1 4 eth1.4 br4"});
  CHECK(found(bare_host()) == Texts{});
}

TEST_CASE("a survey goes by trunk and VID, whatever the names, and passes guests over",
          "[survey]") {
  std::vector<Link> links = hand_made_host();
  links.push_back(nic(5, "eth0.1"));  // a trunk whose name looks like a VLAN link's
  links.push_back(plain_bridge(6, "dmz"));
  links.push_back(plain_vlan_link(7, "uplink", links[4], 9, 6));
  links.push_back(plain_bridge(8, "web"));
  links.push_back(plain_vlan_link(9, "x", links[1], 3, 8));
  links.push_back(plugged_vif(10, "vif3.0", 8));
  CHECK(found(links) == Texts{"eth1 3 x web", "eth1 4 eth1.4 br4", "eth0.1 9 uplink dmz"});
}

TEST_CASE("bonds and teams are trunks", "[survey]") {
  std::vector<Link> links = hand_made_host();
  for (const char* const kind : {"bond", "team"}) {
    links[1].kind = kind;
    CHECK(found(links) == Texts{"eth1 4 eth1.4 br4"});
  }
}

TEST_CASE("a survey tells an MTU that is not the trunk's, unless most have another", "[survey]") {
  std::vector<Link> links = hand_made_host();
  links[1].mtu = 9000;
  CHECK(found(links) == Texts{"eth1 4 eth1.4 br4 mtu 1500"});
  links.push_back(plain_bridge(5, "br5"));
  links.back().mtu = 9000;
  links.push_back(plain_vlan_link(6, "eth1.5", links[1], 5, 5));
  links.back().mtu = 9000;
  CHECK(found(links) == Texts{"eth1 4 eth1.4 br4 mtu 1500", "eth1 5 eth1.5 br5"});
  links.push_back(plain_bridge(7, "br6"));
  links.push_back(plain_vlan_link(8, "eth1.6", links[1], 6, 7));
  CHECK(found(links) == Texts{"eth1 4 eth1.4 br4 mtu 1500", "eth1 5 eth1.5 br5 mtu 9000",
                              "eth1 6 eth1.6 br6 mtu 1500"});
}

TEST_CASE("where a bridge and its VLAN link differ, a VLAN has the lower MTU", "[survey]") {
  std::vector<Link> links = hand_made_host();
  links[2].mtu = 1400;
  CHECK(found(links) == Texts{"eth1 4 eth1.4 br4 mtu 1400"});
  links[2].mtu = 9000;
  CHECK(found(links) == Texts{"eth1 4 eth1.4 br4"});
}

TEST_CASE("a survey tells the settings of a bridge that start would change", "[survey]") {
  std::vector<Link> links = complete_host();
  links[2].multicast_snooping = true;
  links[2].guest_tags = true;
  links[2].alias = "xvlan: antispoof=ip isolated=yes";
  CHECK(found(links) == Texts{"eth1 4 eth1.4 br4 snooping tags xvlan: antispoof=ip isolated=yes"});
  links[2].group = 0;  // start leaves the snooping of somebody else's bridge alone
  CHECK(found(links) == Texts{"eth1 4 eth1.4 br4 tags xvlan: antispoof=ip isolated=yes"});
}

TEST_CASE("VLANs come on demand if all of their trunk do", "[survey]") {
  std::vector<Link> links = complete_host();
  links[2].group = model::on_demand_group;
  CHECK(found(links) == Texts{"eth1 4 eth1.4 br4 on demand"});
  links.push_back(plain_bridge(5, "br5"));
  links.push_back(plain_vlan_link(6, "eth1.5", links[1], 5, 5));
  CHECK(found(links) == Texts{"eth1 4 eth1.4 br4", "eth1 5 eth1.5 br5"});
}

TEST_CASE("a bridge with an address of dom0's stays dom0's", "[survey]") {
  std::vector<Link> links = hand_made_host();
  links[2].addresses = {address("fe80::1/64", true), address("10.0.4.9/24")};
  CHECK(found(links) ==
        Texts{"left out: br4, VLAN 4 of eth1: dom0 uses it: br4 has address 10.0.4.9/24"});
  std::swap(links[2].addresses, links[3].addresses);
  CHECK(found(links) ==
        Texts{"left out: br4, VLAN 4 of eth1: dom0 uses it: eth1.4 has address 10.0.4.9/24"});
  links[3].addresses.pop_back();
  CHECK(found(links) == Texts{"eth1 4 eth1.4 br4"});
}

TEST_CASE("a bridge on which another link stands stays dom0's", "[survey]") {
  std::vector<Link> links = hand_made_host();
  links.push_back(nic(5, "macvtap0"));
  links.back().kind = "macvtap";
  links.back().lower = 3;
  CHECK(found(links) ==
        Texts{"left out: br4, VLAN 4 of eth1: dom0 uses it: macvtap0 is on top of br4"});
}

TEST_CASE("a bridge of xvlan's is found although it has got an address", "[survey]") {
  std::vector<Link> links = complete_host();
  links[2].addresses = {address("10.0.4.9/24")};
  CHECK(found(links) == Texts{"eth1 4 eth1.4 br4"});
}

TEST_CASE("what is no VLAN is left out, with the reason", "[survey]") {
  std::vector<Link> links = bare_host();
  links.push_back(plain_bridge(3, "xenbr0"));
  links[0].master = 3;
  links.push_back(plain_bridge(4, "docker0"));
  links.push_back(plain_bridge(5, "two"));
  links.push_back(plain_vlan_link(6, "eth1.4", links[1], 4, 5));
  links.push_back(plain_vlan_link(7, "eth1.5", links[1], 5, 5));
  links.push_back(plain_vlan_link(8, "eth1.6", links[1], 6, 0));
  links.push_back(plain_vlan_link(9, "q7", links[1], 7, 0));
  links.back().vid = 0;  // 802.1ad
  links.push_back(plain_bridge(10, "q"));
  links.push_back(plain_vlan_link(11, "q8", links[1], 8, 10));
  links.back().vid = 0;
  links.push_back(plain_bridge(12, "inner"));
  links.push_back(plain_vlan_link(13, "eth1.6.9", links[7], 9, 12));
  links.push_back(plain_bridge(14, "stacked"));
  links.push_back(plain_vlan_link(15, "xenbr0.3", links[2], 3, 14));
  links.push_back(plain_bridge(16, "elsewhere"));
  links.push_back(plain_vlan_link(17, "lost.3", nic(99, "gone"), 3, 16));
  CHECK(found(links) ==
        Texts{"left out: xenbr0: its uplink eth0 is not a VLAN link",
              "left out: docker0: it has no uplink", "left out: two: it joins eth1.4 and eth1.5",
              "left out: eth1.6, VLAN 6 of eth1: it is in no bridge",
              "left out: q7, an 802.1ad link: it is in no bridge",
              "left out: q: its uplink q8 is an 802.1ad link, not an 802.1Q one",
              "left out: inner, VLAN 9 of eth1.6: eth1.6 is not a NIC, bond or team",
              "left out: stacked, VLAN 3 of xenbr0: xenbr0 is not a NIC, bond or team",
              "left out: elsewhere: the link below lost.3 is not on this host"});
}

TEST_CASE("a foreign port beside the VLAN link is named", "[survey]") {
  std::vector<Link> links = hand_made_host();
  links.push_back(nic(5, "eth2"));
  links.back().master = 3;
  links.push_back(nic(6, "tap9"));
  links.back().master = 3;
  CHECK(found(links) == Texts{"left out: br4: it joins eth1.4, eth2 and tap9"});
}

TEST_CASE("the VLAN link of a port is none of a trunk", "[survey]") {
  std::vector<Link> links = hand_made_host();
  links.push_back(nic(5, "bond0"));
  links.back().kind = "bond";
  links[1].master = 5;
  CHECK(found(links) == Texts{"left out: br4, VLAN 4 of eth1: eth1 is a port of bond0"});
}

TEST_CASE("a VLAN-aware bridge has a VLAN for each tag of its trunk", "[survey]") {
  CHECK(found(aware_host()) == Texts{"eth1 4 - xenbr0", "eth1 10 - xenbr0"});
  CHECK(found(their_aware_host()) == Texts{"eth1 2 - vmbr0", "eth1 3 - vmbr0", "eth1 4 - vmbr0",
                                           "eth1 10 - vmbr0",
                                           "left out: VLAN 1 of eth1: it is untagged there"});
}

TEST_CASE("VLANs of a VLAN-aware bridge that dom0 is in stay dom0's", "[survey]") {
  std::vector<Link> links = their_aware_host();
  links[2].vlans = {{.first = 3, .last = 4}};
  CHECK(found(links).size() == 5);
  links[2].addresses = {address("10.0.4.9/24")};
  CHECK(found(links) ==
        Texts{"eth1 2 - vmbr0", "eth1 10 - vmbr0",
              "left out: VLAN 3-4 of eth1: dom0 uses it: vmbr0 has address 10.0.4.9/24",
              "left out: VLAN 1 of eth1: it is untagged there"});
}

TEST_CASE("a bridge that filters VLANs without any tag on the wire is none of VLANs", "[survey]") {
  std::vector<Link> links = their_aware_host();
  links[1].vlans = {unit::untagged};
  CHECK(found(links) == Texts{"left out: vmbr0: its uplink eth1 has no tagged VLAN for guests"});
}

TEST_CASE("what start would refuse is left out in its words, once", "[survey]") {
  std::vector<Link> links = their_aware_host();
  links.push_back(plain_vlan_link(5, "eth1.3", links[1], 3, 0));
  CHECK(found(links) == Texts{"eth1 2 - vmbr0", "eth1 4 - vmbr0", "eth1 10 - vmbr0",
                              "left out: VLAN 1 of eth1: it is untagged there",
                              "left out: cannot bring up VLAN 3 of eth1: VLAN link eth1.3 takes "
                              "its frames before bridge vmbr0 sees them",
                              "left out: eth1.3, VLAN 3 of eth1: it is in no bridge"});
  links.pop_back();
  links[1].addresses = {address("192.0.2.9/24")};
  links[1].vlans = unit::tagged_vlans({3, 4});
  CHECK(found(links) ==
        Texts{"left out: cannot use eth1 as trunk: it has address 192.0.2.9/24, which nobody would "
              "reach once eth1 is a port of a VLAN-aware bridge"});
}

TEST_CASE("a survey of one trunk has nothing of others", "[survey]") {
  std::vector<Link> links = hand_made_host();
  links.push_back(nic(5, "eth2"));
  links.push_back(plain_bridge(6, "san5"));
  links.push_back(plain_vlan_link(7, "eth2.5", links[4], 5, 6));
  links.push_back(plain_vlan_link(8, "eth2.6", links[4], 6, 0));
  links.push_back(plain_bridge(9, "docker0"));
  CHECK(found(links, "eth2") ==
        Texts{"eth2 5 eth2.5 san5", "left out: eth2.6, VLAN 6 of eth2: it is in no bridge"});
  CHECK(found(links, "eth1") == Texts{"eth1 4 eth1.4 br4"});
  CHECK(found(links, "eth0") == Texts{});
  CHECK(failure([&] { return found(links, "eth9"); }) ==
        Texts{"error (exit status 1): cannot use eth9 as trunk: there is no such link",
              "hint: 'ip link' lists the links: set netdev= to one of them"});
}
