#include <catch2/catch.hpp>

#include "config/settings.hpp"
#include "hosts.hpp"

namespace {

using config::parse_file;
using config::Settings;
using unit::failure;
using unit::Texts;

/// "eth1 4 eth1.4 br4" and, if set, " mtu 9000", " snooping" and " tags".
std::string line_of(const model::Segment& segment) {
  return segment.trunk.text() + " " + segment.vid.text() + " " + segment.uplink.name.text() + " " +
         segment.bridge.name.text() + (segment.mtu ? " mtu " + std::to_string(*segment.mtu) : "") +
         (segment.options.multicast_snooping ? " snooping" : "") +
         (segment.options.guest_tags ? " tags" : "");
}

Settings typed(const std::vector<std::pair<std::string, std::string>>& options) {
  Settings settings;
  for (const auto& [key, value] : options) REQUIRE(config::set_option(settings, key, value));
  return settings;
}

Texts named(const std::string& file, const Settings& command_line = {}) {
  Texts lines;
  for (const auto& segment : config::name_segments(parse_file(file, "xvlan.conf"), command_line)) {
    lines.push_back(line_of(segment));
  }
  return lines;
}

Texts file_failure(const std::string& text) {
  return failure([&] { return parse_file(text, "/etc/xen/xvlan.conf"); });
}

Texts naming_failure(const std::string& file, const Settings& command_line = {}) {
  return failure([&] { return named(file, command_line); });
}

const std::string cannot_read = "error (exit status 2): cannot read /etc/xen/xvlan.conf: ";

}  // namespace

TEST_CASE("an empty file and an empty command line name no VLAN", "[config]") {
  CHECK(named("").empty());
  CHECK(named("# vlans = 4\n\n").empty());
  CHECK(named("mtu = 9000\nbridge-name = br%v\n").empty());
}

TEST_CASE("the command line names VLANs without any file", "[config]") {
  CHECK(named("", typed({{"netdev", "eth1"}, {"vlans", "4,10-11"}})) ==
        Texts{"eth1 4 eth1.4 br4", "eth1 10 eth1.10 br10", "eth1 11 eth1.11 br11"});
}

TEST_CASE("a file of two lines is enough", "[config]") {
  CHECK(named("netdev = eth1\nvlans=4,5  # the guests\n") ==
        Texts{"eth1 4 eth1.4 br4", "eth1 5 eth1.5 br5"});
}

TEST_CASE("each trunk has its section, each VLAN may have one", "[config]") {
  CHECK(named("mtu = 1400\n"
              "[trunk eth1]\n"
              "vlans = 4,10-11\n"
              "mtu = 9000\n"
              "[trunk eth1 vlan 10]\n"
              "bridge = dmz\n"
              "mtu = 1500\n"
              "[trunk eth1 vlan 12]\n"
              "bridge = lab\n"
              "[trunk bond0.7]\n"
              "vlans = 4\n"
              "bridge-name = %t-%v\n"
              "vlan-name = q%v\n") ==
        Texts{"eth1 4 eth1.4 br4 mtu 9000", "eth1 10 eth1.10 dmz mtu 1500",
              "eth1 11 eth1.11 br11 mtu 9000", "eth1 12 eth1.12 lab mtu 9000",
              "bond0.7 4 q4 bond0.7-4 mtu 1400"});
}

TEST_CASE("the VLANs of a trunk come in their order, wherever they are named", "[config]") {
  CHECK(named("[trunk eth1]\nvlans = 4,10\n[trunk eth1 vlan 7]\nbridge = dmz\n") ==
        Texts{"eth1 4 eth1.4 br4", "eth1 7 eth1.7 dmz", "eth1 10 eth1.10 br10"});
}

TEST_CASE("the command line overrides a section, the section the file", "[config]") {
  const std::string file =
      "bridge-name = file%v\nvlan-name = v%v\nmtu = 1300\n"
      "[trunk eth1]\nvlans = 4\nbridge-name = trunk%v\nmtu = 1400\n";
  CHECK(named(file) == Texts{"eth1 4 v4 trunk4 mtu 1400"});
  CHECK(named(file, typed({{"bridge-name", "typed%v"}, {"mtu", "1500"}})) ==
        Texts{"eth1 4 v4 typed4 mtu 1500"});
  CHECK(named(file, typed({{"vlan-name", "x%v"}, {"vlans", "7"}})) ==
        Texts{"eth1 7 x7 trunk7 mtu 1400"});
}

