#include "command/vif_status.hpp"

#include <catch2/catch.hpp>

#include "given_configuration.hpp"
#include "hosts.hpp"
#include "recorded_report.hpp"
#include "support/fake_kernel.hpp"
#include "support/fake_store.hpp"
#include "xen/handshake.hpp"

namespace {

using command::Output;
using model::ExitCode;
using model::Link;
using unit::Texts;

/// VLAN 4 with the guest 3, whose spec says bridge=br4, and VLAN 5.
std::vector<Link> host_with_guest() {
  std::vector<Link> links = unit::complete_host();
  links.push_back(unit::bridge(5, "br5"));
  links.push_back(unit::vlan_link(6, "eth1.5", links[1], 5));
  links.back().master = 5;
  links.push_back(unit::plugged_vif(9, "vif3.0", 3));
  return links;
}

struct Dom0 {
  explicit Dom0(std::vector<Link> links = host_with_guest(),
                std::vector<model::Segment> segments = {unit::segment("4"), unit::segment("5")})
      : kernel(std::move(links)), configuration(std::move(segments)) {
    say("bridge", "br4");
    say("state", "4");
    say("hotplug-status", "connected");
    xenstored.nodes["/local/domain/3/name"] = "web";
  }

  void say(const std::string& key, const std::string& value, const std::string& vif = "3/0") {
    xenstored.nodes["backend/vif/" + vif + "/" + key] = value;
  }

  ExitCode status(const std::string& name = "", Output output = {}) {
    report.lines.clear();
    return command::vif_status({.name = name, .output = output}, kernel, xenstored.door(),
                               configuration, report);
  }

  support::FakeKernel kernel;
  support::FakeXenstored xenstored;
  unit::GivenConfiguration configuration;
  unit::RecordedReport report;
};

const std::string well = "vif3.0 vif3.0 web br4 4 1500 - connected";

}  // namespace

TEST_CASE("vif status has a line for each vif: what it is on, and how far Xen is", "[vif-status]") {
  Dom0 dom0;
  CHECK(dom0.status() == ExitCode::done);
  CHECK(dom0.report.lines == Texts{well});
  CHECK(dom0.status("vif3.0") == ExitCode::done);
  CHECK(dom0.report.lines == Texts{well});
  CHECK(dom0.kernel.done.empty());
  CHECK(dom0.xenstored.writes.empty());
}

TEST_CASE("vif status says what online would change, and how it is done", "[vif-status]") {
  Dom0 dom0;
  dom0.kernel.link("vif3.0").mtu = 1400;
  CHECK(dom0.status() == ExitCode::partial);
  CHECK(dom0.report.lines ==
        Texts{"vif3.0 vif3.0 web br4 4 1400 - connected : to do: set MTU of vif3.0 to 1500"});
  dom0.say("bridge", "br5");
  dom0.kernel.link("vif3.0").mtu = 1500;
  CHECK(dom0.status("vif3.0") == ExitCode::partial);
  CHECK(dom0.report.lines == Texts{well + " : to do: set vif3.0 down; to do: add vif3.0 to bridge "
                                          "br5, shut vif3.0 off from dom0; to do: set vif3.0 up"});
}

TEST_CASE("vif status says why a spec can't be had", "[vif-status]") {
  Dom0 dom0;
  dom0.say("bridge", "br99");
  CHECK(dom0.status() == ExitCode::partial);
  CHECK(dom0.report.lines == Texts{well + " : Could not find bridge device br99"});
  dom0.say("bridge", "br4");
  dom0.say("vlan", "99");
  CHECK(dom0.status() == ExitCode::partial);
  CHECK_THAT(dom0.report.lines.front(), Catch::Contains("cannot use vlan=99 with bridge=br4"));
}

