// What the administrator's hooks are told of a vif event, and what becomes of their failures.
#include <catch2/catch.hpp>

#include "command/vif.hpp"
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

using Variables = std::map<std::string, std::string>;

const std::string backend = "backend/vif/3/0";
const std::string qos = "/etc/xen/scripts/vif-post.d/qos.hook";

Variables with(Variables variables, const Variables& others) {
  for (const auto& [name, value] : others) variables[name] = value;
  return variables;
}

/// A dom0 with one hook, and a guest whose vif belongs on VLAN 4.
struct Dom0 {
  explicit Dom0(const std::vector<Link>& vifs = {unit::new_vif(9, "vif3.0")}) {
    for (const Link& link : vifs) kernel.add(link);
    hooks.there = {{qos}};
    for (const auto& [key, value] : Variables{{"bridge", "br4"},
                                              {"frontend", "/local/domain/3/device/vif/0"},
                                              {"mac", "00:16:3e:01:fb:fe"},
                                              {"ip", "10.0.4.2"}}) {
      xenstored.nodes[backend + "/" + key] = value;
    }
  }

  static VifRequest request(bool plug) {
    VifRequest request;
    request.id = {.domid = 3, .devid = 0};
    request.link = "vif3.0";
    request.backend_path = backend;
    request.plug = plug;
    return request;
  }

  ExitCode run(const VifRequest& request) {
    report.lines.clear();
    return command::vif(request, kernel, xenstored.door(), configuration, hooks, report);
  }
  ExitCode online() { return run(request(true)); }
  ExitCode offline() { return run(request(false)); }

  /// What each run was told, without what all of them are.
  Variables told(std::size_t run = 0) {
    Variables variables = hooks.runs.at(run).variables;
    for (const char* const name : {"PATH", "LANG", "XENBUS_TYPE", "XENBUS_BASE_PATH"}) {
      CHECK(variables.erase(name) == 1);
    }
    return variables;
  }

  support::FakeKernel kernel{unit::complete_host()};
  support::FakeXenstored xenstored;
  support::FakeHooks hooks;
  unit::GivenConfiguration configuration;
  unit::RecordedReport report;
};

const std::vector<Link> no_vif;

const Variables of_online{{"command", "online"},
                          {"type_if", "vif"},
                          {"dev", "vif3.0"},
                          {"vif", "vif3.0"},
                          {"vifname", ""},
                          {"bridge", "br4"},
                          {"ip", "10.0.4.2"},
                          {"XENBUS_PATH", backend},
                          {"domid", "3"},
                          {"devid", "0"},
                          {"mac", "00:16:3e:01:fb:fe"},
                          {"mtu", "1500"},
                          {"vlan", ""}};

}  // namespace

TEST_CASE("a hook is told what xvlan knows of the vif", "[hooks]") {
  Dom0 dom0;
  CHECK(dom0.online() == ExitCode::done);
  REQUIRE(dom0.hooks.runs.size() == 1);
  CHECK(dom0.hooks.runs.front().path == qos);
  CHECK(dom0.told() == of_online);
  SECTION("and the same when the vif goes") {
    CHECK(dom0.offline() == ExitCode::done);
    CHECK(dom0.told(1) == with(of_online, {{"command", "offline"}}));
  }
}

TEST_CASE("a renamed vif has its new name in dev", "[hooks]") {
  Dom0 dom0;
  dom0.xenstored.nodes[backend + "/vifname"] = "web";
  CHECK(dom0.online() == ExitCode::done);
  const Variables renamed{{"dev", "web"}, {"vifname", "web"}};
  CHECK(dom0.told() == with(of_online, renamed));
  CHECK(dom0.offline() == ExitCode::done);
  CHECK(dom0.told(1) == with(with(of_online, renamed), {{"command", "offline"}}));
}

TEST_CASE("a tap's hooks are those of add and remove", "[hooks]") {
  Dom0 dom0;
  Link tap = unit::nic(10, "vif3.0-emu");
  tap.kind = "tun";
  dom0.kernel.add(tap);
  dom0.xenstored.nodes[backend + "/vifname"] = "web";
  VifRequest request = Dom0::request(true);
  request.tap = true;
  request.link = "vif3.0-emu";
  const Variables of_tap{
      {"type_if", "tap"}, {"dev", "web-emu"}, {"vifname", "web-emu"}, {"INTERFACE", "vif3.0-emu"}};
  CHECK(dom0.run(request) == ExitCode::done);
  CHECK(dom0.told() == with(with(of_online, of_tap), {{"command", "add"}}));
  request.plug = false;
  CHECK(dom0.run(request) == ExitCode::done);
  CHECK(dom0.told(1) == with(with(of_online, of_tap), {{"command", "remove"}}));
}

TEST_CASE("hooks run before xenstore hears that the vif is plugged", "[hooks]") {
  Dom0 dom0;
  std::size_t writes = 0;
  dom0.hooks.when_run = [&] { writes = dom0.xenstored.writes.size(); };
  CHECK(dom0.online() == ExitCode::done);
  CHECK(writes == 0);
  CHECK(dom0.xenstored.writes.size() == 2);
}