TEST_CASE("an MTU that is typed counts for VLANs that have their own, too", "[config]") {
  const std::string file = "[trunk eth1 vlan 4]\nmtu = 1400\n";
  CHECK(named(file) == Texts{"eth1 4 eth1.4 br4 mtu 1400"});
  CHECK(named(file, typed({{"mtu", "1300"}})) == Texts{"eth1 4 eth1.4 br4 mtu 1300"});
}

TEST_CASE("snooping and guests' tags are off, and the nearest word for them counts", "[config]") {
  const std::string file =
      "guest-tags = yes\nmulticast-snooping = no\n"
      "[trunk eth1]\nvlans = 4\nguest-tags = no\nmulticast-snooping = yes\n"
      "[trunk eth1 vlan 5]\nguest-tags = yes\nmulticast-snooping = no\n"
      "[trunk eth2]\nvlans = 6\n";
  CHECK(named("netdev = eth1\nvlans = 4\n") == Texts{"eth1 4 eth1.4 br4"});
  CHECK(named(file) ==
        Texts{"eth1 4 eth1.4 br4 snooping", "eth1 5 eth1.5 br5 tags", "eth2 6 eth2.6 br6 tags"});
  CHECK(named(file, typed({{"guest-tags", "no"}, {"multicast-snooping", "yes"}})) ==
        Texts{"eth1 4 eth1.4 br4 snooping", "eth1 5 eth1.5 br5 snooping",
              "eth2 6 eth2.6 br6 snooping"});
}

TEST_CASE("segments from elsewhere take what the file and the command line say", "[config]") {
  const auto settled = [](const std::string& file, const Settings& command_line,
                          std::optional<std::uint32_t> mtu) {
    std::vector<model::Segment> segments{unit::segment()};
    segments.front().mtu = mtu;
    config::add_settings(segments, parse_file(file, "xvlan.conf"), command_line);
    return line_of(segments.front());
  };
  CHECK(settled("", {}, {}) == "eth1 4 eth1.4 br4");
  CHECK(settled("guest-tags = yes\nmulticast-snooping = yes\nmtu = 1400\n", {}, {}) ==
        "eth1 4 eth1.4 br4 mtu 1400 snooping tags");
  CHECK(settled("mtu = 1400\n", {}, 1300) == "eth1 4 eth1.4 br4 mtu 1300");
  CHECK(settled("guest-tags = yes\nmulticast-snooping = no\nmtu = 1400\n",
                typed({{"guest-tags", "no"}, {"multicast-snooping", "yes"}, {"mtu", "1200"}}),
                1300) == "eth1 4 eth1.4 br4 mtu 1200 snooping");
}

TEST_CASE("a trunk named on the command line takes its VLANs from its section", "[config]") {
  const std::string file = "[trunk eth1]\nvlans = 4\n[trunk eth2]\nvlans = 5\n";
  CHECK(named(file, typed({{"netdev", "eth2"}})) == Texts{"eth2 5 eth2.5 br5"});
  CHECK(named(file, typed({{"netdev", "eth2"}, {"vlans", "6"}})) == Texts{"eth2 6 eth2.6 br6"});
  CHECK(named(file, typed({{"netdev", "eth9"}})).empty());
  CHECK(named("netdev = eth1\nvlans = 4\n", typed({{"netdev", "eth9"}})).empty());
  CHECK(named("vlans = 4\n", typed({{"netdev", "eth9"}})) == Texts{"eth9 4 eth9.4 br4"});
  CHECK(named("vlans = 4\n" + file, typed({{"netdev", "eth2"}})) == Texts{"eth2 5 eth2.5 br5"});
}

TEST_CASE("of the VLANs of a file those are named that are asked for", "[config]") {
  const config::File file =
      parse_file("[trunk eth1]\nvlans = 4,10-12\n[trunk eth2]\nvlans = 5\n", "xvlan.conf");
  Texts lines;
  for (const auto& segment : config::name_segments(file, model::Vids::parse("5-6,11"))) {
    lines.push_back(line_of(segment));
  }
  CHECK(lines == Texts{"eth1 11 eth1.11 br11", "eth2 5 eth2.5 br5"});
}