TEST_CASE("vif status promises nothing that online would refuse", "[vif-status]") {
  Dom0 dom0;
  const auto refused = [&](const char* key, const char* value) {
    dom0.say(key, value);
    CHECK(dom0.status() == ExitCode::partial);
    dom0.xenstored.nodes.erase(std::string("backend/vif/3/0/") + key);
    return dom0.report.lines.front().substr(well.size());
  };
  CHECK(refused("vifname", "eth0") ==
        " : Cannot rename interface vif3.0. An interface with name eth0 already exists.");
  CHECK_THAT(refused("vifname", "a/b"), Catch::StartsWith(" : cannot use vifname=a/b"));
  CHECK_THAT(refused("vifname", "toolongnametoolong"),
             Catch::StartsWith(" : cannot use vifname=toolongnametoolong"));
  CHECK(refused("bridge", "eth1") ==
        " : cannot use eth1 as bridge: it is a network device, not a bridge");
  dom0.say("bridge", "br4");
  CHECK_THAT(refused("mtu", "much"), Catch::StartsWith(" : cannot use mtu=much: an MTU is"));
  CHECK(dom0.status() == ExitCode::done);
}

TEST_CASE("vif status knows the bridge that xenbr1 stands for, as online does", "[vif-status]") {
  std::vector<Link> links = unit::bare_host();
  links[1] = unit::bridge(2, "eth1");
  links.push_back(unit::plugged_vif(9, "vif3.0", 2));
  Dom0 dom0(links, {});
  dom0.say("bridge", "xenbr1");
  CHECK(dom0.status() == ExitCode::done);
  CHECK(dom0.report.lines == Texts{"vif3.0 vif3.0 web eth1 1 1500 - connected"});
}

TEST_CASE("vif status keeps what xenstore says on one line", "[vif-status]") {
  Dom0 dom0;
  dom0.xenstored.nodes["/local/domain/3/name"] = "web\nvif9.0";
  CHECK(dom0.status() == ExitCode::done);
  CHECK(dom0.report.lines == Texts{"vif3.0 vif3.0 web?vif9.0 br4 4 1500 - connected"});
}

TEST_CASE("vif status knows a renamed vif by either name, and its tap", "[vif-status]") {
  std::vector<Link> links = host_with_guest();
  links.back().name = "frontdoor";
  links.back().alias = "vif3.0";
  links.push_back(unit::plugged_vif(10, "vif3.0-emu", 3));
  links.back().parent.clear();
  links.back().name = "frontdoor-emu";
  links.back().alias = "vif3.0-emu";
  Dom0 dom0(links);
  dom0.say("vifname", "frontdoor");
  for (const char* const name : {"", "frontdoor", "vif3.0", "frontdoor-emu", "vif3.0-emu"}) {
    CAPTURE(name);
    CHECK(dom0.status(name) == ExitCode::done);
    CHECK(dom0.report.lines == Texts{"vif3.0 frontdoor web br4 4 1500 - connected",
                                     "vif3.0-emu frontdoor-emu web br4 4 1500 - -"});
  }
}

TEST_CASE("vif status sorts by guest and number, and knows what only xenstore does",
          "[vif-status]") {
  std::vector<Link> links = host_with_guest();
  links.push_back(unit::plugged_vif(10, "vif10.0", 3));
  links.push_back(unit::plugged_vif(11, "vif3.1", 3));
  Dom0 dom0(links);
  dom0.say("bridge", "br4", "3/1");
  dom0.say("bridge", "br4", "10/0");
  dom0.say("bridge", "br5", "4/0");
  dom0.say("state", "1", "4/0");
  CHECK(dom0.status() == ExitCode::partial);
  CHECK(dom0.report.lines == Texts{well, "vif3.1 vif3.1 web br4 4 1500 - -",
                                   "vif4.0 - - - - - - starting : the kernel has no vif4.0",
                                   "vif10.0 vif10.0 - br4 4 1500 - -"});
  CHECK(dom0.status("vif10.0") == ExitCode::done);
  CHECK(dom0.report.lines.size() == 1);
}

