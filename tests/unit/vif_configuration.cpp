// The names that a vif's spec may say, found in xvlan.conf and ifcfg files.
#include "cli/vif_configuration.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "hosts.hpp"
#include "model/vlan_spec.hpp"

namespace {

using unit::Texts;

/// A configuration in a folder of its own, gone with the test.
class Given {
 public:
  explicit Given(const std::string& conf, bool with_ifcfg = false) {
    REQUIRE(::mkdtemp(path_.data()) != nullptr);
    if (!conf.empty()) write("xvlan.conf", conf);
    if (!with_ifcfg) return;
    write("ifcfg-eth1.4", "DEVICE=eth1.4\nVLAN=yes\nBRIDGE=br4\n");
    write("ifcfg-br4", "DEVICE=br4\nTYPE=Bridge\n");
    write("ifcfg-eth1.10", "DEVICE=eth1.10\nVLAN=yes\nBRIDGE=guests\n");
    write("ifcfg-guests", "DEVICE=guests\nTYPE=Bridge\nMTU=1400\n");
  }
  Given(const Given&) = delete;
  Given& operator=(const Given&) = delete;
  ~Given() { std::filesystem::remove_all(path_); }

  [[nodiscard]] cli::VifConfiguration read() const { return {path_ + "/xvlan.conf", false, path_}; }

  /// "eth1 4 on xenbr0", "eth1 4 on br4"; "-" if the name says nothing.
  [[nodiscard]] std::string named(const std::string& bridge) const {
    cli::VifConfiguration configuration = read();
    const auto found = configuration.named(bridge);
    if (!found) return "-";
    return found->trunk.text() + " " + found->vid.text() + " on " +
           (found->trunk_bridge.vlan_aware ? found->trunk_bridge.name : found->bridge.name).text();
  }

  /// "eth1 xenbr0 4,10" and, if it is VLAN-aware, " aware"
  [[nodiscard]] Texts trunks() const {
    cli::VifConfiguration configuration = read();
    Texts lines;
    for (const auto& trunk : configuration.trunks()) {
      std::string vids;
      for (const model::Vid vid : trunk.vids) vids += (vids.empty() ? "" : ",") + vid.text();
      lines.push_back(trunk.name.text() + " " + trunk.bridge.name.text() + " " + vids +
                      (trunk.bridge.vlan_aware ? " aware" : ""));
    }
    return lines;
  }

 private:
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name) << text;
  }

  std::string path_ = "/tmp/xvlan-vif-configuration.XXXXXX";
};

const std::string aware = "netdev = eth1\nvlans = 4,10,404\nvlan-aware = yes\n";

}  // namespace

TEST_CASE("a bridge's name means the VLAN whose name it is by its template", "[vif-config]") {
  const Given given(aware);
  CHECK(given.named("br4") == "eth1 4 on xenbr0");
  CHECK(given.named("br10") == "eth1 10 on xenbr0");
  CHECK(given.named("br404") == "eth1 404 on xenbr0");
  CHECK(given.named("br40") == "-");
  CHECK(given.named("br04") == "-");
  CHECK(given.named("br") == "-");
  CHECK(given.named("xenbr0") == "-");
  CHECK(given.named("br99999999999999999999") == "-");
  const Given own("netdev = eth1\nvlans = 4\nbridge-name = guests%v\n");
  CHECK(own.named("guests4") == "eth1 4 on guests4");
  CHECK(own.named("br4") == "-");
}

TEST_CASE("a VLAN has the name that its section gives it, and no other", "[vif-config]") {
  const Given given(aware +
                    "[trunk eth2]\nvlans = 30-31\nbridge = san\nbridge-name = san%v\n"
                    "[trunk eth2 vlan 30]\nbridge = backup\n");
  CHECK(given.named("backup") == "eth2 30 on san");
  CHECK(given.named("san31") == "eth2 31 on san");
  CHECK(given.named("san30") == "-");
  CHECK(given.trunks() == Texts{"eth1 xenbr0 4,10,404 aware", "eth2 san 30,31 aware"});
}

