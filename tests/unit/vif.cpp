#include "command/vif.hpp"

#include <catch2/catch.hpp>
#include <cerrno>

#include "command/hotplug_error.hpp"
#include "command/own_vif.hpp"
#include "given_configuration.hpp"
#include "hosts.hpp"
#include "recorded_report.hpp"
#include "support/fake_hooks.hpp"
#include "support/fake_kernel.hpp"
#include "support/fake_store.hpp"

namespace {

using command::VifRequest;
using model::ExitCode;
using model::Link;
using unit::Texts;

using Writes = std::vector<Texts>;

const std::string backend = "backend/vif/3/0";

VifRequest online() {
  VifRequest request;
  request.id = {.domid = 3, .devid = 0};
  request.link = "vif3.0";
  request.backend_path = backend;
  return request;
}

VifRequest offline() {
  VifRequest request = online();
  request.plug = false;
  return request;
}

VifRequest by_hand(const std::string& bridge = {}) {
  VifRequest request = online();
  request.by_hand = true;
  if (!bridge.empty()) {
    request.spec.bridge = bridge;
    request.bridge_was_typed = true;
  }
  return request;
}

VifRequest tap_add() {
  VifRequest request = online();
  request.tap = true;
  request.link = "vif3.0-emu";
  return request;
}

Link tap(int index, const std::string& name) {
  Link link = unit::nic(index, name);
  link.kind = "tun";
  link.up = false;
  return link;
}

std::vector<Link> two_bridges() {
  std::vector<Link> links = unit::complete_host();
  links.push_back(unit::bridge(5, "br5"));
  return links;
}

/// A pretended dom0 with VLANs 4 and 5, and what libxl wrote about the vif of guest 3, whose vif
/// spec is the seed's: bridge=br4.
struct Dom0 {
  explicit Dom0(std::vector<Link> vifs = {unit::new_vif(9, "vif3.0")},
                std::vector<Link> host = two_bridges(), std::vector<model::Segment> configured = {})
      : kernel(std::move(host)), configuration(std::move(configured)) {
    for (Link& link : vifs) kernel.add(std::move(link));
    const std::map<std::string, std::string> keys{{"script", "/etc/xen/scripts/vif-xvlan"},
                                                  {"mac", "00:16:3e:01:fb:fe"},
                                                  {"bridge", "br4"},
                                                  {"handle", "0"},
                                                  {"frontend", "/local/domain/3/device/vif/0"},
                                                  {"hotplug-status", ""}};
    for (const auto& [key, value] : keys) say(key, value);
  }

  void say(const std::string& key, const std::string& value) {
    xenstored.nodes[backend + "/" + key] = value;
  }

  ExitCode run(const VifRequest& request) {
    return command::vif(request, kernel, xenstored.door(), configuration, hooks, report);
  }

  /// "br4" if the link is up in that bridge, else what is amiss.
  std::string place(const std::string& name) {
    const Link& link = kernel.link(name);
    const auto bridge = kernel.read(link.master);
    return (bridge ? bridge->name : "no bridge") + (link.up ? "" : ", down");
  }

  support::FakeKernel kernel;
  support::FakeXenstored xenstored;
  support::FakeHooks hooks;
  unit::GivenConfiguration configuration;
  unit::RecordedReport report;
};

const std::vector<Link> no_vif;

Writes connected(const std::string& mtu = "1500") {
  return {{"/local/domain/3/device/vif/0/mtu=" + mtu}, {backend + "/hotplug-status=connected"}};
}

Writes failed(const std::string& reason) {
  return {{backend + "/hotplug-error=" + reason, backend + "/hotplug-status=error"}};
}

}  // namespace

TEST_CASE("online plugs the vif into its bridge, and tells xenstore", "[vif]") {
  Dom0 dom0;
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.kernel.done == Texts{"add vif3.0 to bridge br4, shut vif3.0 off from dom0",
                                  "switch IPv6 off on vif3.0", "set vif3.0 up"});
  CHECK(dom0.xenstored.writes == connected());
  CHECK(dom0.report.lines.empty());
  CHECK(dom0.kernel.link("vif3.0").addresses.empty());
}

TEST_CASE("a vif event lists no links, however many there are", "[vif]") {
  Dom0 dom0;
  dom0.run(online());
  dom0.run(offline());
  CHECK(dom0.kernel.dumps == 0);
}

TEST_CASE("online run twice changes nothing, and tells xenstore again", "[vif]") {
  Dom0 dom0;
  dom0.run(online());
  dom0.kernel.done.clear();
  dom0.xenstored.writes.clear();
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.kernel.done.empty());
  CHECK(dom0.xenstored.writes == connected());
}

TEST_CASE("a vif on another bridge moves", "[vif]") {
  Dom0 dom0({unit::plugged_vif(9, "vif3.0", 5)});
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.kernel.done == Texts{"set vif3.0 down",
                                  "add vif3.0 to bridge br4, shut vif3.0 off from dom0",
                                  "set vif3.0 up"});
  CHECK(dom0.place("vif3.0") == "br4");
}

TEST_CASE("a move that xenstore can't be told is taken back", "[vif]") {
  Dom0 dom0({unit::plugged_vif(9, "vif3.0", 5)});
  dom0.xenstored.closed = {backend + "/hotplug-status"};
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.place("vif3.0") == "br5");
}

TEST_CASE("a move that can't be taken back wholly leaves the vif down", "[vif]") {
  Dom0 dom0({unit::plugged_vif(9, "vif3.0", 5)});
  dom0.xenstored.closed = {backend + "/hotplug-status"};
  dom0.kernel.refuse("add vif3.0 to bridge br5", EPERM);
  CHECK(dom0.run(online()) == ExitCode::partial);
  CHECK_FALSE(dom0.kernel.link("vif3.0").up);
}

