#include "cli/configure.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "hosts.hpp"

namespace {

using unit::failure;
using unit::Texts;

/// A folder for a configuration file and ifcfg files, gone with the test.
class Folder {
 public:
  Folder() { REQUIRE(::mkdtemp(path_.data()) != nullptr); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  /// The path of a new file in it.
  std::string file(const std::string& name, const std::string& text) {
    std::ofstream(path_ + "/" + name) << text;
    return path_ + "/" + name;
  }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_ = "/tmp/xvlan-configure.XXXXXX";
};

std::optional<std::string> no_variable(const char*) {
  return std::nullopt;
}

/// The words after "network", with the configuration of `folder` at the usual places.
class Host {
 public:
  Host(const std::string& conf, const std::string& ifcfg_of_vlan_4) {
    conf_ = folder_.file("xvlan.conf", conf);
    if (!ifcfg_of_vlan_4.empty()) folder_.file("ifcfg-eth1.4", ifcfg_of_vlan_4);
  }

  command::NetworkRequest request(const Texts& words) {
    auto call = std::get<cli::NetworkCall>(cli::parse("network-xvlan", words, no_variable));
    if (!call.config_was_typed) call.config_path = conf_;
    if (!call.ifcfg_was_typed) call.ifcfg_folder = folder_.path();
    return cli::configure(call);
  }

  /// "eth1.4 in br4" for each VLAN, or "everything".
  Texts meant(const Texts& words) {
    const command::NetworkRequest wanted = request(words);
    Texts lines;
    if (wanted.everything) lines.emplace_back("everything");
    for (const model::Segment& segment : wanted.segments) {
      lines.push_back(segment.uplink.name.text() + " in " + segment.bridge.name.text());
    }
    return lines;
  }

  /// What is wrong with a call, without the hint and with FOLDER for the path.
  std::string refusal(const Texts& words) {
    const Texts lines = failure([&] { return request(words); });
    REQUIRE(!lines.empty());
    std::string line = lines.front();
    const std::string prefix = "error (exit status 2): cannot ";
    REQUIRE(line.starts_with(prefix));
    line.erase(0, prefix.size());
    for (std::size_t at = line.find(folder_.path()); at != std::string::npos;
         at = line.find(folder_.path())) {
      line.replace(at, folder_.path().size(), "FOLDER");
    }
    return line;
  }

  Folder& folder() { return folder_; }