TEST_CASE("VLANs without a trunk are refused", "[config]") {
  const std::string hint = "hint: name the NIC that carries the tagged frames: netdev=eth1";
  const Texts no_trunk{"error (exit status 2): cannot use vlans=: no trunk is named", hint};
  CHECK(naming_failure("", typed({{"vlans", "4"}})) == no_trunk);
  CHECK(naming_failure("vlans = 4\n") == no_trunk);
  CHECK(naming_failure("[trunk eth1]\nvlans = 4\n[trunk eth2]\nvlans = 5\n",
                       typed({{"vlans", "4"}})) ==
        Texts{"error (exit status 2): cannot use vlans=: the configuration has several trunks",
              hint});
}

TEST_CASE("a trunk without VLANs beside others is refused", "[config]") {
  CHECK(naming_failure("[trunk eth1]\nmtu = 1500\n") ==
        Texts{"error (exit status 2): cannot use [trunk eth1]: it names no VLAN",
              "hint: add vlans="});
  CHECK(naming_failure("netdev = eth1\n[trunk eth2]\nvlans = 4\n") ==
        Texts{"error (exit status 2): cannot use netdev=eth1: it names no VLAN",
              "hint: add vlans=, or move it into a section of its own"});
}

TEST_CASE("a trunk described in two places is refused", "[config]") {
  CHECK(naming_failure("netdev = eth1\nvlans = 4\n[trunk eth1]\nvlans = 5\n") ==
        Texts{"error (exit status 2): cannot use [trunk eth1]: the same trunk has VLANs before the "
              "first section too",
              "hint: keep them in one place"});
}

TEST_CASE("two segments never share a link", "[config]") {
  const std::string prefix = "error (exit status 2): cannot name a link ";
  CHECK(naming_failure("[trunk eth1]\nvlans = 4\n[trunk eth2]\nvlans = 4\n") ==
        Texts{prefix + "br4: it would belong to VLAN 4 of eth1 and to VLAN 4 of eth2"});
  CHECK(naming_failure("", typed({{"netdev", "eth1"}, {"vlans", "4,5"}, {"bridge-name", "br"}})) ==
        Texts{prefix + "br: it would belong to VLAN 4 of eth1 and to VLAN 5 of eth1"});
  CHECK(naming_failure("", typed({{"netdev", "eth1"}, {"vlans", "4"}, {"bridge-name", "%t.%v"}})) ==
        Texts{prefix + "eth1.4: it would be both VLAN link and bridge of VLAN 4 of eth1"});
  CHECK(naming_failure("", typed({{"netdev", "eth1"}, {"vlans", "4,5"}, {"vlan-name", "lan"}})) ==
        Texts{prefix + "lan: it would belong to VLAN 4 of eth1 and to VLAN 5 of eth1"});
  CHECK(naming_failure("", typed({{"netdev", "eth1"},
                                  {"vlans", "4,5"},
                                  {"vlan-name", "a%v"},
                                  {"bridge-name", "a4%v"}}))
            .empty());
  CHECK(naming_failure("", typed({{"netdev", "br4"}, {"vlans", "4"}})) ==
        Texts{"error (exit status 2): cannot name a bridge br4: it is the name of a trunk"});
  std::string trunks;
  for (const char* const vid : {"4", "5", "6", "7"}) {
    trunks += "[trunk eth" + std::string(vid) + "]\nvlans = " + vid + "\n";
  }
  for (const char* const name : {"br4", "br5", "br6", "br7"}) {
    CHECK(naming_failure(trunks + "[trunk " + name + "]\nvlans = 9\n") ==
          Texts{"error (exit status 2): cannot name a bridge " + std::string(name) +
                ": it is the name of a trunk"});
  }
}

TEST_CASE("a VLAN link may be the trunk of another", "[config]") {
  CHECK(named("[trunk eth1]\nvlans = 4\n[trunk eth1.4]\nvlans = 7\n") ==
        Texts{"eth1 4 eth1.4 br4", "eth1.4 7 eth1.4.7 br7"});
}