TEST_CASE("a link is a vif's by its device, or by the name that it had first", "[vif]") {
  const command::VifLink vif{.id = {.domid = 3, .devid = 0}, .tap = false};
  const command::VifLink tap_of_vif{.id = vif.id, .tap = true};
  Link backend_link = unit::new_vif(9, "vif3.0");
  CHECK(command::is_own(backend_link, vif));
  CHECK_FALSE(command::is_own(backend_link, tap_of_vif));
  backend_link.parent = "vif-4-0";
  CHECK_FALSE(command::is_own(backend_link, vif));

  Link renamed = tap(9, "web-emu");
  CHECK_FALSE(command::is_own(renamed, tap_of_vif));
  renamed.alias = "vif4.0-emu";
  CHECK_FALSE(command::is_own(renamed, tap_of_vif));
  renamed.alias = "vif3.0-emu";
  CHECK(command::is_own(renamed, tap_of_vif));
  CHECK_FALSE(command::is_own(renamed, vif));
  renamed.alias.clear();
  renamed.alt_names = {"other", "vif3.0-emu"};
  CHECK(command::is_own(renamed, tap_of_vif));
  renamed.name = renamed.alias = "vif4.0-emu";  // no vifname's doing
  CHECK(command::is_own(renamed, tap_of_vif));
  Link described = tap(9, "vif3.0-emu");
  described.alias = "the web server";
  CHECK(command::is_own(described, tap_of_vif));
}

TEST_CASE("a vifname that is Xen's name for another guest's tap gives that guest nothing",
          "[vif]") {
  Link other = tap(10, "vif3.0-emu");
  other.alias = "vif7.0-emu";
  other.master = 5;
  other.up = true;
  Dom0 dom0({other});
  CHECK(dom0.run(tap_add()) == ExitCode::failed);
  CHECK(
      dom0.xenstored.writes ==
      failed("cannot use vif3.0-emu: it is vif7.0-emu, which was renamed to that by its vifname"));
  VifRequest request = tap_add();
  request.plug = false;
  CHECK(dom0.run(request) == ExitCode::done);
  CHECK(dom0.kernel.done.empty());
}

TEST_CASE("a bridge that is not there is reported in Xen's own words, in one go", "[vif]") {
  Dom0 dom0;
  dom0.say("bridge", "br9");
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.xenstored.writes == failed("Could not find bridge device br9"));
  CHECK(dom0.report.lines == Texts{"error: vif3.0: Could not find bridge device br9"});
  CHECK(dom0.kernel.done.empty());
}

TEST_CASE("a bridge whose name no link can have is not there", "[vif]") {
  Dom0 dom0;
  const std::string name = GENERATE("ovsbr0.20:30", "a-name-far-too-long", "br4 br5", "br4\nbr5");
  dom0.say("bridge", name);
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.xenstored.writes == failed("Could not find bridge device " + name));
}

TEST_CASE("a bridge may be named by its full name, which no link's name has room for", "[vif]") {
  Dom0 dom0;
  Link bridge = unit::bridge(6, "enp12-68d8.4094");
  bridge.alt_names = {"enp129s0f1np1-br4094"};
  dom0.kernel.add(bridge);
  dom0.say("bridge", "enp129s0f1np1-br4094");
  CHECK(dom0.run(online()) == ExitCode::done);
  const model::HostState host = dom0.kernel.read();
  CHECK(host.find("vif3.0")->master == host.find("enp12-68d8.4094")->index);
}

TEST_CASE("a vif without a bridge is refused rather than put on just any", "[vif]") {
  Dom0 dom0;
  SECTION("no key") {
    dom0.xenstored.nodes.erase(backend + "/bridge");
  }
  SECTION("an empty key") {
    dom0.say("bridge", "");
  }
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.xenstored.writes == failed("Could not find bridge, and none was specified"));
  CHECK(dom0.kernel.done.empty());
}

TEST_CASE("a link that is no bridge takes no vif", "[vif]") {
  Dom0 dom0;
  dom0.say("bridge", "eth1.4");
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.xenstored.writes == failed("cannot use eth1.4 as bridge: it is a link of kind vlan"));
  dom0.xenstored.writes.clear();
  dom0.say("bridge", "eth1");
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.xenstored.writes ==
        failed("cannot use eth1 as bridge: it is a network device, not a bridge"));
}

TEST_CASE("a vif that the kernel has not made is reported", "[vif]") {
  Dom0 dom0(no_vif);
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.xenstored.writes == failed("cannot find vif3.0: No such device"));
  CHECK(dom0.report.lines == Texts{"error: cannot find vif3.0: No such device"});
}

TEST_CASE("a step that the kernel refuses is told to xenstore, and undone", "[vif]") {
  Dom0 dom0;
  dom0.kernel.refuse("add vif3.0 to bridge br4", EPERM);
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.xenstored.writes ==
        failed("cannot add vif3.0 to bridge br4: Operation not permitted"));
  CHECK(dom0.kernel.link("vif3.0") == unit::new_vif(9, "vif3.0"));
}

TEST_CASE("a vif whose bridge goes before it comes up stays down", "[vif]") {
  Dom0 dom0;
  dom0.kernel.before("set vif3.0 up", [&] {
    const plan::Operation deletion = plan::DeleteLink{"br4"};
    (void)dom0.kernel.run(std::span(&deletion, 1));
  });
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.place("vif3.0") == "no bridge, down");
}

TEST_CASE("a vif whose bridge goes as soon as it is up goes down again", "[vif]") {
  Dom0 dom0;
  dom0.kernel.after_each = [&] {
    const bool there = dom0.kernel.read(3).has_value();
    if (!there || !dom0.kernel.link("vif3.0").up) return;
    const plan::Operation deletion = plan::DeleteLink{"br4"};
    (void)dom0.kernel.run(std::span(&deletion, 1));
  };
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.place("vif3.0") == "no bridge, down");
  CHECK(dom0.xenstored.writes ==
        failed("cannot keep vif3.0 on bridge br4: another program took it off meanwhile"));
}

TEST_CASE("an old netback that refuses a new MAC is put up with", "[vif]") {
  Link vif = unit::new_vif(9, "vif3.0");
  vif.mac = {{2, 0, 0, 0, 0, 9}};
  Dom0 dom0({vif});
  dom0.say("mtu", "9000");
  dom0.kernel.refuse("set MAC of vif3.0 to fe:ff:ff:ff:ff:ff", EOPNOTSUPP);
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.report.lines == Texts{"warning: cannot set MAC of vif3.0 to fe:ff:ff:ff:ff:ff: "
                                   "Operation not supported"});
  CHECK(dom0.place("vif3.0") == "br4");
  CHECK(dom0.xenstored.writes == connected("9000"));
}

