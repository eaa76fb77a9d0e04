// A vif that moves to other VLANs while its guest runs.
#include <catch2/catch.hpp>
#include <cerrno>

#include "command/vif.hpp"
#include "given_configuration.hpp"
#include "hosts.hpp"
#include "recorded_report.hpp"
#include "support/fake_hooks.hpp"
#include "support/fake_kernel.hpp"
#include "support/fake_store.hpp"

namespace {

using model::ExitCode;
using model::Link;
using unit::Texts;

const std::string backend = "backend/vif/3/0";
const std::string libxl = "/libxl/3/device/vif/0";

model::Segment shared(const std::string& vid) {
  model::Segment segment = unit::segment(vid);
  segment.trunk_bridge.vlan_aware = true;
  return segment;
}

Link tap(int index) {
  Link link = unit::plugged_vif(index, "vif3.0", 0);
  link.name = "vif3.0-emu";
  link.parent.clear();
  link.kind = "tun";
  return link;
}

/// A dom0 with one VLAN-aware bridge for the VLANs 4 and 9 of eth1, and a guest on VLAN 4.
struct SharedDom0 {
  SharedDom0() {
    std::vector<Link> links = unit::bare_host();
    Link bridge = unit::bridge(3, "xenbr0");
    bridge.default_pvid = 0;
    links[1].master = 3;
    links[1].vlans = {{.first = 4, .last = 4}, {.first = 9, .last = 9}};
    links.push_back(bridge);
    Link vif = unit::plugged_vif(9, "vif3.0", 3);
    vif.vlans = {model::access_vlan(4)};
    links.push_back(vif);
    for (Link& link : links) kernel.add(std::move(link));
    for (const std::string& path : {backend, libxl}) {
      xenstored.nodes[path + "/bridge"] = "xenbr0";
      xenstored.nodes[path + "/vlan"] = "4";
    }
  }

  ExitCode move(const std::string& vlan, const std::string& bridge = {}) {
    command::VifRequest request;
    request.id = {.domid = 3, .devid = 0};
    request.link = "vif3.0";
    request.backend_path = backend;
    request.by_hand = true;
    request.move = true;
    if (!vlan.empty()) request.spec.vlan = vlan;
    if (!bridge.empty()) request.spec.bridge = bridge;
    request.vlan_was_typed = !vlan.empty();
    request.bridge_was_typed = !bridge.empty();
    return command::vif(request, kernel, xenstored.door(), configuration, hooks, report);
  }

  [[nodiscard]] std::string vlans(const std::string& link = "vif3.0") {
    return model::text(kernel.link(link).vlans);
  }

  support::FakeKernel kernel;
  support::FakeXenstored xenstored;
  support::FakeHooks hooks;
  unit::GivenConfiguration configuration{{shared("4"), shared("9")}};
  unit::RecordedReport report;
};

const std::string config_is_old = "warning: vif3.0: the domain's configuration file is unchanged";

}  // namespace

TEST_CASE("a vif moves to another VLAN without going down", "[move]") {
  SharedDom0 dom0;
  CHECK(dom0.move("9") == ExitCode::done);
  CHECK(dom0.kernel.done == Texts{"move vif3.0 from VLAN 4 into VLAN 9 of its bridge"});
  CHECK(dom0.vlans() == "9p");
  CHECK(dom0.report.lines == Texts{config_is_old});
}

TEST_CASE("a move is told to xenstore and to libxl", "[move]") {
  SharedDom0 dom0;
  CHECK(dom0.move("4p/9") == ExitCode::done);
  CHECK(dom0.vlans() == "4p,9");
  for (const std::string& path : {backend, libxl}) {
    CHECK(dom0.xenstored.nodes[path + "/bridge"] == "xenbr0");
    CHECK(dom0.xenstored.nodes[path + "/vlan"] == "4p/9");
  }
}

TEST_CASE("a VLAN goes by the name of its bridge, too", "[move]") {
  SharedDom0 dom0;
  dom0.xenstored.nodes[backend + "/bridge"] = "br4";
  dom0.xenstored.nodes.erase(backend + "/vlan");
  SECTION("the one it goes to") {
    CHECK(dom0.move("", "br9") == ExitCode::done);
  }
  SECTION("the one it comes from") {
    CHECK(dom0.move("9") == ExitCode::done);
  }
  CHECK(dom0.vlans() == "9p");
  CHECK(dom0.xenstored.nodes[backend + "/bridge"] == "xenbr0");
  CHECK(dom0.xenstored.nodes[backend + "/vlan"] == "9p");
}