TEST_CASE("a wrong section of a file is named", "[config]") {
  const std::string sections =
      "hint: sections are [trunk NIC], [trunk NIC vlan VID], [vxlan ADDRESS] and [vxlan ADDRESS "
      "vlan VID]";
  CHECK(file_failure("[eth1]\nvlans = 4\n") ==
        Texts{cannot_read + "cannot read [eth1]: unknown section", sections});
  CHECK(file_failure("[trunk eth1 vlan]\nmtu = 1500\n") ==
        Texts{cannot_read + "cannot read [trunk eth1 vlan]: unknown section", sections});
  for (const char* const title :
       {"bond eth1", "trunk", "bond eth1 vlan 4", "trunk eth1 bond 4", "trunk eth1 vlan 4 5"}) {
    CHECK(file_failure("[" + std::string(title) + "]\nmtu = 1500\n") ==
          Texts{cannot_read + "cannot read [" + title + "]: unknown section", sections});
  }
  CHECK(file_failure("[]\nvlans = 4\n") ==
        Texts{cannot_read + "cannot read []: the section has no title", sections});
  for (const char* const text :
       {" \t[] \r\nvlans = 4\n", "vlans = 4\n[]", "[] # of all\nvlans = 4\n", "[]#\nvlans = 4\n"}) {
    INFO(text);
    CHECK(file_failure(text) ==
          Texts{cannot_read + "cannot read []: the section has no title", sections});
  }
  CHECK(file_failure("# []\n").empty());
  CHECK(parse_file("bridge-name = []\n", "xvlan.conf").common.bridge_name == "[]");
  CHECK(parse_file("bridge-name = []%v\n", "xvlan.conf").common.bridge_name == "[]%v");
  CHECK(file_failure("[trunk eth1 vlan 4095]\nmtu = 1500\n") ==
        Texts{cannot_read + "cannot use VLAN ID '4095': a VLAN ID is a number from 1 to 4094"});
  CHECK(file_failure("[trunk eth1:0]\nvlans = 4\n") ==
        Texts{cannot_read + "cannot use trunk=eth1:0: a link's name contains no '/', ':' or blank, "
                            "and is neither '.' nor '..'"});
}

TEST_CASE("an unknown option of a file is named with its section", "[config]") {
  const std::string hint = "hint: see xvlan.conf(5) for the options";
  const std::string reason = ": unknown option";
  CHECK(file_failure("vlan = 4\n") == Texts{cannot_read + "cannot set vlan" + reason, hint});
  CHECK(file_failure("[trunk eth1]\nnetdev = eth1\n") ==
        Texts{cannot_read + "cannot set netdev in [trunk eth1]" + reason, hint});
  CHECK(file_failure("[trunk eth1]\nwait = 5\n") ==
        Texts{cannot_read + "cannot set wait in [trunk eth1]" + reason, hint});
  CHECK(file_failure("[trunk eth1.4 vlan 4]\nvlans = 5\n") ==
        Texts{cannot_read + "cannot set vlans in [trunk eth1.4 vlan 4]" + reason, hint});
}

TEST_CASE("an option given twice in a file is refused", "[config]") {
  CHECK(file_failure("vlans = 4\nvlans = 5\n") ==
        Texts{cannot_read + "cannot set vlans: it is set twice"});
  CHECK(file_failure(
            "[trunk eth1]\nmtu = 1500\n[trunk eth2]\nmtu = 1500\n[trunk eth1]\nmtu = 9000\n") ==
        Texts{cannot_read + "cannot set mtu in [trunk eth1]: it is set twice"});
}

TEST_CASE("a line that is no assignment is shown", "[config]") {
  CHECK(file_failure("netdev = eth1\nvlans 4\n") ==
        Texts{cannot_read + "cannot read the line 'vlans 4': it is not key = value"});
}

TEST_CASE("a wrong value in a file is shown with its range", "[config]") {
  CHECK(file_failure("mtu = 67\n") ==
        Texts{cannot_read + "cannot use mtu=67: it must be a number of bytes from 68 to 65535"});
  CHECK(file_failure("mtu = jumbo\n") ==
        Texts{cannot_read + "cannot use mtu=jumbo: it must be a number of bytes from 68 to 65535"});
  CHECK(file_failure("guest-tags = on\n") ==
        Texts{cannot_read + "cannot use guest-tags=on: it must be yes or no"});
  CHECK(file_failure("wait = 3601\n") ==
        Texts{cannot_read + "cannot use wait=3601: it must be a number of seconds from 0 to 3600"});
  CHECK(file_failure("vlans = 0\n") ==
        Texts{cannot_read + "cannot use VLAN ID '0': a VLAN ID is a number from 1 to 4094"});
  CHECK(file_failure("netdev = a-name-far-too-long\n") ==
        Texts{cannot_read + "cannot use netdev=a-name-far-too-long: the name has 19 bytes, a "
                            "link's name at most 15"});
}