TEST_CASE("an old netback may refuse all that a vif can do without", "[vif]") {
  Link vif = unit::new_vif(9, "vif3.0");
  vif.mac = {{2, 0, 0, 0, 0, 9}};
  Dom0 dom0({vif});
  dom0.say("mtu", "9000");
  dom0.kernel.refuse("set MAC of vif3.0 to fe:ff:ff:ff:ff:ff", EOPNOTSUPP);
  dom0.kernel.refuse("set MTU of vif3.0 to 9000", EINVAL);
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.report.lines.size() == 2);
  CHECK(dom0.place("vif3.0") == "br4");
}

TEST_CASE("a netback that refuses an MTU is put up with, and the guest told the real one",
          "[vif]") {
  Dom0 dom0;
  dom0.say("mtu", "9000");
  dom0.kernel.refuse("set MTU of vif3.0 to 9000", EINVAL);
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.place("vif3.0") == "br4");
  CHECK(dom0.xenstored.writes == connected("1500"));
}

TEST_CASE("the MTU is xenstore's, else the argument's, else the bridge's", "[vif]") {
  Dom0 dom0;
  dom0.kernel.link("br4").mtu = 1400;
  VifRequest request = online();
  std::uint32_t mtu = 1400;
  SECTION("the bridge's") {}
  SECTION("the argument's") {
    request.spec.mtu = "1300";
    mtu = 1300;
  }
  SECTION("xenstore's") {
    request.spec.mtu = "1300";
    dom0.say("mtu", "9000");
    mtu = 9000;
  }
  CHECK(dom0.run(request) == ExitCode::done);
  CHECK(dom0.kernel.link("vif3.0").mtu == mtu);
  CHECK(dom0.xenstored.writes == connected(std::to_string(mtu)));
}

TEST_CASE("a key that is empty in xenstore was not said", "[vif]") {
  Dom0 dom0;
  for (const char* const key : {"mtu", "vifname", "ip", "vlan", "frontend"}) dom0.say(key, "");
  VifRequest request = online();
  request.spec.mtu = "1300";
  CHECK(dom0.run(request) == ExitCode::done);
  CHECK(dom0.kernel.link("vif3.0").mtu == 1300);
  CHECK(dom0.report.lines.empty());
  CHECK(dom0.xenstored.writes == Writes{{backend + "/hotplug-status=connected"}});
}

TEST_CASE("a wrong MTU in xenstore is refused before anything is touched", "[vif]") {
  Dom0 dom0;
  dom0.say("mtu", GENERATE("jumbo", "67", "65536", "1500 "));
  const std::string text = dom0.xenstored.nodes[backend + "/mtu"];
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.xenstored.writes ==
        failed("cannot use mtu=" + text + ": an MTU is a number of bytes from 68 to 65535"));
  CHECK(dom0.kernel.done.empty());
}

TEST_CASE("a frontend that a driver domain may not write to is a warning", "[vif]") {
  Dom0 dom0;
  dom0.xenstored.closed = {"/local/domain/3/device/vif/0/mtu"};
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.report.lines ==
        Texts{"warning: vif3.0: cannot write /local/domain/3/device/vif/0/mtu in xenstore: "
              "Permission denied"});
  CHECK(dom0.xenstored.writes == Writes{{backend + "/hotplug-status=connected"}});
}

TEST_CASE("a frontend that can't be told its MTU for any other reason is a failure", "[vif]") {
  Dom0 dom0;
  dom0.xenstored.closed = {"/local/domain/3/device/vif/0/mtu"};
  dom0.xenstored.refusal = ENOSPC;
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.kernel.link("vif3.0") == unit::new_vif(9, "vif3.0"));
  CHECK(dom0.xenstored.writes == failed("cannot write /local/domain/3/device/vif/0/mtu in "
                                        "xenstore: No space left on device"));
}

TEST_CASE("a vifname is the vif's new name", "[vif]") {
  Dom0 dom0;
  dom0.say("vifname", "web");
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.place("web") == "br4");
  CHECK(dom0.xenstored.writes == connected());
}

TEST_CASE("a vif that has its vifname already keeps it", "[vif]") {
  Link vif = unit::plugged_vif(9, "vif3.0", 3);
  vif.name = "web";
  Dom0 dom0({vif});
  dom0.say("vifname", "web");
  VifRequest request = online();
  SECTION("called as libxl does, by the first name") {}
  SECTION("called as udev does, by the new name") {
    request.link = "web";
  }
  CHECK(dom0.run(request) == ExitCode::done);
  CHECK(dom0.kernel.done.empty());
  CHECK(dom0.xenstored.writes == connected());
}

TEST_CASE("a vifname that another link has is refused in Xen's own words", "[vif]") {
  Dom0 dom0;
  dom0.say("vifname", "eth0");
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.xenstored.writes ==
        failed("Cannot rename interface vif3.0. An interface with name eth0 already exists."));
  CHECK(dom0.kernel.done.empty());
}

TEST_CASE("a vifname that another guest's vif has cuts nobody off", "[vif]") {
  Link other = unit::plugged_vif(10, "vif7.0", 5);
  other.name = "web";
  Dom0 dom0({other});
  dom0.say("vifname", "web");
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.xenstored.writes == failed("cannot use web: it belongs to another guest's vif-7-0"));
  CHECK(dom0.run(offline()) == ExitCode::done);
  CHECK(dom0.place("web") == "br5");
}

TEST_CASE("a vifname alone proves nothing: a link that has it is not taken", "[vif]") {
  Link other = unit::plugged_vif(10, "vif7.0", 5);
  other.parent.clear();
  std::string reason = "there is no proof that it is vif3.0, it may belong to anybody";
  SECTION("another guest's tap") {
    other.kind = "tun";
    other.alias = "vif7.0-emu";
    reason = "it is vif7.0-emu, which was renamed to that by its vifname";
  }
  SECTION("dom0's own link") {
    other.alias.clear();
  }
  other.name = "web";
  Dom0 dom0({other});
  dom0.say("vifname", "web");
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.xenstored.writes == failed("cannot use web: " + reason));
  CHECK(dom0.run(offline()) == ExitCode::done);
  CHECK(dom0.kernel.done.empty());
  CHECK(dom0.place("web") == "br5");
}

