#include "config/import.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "config/writer.hpp"
#include "hosts.hpp"

namespace {

using config::parse_file;
using config::text_of;
using model::Segment;
using unit::aware_segment;
using unit::segment;
using unit::Texts;

/// The opposite of text_of.
std::string read_and_written(const std::string& text) {
  return text_of(parse_file(text, "xvlan.conf"));
}

/// A VLAN with a bridge of that name.
Segment on_bridge(const std::string& vid, const std::string& bridge,
                  const std::string& trunk = "eth1") {
  Segment wanted = segment(vid, trunk);
  wanted.bridge = {model::IfName::parse("bridge", bridge), ""};
  return wanted;
}

Segment with_mtu(const std::string& vid, std::uint32_t mtu) {
  Segment wanted = segment(vid);
  wanted.mtu = mtu;
  return wanted;
}

Segment guarded(const std::string& vid, model::Protection protection) {
  Segment wanted = segment(vid);
  wanted.protection = protection;
  return wanted;
}

/// The file that import writes, once it is sure that the same segments are read from it.
std::string imported(const std::vector<Segment>& segments) {
  const config::Import import = config::import_segments(segments);
  CHECK(import.left_out == Texts{});
  const std::string text = text_of(import.file);
  CHECK(config::name_segments(parse_file(text, "xvlan.conf"), config::Settings()) == segments);
  return text;
}

Texts left_out(const std::vector<Segment>& segments) {
  return config::import_segments(segments).left_out;
}

}  // namespace

TEST_CASE("what is written before the sections is what is read there, for every option",
          "[config]") {
  const std::string text =
      "netdev = eth1\nvxlan = 192.0.2.1\nvlans = 1,4,10-20,4094\nvlan-aware = yes\nbridge = "
      "guests\n"
      "bridge-name = br%v\nvlan-name = %t.%v\non-demand = yes\nvni-base = 0\nport = 4790\n"
      "vxlan-single = no\nvxlan-name = vx%v\nunderlay = eth0,eth2\nmtu = 1500\nguest-tags = no\n"
      "multicast-snooping = yes\nantispoof = ip\nlink-local = any\nisolated = yes\nwait = 3600\n";
  CHECK(read_and_written(text) == text);
}

TEST_CASE("what is written of a trunk and of a VLAN is what is read there, for every option",
          "[config]") {
  const std::string settings =
      "mtu = 9000\nguest-tags = yes\nmulticast-snooping = no\nantispoof = mac\n"
      "link-local = eui64\nisolated = no\n";
  const std::string text =
      "[trunk eth1]\nvlans = 4\nvlan-aware = no\nbridge = xenbr1\nbridge-name = a\n"
      "vlan-name = b\non-demand = no\n" +
      settings + "\n[trunk eth1 vlan 4]\nbridge = dmz\n" + settings +
      "\n[trunk eth2 vlan 30]\nantispoof = no\n";
  CHECK(read_and_written(text) == text);
}

TEST_CASE("what is written of tunnels and of a VLAN there is what is read, for every option",
          "[config]") {
  const std::string text =
      "[vxlan 2001:db8::1]\nvlans = 4,30\nbridge = xenbr1\nvni-base = 16000000\nport = 65535\n"
      "vxlan-single = yes\nvxlan-name = tunnels\nunderlay = eth0\n"
      "\n[vxlan 2001:db8::1 vlan 30]\nvni = 16777215\nbridge = dmz\nmtu = 1400\n"
      "\n[vxlan 192.0.2.1 vlan 5]\nvni = 1\n";
  CHECK(read_and_written(text) == text);
}

TEST_CASE("a file that says nothing is empty", "[config]") {
  CHECK(text_of(config::File()).empty());
}

TEST_CASE("every name that a file can hold is read from it as it is", "[config]") {
  for (char byte = '!'; byte <= '~'; ++byte) {
    const std::string name{byte, byte, '4'};
    if (!model::IfName::valid(name)) continue;
    if (byte == '#') {
      CHECK_FALSE(config::is_writable(name));
      continue;
    }
    CAPTURE(name);
    CHECK(config::is_writable(name));
    const Segment plain = on_bridge("4", name, "eth1");
    const config::File file = config::import_segments(std::vector{plain}).file;
    CHECK(parse_file(text_of(file), "xvlan.conf") == file);
    const Segment trunk = on_bridge("4", "dmz", name);
    const config::File of_trunk = config::import_segments(std::vector{trunk}).file;
    CHECK(parse_file(text_of(of_trunk), "xvlan.conf") == of_trunk);
    config::File sections;
    sections.trunks.resize(1);
    sections.trunks[0].common.netdev = *trunk.trunk.trunk();
    sections.trunks[0].vlans[trunk.vid].bridge = plain.bridge.name;
    CHECK(parse_file(text_of(sections), "xvlan.conf") == sections);
  }
}