TEST_CASE("hooks run when a vif has gone by itself", "[hooks]") {
  Dom0 dom0(no_vif);
  CHECK(dom0.offline() == ExitCode::done);
  CHECK(dom0.told() == with(of_online, {{"command", "offline"}, {"mtu", ""}}));
  SECTION("and when xenstore knows nothing any more") {
    dom0.xenstored.nodes.clear();
    CHECK(dom0.offline() == ExitCode::done);
    CHECK(dom0.told(1) ==
          with(of_online,
               {{"command", "offline"}, {"mtu", ""}, {"bridge", ""}, {"ip", ""}, {"mac", ""}}));
  }
}

TEST_CASE("no hook meets a link that is another guest's", "[hooks]") {
  Link other = unit::new_vif(12, "vif7.0");
  other.name = "web";
  Dom0 dom0({other});
  dom0.xenstored.nodes[backend + "/vifname"] = "web";
  CHECK(dom0.offline() == ExitCode::done);
  CHECK(dom0.hooks.runs.empty());
}

TEST_CASE("no hook runs for a vif that is not plugged, or for a call that is not for us",
          "[hooks]") {
  Dom0 dom0;
  SECTION("a bridge that is not there") {
    dom0.xenstored.nodes[backend + "/bridge"] = "br9";
    CHECK(dom0.online() == ExitCode::failed);
  }
  SECTION("udev, which libxl has switched off") {
    dom0.xenstored.nodes["libxl/disable_udev"] = "1";
    for (const bool plug : {true, false}) {
      VifRequest request = Dom0::request(plug);
      request.from_udev = true;
      CHECK(dom0.run(request) == ExitCode::done);
    }
  }
  CHECK(dom0.hooks.runs.empty());
}

TEST_CASE("a hook that fails is told, and the vif is plugged all the same", "[hooks]") {
  Dom0 dom0;
  dom0.hooks.there = {{qos}, {"/etc/xen/scripts/vif-post.d/shape"}};
  dom0.hooks.failing = qos;
  CHECK(dom0.online() == ExitCode::done);
  CHECK(dom0.report.lines ==
        Texts{"warning: vif3.0: ip=10.0.4.2 is not enforced: xvlan does not filter a guest's "
              "addresses",
              "warning: vif3.0: hook " + qos + " failed: it ended with status 2"});
  CHECK(dom0.hooks.runs.size() == 2);
  CHECK(dom0.xenstored.nodes[backend + "/hotplug-status"] == "connected");
}

TEST_CASE("a hook that others can change is not run, and that is told", "[hooks]") {
  Dom0 dom0;
  dom0.hooks.there = {{qos, "others than root can write to it"}};
  CHECK(dom0.offline() == ExitCode::done);
  CHECK(dom0.hooks.runs.empty());
  CHECK(dom0.report.lines ==
        Texts{"warning: vif3.0: hook " + qos + " is not run: others than root can write to it"});
}

TEST_CASE("a dry run names the hooks, and runs none", "[hooks]") {
  Dom0 dom0;
  VifRequest request = Dom0::request(true);
  request.dry_run = true;
  CHECK(dom0.run(request) == ExitCode::done);
  CHECK(dom0.hooks.runs.empty());
  CHECK_THAT(dom0.report.lines, Catch::VectorContains("run hook " + qos + " for online of vif3.0"));
}

TEST_CASE("where there are no hooks, nothing is asked for them", "[hooks]") {
  Dom0 dom0;
  dom0.hooks.there.clear();
  CHECK(dom0.offline() == ExitCode::done);
  CHECK(dom0.xenstored.opened == 0);
}

TEST_CASE("to hooks a vif that moves goes, and comes", "[hooks]") {
  Dom0 dom0;
  Link bridge = unit::aware_bridge(20);
  dom0.kernel.add(bridge);
  Link vif = unit::plugged_vif(11, "vif4.0", 20);
  vif.vlans = {model::access_vlan(4)};
  dom0.kernel.add(vif);
  VifRequest request;
  request.id = {.domid = 4, .devid = 0};
  request.link = "vif4.0";
  request.backend_path = "backend/vif/4/0";
  request.by_hand = request.move = request.vlan_was_typed = true;
  request.spec.vlan = "9";
  SECTION("and so does the tap of its emulated NIC") {
    Link tap = unit::nic(12, "vif4.0-emu");
    tap.kind = "tun";
    tap.master = 20;
    tap.vlans = {model::access_vlan(4)};
    dom0.kernel.add(tap);
    CHECK(dom0.run(request) == ExitCode::done);
    Texts events;
    for (const auto& run : dom0.hooks.runs) {
      events.push_back(run.variables.at("command") + " " + run.variables.at("dev"));
    }
    CHECK(events ==
          Texts{"offline vif4.0", "online vif4.0", "remove vif4.0-emu", "add vif4.0-emu"});
  }
  SECTION("and is told where it was, and where it is") {
    CHECK(dom0.run(request) == ExitCode::done);
    REQUIRE(dom0.hooks.runs.size() == 2);
    const Variables before = dom0.told(0);
    CHECK(before.at("command") == "offline");
    CHECK(before.at("bridge") == "xenbr0");
    CHECK(before.at("vlan") == "4p");
    CHECK(dom0.told(1) == with(before, {{"command", "online"}, {"vlan", "9p"}}));
  }
}