TEST_CASE("a renamed link is known by the name that Xen gave it, which is kept", "[vif]") {
  const bool is_tap = GENERATE(false, true);
  Link link = is_tap ? tap(9, "vif3.0-emu") : unit::new_vif(9, "vif3.0");
  link.parent.clear();  // as before Linux 5.14, and for a tap
  Dom0 dom0({link});
  dom0.say("vifname", "web");
  VifRequest request = is_tap ? tap_add() : online();
  const std::string name = is_tap ? "web-emu" : "web";
  CHECK(dom0.run(request) == ExitCode::done);
  CHECK(dom0.kernel.link(name).alias == request.link);
  dom0.kernel.done.clear();
  CHECK(dom0.run(request) == ExitCode::done);
  CHECK(dom0.kernel.done.empty());
  request.plug = false;
  CHECK(dom0.run(request) == ExitCode::done);
  CHECK(dom0.place(name) == "no bridge, down");
}

TEST_CASE("an alternative name proves it, too", "[vif]") {
  Link link = unit::new_vif(9, "vif3.0");
  link.parent.clear();
  link.name = "web";
  link.alt_names = {"vif3.0"};
  Dom0 dom0({link});
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.place("web") == "br4");
}

TEST_CASE("a vif that the kernel makes only now is waited for", "[vif]") {
  Dom0 dom0(no_vif);
  dom0.kernel.arriving = {unit::new_vif(9, "vif3.0")};
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.place("vif3.0") == "br4");
  CHECK(dom0.xenstored.writes == connected());
}

TEST_CASE("a vif is waited for also where another link has its vifname", "[vif]") {
  Dom0 dom0(no_vif);
  dom0.say("vifname", "eth0");
  dom0.kernel.arriving = {unit::new_vif(9, "vif3.0")};
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.xenstored.writes ==
        failed("Cannot rename interface vif3.0. An interface with name eth0 already exists."));
}

TEST_CASE("a toolstack that names another vif than its backend path plugs none", "[vif]") {
  Dom0 dom0({unit::new_vif(9, "vif3.0"), unit::new_vif(10, "vif7.0")});
  VifRequest request = online();
  request.link = GENERATE("vif4.0", "vif7.0");
  CHECK(dom0.run(request) == ExitCode::failed);
  CHECK(dom0.kernel.done.empty());
}

TEST_CASE("a vifname that no link can have is refused", "[vif]") {
  Dom0 dom0;
  dom0.say("vifname", "a-name-far-too-long");
  CHECK(dom0.run(online()) == ExitCode::usage);
  CHECK(dom0.xenstored.writes == failed("cannot use vifname=a-name-far-too-long: the name has 19 "
                                        "bytes, a link's name at most 15"));
}

TEST_CASE("add plugs a tap, gives it Xen's MAC, and writes nothing", "[vif]") {
  Dom0 dom0({unit::new_vif(9, "vif3.0"), tap(10, "vif3.0-emu")});
  CHECK(dom0.run(tap_add()) == ExitCode::done);
  CHECK(dom0.place("vif3.0-emu") == "br4");
  CHECK(dom0.kernel.link("vif3.0-emu").mac == model::guest_port_mac);
  CHECK(dom0.xenstored.writes.empty());
}

TEST_CASE("a tap's vifname ends in -emu, like its own", "[vif]") {
  Dom0 dom0({tap(10, "vif3.0-emu")});
  dom0.say("vifname", "web");
  CHECK(dom0.run(tap_add()) == ExitCode::done);
  CHECK(dom0.place("web-emu") == "br4");
}

TEST_CASE("xenbrN means ethN where network-bridge made that the bridge", "[vif]") {
  Dom0 dom0;
  dom0.say("bridge", "xenbr7");
  SECTION("and there is no xenbrN") {
    dom0.kernel.add(unit::bridge(20, "eth7"));
    CHECK(dom0.run(online()) == ExitCode::done);
    CHECK(dom0.place("vif3.0") == "eth7");
  }
  SECTION("but not where xenbrN is there itself") {
    dom0.kernel.add(unit::bridge(20, "eth7"));
    dom0.kernel.add(unit::bridge(21, "xenbr7"));
    CHECK(dom0.run(online()) == ExitCode::done);
    CHECK(dom0.place("vif3.0") == "xenbr7");
    CHECK(dom0.kernel.looked_up == Texts{"vif3.0", "xenbr7"});
  }
  SECTION("nor where ethN is a NIC") {
    dom0.kernel.add(unit::nic(20, "eth7"));
    CHECK(dom0.run(online()) == ExitCode::failed);
    CHECK(dom0.xenstored.writes == failed("Could not find bridge device xenbr7"));
  }
  SECTION("nor where N is no number, as where it names a VLAN") {
    dom0.say("bridge", "xenbr7.8");
    dom0.kernel.add(unit::bridge(20, "eth7.8"));
    CHECK(dom0.run(online()) == ExitCode::failed);
    CHECK(dom0.place("vif3.0") == "no bridge, down");
  }
}

TEST_CASE("a bridge that is there counts before a VLAN that would have its name", "[vif]") {
  model::Segment named = unit::segment("7");
  named.bridge.name = model::IfName::parse("bridge", "xenbr7");
  named.mtu = 1400;
  Dom0 dom0({unit::new_vif(9, "vif3.0")}, two_bridges(), {named});
  dom0.kernel.add(unit::bridge(20, "eth7"));
  dom0.say("bridge", "xenbr7");
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.place("vif3.0") == "eth7");
  CHECK(dom0.kernel.link("vif3.0").mtu == 1500);
}

TEST_CASE("a link that is no bridge is named as it is, by whatever name it was said", "[vif]") {
  Dom0 dom0;
  Link nic = unit::nic(20, "eth9");
  nic.alt_names = {"a-name-for-the-guests"};
  dom0.kernel.add(nic);
  dom0.say("bridge", "a-name-for-the-guests");
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.report.lines.front().find("cannot use eth9 as bridge") != std::string::npos);
}