TEST_CASE("VLANs have names of their own on every trunk", "[vif-config]") {
  const Given given(
      "[trunk eth1]\nvlans = 4\n[trunk eth1 vlan 4]\nbridge = dmz\n"
      "[trunk eth2 vlan 30]\nbridge = backup\n[trunk eth2 vlan 31]\nbridge = san\n");
  CHECK(given.named("dmz") == "eth1 4 on dmz");
  CHECK(given.named("backup") == "eth2 30 on backup");
  CHECK(given.named("san") == "eth2 31 on san");
}

TEST_CASE("a template without the VID counts in the section of a trunk, too", "[vif-config]") {
  const Given given(
      "[trunk eth1]\nvlans = 4\nbridge-name = guests\n"
      "[trunk eth2]\nvlans = 5\n");
  CHECK(given.named("guests") == "eth1 4 on guests");
  CHECK(given.named("br5") == "eth2 5 on br5");
  CHECK(given.named("br4") == "-");
}

TEST_CASE("a template with the trunk in it, or without the VID, is understood", "[vif-config]") {
  const Given given(
      "vlan-aware = yes\nbridge-name = %t-%v\n[trunk eth1]\nvlans = 4\n"
      "[trunk eth2]\nvlans = 4\nbridge = san\n");
  CHECK(given.named("eth1-4") == "eth1 4 on xenbr0");
  CHECK(given.named("eth2-4") == "eth2 4 on san");
  const Given only("netdev = eth1\nvlans = 4\nbridge-name = guests\nvlan-aware = yes\n");
  CHECK(only.named("guests") == "eth1 4 on xenbr0");
}

TEST_CASE("a shortened name, and the full one, mean the same VLAN", "[vif-config]") {
  const Given given(
      "netdev = enp129s0f1np1\nvlans = 4,4094\nbridge-name = %t-%v\n"
      "vlan-aware = yes\n");
  cli::VifConfiguration configuration = given.read();
  const auto segment = configuration.segment(model::IfName::parse("trunk", "enp129s0f1np1"),
                                             model::Vid::parse("4094"));
  REQUIRE(segment.has_value());
  CHECK(segment->bridge.name.text().size() <= 15);
  CHECK(segment->bridge.full == "enp129s0f1np1-4094");
  CHECK(given.named(segment->bridge.name.text()) == "enp129s0f1np1 4094 on xenbr0");
  CHECK(given.named("enp129s0f1np1-4094") == "enp129s0f1np1 4094 on xenbr0");
  CHECK(given.named("enp129s0f1np1-4") == "enp129s0f1np1 4 on xenbr0");
  CHECK(given.named("enp131s0f1np1-4094") == "-");
}

TEST_CASE("of two trunks each has its own realisation", "[vif-config]") {
  const Given given("[trunk eth1]\nvlans = 4\n[trunk eth2]\nvlans = 5\nvlan-aware = yes\n");
  CHECK(given.named("br4") == "eth1 4 on br4");
  CHECK(given.named("br5") == "eth2 5 on xenbr0");
  CHECK(given.trunks() == Texts{"eth1 xenbr0 4", "eth2 xenbr0 5 aware"});
}

TEST_CASE("a VLAN is found by its trunk and VID", "[vif-config]") {
  const Given given(aware +
                    "[trunk eth2]\nvlans = 4\nbridge = san\nbridge-name = x%v\nmtu = 1400\n");
  cli::VifConfiguration configuration = given.read();
  const auto eth2 = model::IfName::parse("trunk", "eth2");
  CHECK(configuration.segment(eth2, model::Vid::parse("4"))->mtu == 1400U);
  CHECK_FALSE(configuration.segment(eth2, model::Vid::parse("10")).has_value());
}