TEST_CASE("a vif of which xenstore knows nothing moves on the bridge that it is on", "[move]") {
  SharedDom0 dom0;
  dom0.xenstored.nodes.clear();
  CHECK(dom0.move("9") == ExitCode::done);
  CHECK(dom0.vlans() == "9p");
  dom0.kernel.link("vif3.0").master = 0;
  CHECK(dom0.move("4") == ExitCode::failed);
  CHECK(dom0.report.lines.back().find("it is on no bridge") != std::string::npos);
}

TEST_CASE("a vif that moves to another bridge leaves its VLANs behind, in xenstore too", "[move]") {
  SharedDom0 dom0;
  dom0.kernel.add(unit::bridge(20, "guests"));
  CHECK(dom0.move("", "guests") == ExitCode::done);
  CHECK(dom0.kernel.link("vif3.0").master == 20);
  for (const std::string& path : {backend, libxl}) {
    CHECK(dom0.xenstored.nodes[path + "/bridge"] == "guests");
    CHECK(dom0.xenstored.nodes[path + "/vlan"].empty());
  }
}

TEST_CASE("a dry run of a move prints all that it would write, and writes nothing", "[move]") {
  SharedDom0 dom0;
  command::VifRequest request;
  request.id = {.domid = 3, .devid = 0};
  request.link = "vif3.0";
  request.backend_path = backend;
  request.move = request.dry_run = request.vlan_was_typed = true;
  request.spec.vlan = "9";
  CHECK(command::vif(request, dom0.kernel, dom0.xenstored.door(), dom0.configuration, dom0.hooks,
                     dom0.report) == ExitCode::done);
  CHECK(dom0.report.lines == Texts{"move vif3.0 from VLAN 4 into VLAN 9 of its bridge",
                                   "write " + backend + "/bridge=xenbr0, vlan=9p",
                                   "write " + libxl + "/bridge=xenbr0, vlan=9p", config_is_old});
  CHECK(dom0.xenstored.writes.empty());
  CHECK(dom0.vlans() == "4p");
}

TEST_CASE("a vif that has gone moves nowhere", "[move]") {
  SharedDom0 dom0;
  dom0.xenstored.nodes.clear();
  std::vector<plan::Operation> gone{plan::DeleteLink{dom0.kernel.link("vif3.0")}};
  (void)dom0.kernel.run(gone);
  CHECK(dom0.move("9") == ExitCode::failed);
}

TEST_CASE("a move is told only where there is somebody to read it", "[move]") {
  SharedDom0 dom0;
  SECTION("another toolstack than libxl") {
    std::erase_if(dom0.xenstored.nodes,
                  [](const auto& node) { return node.first.starts_with(libxl); });
    CHECK(dom0.move("9") == ExitCode::done);
    CHECK_FALSE(dom0.xenstored.nodes.contains(libxl + "/vlan"));
  }
  SECTION("a driver domain, to which libxl's own is closed") {
    dom0.xenstored.closed = {libxl};
    CHECK(dom0.move("9") == ExitCode::done);
    CHECK(dom0.xenstored.nodes[libxl + "/vlan"] == "4");
  }
  CHECK(dom0.xenstored.nodes[backend + "/vlan"] == "9p");
}

TEST_CASE("a move that xenstored can't be told of is half done", "[move]") {
  SharedDom0 dom0;
  dom0.xenstored.closed = {libxl};
  dom0.xenstored.refusal = ETIMEDOUT;
  CHECK(dom0.move("9") == ExitCode::partial);
  CHECK(dom0.vlans() == "9p");
  CHECK(dom0.report.lines ==
        Texts{"error: vif3.0: cannot list " + libxl + " in xenstore: Connection timed out"});
  CHECK(dom0.report.hints == Texts{"left as it is: vif3.0 has moved"});
}