TEST_CASE("keys that are not acted upon are never passed over in silence", "[vif]") {
  Dom0 dom0;
  dom0.say("ip", "192.0.2.7");
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.report.lines ==
        Texts{"warning: vif3.0: ip=192.0.2.7 is not enforced: xvlan does not filter a guest's "
              "addresses"});
}

TEST_CASE("a bridge that was typed yields to xenstore's, and says so", "[vif]") {
  Dom0 dom0;
  CHECK(dom0.run(by_hand("br5")) == ExitCode::done);
  CHECK(dom0.place("vif3.0") == "br4");
  CHECK(dom0.report.lines ==
        Texts{"warning: vif3.0: bridge=br5 is not used, because xenstore says bridge=br4"});
}

TEST_CASE("a bridge of the environment yields to xenstore's without a word", "[vif]") {
  Dom0 dom0;
  VifRequest request = online();
  request.spec.bridge = "br5";
  CHECK(dom0.run(request) == ExitCode::done);
  CHECK(dom0.place("vif3.0") == "br4");
  CHECK(dom0.report.lines.empty());
}

TEST_CASE("what was typed is used without a word where xenstore says nothing of it", "[vif]") {
  Dom0 dom0;
  dom0.xenstored.nodes.erase(backend + "/bridge");
  CHECK(dom0.run(by_hand("br5")) == ExitCode::done);
  CHECK(dom0.place("vif3.0") == "br5");
  CHECK(dom0.report.lines.empty());
  dom0.say("bridge", "br5");
  CHECK(dom0.run(by_hand("br5")) == ExitCode::done);
  CHECK(dom0.report.lines.empty());
}

TEST_CASE("a bridge from the argument is used where xenstore has none", "[vif]") {
  Dom0 dom0;
  dom0.xenstored.nodes.erase(backend + "/bridge");
  VifRequest request = online();
  request.spec.bridge = "br5";
  CHECK(dom0.run(request) == ExitCode::done);
  CHECK(dom0.place("vif3.0") == "br5");
  CHECK(dom0.xenstored.writes == connected());
}

TEST_CASE("by hand, a bridge is enough where xenstored is not there", "[vif]") {
  Dom0 dom0;
  dom0.xenstored.down = true;
  CHECK(dom0.run(by_hand("br5")) == ExitCode::done);
  CHECK(dom0.place("vif3.0") == "br5");
  CHECK(dom0.report.lines == Texts{"warning: vif3.0: cannot reach xenstored: No such file or "
                                   "directory: nothing is written to xenstore"});
}

TEST_CASE("by hand, a vif that xenstore doesn't know is plugged, and nothing written", "[vif]") {
  Dom0 dom0;
  dom0.xenstored.nodes.clear();
  CHECK(dom0.run(by_hand("br5")) == ExitCode::done);
  CHECK(dom0.place("vif3.0") == "br5");
  CHECK(dom0.report.lines == Texts{"warning: vif3.0: there is no backend/vif/3/0 in xenstore: "
                                   "nothing is written there"});
  CHECK(dom0.xenstored.writes.empty());
}

TEST_CASE("a toolstack's vif that xenstore doesn't know is plugged without a word", "[vif]") {
  Dom0 dom0;
  dom0.xenstored.nodes.clear();
  VifRequest request = online();
  request.spec.bridge = "br5";
  CHECK(dom0.run(request) == ExitCode::done);
  CHECK(dom0.report.lines.empty());
  CHECK(dom0.xenstored.writes.empty());
}

TEST_CASE("without xenstored nothing is plugged for a toolstack, or without a bridge", "[vif]") {
  Dom0 dom0;
  dom0.xenstored.down = true;
  const VifRequest request = GENERATE(online(), by_hand());
  CHECK(dom0.run(request) == ExitCode::failed);
  CHECK(dom0.report.lines ==
        Texts{"error: vif3.0: cannot reach xenstored: No such file or directory"});
  CHECK(dom0.kernel.done.empty());
}

TEST_CASE("a toolstack that names the bridge needs xenstored all the same", "[vif]") {
  Dom0 dom0;
  dom0.xenstored.down = true;
  VifRequest request = by_hand("br5");
  request.by_hand = false;
  CHECK(dom0.run(request) == ExitCode::failed);
  CHECK(dom0.kernel.done.empty());
}

TEST_CASE("a failure never resurrects a directory that the toolstack has removed", "[vif]") {
  Dom0 dom0;
  dom0.xenstored.nodes.clear();
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.xenstored.writes.empty());
  command::report_early_failure(backend, model::usage_error("use x", "y"), dom0.xenstored.door());
  CHECK(dom0.xenstored.writes.empty());
}

TEST_CASE("that xenstored can't be told of a failure is said, unless its silence is the failure",
          "[vif]") {
  const int failure = GENERATE(EPERM, ETIMEDOUT);
  const int refusal = GENERATE(EACCES, ETIMEDOUT);
  Dom0 dom0;
  dom0.kernel.refuse("set vif3.0 up", failure);
  dom0.xenstored.closed = {backend + "/hotplug-status"};
  dom0.xenstored.refusal = refusal;
  CHECK(dom0.run(online()) == ExitCode::failed);
  Texts lines{"warning: vif3.0: cannot write " + backend +
                  "/hotplug-status in xenstore: " + model::error_text(refusal),
              "error: cannot set vif3.0 up: " + model::error_text(failure)};
  if (failure == ETIMEDOUT && refusal == ETIMEDOUT) lines.erase(lines.begin());
  CHECK(dom0.report.lines == lines);
}

TEST_CASE("a call that can't be read is told to the toolstack that waits", "[vif]") {
  Dom0 dom0;
  const model::Error error = model::usage_error("use vlans", "unknown option");
  command::report_early_failure(backend, error, dom0.xenstored.door());
  CHECK(dom0.xenstored.writes == failed("cannot use vlans: unknown option"));
  dom0.xenstored.down = true;
  CHECK_NOTHROW(command::report_early_failure(backend, error, dom0.xenstored.door()));
}