TEST_CASE("vif status shows the kernel's side where there is no xenstore", "[vif-status]") {
  Dom0 dom0;
  dom0.xenstored.down = true;
  CHECK(dom0.status() == ExitCode::done);
  CHECK(dom0.report.lines ==
        Texts{"warning: guests are shown without their names: cannot reach xenstored: No such file "
              "or directory",
              "vif3.0 vif3.0 - br4 4 1500 - -"});
  dom0.kernel.link("vif3.0").master = 0;
  CHECK(dom0.status("vif3.0") == ExitCode::partial);
  CHECK(dom0.report.lines.back() ==
        "vif3.0 vif3.0 - - - 1500 - - : vif3.0 is up but on no bridge: its frames go nowhere");
  dom0.kernel.link("vif3.0").up = false;
  CHECK(dom0.status("vif3.0") == ExitCode::done);
}

TEST_CASE("vif status counts a vif whose spec nobody knows for itself", "[vif-status]") {
  Dom0 dom0;
  dom0.xenstored.down = true;
  CHECK(dom0.status("", {.form = Output::Form::table, .colour = false}) == ExitCode::done);
  CHECK(dom0.report.lines.back() == "0 vifs as their specs say, 1 without a known spec");
}

TEST_CASE("vif status knows a vif's spec where the guest's name may not be read", "[vif-status]") {
  Dom0 dom0;
  dom0.xenstored.hidden = {"/local/domain/3/name"};
  dom0.say("bridge", "br5");
  CHECK(dom0.status() == ExitCode::partial);
  CHECK(dom0.report.lines ==
        Texts{"vif3.0 vif3.0 - br4 4 1500 - connected : to do: set vif3.0 down; to do: add vif3.0 "
              "to bridge br5, shut vif3.0 off from dom0; to do: set vif3.0 up"});
}

TEST_CASE("vif status refuses a name that nobody has", "[vif-status]") {
  Dom0 dom0;
  for (const char* const name : {"vif7.0", "web", "eth0"}) {
    CHECK(unit::failure([&] { return dom0.status(name); }) ==
          Texts{"error (exit status 1): cannot find " + std::string(name) +
                    ": no guest's link has that name, and xenstore knows no such vif",
                "hint: 'xvlan vif status' lists them all"});
  }
}

TEST_CASE("vif status on a VLAN-aware bridge tells the vif's own VLANs", "[vif-status]") {
  std::vector<Link> links = unit::aware_host();
  links.push_back(unit::aware_vif(9, "vif3.0", {model::access_vlan(4)}));
  Dom0 dom0(links, {unit::aware_segment("4"), unit::aware_segment("10")});
  CHECK(dom0.status() == ExitCode::done);
  CHECK(dom0.report.lines == Texts{"vif3.0 vif3.0 web xenbr0 4 1500 - connected"});
  dom0.say("vlan", "10");
  dom0.say("bridge", "xenbr0");
  CHECK(dom0.status() == ExitCode::partial);
  CHECK_THAT(dom0.report.lines.front(),
             Catch::Contains("to do: move vif3.0 from VLAN 4 into VLAN 10"));
}

TEST_CASE("vif status tells what is done about a guest, and what should be", "[vif-status]") {
  model::Segment guarded = unit::segment("4");
  guarded.protection = {.antispoof = model::Antispoof::mac, .isolated = true};
  std::vector<Link> links = host_with_guest();
  links[2].alias = guarded.protection.mark();
  Dom0 dom0(links, {guarded});
  dom0.say("mac", "00:16:3e:01:fb:fe");
  CHECK(dom0.status() == ExitCode::partial);
  CHECK_THAT(dom0.report.lines.front(),
             Catch::StartsWith(well + " : to do: isolate vif3.0 from other guests"));
  dom0.kernel.link("vif3.0").filter = "mac";
  dom0.kernel.link("vif3.0").isolated = true;
  (void)dom0.status();
  CHECK_THAT(dom0.report.lines.front(),
             Catch::StartsWith("vif3.0 vif3.0 web br4 4 1500 mac+isolated connected"));
}