TEST_CASE("a configuration file that is not there is empty, unless it was asked for", "[config]") {
  CHECK(config::read_file("/nonexistent/xvlan.conf", false).trunks.empty());
  CHECK(failure([] { return config::read_file("/nonexistent/xvlan.conf", true); }) ==
        Texts{"error (exit status 2): cannot read /nonexistent/xvlan.conf: No such file or "
              "directory"});
  CHECK(failure([] { return config::read_file("/", false); }) ==
        Texts{"error (exit status 2): cannot read /: Is a directory"});
}

namespace {

/// "eth1 4: br4 on xenbr0", "eth1 4: br4"
Texts realised(const std::string& file, const Settings& command_line = {}) {
  Texts lines;
  for (const auto& segment : config::name_segments(parse_file(file, "xvlan.conf"), command_line)) {
    const auto& bridge = segment.trunk_bridge;
    lines.push_back(segment.trunk.text() + " " + segment.vid.text() + ": " +
                    segment.bridge.name.text() +
                    (bridge.vlan_aware ? " on " + bridge.name.text() : ""));
  }
  return lines;
}

Settings eth1_4() {
  return typed({{"netdev", "eth1"}, {"vlans", "4"}});
}

}  // namespace

TEST_CASE("a trunk's bridge is VLAN-aware where the nearest word says so", "[config]") {
  CHECK(realised("netdev = eth1\nvlans = 4\n") == Texts{"eth1 4: br4"});
  CHECK(realised("netdev = eth1\nvlans = 4\nvlan-aware = yes\n") == Texts{"eth1 4: br4 on xenbr0"});
  CHECK(realised("vlan-aware = yes\n", eth1_4()) == Texts{"eth1 4: br4 on xenbr0"});
  CHECK(realised("", typed({{"netdev", "eth1"}, {"vlans", "4"}, {"vlan-aware", "yes"}})) ==
        Texts{"eth1 4: br4 on xenbr0"});
  CHECK(realised("vlan-aware = yes\n",
                 typed({{"netdev", "eth1"}, {"vlans", "4"}, {"vlan-aware", "no"}})) ==
        Texts{"eth1 4: br4"});
  CHECK(realised("vlan-aware = yes\n[trunk eth1]\nvlans = 4\nvlan-aware = no\n"
                 "[trunk eth2]\nvlans = 5\n") == Texts{"eth1 4: br4", "eth2 5: br5 on xenbr0"});
}

TEST_CASE("the name of a VLAN-aware bridge is the nearest one that is said", "[config]") {
  const std::string aware = "vlan-aware = yes\n";
  CHECK(realised(aware + "bridge = all\n", eth1_4()) == Texts{"eth1 4: br4 on all"});
  CHECK(realised(aware + "bridge = all\n[trunk eth1]\nvlans = 4\nbridge = san\n") ==
        Texts{"eth1 4: br4 on san"});
  CHECK(realised(aware, typed({{"netdev", "eth1"}, {"vlans", "4"}, {"bridge", "mine"}})) ==
        Texts{"eth1 4: br4 on mine"});
  // Of a trunk that is not, it is that of its VLANs' bridges, and only on the command line.
  CHECK(realised("", typed({{"netdev", "eth1"}, {"vlans", "4"}, {"bridge", "mine%v"}})) ==
        Texts{"eth1 4: mine4"});
  CHECK(realised("bridge = all\n", eth1_4()) == Texts{"eth1 4: br4"});
}

TEST_CASE("bridge and bridge-name are typed together where they mean two things", "[config]") {
  const auto both = [](const std::string& aware) {
    return typed({{"netdev", "eth1"},
                  {"vlans", "4"},
                  {"bridge", "all"},
                  {"bridge-name", "lan%v"},
                  {"vlan-aware", aware}});
  };
  CHECK(realised("", both("yes")) == Texts{"eth1 4: lan4 on all"});
  CHECK(naming_failure("", both("no")) ==
        Texts{"error (exit status 2): cannot use bridge: it is the same as bridge-name",
              "hint: give one of them"});
}