TEST_CASE("udev's call does nothing where libxl runs the scripts itself", "[vif]") {
  Dom0 dom0;
  dom0.xenstored.nodes["libxl/disable_udev"] = "1";
  VifRequest request = GENERATE(online(), offline());
  request.from_udev = true;
  CHECK(dom0.run(request) == ExitCode::done);
  CHECK(dom0.kernel.done.empty());
  CHECK(dom0.xenstored.writes.empty());
}

TEST_CASE("udev unplugs nothing where libxl runs the scripts itself", "[vif]") {
  Dom0 dom0({unit::plugged_vif(9, "vif3.0", 3)});
  dom0.xenstored.nodes["libxl/disable_udev"] = "1";
  VifRequest request = offline();
  request.from_udev = true;
  CHECK(dom0.run(request) == ExitCode::done);
  CHECK(dom0.place("vif3.0") == "br4");
}

TEST_CASE("libxl's own call works where it forbids udev's", "[vif]") {
  Dom0 dom0;
  dom0.xenstored.nodes["libxl/disable_udev"] = "1";
  SECTION("of a vif with Xen's name") {
    CHECK(dom0.run(online()) == ExitCode::done);
    CHECK(dom0.place("vif3.0") == "br4");
  }
  SECTION("of one that xenstore has to be asked for") {
    dom0.xenstored.nodes[backend + "/vifname"] = "web";
    CHECK(dom0.run(online()) == ExitCode::done);
    CHECK(dom0.place("web") == "br4");
    dom0.kernel.link("web").alt_names.clear();
    CHECK(dom0.run(offline()) == ExitCode::done);
    CHECK(dom0.place("web") == "no bridge, down");
  }
}

TEST_CASE("udev's call works where nothing forbids it", "[vif]") {
  Dom0 dom0;
  VifRequest request = online();
  request.from_udev = true;
  CHECK(dom0.run(request) == ExitCode::done);
  CHECK(dom0.place("vif3.0") == "br4");
  request.plug = false;
  CHECK(dom0.run(request) == ExitCode::done);
  CHECK(dom0.place("vif3.0") == "no bridge, down");
}

TEST_CASE("online warns where dom0's firewall would see the guest's frames", "[vif]") {
  Dom0 dom0;
  dom0.kernel.firewall = true;
  CHECK(dom0.run(online()) == ExitCode::done);
  REQUIRE(dom0.report.lines.size() == 1);
  CHECK_THAT(dom0.report.lines.front(), Catch::Contains("bridge-nf-call-iptables is 1"));
}

TEST_CASE("a dry run of online prints what it would do and write", "[vif]") {
  Dom0 dom0;
  VifRequest request = online();
  request.dry_run = true;
  CHECK(dom0.run(request) == ExitCode::done);
  CHECK(dom0.report.lines == Texts{"add vif3.0 to bridge br4, shut vif3.0 off from dom0",
                                   "switch IPv6 off on vif3.0", "set vif3.0 up",
                                   "write backend/vif/3/0/hotplug-status=connected"});
  dom0.say("bridge", "br9");
  CHECK(dom0.run(request) == ExitCode::failed);
  CHECK(dom0.kernel.done.empty());
  CHECK(dom0.xenstored.writes.empty());
}

TEST_CASE("offline unplugs the vif, and asks xenstored nothing", "[vif]") {
  Dom0 dom0({unit::plugged_vif(9, "vif3.0", 3)});
  CHECK(dom0.run(offline()) == ExitCode::done);
  CHECK(dom0.kernel.done == Texts{"set vif3.0 down", "remove vif3.0 from bridge br4"});
  CHECK(dom0.xenstored.opened == 0);
  CHECK(dom0.report.lines.empty());
}

TEST_CASE("offline of what is gone already is done", "[vif]") {
  Dom0 dom0(no_vif);
  SECTION("the vif") {}
  SECTION("and its backend directory") {
    dom0.xenstored.nodes.clear();
  }
  SECTION("and its bridge") {
    dom0.say("bridge", "br9");
  }
  CHECK(dom0.run(offline()) == ExitCode::done);
  CHECK(dom0.xenstored.writes.empty());
  CHECK(dom0.report.lines.empty());
}

TEST_CASE("offline of what is gone reads no links where no VLAN comes on demand", "[vif]") {
  Dom0 dom0(no_vif);
  CHECK(dom0.run(offline()) == ExitCode::done);
  CHECK(dom0.kernel.dumps == 0);
}

TEST_CASE("offline of a vif that goes at that moment is done", "[vif]") {
  Dom0 dom0({unit::plugged_vif(9, "vif3.0", 3)});
  dom0.kernel.before("remove vif3.0 from bridge br4", [&] {
    const plan::Operation deletion = plan::DeleteLink{"vif3.0"};
    (void)dom0.kernel.run(std::span(&deletion, 1));
  });
  CHECK(dom0.run(offline()) == ExitCode::done);
  CHECK(dom0.report.lines.empty());
}

TEST_CASE("a vif that somebody sets up as it leaves its bridge is down in the end", "[vif]") {
  Dom0 dom0({unit::plugged_vif(9, "vif3.0", 3)});
  dom0.kernel.before("remove vif3.0 from bridge br4",
                     [&] { dom0.kernel.link("vif3.0").up = true; });
  CHECK(dom0.run(offline()) == ExitCode::done);
  CHECK(dom0.place("vif3.0") == "no bridge, down");
}

TEST_CASE("offline of a vif that can't leave its bridge is a failure", "[vif]") {
  Dom0 dom0({unit::plugged_vif(9, "vif3.0", 3)});
  dom0.kernel.refuse("remove vif3.0 from bridge br4", EPERM);
  CHECK(dom0.run(offline()) == ExitCode::partial);
  dom0.kernel.refuse("set vif3.0 down", EPERM);
  dom0.kernel.link("vif3.0").up = true;
  CHECK(dom0.run(offline()) == ExitCode::failed);
}