TEST_CASE("where xvlan.conf names no VLAN, ifcfg files do", "[vif-config]") {
  const Given own("", true);
  CHECK(own.named("br4") == "eth1 4 on br4");
  CHECK(own.named("guests") == "eth1 10 on guests");
  CHECK(own.trunks() == Texts{"eth1 xenbr0 4,10"});
  const Given given("vlan-aware = yes\nbridge = all\n", true);
  CHECK(given.named("guests") == "eth1 10 on all");
  CHECK(given.trunks() == Texts{"eth1 all 4,10 aware"});
  cli::VifConfiguration configuration = given.read();
  CHECK(
      configuration.segment(model::IfName::parse("trunk", "eth1"), model::Vid::parse("10"))->mtu ==
      1400U);
  CHECK_FALSE(
      configuration.segment(model::IfName::parse("trunk", "eth1"), model::Vid::parse("4"))->mtu);
  const Given file_wins(aware, true);
  CHECK(file_wins.named("guests") == "-");
}

TEST_CASE("without any configuration no name says anything", "[vif-config]") {
  const Given given("");
  CHECK(given.named("br4") == "-");
  CHECK(given.trunks().empty());
}

TEST_CASE("a wrong configuration is a usage error, for a vif as well", "[vif-config]") {
  const Given given("vlans = 0\n");
  CHECK(unit::failure([&] { return given.named("br4"); }).size() >= 1);
  cli::VifConfiguration missing("/nonexistent/xvlan.conf", true, "/nonexistent");
  CHECK(unit::failure([&] { return missing.trunks(); }).front() ==
        "error (exit status 2): cannot read /nonexistent/xvlan.conf: No such file or directory");
}

TEST_CASE("a guest in several VLANs is guarded as the strictest of them says", "[vif]") {
  const Given given(
      "[trunk eth1]\nvlans = 4,5,6\nvlan-aware = yes\nisolated = yes\n"
      "[trunk eth1 vlan 5]\nantispoof = mac\n[trunk eth1 vlan 6]\nantispoof = ip\nisolated = no\n"
      "[trunk eth2]\nvlans = 4,7\nbridge-name = san%v\n");
  cli::VifConfiguration configuration = given.read();
  const auto strictest = [&](const std::string& trunk, const std::string& vlans) {
    return configuration.protection(model::IfName::parse("trunk", trunk),
                                    model::VlanSpec::parse("vlan", vlans).vlans);
  };
  CHECK(strictest("eth1", "4") == model::Protection{.isolated = true});
  CHECK(strictest("eth1", "4p/5") ==
        model::Protection{.antispoof = model::Antispoof::mac, .isolated = true});
  CHECK(strictest("eth1", "6") == model::Protection{.antispoof = model::Antispoof::ip});
  CHECK(strictest("eth1", "4-6") ==
        model::Protection{.antispoof = model::Antispoof::ip, .isolated = true});
  CHECK_FALSE(strictest("eth2", "4").any());
  CHECK_FALSE(strictest("eth2", "7").any());
  CHECK(configuration.trunks().at(0).guarded);
  CHECK_FALSE(configuration.trunks().at(1).guarded);
}

TEST_CASE("a trunk of which one VLAN alone is guarded counts as guarded", "[vif]") {
  const Given given(
      "[trunk eth1]\nvlans = 4,5,6\n[trunk eth1 vlan 5]\nmtu = 1400\n"
      "[trunk eth1 vlan 6]\nisolated = yes\n");
  cli::VifConfiguration configuration = given.read();
  CHECK(configuration.trunks().at(0).guarded);
}

TEST_CASE("a trunk is guarded as the file says of all, without sections", "[vif]") {
  const Given given("netdev = eth1\nvlans = 4\nisolated = yes\n");
  cli::VifConfiguration configuration = given.read();
  CHECK(configuration.trunks().at(0).guarded);
}

TEST_CASE("VLANs of ifcfg files are guarded as the file says of all", "[vif]") {
  const Given given("antispoof = mac\n", true);
  cli::VifConfiguration configuration = given.read();
  CHECK(configuration.named("br4")->protection.antispoof == model::Antispoof::mac);
  CHECK(configuration.trunks().at(0).guarded);
}
