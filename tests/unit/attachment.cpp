// What a vif's spec asks for, in both realisations.
#include "command/attachment.hpp"

#include <catch2/catch.hpp>

#include "given_configuration.hpp"
#include "hosts.hpp"

namespace {

using model::Segment;
using model::VifSpec;
using unit::failure;
using unit::GivenConfiguration;
using unit::Texts;

const std::vector<std::uint16_t> all_vids{1,  4,  5,  10, 11, 12, 13, 14,  15,  20,  21,  22, 23,
                                          24, 25, 26, 27, 28, 29, 30, 100, 110, 120, 130, 140};

/// The VLANs of the grammar's examples on eth1, each with a bridge or all on xenbr0.
std::vector<Segment> segments(bool aware) {
  std::vector<Segment> list;
  for (const std::uint16_t vid : all_vids) {
    const std::string text = std::to_string(vid);
    list.push_back(aware ? unit::aware_segment(text) : unit::segment(text));
  }
  return list;
}

/// "xenbr0 10p,20 mtu 1400"
std::string words_of(const command::Attachment& wanted) {
  return wanted.bridge + (wanted.spec ? " " + model::text(wanted.spec->vlans) : "") +
         (wanted.mtu ? " mtu " + std::to_string(*wanted.mtu) : "");
}

VifSpec spec(const std::string& bridge, const std::string& vlan) {
  VifSpec said;
  if (!bridge.empty()) said.bridge = bridge;
  if (!vlan.empty()) said.vlan = vlan;
  return said;
}

/// What the spec means, or the error that it ends with.
std::string meant(const VifSpec& said, const std::vector<Segment>& configured,
                  bool exists = false) {
  GivenConfiguration configuration(configured);
  std::string words;
  const Texts error =
      failure([&] { words = words_of(command::understand(said, exists, configuration)); });
  return error.empty() ? words : error.front();
}

std::string in_aware(const std::string& bridge, const std::string& vlan) {
  return meant(spec(bridge, vlan), segments(true), bridge == "xenbr0");
}

std::string in_own(const std::string& bridge, const std::string& vlan) {
  return meant(spec(bridge, vlan), segments(false), bridge.starts_with("br"));
}

const std::string cannot = "error (exit status 1): cannot use ";
const std::string one_each = ": each VLAN of eth1 has a bridge of its own, for one VLAN only";

}  // namespace

TEST_CASE("one VLAN without a tag is meant in all words, in both realisations", "[attachment]") {
  const std::vector<std::pair<std::string, std::string>> ways{
      {"", "10"},        {"", "10p"},    {"xenbr0", "10"}, {"xenbr0", "10p"},
      {"xenbr0.10", ""}, {"br10", "10"}, {"br10", "10p"},  {"br10", ""}};
  for (const auto& way : ways) {
    INFO("bridge=" << way.first << " vlan=" << way.second);
    CHECK(in_aware(way.first, way.second) == "xenbr0 10p");
    CHECK(in_own(way.first, way.second) == "br10");
  }
}

TEST_CASE("several VLANs, or tagged ones, take a VLAN-aware bridge", "[attachment]") {
  struct Row {
    std::string bridge;
    std::string vlan;
    std::string meaning;
  };
  const std::vector<Row> rows{{"", "10p/20", "10p,20"},
                              {"xenbr0.10:20", "", "10p,20"},
                              {"", "5p/10/20-30", "5p,10,20-30"},
                              {"xenbr0", "5p/10/20-30", "5p,10,20-30"},
                              {"", "5p,10,20-30", "5p,10,20-30"},
                              {"", "10/20-30", "10,20-30"},
                              {"", "20t", "20"},
                              {"xenbr0:20", "", "20"},
                              {"xenbr0:20:21:30", "", "20-21,30"},
                              {"", "10p/100+10x4", "10p,100,110,120,130,140"},
                              {"", "1p/10-15/20-25u", "1p,10-15,20-25u"},
                              {"", "20u", "20u"}};
  for (const Row& row : rows) {
    INFO("bridge=" << row.bridge << " vlan=" << row.vlan);
    CHECK(in_aware(row.bridge, row.vlan) == "xenbr0 " + row.meaning);
    const std::string said =
        row.vlan.empty() ? "bridge=" + row.bridge
                         : "vlan=" + row.vlan + (row.bridge.empty() ? "" : " with bridge=xenbr0");
    CHECK(in_own(row.bridge, row.vlan) == cannot + said + one_each);
  }
}

TEST_CASE("the hint for tagged VLANs names the option that they need", "[attachment]") {
  GivenConfiguration configuration(segments(false));
  CHECK(failure([&] { return command::understand(spec("", "20t"), false, configuration); }) ==
        Texts{cannot + "vlan=20t" + one_each,
              "hint: tagged VLANs need vlan-aware=yes in xvlan.conf, and 'network-xvlan start'"});
}