TEST_CASE("offline finds a vif under the name that online gave it", "[vif]") {
  Link vif = unit::plugged_vif(9, "vif3.0", 3);
  vif.name = "web";
  Dom0 dom0({vif});
  dom0.say("vifname", "web");
  CHECK(dom0.run(offline()) == ExitCode::done);
  CHECK(dom0.place("web") == "no bridge, down");
}

TEST_CASE("offline without xenstored is no failure", "[vif]") {
  Dom0 dom0(no_vif);
  dom0.xenstored.down = true;
  CHECK(dom0.run(offline()) == ExitCode::done);
  CHECK(dom0.report.lines ==
        Texts{"warning: vif3.0: cannot reach xenstored: No such file or directory"});
}

TEST_CASE("remove unplugs a tap", "[vif]") {
  Link link = tap(10, "vif3.0-emu");
  link.up = true;
  link.master = 3;
  Dom0 dom0({link});
  VifRequest request = tap_add();
  request.plug = false;
  CHECK(dom0.run(request) == ExitCode::done);
  CHECK(dom0.place("vif3.0-emu") == "no bridge, down");
}

namespace {

/// A dom0 whose VLANs 4 and 10 are on xenbr0, and the vif of guest 3 with the spec vlan=10, as
/// libxl writes it.
struct AwareDom0 : Dom0 {
  explicit AwareDom0(std::vector<Link> vifs = {unit::new_vif(9, "vif3.0")})
      : Dom0(std::move(vifs), unit::aware_host(),
             {unit::aware_segment("4"), unit::aware_segment("10")}) {
    say("bridge", "xenbr0");
    say("vlan", "10");
  }

  std::string vlans(const std::string& name) { return model::text(kernel.link(name).vlans); }
};

}  // namespace

TEST_CASE("a vif is in its VLANs before it is up", "[vif]") {
  AwareDom0 dom0;
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.kernel.done == Texts{"add vif3.0 to bridge xenbr0, shut vif3.0 off from dom0",
                                  "let vif3.0 into VLAN 10 of its bridge",
                                  "switch IPv6 off on vif3.0", "set vif3.0 up"});
  CHECK(dom0.xenstored.writes == connected());
  CHECK(dom0.report.lines.empty());
  CHECK(dom0.kernel.dumps == 0);
  CHECK(dom0.vlans("vif3.0") == "10p");
  dom0.kernel.done.clear();
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.kernel.done.empty());
  CHECK(dom0.kernel.dumps == 0);
}

TEST_CASE("a bridge that gives its ports no VLAN, and filters none, is no trap for a vif",
          "[vif]") {
  std::vector<Link> links = unit::bare_host();
  links.push_back(unit::plain_bridge(3, "br4"));
  links.back().up = true;
  Dom0 dom0({unit::new_vif(9, "vif3.0")}, links);
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.report.lines.empty());
  dom0.kernel.link("br4").default_pvid = 0;
  (void)dom0.run(offline());
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.report.lines.empty());
  dom0.kernel.link("br4").vlan_filtering = true;
  (void)dom0.run(offline());
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.report.lines ==
        Texts{"warning: vif3.0: it is in no VLAN of br4, which gives its ports none: its frames go "
              "nowhere without a vlan= in its spec"});
}

TEST_CASE("a vif that names a VLAN's bridge is in that VLAN", "[vif]") {
  AwareDom0 dom0;
  dom0.say("vlan", "");
  dom0.say("bridge", "br4");
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.place("vif3.0") == "xenbr0");
  CHECK(dom0.vlans("vif3.0") == "4p");
}

TEST_CASE("a vif may have several VLANs, and what is not obvious of them is said", "[vif]") {
  AwareDom0 dom0;
  dom0.say("vlan", "4p/10u");
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.vlans("vif3.0") == "4p,10u");
  CHECK(dom0.report.lines ==
        Texts{"warning: vif3.0: the frames of several VLANs leave without a tag, so that the guest "
              "can't tell them apart"});
  dom0.report.lines.clear();
  dom0.say("vlan", "4+6x1");
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.report.lines == Texts{"warning: vif3.0: its VLANs are 4,10"});
}

TEST_CASE("a vif that runs gets other VLANs as it is", "[vif]") {
  AwareDom0 dom0({unit::aware_vif(9, "vif3.0", {model::access_vlan(4)})});
  CHECK(dom0.run(online()) == ExitCode::done);
  CHECK(dom0.kernel.done == Texts{"move vif3.0 from VLAN 4 into VLAN 10 of its bridge"});
  CHECK(dom0.vlans("vif3.0") == "10p");
}

TEST_CASE("other VLANs that xenstore can't be told of are taken back", "[vif]") {
  AwareDom0 dom0({unit::aware_vif(9, "vif3.0", {model::access_vlan(4)})});
  dom0.xenstored.closed = {backend + "/hotplug-status"};
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.vlans("vif3.0") == "4p");
  CHECK(dom0.place("vif3.0") == "xenbr0");
}

TEST_CASE("a VLAN that the kernel refuses leaves a vif as it was", "[vif]") {
  AwareDom0 dom0;
  dom0.kernel.refuse("let vif3.0 into VLAN 10 of its bridge", ENOMEM);
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.place("vif3.0") == "no bridge, down");
  CHECK(dom0.vlans("vif3.0").empty());
  CHECK(dom0.xenstored.writes ==
        failed("cannot let vif3.0 into VLAN 10 of its bridge: Cannot allocate memory"));
}

TEST_CASE("a spec that is refused touches nothing", "[vif]") {
  const auto refused = [](const std::string& vlan, const std::string& bridge) {
    AwareDom0 dom0;
    dom0.say("vlan", vlan);
    dom0.say("bridge", bridge);
    CHECK(dom0.run(online()) == ExitCode::failed);
    CHECK(dom0.kernel.done.empty());
    return dom0.xenstored.writes;
  };
  CHECK(refused("99", "xenbr0") ==
        failed("cannot use vlan=99 with bridge=xenbr0: eth1 does not have VLAN 99"));
  CHECK(
      refused("", "xenbr0") ==
      failed(
          "cannot use bridge=xenbr0: it carries all VLANs of its trunk, and the spec names none"));
  CHECK(refused("30-20", "xenbr0") ==
        failed("cannot use vlan=30-20: '30-20' is a range that runs backwards"));
  CHECK(refused("10", "br4") ==
        failed("cannot use vlan=10 with bridge=br4: br4 is VLAN 4 of eth1"));
}