 private:
  Folder folder_;
  std::string conf_;
};

const std::string vlan_4 = "DEVICE=eth1.4\nVLAN=yes\nBRIDGE=guests\n";
const std::string two_trunks =
    "[trunk eth1]\nvlans = 4-5\n[trunk eth2]\nvlans = 6\nbridge-name = san%v\n";

}  // namespace

TEST_CASE("the wait that is typed counts, then the file's, then 10 s", "[configure]") {
  const std::string vlans = "netdev = eth1\nvlans = 4\n";
  CHECK(Host(vlans, "").request({"start"}).wait.count() == 10);
  CHECK(Host(vlans + "wait = 3\n", "").request({"start"}).wait.count() == 3);
  CHECK(Host(vlans + "wait = 3\n", "").request({"start", "wait=7"}).wait.count() == 7);
  CHECK(Host(vlans + "wait = 3\n", "").request({"start", "wait=0"}).wait.count() == 0);
}

TEST_CASE("start alone takes VLANs of a VLAN-aware trunk as alike", "[configure]") {
  const std::string aware = "netdev = eth1\nvlans = 4-9\nvlan-aware = yes\n";
  const command::NetworkRequest start = Host(aware, vlan_4).request({"start"});
  REQUIRE(start.alike);
  CHECK(start.alike->vids == model::Vids::parse("4-9"));
  CHECK(start.segments.empty());
  for (const char* const verb : {"stop", "status"}) {
    const command::NetworkRequest other = Host(aware, "").request({verb, "vlans=4-5"});
    CHECK_FALSE(other.alike);
    CHECK(other.segments.size() == 2);
  }
  CHECK_FALSE(Host("vlan-aware = yes\n", vlan_4).request({"start"}).alike);  // an ifcfg file's
}

TEST_CASE("VLANs on demand are those of a trunk, of its section or of the whole file",
          "[configure]") {
  const auto on_demand = [](const std::string& conf) {
    Texts vids;
    for (const model::Segment& segment : Host(conf, vlan_4).request({"start"}).segments) {
      if (segment.options.on_demand) vids.push_back(segment.vid.text());
    }
    return vids;
  };
  CHECK(on_demand("netdev = eth1\nvlans = 5,6\non-demand = yes\n") == Texts{"5", "6"});
  CHECK(on_demand("[trunk eth1]\nvlans = 5\non-demand = yes\n[trunk eth2]\nvlans = 6\n"
                  "bridge-name = san%v\n") == Texts{"5"});
  CHECK(on_demand("on-demand = yes\n[trunk eth1]\nvlans = 5\non-demand = no\n[trunk eth2]\n"
                  "vlans = 6\n") == Texts{"6"});
  CHECK(on_demand("on-demand = yes\n") == Texts{"4"});  // of the ifcfg file
}

TEST_CASE("VLANs on demand are not named on the command line of start", "[configure]") {
  Host host("netdev = eth1\nvlans = 5,6\non-demand = yes\n", "");
  CHECK(
      host.refusal({"start", "netdev=eth1", "vlans=5"}) ==
      "start VLAN 5 of eth1: with on-demand=yes the vif-script brings it up with its first guest");
  CHECK(
      host.refusal({"start", "on-demand=yes"}) ==
      "use on-demand= here: the vif-script makes these VLANs, and does not see this command line");
  CHECK(host.meant({"stop", "netdev=eth1", "vlans=5"}) == Texts{"eth1.5 in br5"});
  CHECK(host.meant({"start", "netdev=eth1"}) == Texts{"eth1.5 in br5", "eth1.6 in br6"});
}

TEST_CASE("dry-run and force go with the request", "[configure]") {
  Host host("netdev = eth1\nvlans = 4\n", "");
  CHECK(host.request({"start", "dry-run"}).dry_run);
  CHECK_FALSE(host.request({"start"}).dry_run);
  CHECK(host.request({"stop", "force=yes"}).force);
  CHECK_FALSE(host.request({"stop"}).force);
}

TEST_CASE("listen means all trunks, or the one that is typed, be it configured or not",
          "[configure]") {
  Host host("netdev=eth1\nvlans=4,10\n", "");
  CHECK(host.meant({"listen"}) == Texts{"eth1.4 in br4", "eth1.10 in br10"});
  CHECK_FALSE(host.request({"listen"}).trunk.has_value());
  CHECK(host.meant({"listen", "netdev=eth1"}) == Texts{"eth1.4 in br4", "eth1.10 in br10"});
  CHECK(host.request({"listen", "netdev=eth1"}).trunk->text() == "eth1");
  CHECK(host.meant({"listen", "netdev=eth2"}).empty());
  CHECK(host.request({"listen", "netdev=eth2"}).trunk->text() == "eth2");
  CHECK(host.request({"listen", "seconds=60"}).duration == std::chrono::seconds(60));
  CHECK(host.refusal({"listen", "config=/dev/null"}) ==
        "find a trunk to listen on: neither the command line nor /dev/null nor FOLDER/ifcfg-* "
        "names one");
}

TEST_CASE("ifcfg files count where nothing else names a VLAN", "[configure]") {
  const auto meant = [](const std::string& conf, const Texts& words) {
    return Host(conf, vlan_4).meant(words);
  };
  CHECK(meant("", {"start"}) == Texts{"eth1.4 in guests"});
  CHECK(meant("netdev = eth1\n", {"status"}) == Texts{"eth1.4 in guests"});
  CHECK(meant("", {"start", "netdev=eth1"}) == Texts{"eth1.4 in guests"});
  CHECK(meant("", {"start", "netdev=eth1", "vlans=5"}) == Texts{"eth1.5 in br5"});
  CHECK(meant("netdev = eth1\nvlans = 6\n", {"start"}) == Texts{"eth1.6 in br6"});
}

TEST_CASE("VLANs of ifcfg files take the other settings", "[configure]") {
  Host host("guest-tags = yes\n", vlan_4);
  const auto segment = host.request({"start", "mtu=1400"}).segments.at(0);
  CHECK(segment.options.guest_tags);
  CHECK(segment.mtu == 1400U);
}

TEST_CASE("a VLAN that an ifcfg file forbids is told by start", "[configure]") {
  Host host("", vlan_4 + "IPADDR=192.0.2.1\n");
  CHECK(host.request({"start"}).segments.empty());
  CHECK(host.request({"start"}).refused.size() == 1);
}

TEST_CASE("without any VLAN there is nothing to work on", "[configure]") {
  const std::string nothing =
      "find a VLAN to work on: neither the command line nor FOLDER/xvlan.conf nor FOLDER/ifcfg-* "
      "names one";
  CHECK(Host("", "").refusal({"start"}) == nothing);
  CHECK(Host("mtu = 1500\n", "").refusal({"status"}) == nothing);
  CHECK(Host("", vlan_4).refusal({"start", "netdev=eth9"}) == nothing);
  CHECK(Host("netdev = eth9\n", vlan_4).refusal({"start"}) == nothing);
}

TEST_CASE("a bare stop means everything, and reads no configuration", "[configure]") {
  Host host("this is no configuration\n", "");
  CHECK(host.meant({"stop"}) == Texts{"everything"});
  CHECK(host.meant({"stop", "force=yes"}) == Texts{"everything"});
  CHECK(host.meant({"stop", "dry-run"}) == Texts{"everything"});
}

TEST_CASE("a stop that names VLANs means these", "[configure]") {
  Host host(two_trunks, vlan_4);
  CHECK(host.meant({"stop", "netdev=eth1"}) == Texts{"eth1.4 in br4", "eth1.5 in br5"});
  CHECK(host.meant({"stop", "netdev=eth2", "vlans=9"}) == Texts{"eth2.9 in san9"});
  CHECK(host.meant({"stop", "netdev=eth1", "vlans=4", "bridge=lab"}) == Texts{"eth1.4 in lab"});
  CHECK(host.refusal({"stop", "vlans=4"}) == "use vlans=: the configuration has several trunks");
}

TEST_CASE("a stop that names a file or folder means its VLANs only", "[configure]") {
  Host host(two_trunks, vlan_4);
  const std::string other =
      "config=" + host.folder().file("other.conf", "netdev = eth3\nvlans = 7\n");
  const std::string empty = "config=" + host.folder().file("empty.conf", "");
  const std::string ifcfg = "ifcfg=" + host.folder().path();
  CHECK(host.meant({"stop", other}) == Texts{"eth3.7 in br7"});
  CHECK(host.meant({"stop", ifcfg}) == Texts{"eth1.4 in guests"});
  CHECK(host.meant({"stop", empty, ifcfg}) == Texts{"eth1.4 in guests"});
  CHECK(host.meant({"stop", other, ifcfg}) == Texts{"eth3.7 in br7"});
  CHECK(host.meant({"status", empty}) == Texts{"eth1.4 in guests"});
  CHECK(host.meant({"status", ifcfg}).size() == 3);
  const std::string nothing = "find a VLAN to work on: neither the command line nor ";
  CHECK(host.refusal({"stop", empty}) == nothing + "FOLDER/empty.conf names one");
  CHECK(host.refusal({"stop", "ifcfg=/nonexistent"}) == nothing + "/nonexistent/ifcfg-* names one");
}

TEST_CASE("a stop that names a link means the VLAN that has it", "[configure]") {
  Host host(two_trunks, vlan_4);
  CHECK(host.meant({"stop", "bridge=br4"}) == Texts{"eth1.4 in br4"});
  CHECK(host.meant({"stop", "bridge-name=san%v"}) == Texts{"eth2.6 in san6"});
  CHECK(host.meant({"stop", "vlan-name=eth1.5"}) == Texts{"eth1.5 in br5"});
  CHECK(host.meant({"stop", "netdev=eth1", "bridge=br5"}) == Texts{"eth1.5 in br5"});
  CHECK(host.meant({"stop", "ifcfg=" + host.folder().path(), "bridge=guests"}) ==
        Texts{"eth1.4 in guests"});
  Host shortened("netdev = enp129s0f1np1\nvlans = 4093,4094\n", "");
  const Texts last{"enp12-68d8.4094 in br4094"};
  CHECK(shortened.meant({"stop", "vlan-name=enp12-68d8.4094"}) == last);
  CHECK(shortened.meant({"stop", "vlan-name=enp129s0f1np1.4094"}) == last);
  const std::string none = ": no configured VLAN has a link of that name";
  CHECK(host.refusal({"stop", "bridge=br9"}) == "use bridge=br9" + none);
  CHECK(host.refusal({"stop", "bridge=xenbr0"}) == "use bridge=xenbr0" + none);
  CHECK(host.refusal({"stop", "vlan-name=eth9.9"}) == "use vlan-name=eth9.9" + none);
  CHECK(host.refusal({"stop", "bridge-name=br9"}) == "use bridge-name=br9" + none);
  CHECK(host.refusal({"stop", "netdev=eth2", "bridge=br4"}) == "use bridge=br4" + none);
  CHECK(host.refusal({"stop", "vlan-name=eth1.4", "bridge=br5"}) == "use bridge=br5" + none);
}

TEST_CASE("a stop whose words name nothing is refused", "[configure]") {
  Host host(two_trunks, "");
  for (const char* const word : {"mtu=1500", "wait=5", "guest-tags=yes", "multicast-snooping=no"}) {
    CAPTURE(word);
    CHECK(host.refusal({"stop", word}) == "stop: the options name no VLAN");
    CHECK(host.meant({"stop", "netdev=eth2", word}) == Texts{"eth2.6 in san6"});
  }
  CHECK(Host("", vlan_4 + "IPADDR=192.0.2.1\n").refusal({"stop", "netdev=eth1"}) ==
        "find a VLAN to work on: neither the command line nor FOLDER/xvlan.conf nor "
        "FOLDER/ifcfg-* names one");
}

TEST_CASE("ifcfg files name VLANs of a VLAN-aware bridge as well", "[configure]") {
  const auto bridge_of = [](const std::string& conf, const Texts& words) {
    const auto segments = Host(conf, vlan_4).request(words).segments;
    REQUIRE(segments.size() == 1);
    const auto& bridge = segments.front().trunk_bridge;
    return segments.front().bridge.name.text() + (bridge.vlan_aware ? " on " : "") +
           (bridge.vlan_aware ? bridge.name.text() : "");
  };
  CHECK(bridge_of("", {"start"}) == "guests");
  CHECK(bridge_of("", {"start", "vlan-aware=yes"}) == "guests on xenbr0");
  CHECK(bridge_of("vlan-aware = yes\nbridge = all\n", {"start"}) == "guests on all");
  CHECK(bridge_of("vlan-aware = yes\n", {"start", "vlan-aware=no"}) == "guests");
  CHECK(bridge_of("bridge = all\n", {"start", "vlan-aware=yes", "bridge=mine"}) ==
        "guests on mine");
}

TEST_CASE("stop of a VLAN-aware bridge by its name means all of its VLANs", "[configure]") {
  Host host("vlan-aware = yes\n" + two_trunks + "bridge = san\n", "");
  CHECK(host.meant({"stop", "bridge=xenbr0"}) == Texts{"eth1.4 in br4", "eth1.5 in br5"});
  CHECK(host.meant({"stop", "bridge=san"}) == Texts{"eth2.6 in san6"});
  CHECK(host.meant({"stop", "bridge=br5"}) == Texts{"eth1.5 in br5"});
  CHECK(host.meant({"stop", "bridge=san6"}) == Texts{"eth2.6 in san6"});
  CHECK(host.refusal({"stop", "bridge=br9"}) ==
        "use bridge=br9: no configured VLAN has a link of that name");
  CHECK(host.refusal({"stop", "vlan-aware=yes"}) == "stop: the options name no VLAN");
}