TEST_CASE("a bridge that is there is what its name says, and nothing is read", "[attachment]") {
  for (const std::string name : {"br4", "xenbr0.10", "br9", "xenbr0"}) {
    GivenConfiguration configuration(segments(true));
    CHECK(words_of(command::understand(spec(name, ""), true, configuration)) == name);
    CHECK(configuration.asked == 0);
  }
}

TEST_CASE("a name that is neither a link nor a VLAN is left to be looked for", "[attachment]") {
  CHECK(in_aware("br99", "") == "br99");
  CHECK(in_aware("no.way", "") == "no.way");
  CHECK(in_aware(".10", "") == ".10");
  CHECK(in_aware(":", "") == ":");
  CHECK(in_aware("xenbr0:20.10", "") == "xenbr0:20.10");  // the native one stands first
}

TEST_CASE("a bridge and a VLAN that say different things are refused", "[attachment]") {
  const std::string other = cannot + "vlan=10 with bridge=br4: br4 is VLAN 4 of eth1";
  CHECK(in_aware("br4", "10") == other);
  CHECK(in_own("br4", "10") == other);
  CHECK(in_aware("br4", "4p/10") == cannot + "vlan=4p/10 with bridge=br4: br4 is VLAN 4 of eth1");
  CHECK(in_aware("br4", "4t") == cannot + "vlan=4t with bridge=br4: br4 is VLAN 4 of eth1");
}

TEST_CASE("no bridge and no VLAN is refused in Xen's own words", "[attachment]") {
  CHECK(in_aware("", "") == "error (exit status 1): Could not find bridge, and none was specified");
  VifSpec empty = spec("", "");
  empty.vlan = "";
  empty.bridge = "";
  CHECK(meant(empty, segments(true)) ==
        "error (exit status 1): Could not find bridge, and none was specified");
}

TEST_CASE("a VLAN that the trunk does not have is refused by name", "[attachment]") {
  CHECK(in_aware("", "99") == cannot + "vlan=99: eth1 does not have VLAN 99");
  CHECK(in_own("", "99") == cannot + "vlan=99: eth1 does not have VLAN 99");
  CHECK(in_aware("xenbr0", "10p/20-31") ==
        cannot + "vlan=10p/20-31 with bridge=xenbr0: eth1 does not have VLAN 31");
  CHECK(in_aware("xenbr0.99", "") == cannot + "bridge=xenbr0.99: eth1 does not have VLAN 99");
  CHECK(in_own("xenbr0.99", "") == cannot + "bridge=xenbr0.99: eth1 does not have VLAN 99");
}

TEST_CASE("a wrong VLAN is refused by the words in which it was said", "[attachment]") {
  const std::string no_vlan = " is not a VLAN: a VLAN ID is a number from 1 to 4094";
  CHECK(in_aware("", "0") == cannot + "vlan=0: '0'" + no_vlan);
  CHECK(in_own("", "10/4095") == cannot + "vlan=10/4095: '4095'" + no_vlan);
  CHECK(in_aware("xenbr0.0:20", "") ==
        cannot + "bridge=xenbr0.0:20 as vlan=0p/20t: '0p'" + no_vlan);
  CHECK(in_aware("xenbr0:20:20", "") ==
        cannot + "bridge=xenbr0:20:20 as vlan=20t/20t: '20t' names VLAN 20 a second time");
  CHECK(in_aware("xenbr0:", "") == cannot + "bridge=xenbr0: as vlan=t: 't'" + no_vlan);
}

TEST_CASE("a VLAN that one bridge joins to a trunk and to tunnels is meant once", "[attachment]") {
  const std::vector<Segment> own{unit::segment("4"), unit::tunnelled_segment("4")};
  CHECK(meant(spec("", "4"), own) == "br4");
  Segment shared = unit::tunnelled_segment("4");
  shared.trunk_bridge = unit::aware_segment("4").trunk_bridge;
  const std::vector<Segment> aware{unit::aware_segment("4"), shared};
  CHECK(meant(spec("", "4"), aware) == "xenbr0 4p");
  CHECK(meant(spec("xenbr0", "4"), aware, true) == "xenbr0 4p");
  shared.trunk_bridge.name = model::IfName::parse("bridge", "san");
  CHECK(meant(spec("", "4"), {unit::aware_segment("4"), shared}) ==
        cannot + "vlan=4: both eth1 and " + unit::tunnels_end + " have it");
}