TEST_CASE("a bridge that is full is told from one that is not there", "[vif]") {
  AwareDom0 dom0;
  dom0.kernel.refuse("add vif3.0 to bridge xenbr0", EXFULL);
  CHECK(dom0.run(online()) == ExitCode::failed);
  CHECK(dom0.report.hints == Texts{"a bridge has at most 1023 ports: give each VLAN a bridge of "
                                   "its own, vlan-aware=no"});
  CHECK(dom0.place("vif3.0") == "no bridge, down");
}

TEST_CASE("a vif that moves between bridges takes its VLANs along when that is undone", "[vif]") {
  AwareDom0 dom0(
      {unit::aware_vif(9, "vif3.0", {model::access_vlan(4), {.first = 10, .last = 10}})});
  dom0.kernel.add(unit::bridge(20, "guests"));
  dom0.say("vlan", "");
  dom0.say("bridge", "guests");
  SECTION("it gets what its new bridge gives") {
    CHECK(dom0.run(online()) == ExitCode::done);
    CHECK(dom0.place("vif3.0") == "guests");
    CHECK(dom0.vlans("vif3.0") == "1p");
  }
  SECTION("and gets back what it had") {
    dom0.xenstored.closed = {backend + "/hotplug-status"};
    CHECK(dom0.run(online()) == ExitCode::failed);
    CHECK(dom0.place("vif3.0") == "xenbr0");
    CHECK(dom0.vlans("vif3.0") == "4p,10");
  }
}

TEST_CASE("a vif comes from a VLAN's own bridge into its VLAN", "[vif]") {
  AwareDom0 dom0(no_vif);
  dom0.kernel.add(unit::bridge(20, "br10"));
  dom0.kernel.add(unit::plugged_vif(21, "vif3.0", 20));
  SECTION("down meanwhile") {
    CHECK(dom0.run(online()) == ExitCode::done);
    CHECK(dom0.kernel.done == Texts{"set vif3.0 down",
                                    "add vif3.0 to bridge xenbr0, shut vif3.0 off from dom0",
                                    "let vif3.0 into VLAN 10 of its bridge", "set vif3.0 up"});
    CHECK(dom0.vlans("vif3.0") == "10p");
  }
  SECTION("and goes back") {
    dom0.kernel.refuse("let vif3.0 into VLAN 10 of its bridge", ENOMEM);
    CHECK(dom0.run(online()) == ExitCode::failed);
    CHECK(dom0.place("vif3.0") == "br10");
    CHECK(dom0.vlans("vif3.0") == "1p");
  }
}

TEST_CASE("on somebody else's bridge a vif leaves the VLAN that every port gets", "[vif]") {
  AwareDom0 dom0;
  Link br0 = unit::plain_bridge(20, "br0");
  br0.up = br0.vlan_filtering = br0.mac_pinned = true;
  dom0.kernel.add(br0);
  br0 = dom0.kernel.link("br0");
  dom0.say("bridge", "br0");
  SECTION("for the one it asks for") {
    CHECK(dom0.run(online()) == ExitCode::done);
    CHECK(dom0.vlans("vif3.0") == "10p");
    CHECK(dom0.kernel.done == Texts{"add vif3.0 to bridge br0, shut vif3.0 off from dom0",
                                    "move vif3.0 from VLAN 1 into VLAN 10 of its bridge",
                                    "switch IPv6 off on vif3.0", "set vif3.0 up"});
  }
  SECTION("but only then") {
    dom0.say("vlan", "");
    CHECK(dom0.run(online()) == ExitCode::done);
    CHECK(dom0.vlans("vif3.0") == "1p");
    CHECK(dom0.report.lines.empty());
  }
  SECTION("and it is told where that is none") {
    dom0.kernel.link("br0").default_pvid = br0.default_pvid = 0;
    dom0.say("vlan", "");
    CHECK(dom0.run(online()) == ExitCode::done);
    CHECK(dom0.vlans("vif3.0").empty());
    CHECK(dom0.report.lines ==
          Texts{"warning: vif3.0: it is in no VLAN of br0, which gives its ports none: its frames "
                "go nowhere without a vlan= in its spec"});
    CHECK(dom0.run(online()) == ExitCode::done);
    CHECK(dom0.report.lines.size() == 1);
  }
  CHECK(dom0.kernel.link("br0") == br0);
}

TEST_CASE("a tap gets the VLANs of its vif", "[vif]") {
  AwareDom0 dom0({tap(10, "vif3.0-emu")});
  CHECK(dom0.run(tap_add()) == ExitCode::done);
  CHECK(dom0.place("vif3.0-emu") == "xenbr0");
  CHECK(dom0.vlans("vif3.0-emu") == "10p");
}

TEST_CASE("a VLAN that was typed yields to xenstore's, and is enough by hand", "[vif]") {
  AwareDom0 dom0;
  VifRequest request = online();
  request.spec.vlan = "4";
  request.vlan_was_typed = true;
  CHECK(dom0.run(request) == ExitCode::done);
  CHECK(dom0.vlans("vif3.0") == "10p");
  CHECK(dom0.report.lines ==
        Texts{"warning: vif3.0: vlan=4 is not used, because xenstore says vlan=10"});

  AwareDom0 bare;
  bare.xenstored.down = true;
  VifRequest typed = by_hand();
  typed.spec.vlan = "4";
  typed.vlan_was_typed = true;
  CHECK(bare.run(typed) == ExitCode::done);
  CHECK(bare.vlans("vif3.0") == "4p");
}

TEST_CASE("offline takes a vif off a VLAN-aware bridge, and out of its VLANs", "[vif]") {
  AwareDom0 dom0({unit::aware_vif(9, "vif3.0", {model::access_vlan(10)})});
  CHECK(dom0.run(offline()) == ExitCode::done);
  CHECK(dom0.place("vif3.0") == "no bridge, down");
  CHECK(dom0.vlans("vif3.0").empty());
}