TEST_CASE("one trunk needs no section, and VIDs side by side are a range", "[config]") {
  CHECK(imported({segment("4"), segment("10"), segment("11"), segment("12")}) ==
        "netdev = eth1\nvlans = 4,10-12\n");
}

TEST_CASE("several trunks have a section each", "[config]") {
  CHECK(imported({segment("4"), on_bridge("30", "san30", "eth2")}) ==
        "[trunk eth1]\nvlans = 4\n\n[trunk eth2]\nvlans = 30\nbridge-name = san%v\n");
}

TEST_CASE("a template gives as many bridges their names as it can, a section the others",
          "[config]") {
  CHECK(imported({on_bridge("4", "vmbr4"), on_bridge("5", "vmbr5")}) ==
        "netdev = eth1\nvlans = 4-5\nbridge-name = vmbr%v\n");
  CHECK(imported({on_bridge("4", "br-eth1-4"), on_bridge("44", "br-eth1-44")}) ==
        "netdev = eth1\nvlans = 4,44\nbridge-name = br-%t-%v\n");
  CHECK(imported({on_bridge("1", "br-eth1-1")}) ==
        "netdev = eth1\nvlans = 1\nbridge-name = br-%t-%v\n");
  CHECK(imported({on_bridge("4", "4lan"), on_bridge("5", "5lan")}) ==
        "netdev = eth1\nvlans = 4-5\nbridge-name = %vlan\n");
  CHECK(imported({segment("4"), on_bridge("5", "dmz"), on_bridge("6", "v6"), segment("7")}) ==
        "[trunk eth1]\nvlans = 4-7\n\n[trunk eth1 vlan 5]\nbridge = dmz\n\n"
        "[trunk eth1 vlan 6]\nbridge = v6\n");
}

TEST_CASE("a percent sign in a name stands for itself", "[config]") {
  CHECK(imported({on_bridge("4", "br%v4"), on_bridge("5", "br%t5")}) ==
        "[trunk eth1]\nvlans = 4-5\n\n[trunk eth1 vlan 4]\nbridge = br%v4\n\n"
        "[trunk eth1 vlan 5]\nbridge = br%t5\n");
}

TEST_CASE("names that xvlan has shortened are known by their template", "[config]") {
  CHECK(imported({segment("4", "enp129s0f1np1"), segment("4094", "enp129s0f1np1")}) ==
        "netdev = enp129s0f1np1\nvlans = 4,4094\n");
  const auto trunk = model::IfName::parse("trunk", "enp129s0f1np1");
  const model::NameTemplate names("bridge-name", "bridge-%t-%v", trunk.text());
  Segment wanted = segment("4", "enp129s0f1np1");
  wanted.bridge = names.fill(wanted.vid);
  CHECK(imported({wanted}) == "netdev = enp129s0f1np1\nvlans = 4\nbridge-name = bridge-%t-%v\n");
}

TEST_CASE("VLAN links keep their names if one template gives them all", "[config]") {
  const auto called = [](Segment wanted, const std::string& name) {
    wanted.uplink = {model::IfName::parse("name", name), ""};
    return wanted;
  };
  CHECK(imported({called(segment("4"), "vlan4"), called(segment("5"), "vlan5")}) ==
        "netdev = eth1\nvlans = 4-5\nvlan-name = vlan%v\n");
  const std::vector<Segment> mixed{called(segment("4"), "vlan4"), called(segment("5"), "vlan5"),
                                   segment("6")};
  CHECK(text_of(config::import_segments(mixed).file) == "netdev = eth1\nvlans = 4-6\n");
}

TEST_CASE("the trunk says what most of its VLANs have, and each other one for itself", "[config]") {
  CHECK(imported({with_mtu("4", 9000), with_mtu("5", 9000), with_mtu("6", 1500)}) ==
        "[trunk eth1]\nvlans = 4-6\nmtu = 9000\n\n[trunk eth1 vlan 6]\nmtu = 1500\n");
  CHECK(imported({segment("4"), with_mtu("5", 1400), with_mtu("6", 1400)}) ==
        "[trunk eth1]\nvlans = 4-6\n\n[trunk eth1 vlan 5]\nmtu = 1400\n\n"
        "[trunk eth1 vlan 6]\nmtu = 1400\n");
  using model::Antispoof;
  CHECK(imported({guarded("4", {Antispoof::ip, true, true}), guarded("5", {Antispoof::ip})}) ==
        "[trunk eth1]\nvlans = 4-5\nantispoof = ip\n\n"
        "[trunk eth1 vlan 4]\nlink-local = any\nisolated = yes\n");
  CHECK(imported({guarded("4", {Antispoof::mac})}) ==
        "netdev = eth1\nvlans = 4\nantispoof = mac\n");
}