TEST_CASE("of several trunks the one that has the VLANs is meant, or the bridge's",
          "[attachment]") {
  const std::vector<Segment> two{unit::aware_segment("4"), unit::aware_segment("10"),
                                 unit::aware_segment("10", "eth2", "san"),
                                 unit::aware_segment("20", "eth2", "san")};
  CHECK(meant(spec("", "4"), two) == "xenbr0 4p");
  CHECK(meant(spec("", "20"), two) == "san 20p");
  CHECK(meant(spec("san", "10"), two) == "san 10p");
  CHECK(meant(spec("", "10p/20"), two) == "san 10p,20");
  CHECK(meant(spec("", "10"), two) == cannot + "vlan=10: both eth1 and eth2 have it");
  CHECK(meant(spec("", "99"), two) == cannot + "vlan=99: eth2 does not have VLAN 99");
  CHECK(meant(spec("san", "4"), two) ==
        cannot + "vlan=4 with bridge=san: eth2 does not have VLAN 4");
  CHECK(meant(spec("br20", ""), two) == "san 20p");
  const std::vector<Segment> mixed{unit::segment("4"), unit::aware_segment("5", "eth2", "san")};
  CHECK(meant(spec("", "4"), mixed) == "br4");
  CHECK(meant(spec("", "5"), mixed) == "san 5p");
  CHECK(meant(spec("br4", ""), mixed) == "br4");
}

TEST_CASE("a bridge that is not configured is somebody's, and its VLANs are his", "[attachment]") {
  CHECK(in_aware("br0", "99") == "br0 99p");
  CHECK(meant(spec("br0", "10p/20"), {}) == "br0 10p,20");
  CHECK(meant(spec("br0.10:20", ""), {}) == "br0 10p,20");
  // Also where its name would be that of a trunk's, if that had one bridge for all VLANs.
  CHECK(meant(spec("xenbr0", "99"), segments(false), true) == "xenbr0 99p");
  CHECK(meant(spec("", "10"), {}) ==
        cannot + "vlan=10: no VLAN is configured, and no bridge was specified");
}

TEST_CASE("a vif has the MTU of its native VLAN", "[attachment]") {
  std::vector<Segment> some{unit::aware_segment("4"), unit::aware_segment("10")};
  some[0].mtu = 1400;
  CHECK(meant(spec("", "4"), some) == "xenbr0 4p mtu 1400");
  CHECK(meant(spec("", "4p/10"), some) == "xenbr0 4p,10 mtu 1400");
  CHECK(meant(spec("br4", ""), some) == "xenbr0 4p mtu 1400");
  CHECK(meant(spec("", "4/10"), some) == "xenbr0 4,10");
  CHECK(meant(spec("", "10p/4"), some) == "xenbr0 4,10p");
  std::vector<Segment> own{unit::segment("4")};
  own[0].mtu = 1400;
  CHECK(meant(spec("", "4"), own) == "br4 mtu 1400");
}

namespace {

/// Why the bridge can't do what is asked for; nothing if it can.
Texts checked(const std::string& vlans, const model::Link& bridge) {
  command::Attachment wanted{.bridge = bridge.name};
  if (!vlans.empty()) {
    wanted.spec = model::VlanSpec::parse("vlan", vlans);
    wanted.said = "vlan=" + vlans + " with bridge=" + bridge.name;
  }
  return failure([&] {
    command::check_bridge(wanted, bridge);
    return 0;
  });
}

}  // namespace

TEST_CASE("a bridge for all VLANs needs one to be named, and takes any", "[attachment]") {
  const model::Link xenbr0 = unit::aware_bridge(3);
  CHECK(checked("10p/20", xenbr0).empty());
  CHECK(checked("", xenbr0) ==
        Texts{cannot + "bridge=xenbr0: it carries all VLANs of its trunk, and the spec names none",
              "hint: name one in the domain's vif spec: vlan=10, or bridge=br10"});
}

TEST_CASE("a VLAN's own bridge takes none", "[attachment]") {
  const model::Link br4 = unit::bridge(3, "br4");
  CHECK(checked("", br4).empty());
  CHECK(checked("4", br4) ==
        Texts{cannot + "vlan=4 with bridge=br4: that is the bridge of one VLAN",
              "hint: leave vlan= out, or set vlan-aware=yes in xvlan.conf and run 'network-xvlan "
              "start'"});
}

TEST_CASE("a bridge of somebody else's takes VLANs if it filters them", "[attachment]") {
  model::Link br0 = unit::plain_bridge(3, "br0");
  CHECK(checked("", br0).empty());
  CHECK(checked("4", br0).front() ==
        cannot + "vlan=4 with bridge=br0: that bridge does not filter VLANs");
  br0.vlan_filtering = true;
  CHECK(checked("4", br0).empty());
  CHECK(checked("", br0).empty());
  br0.default_pvid = 0;
  CHECK(checked("", br0).empty());
}