TEST_CASE("bridge-name and a VLAN's own bridge keep their meaning for vifs", "[config]") {
  CHECK(realised("vlan-aware = yes\nbridge-name = lan%v\n[trunk eth1]\nvlans = 4,5\n"
                 "[trunk eth1 vlan 5]\nbridge = guests\n") ==
        Texts{"eth1 4: lan4 on xenbr0", "eth1 5: guests on xenbr0"});
}

TEST_CASE("names that clash with a VLAN-aware bridge are refused", "[config]") {
  const std::string error = "error (exit status 2): cannot name a bridge ";
  CHECK(naming_failure("vlan-aware = yes\n[trunk eth1]\nvlans = 4\n[trunk eth2]\nvlans = 5\n") ==
        Texts{error + "xenbr0: it would belong to trunk eth1 and to trunk eth2",
              "hint: give each its own: bridge=NAME in the section of the trunk"});
  CHECK(naming_failure("vlan-aware = yes\nbridge = br4\n", eth1_4()).front() ==
        error + "br4: it would belong to VLAN 4 of eth1 and to trunk eth1");
  CHECK(naming_failure("vlan-aware = yes\nbridge = eth1\n", eth1_4()).front() ==
        error + "eth1: it is the name of a trunk");
  CHECK(naming_failure("[trunk eth1]\nvlans = 4\nvlan-aware = yes\nbridge = eth2\n"
                       "[trunk eth2]\nvlans = 5\n")
            .front() == error + "eth2: it is the name of a trunk");
  CHECK(naming_failure("[trunk eth1]\nvlans = 4\nvlan-aware = yes\n[trunk eth2]\nvlans = 4\n")
            .front() ==
        "error (exit status 2): cannot name a link br4: it would belong to VLAN 4 of eth1 and to "
        "VLAN 4 of eth2");
  CHECK(
      naming_failure("vlan-aware = yes\nbridge = a-name-too-long-for-a-link\n", eth1_4()).size() >=
      1);
}

TEST_CASE("guests' tags and a VLAN-aware bridge exclude each other", "[config]") {
  CHECK(naming_failure("vlan-aware = yes\nguest-tags = yes\n", eth1_4()) ==
        Texts{"error (exit status 2): cannot use guest-tags=yes for VLAN 4 of eth1: with "
              "vlan-aware=yes a guest's own tags name VLANs",
              "hint: give the guest those VLANs: vlan= in its vif spec"});
  CHECK(naming_failure("vlan-aware = yes\n[trunk eth1]\nvlans = 4,5\n[trunk eth1 vlan 5]\n"
                       "guest-tags = yes\n")
            .front() ==
        "error (exit status 2): cannot use guest-tags=yes for VLAN 5 of eth1: with vlan-aware=yes "
        "a guest's own tags name VLANs");
  CHECK(named("guest-tags = yes\n", eth1_4()) == Texts{"eth1 4 eth1.4 br4 tags"});
}

TEST_CASE("multicast is snooped on a whole VLAN-aware bridge, or not at all", "[config]") {
  CHECK(
      naming_failure("vlan-aware = yes\n[trunk eth1]\nvlans = 4,5\n[trunk eth1 vlan 5]\n"
                     "multicast-snooping = yes\n") ==
      Texts{"error (exit status 2): cannot use multicast-snooping= for VLAN 5 of eth1 alone: with "
            "vlan-aware=yes all VLANs of a trunk share one bridge",
            "hint: set it for the trunk"});
  CHECK(
      named("[trunk eth1]\nvlans = 4,5\n[trunk eth1 vlan 5]\nmulticast-snooping = yes\n").size() ==
      2);
}

TEST_CASE("vlan-aware is yes or no, and is said of no single VLAN", "[config]") {
  CHECK(file_failure("vlan-aware = perhaps\n").front() ==
        cannot_read + "cannot use vlan-aware=perhaps: it must be yes or no");
  CHECK(file_failure("[trunk eth1 vlan 4]\nvlan-aware = yes\n").front() ==
        cannot_read + "cannot set vlan-aware in [trunk eth1 vlan 4]: unknown option");
}