TEST_CASE("where it may not go a vif stays as it is", "[move]") {
  SharedDom0 dom0;
  const auto nodes = dom0.xenstored.nodes;
  SECTION("a VLAN that the trunk does not have") {
    CHECK(dom0.move("7") == ExitCode::failed);
  }
  SECTION("a kernel that refuses") {
    dom0.kernel.refuse("move vif3.0 from VLAN 4 into VLAN 9 of its bridge", EINVAL);
    CHECK(dom0.move("9") == ExitCode::failed);
  }
  CHECK(dom0.vlans() == "4p");
  CHECK(dom0.kernel.link("vif3.0").up);
  CHECK(dom0.xenstored.nodes[backend + "/vlan"] == "4");
  CHECK(dom0.xenstored.nodes[libxl + "/vlan"] == "4");
}

TEST_CASE("a vif that is not plugged is not moved", "[move]") {
  SharedDom0 dom0;
  dom0.kernel.link("vif3.0").master = 0;
  CHECK(dom0.move("9") == ExitCode::failed);
  CHECK(dom0.report.lines == Texts{"error: cannot move vif3.0: it is on no bridge"});
  CHECK(dom0.kernel.done.empty());
}

TEST_CASE("the tap of an emulated NIC moves with its vif, or neither does", "[move]") {
  SharedDom0 dom0;
  Link emulated = tap(10);
  emulated.master = 3;
  emulated.vlans = {model::access_vlan(4)};
  dom0.kernel.add(emulated);
  SECTION("both can") {
    CHECK(dom0.move("9") == ExitCode::done);
    CHECK(dom0.vlans("vif3.0-emu") == "9p");
    CHECK(dom0.vlans() == "9p");
  }
  SECTION("the vif can't") {
    dom0.kernel.refuse("move vif3.0 from VLAN 4 into VLAN 9 of its bridge", EINVAL);
    CHECK(dom0.move("9") == ExitCode::failed);
    CHECK(dom0.vlans("vif3.0-emu") == "4p");
    CHECK(dom0.vlans() == "4p");
  }
}

TEST_CASE("a tap that is not plugged does not hinder the move of its vif", "[move]") {
  SharedDom0 dom0;
  dom0.kernel.add(tap(10));
  CHECK(dom0.move("9") == ExitCode::done);
  CHECK(dom0.vlans() == "9p");
  CHECK(dom0.kernel.link("vif3.0-emu").master == 0);
}

namespace {

/// A dom0 with the bridges br4 and br5 of one VLAN each, and a guest on the first.
struct OwnDom0 {
  OwnDom0() {
    kernel.add(unit::bridge(5, "br5"));
    kernel.add(unit::plugged_vif(9, "vif3.0", 3));
    xenstored.nodes[backend + "/bridge"] = "br4";
  }

  ExitCode move_to_vlan_5() {
    command::VifRequest request;
    request.id = {.domid = 3, .devid = 0};
    request.link = "vif3.0";
    request.backend_path = backend;
    request.by_hand = request.move = request.vlan_was_typed = true;
    request.spec.vlan = "5";
    return command::vif(request, kernel, xenstored.door(), configuration, hooks, report);
  }

  support::FakeKernel kernel{unit::complete_host()};
  support::FakeXenstored xenstored;
  support::FakeHooks hooks;
  unit::GivenConfiguration configuration{{unit::segment("4"), unit::segment("5")}};
  unit::RecordedReport report;
};

}  // namespace

TEST_CASE("between bridges of one VLAN each a vif is down for the change", "[move]") {
  OwnDom0 dom0;
  CHECK(dom0.move_to_vlan_5() == ExitCode::done);
  CHECK(dom0.kernel.done == Texts{"set vif3.0 down",
                                  "add vif3.0 to bridge br5, shut vif3.0 off from dom0",
                                  "set vif3.0 up"});
  CHECK(dom0.xenstored.nodes[backend + "/bridge"] == "br5");
  CHECK_FALSE(dom0.xenstored.nodes.contains(backend + "/vlan"));
}

TEST_CASE("a vif whose new bridge goes as it leaves the old one is back there", "[move]") {
  OwnDom0 dom0;
  dom0.kernel.before("add vif3.0 to bridge br5", [&] {
    const plan::Operation deletion = plan::DeleteLink{"br5"};
    (void)dom0.kernel.run(std::span(&deletion, 1));
  });
  CHECK(dom0.move_to_vlan_5() == ExitCode::failed);
  CHECK(dom0.kernel.link("vif3.0").master == 3);
  CHECK(dom0.kernel.link("vif3.0").up);
}