TEST_CASE("bridges' settings and VLANs on demand are in the file", "[config]") {
  Segment wanted = segment("4");
  wanted.options = {.multicast_snooping = true, .guest_tags = true, .on_demand = true};
  CHECK(imported({wanted}) ==
        "netdev = eth1\nvlans = 4\non-demand = yes\nguest-tags = yes\n"
        "multicast-snooping = yes\n");
}

TEST_CASE("an MTU that no file can hold is left to the trunk", "[config]") {
  const config::File file = config::import_segments(std::vector{with_mtu("4", 67)}).file;
  CHECK(text_of(file) == "netdev = eth1\nvlans = 4\n");
}

TEST_CASE("a VLAN-aware bridge is named, and its VLANs get names that are free", "[config]") {
  CHECK(imported({aware_segment("4"), aware_segment("5")}) ==
        "netdev = eth1\nvlans = 4-5\nvlan-aware = yes\nbridge = xenbr0\n");
  const config::Import import = config::import_segments(
      std::vector{aware_segment("4"), segment("4", "eth2"), aware_segment("4", "eth3", "xenbr1")});
  CHECK(import.left_out == Texts{});
  const std::string text = text_of(import.file);
  CHECK(text ==
        "[trunk eth1]\nvlans = 4\nvlan-aware = yes\nbridge = xenbr0\nbridge-name = %t-%v\n\n"
        "[trunk eth2]\nvlans = 4\n\n"
        "[trunk eth3]\nvlans = 4\nvlan-aware = yes\nbridge = xenbr1\nbridge-name = %t-%v\n");
  CHECK(config::name_segments(import.file, config::Settings()).size() == 3);
}

TEST_CASE("whatever the names are, the file names the same VLANs with the same bridges",
          "[config]") {
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp)
  const auto any_of = [&](const std::string& letters) {
    return letters[random() % letters.size()];
  };
  const auto any_name = [&] {
    std::string name;
    for (std::size_t size = 1 + random() % 5; size > 0; --size) name += any_of("tv%14e.#[]=\\-");
    return model::IfName::valid(name) ? name : std::string("x");
  };
  for (int round = 0; round < 3000; ++round) {
    const std::string trunk = any_name();
    std::vector<Segment> segments;
    for (const char* const vid : {"1", "4", "14", "41"}) {
      segments.push_back(on_bridge(vid, any_name() + "b" + vid, trunk));
      segments.back().uplink = {model::IfName::parse("name", any_name() + "l" + vid), ""};
    }
    CAPTURE(trunk, segments[0].bridge.name.text(), segments[0].uplink.name.text());
    const config::Import import = config::import_segments(segments);
    const config::File read = parse_file(text_of(import.file), "xvlan.conf");
    CHECK(read == import.file);
    const auto named = config::name_segments(read, config::Settings());
    CHECK(named.size() + import.left_out.size() == segments.size());
    for (const Segment& one : named) {
      CHECK(std::any_of(segments.begin(), segments.end(), [&](const Segment& wanted) {
        return wanted.vid == one.vid && wanted.bridge == one.bridge && wanted.trunk == one.trunk;
      }));
    }
  }
}

TEST_CASE("names that would break the file are left out, and said", "[config]") {
  CHECK(left_out({on_bridge("4", "br#4"), segment("5"), on_bridge("6", "b\x1b[2J")}) ==
        Texts{"VLAN 4 of eth1, bridge br#4: xvlan.conf can't hold such a name",
              "VLAN 6 of eth1, bridge b\x1b[2J: xvlan.conf can't hold such a name"});
  CHECK(left_out({segment("4", "eth1.")}) ==
        Texts{"VLAN 4 of eth1., bridge br4: xvlan.conf can't hold such a name"});
  CHECK(left_out({segment("4", "e\x01")}) ==
        Texts{"VLAN 4 of e\x01, bridge br4: xvlan.conf can't hold such a name"});
  CHECK(left_out({aware_segment("4", "eth1", "\xc3\xa4")}).size() == 1);
}

TEST_CASE("a VLAN link that would be called as another link is left out, and said", "[config]") {
  CHECK(left_out({segment("4"), on_bridge("5", "eth1.4"), segment("6")}) ==
        Texts{"VLAN 4 of eth1: its VLAN link would be called eth1.4, and so is another link"});
}