TEST_CASE("the handshake is told in a word, and as a problem where it is one", "[vif-status]") {
  Dom0 dom0;
  const auto word = [&](const char* state, const char* hotplug) {
    return std::string(xen::word({.state = state, .hotplug = hotplug, .error = {}}));
  };
  CHECK(word("1", "") == "starting");
  CHECK(word("3", "") == "starting");
  CHECK(word("2", "connected") == "waits-for-guest");
  CHECK(word("2", "") == "waits-for-script");
  CHECK(word("4", "connected") == "connected");
  CHECK(word("5", "connected") == "closing");
  CHECK(word("6", "connected") == "closed");
  CHECK(word("4", "error") == "failed");
  CHECK(word("9", "") == "-");
  CHECK(std::string(xen::word({})) == "-");
  dom0.say("hotplug-status", "error");
  dom0.say("hotplug-error", "no such bridge");
  CHECK(dom0.status() == ExitCode::partial);
  CHECK(dom0.report.lines ==
        Texts{"vif3.0 vif3.0 web br4 4 1500 - failed : the vif-script failed: no such bridge"});
  dom0.xenstored.nodes.erase("backend/vif/3/0/hotplug-error");
  CHECK(dom0.status() == ExitCode::partial);
  CHECK_THAT(dom0.report.lines.front(),
             Catch::EndsWith("the vif-script failed: it did not say why"));
  dom0.say("state", "2");
  dom0.xenstored.nodes.erase("backend/vif/3/0/hotplug-status");
  CHECK(dom0.status() == ExitCode::partial);
  CHECK_THAT(dom0.report.lines.front(),
             Catch::EndsWith("waits-for-script : no vif-script has told Xen that it is plugged"));
}

TEST_CASE("vif status as a table says how each difference is mended", "[vif-status]") {
  Dom0 dom0;
  dom0.kernel.link("vif3.0").mtu = 1400;
  (void)dom0.status("", {.form = Output::Form::table});
  CHECK(dom0.report.lines ==
        Texts{"VIF     LINK    GUEST  BRIDGE  VLANS  MTU   PROTECTION  XEN",
              "vif3.0  vif3.0  web    br4     4      1400  -           connected",
              "  ! to do: set MTU of vif3.0 to 1500", "    to mend it: xvlan-vif online vif3.0", "",
              "0 vifs as their specs say, 1 wrong"});
  dom0.kernel.link("vif3.0").mtu = 1500;
  (void)dom0.status("", {.form = Output::Form::table});
  CHECK(dom0.report.lines.back() == "1 vif as its spec says");
}

TEST_CASE("vif status as JSON has spec, kernel and handshake apart", "[vif-status]") {
  Dom0 dom0;
  dom0.say("mac", "00:16:3e:01:fb:fe");
  dom0.say("vlan", "4");
  dom0.say("ip", "10.0.4.2");
  dom0.kernel.link("vif3.0").mtu = 1400;
  (void)dom0.status("", {.form = Output::Form::json});
  CHECK(dom0.report.lines ==
        Texts{R"({"format":1,"vifs":[{"vif":"vif3.0","domid":3,"devid":0,"domain":"web",)"
              R"("guest_address":"00:16:3e:01:fb:fe","ifname":"vif3.0","up":true,"mtu":1400,)"
              R"("master":"br4","vlans":[{"vlan":4,"flags":["PVID","Egress Untagged"]}],)"
              R"("isolated":false,"spec":{"bridge":"br4","vlan":"4","ip":"10.0.4.2"},)"
              R"("xen":{"state":"connected","hotplug_status":"connected"},"problems":[)"
              R"({"code":"drift","ifname":"vif3.0","text":"to do: set MTU of vif3.0 to 1500",)"
              R"("mend":"xvlan-vif online vif3.0"}]}]})"});
  Dom0 gone(unit::complete_host());
  (void)gone.status("", {.form = Output::Form::json});
  CHECK(gone.report.lines ==
        Texts{R"({"format":1,"vifs":[{"vif":"vif3.0","domid":3,"devid":0,"domain":"web",)"
              R"("spec":{"bridge":"br4"},"xen":{"state":"connected","hotplug_status":)"
              R"("connected"},"problems":[{"code":"missing","ifname":"vif3.0","text":)"
              R"("the kernel has no vif3.0"}]}]})"});
}
