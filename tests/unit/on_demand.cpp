// VLANs that come with their first guest and go with their last.
#include "command/on_demand.hpp"

#include <catch2/catch.hpp>
#include <cerrno>

#include "command/network.hpp"
#include "command/vif.hpp"
#include "given_configuration.hpp"
#include "hosts.hpp"
#include "plan/realisation.hpp"
#include "recorded_report.hpp"
#include "support/fake_hooks.hpp"
#include "support/fake_kernel.hpp"
#include "support/fake_store.hpp"

namespace {

using model::ExitCode;
using model::Link;
using model::Segment;
using unit::Texts;

std::vector<Segment> on_demand(std::vector<Segment> segments) {
  for (Segment& segment : segments) segment.options.on_demand = true;
  return segments;
}

const std::vector<Segment> own = on_demand({unit::segment("4"), unit::segment("9")});
const std::vector<Segment> shared =
    on_demand({unit::aware_segment("4"), unit::aware_segment("9"), unit::aware_segment("10")});

/// A host whose VLANs come on demand.
struct Dom0 {
  explicit Dom0(std::vector<Segment> segments, std::vector<Link> links = unit::bare_host())
      : configured(std::move(segments)), kernel(std::move(links)), configuration(configured) {
    REQUIRE(start() == ExitCode::done);
    kernel.add(unit::new_vif(0, "vif3.0"));
    kernel.add(unit::new_vif(0, "vif4.0"));
    kernel.done.clear();
    kernel.locks.clear();
  }

  ExitCode start() {
    return command::start({.segments = configured, .refused = {}}, kernel, report);
  }

  static command::VifRequest request_of(const std::string& name) {
    command::VifRequest request;
    request.id = *model::VifId::from_name(name);
    request.link = name;
    request.by_hand = true;
    return request;
  }

  ExitCode run(const command::VifRequest& request) {
    return command::vif(request, kernel, xenstored.door(), configuration, hooks, report);
  }

  ExitCode vif(const std::string& name, bool plug, const std::string& vlan, bool move = false) {
    command::VifRequest request = request_of(name);
    request.plug = plug;
    request.move = move;
    request.spec.vlan = vlan;
    request.vlan_was_typed = true;
    if (move) {
      request.spec.bridge = configured.front().trunk_bridge.name.text();
      request.bridge_was_typed = true;
    }
    return run(request);
  }
  ExitCode online(const std::string& name, const std::string& vlan) {
    return vif(name, true, vlan);
  }
  ExitCode offline(const std::string& name) { return vif(name, false, ""); }

  /// The VLANs that are there, by the bridges of one VLAN each and by the trunk.
  Texts vlans() {
    Texts names;
    for (const Link& link : kernel.links()) {
      if (link.is_bridge() && link.default_pvid != 0) names.push_back(link.name);
      if (link.name == "eth1" && !link.vlans.empty()) names.push_back(model::text(link.vlans));
    }
    return names;
  }

  bool has_error() const {
    return std::any_of(report.lines.begin(), report.lines.end(),
                       [](const auto& line) { return line.starts_with("error"); });
  }

  std::vector<Segment> configured;
  support::FakeKernel kernel;
  support::FakeXenstored xenstored;
  support::FakeHooks hooks;
  unit::GivenConfiguration configuration;
  unit::RecordedReport report;
};

}  // namespace

TEST_CASE("start makes the trunk ready for VLANs on demand, and none of them", "[on_demand]") {
  Dom0 of_own(own);
  CHECK(of_own.vlans().empty());
  Dom0 of_shared(shared);
  CHECK(of_shared.vlans().empty());
  CHECK(of_shared.kernel.link("eth1").master == of_shared.kernel.link("xenbr0").index);
  CHECK(of_shared.kernel.link("xenbr0").on_demand());
  CHECK(of_shared.start() == ExitCode::done);
  CHECK(of_shared.kernel.done.empty());
}

TEST_CASE("a trunk that is ready is a part of the work beside one that is missing", "[on_demand]") {
  for (const Segment& lost :
       {unit::segment("30", "eth9"), unit::aware_segment("30", "eth9", "x")}) {
    for (std::vector<Segment> segments : {own, shared}) {
      Dom0 dom0(segments);
      segments.push_back(lost);
      segments.back().options.on_demand = true;
      dom0.configured = segments;
      CHECK(dom0.start() == ExitCode::partial);
      dom0.configured = {lost};
      CHECK(dom0.start() == ExitCode::failed);
    }
  }
}

TEST_CASE("the first guest brings its VLAN, and the last takes it away", "[on_demand]") {
  Dom0 dom0(own);
  CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
  CHECK(dom0.online("vif4.0", "4") == ExitCode::done);
  CHECK(dom0.vlans() == Texts{"br4"});
  CHECK(dom0.kernel.link("br4").on_demand());
  CHECK(dom0.offline("vif3.0") == ExitCode::done);
  CHECK(dom0.vlans() == Texts{"br4"});
  CHECK(dom0.offline("vif4.0") == ExitCode::done);
  CHECK(dom0.vlans().empty());
  CHECK_FALSE(dom0.has_error());
}

TEST_CASE("a guest that goes takes no VLAN along but its own", "[on_demand]") {
  for (const bool aware : {false, true}) {
    Dom0 dom0(aware ? shared : own);
    CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
    CHECK(dom0.online("vif4.0", "9") == ExitCode::done);
    const plan::Operation gone = plan::DeleteLink{dom0.kernel.link("vif4.0")};
    (void)dom0.kernel.run(std::span(&gone, 1));
    CHECK(dom0.offline("vif3.0") == ExitCode::done);
    CHECK(dom0.vlans() == (aware ? Texts{"9"} : Texts{"br9"}));
  }
}

TEST_CASE("a guest with tagged VLANs brings them all, and takes its own away", "[on_demand]") {
  Dom0 dom0(shared);
  CHECK(dom0.online("vif3.0", "4p/9-10") == ExitCode::done);
  CHECK(dom0.online("vif4.0", "9") == ExitCode::done);
  CHECK(dom0.vlans() == Texts{"4,9-10"});
  CHECK(dom0.offline("vif3.0") == ExitCode::done);
  CHECK(dom0.vlans() == Texts{"9"});
  CHECK(dom0.offline("vif4.0") == ExitCode::done);
  CHECK(dom0.vlans().empty());
}

TEST_CASE("a VLAN that is there costs no reading of all links", "[on_demand]") {
  for (const auto& segments : {own, shared}) {
    Dom0 dom0(segments);
    CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
    dom0.kernel.dumps = 0;
    CHECK(dom0.online("vif4.0", "4") == ExitCode::done);
    CHECK(dom0.kernel.dumps == 0);
  }
}

TEST_CASE("a guest that comes as its VLAN goes keeps it", "[on_demand]") {
  for (const auto& segments : {own, shared}) {
    Dom0 dom0(segments);
    CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
    dom0.kernel.on_lock = [&] { CHECK(dom0.online("vif4.0", "4") == ExitCode::done); };
    const Texts before = dom0.vlans();
    CHECK(dom0.offline("vif3.0") == ExitCode::done);
    CHECK(dom0.vlans() == before);
    CHECK(dom0.kernel.link("vif4.0").up);
    CHECK(dom0.kernel.link("vif4.0").master != 0);
  }
}

TEST_CASE("a VLAN that goes as a guest comes is brought again", "[on_demand]") {
  for (const auto& segments : {own, shared}) {
    Dom0 dom0(segments);
    CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
    const Texts before = dom0.vlans();
    dom0.kernel.on_lock = [&] { CHECK(dom0.offline("vif3.0") == ExitCode::done); };
    CHECK(dom0.online("vif4.0", "4") == ExitCode::done);
    CHECK(dom0.vlans() == before);
    CHECK(dom0.kernel.link("vif4.0").up);
    CHECK(dom0.kernel.link("vif4.0").master != 0);
  }
}

TEST_CASE("each VLAN is brought and taken away under its own lock", "[on_demand]") {
  Dom0 of_own(own);
  CHECK(of_own.online("vif3.0", "4") == ExitCode::done);
  CHECK(of_own.offline("vif3.0") == ExitCode::done);
  CHECK(of_own.kernel.locks == Texts{"lock br4", "unlock br4", "lock br4", "unlock br4"});
  Dom0 of_shared(shared);
  CHECK(of_shared.online("vif3.0", "4p/9") == ExitCode::done);
  CHECK(of_shared.offline("vif3.0") == ExitCode::done);
  CHECK(of_shared.kernel.locks ==
        Texts{"lock xenbr0 4p,9", "unlock xenbr0 4p,9", "lock xenbr0 4,9", "unlock xenbr0 4,9"});
}

TEST_CASE("a bridge has one lock, also where a guest names it by its full name", "[on_demand]") {
  std::vector<Segment> segments = own;
  for (Segment& segment : segments) segment.bridge.full = "full-" + segment.bridge.name.text();
  Dom0 dom0(segments);
  CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
  dom0.kernel.locks.clear();
  command::VifRequest request = Dom0::request_of("vif4.0");
  request.plug = true;
  request.spec.bridge = "full-br4";
  request.bridge_was_typed = true;
  SECTION("beside another guest") {
    CHECK(dom0.run(request) == ExitCode::done);
    CHECK(dom0.kernel.locks == Texts{"lock br4", "unlock br4"});
  }
  SECTION("as the other guest goes") {
    dom0.kernel.on_lock = [&] { CHECK(dom0.offline("vif3.0") == ExitCode::done); };
    CHECK(dom0.run(request) == ExitCode::done);
    CHECK(dom0.vlans() == Texts{"br4"});
  }
  SECTION("what a killed run left goes again with a guest that can't be plugged") {
    CHECK(dom0.offline("vif3.0") == ExitCode::done);
    dom0.kernel.add(unit::bridge(0, "br4"));
    dom0.kernel.link("br4").group = model::on_demand_group;
    dom0.kernel.link("br4").alt_names = {"full-br4"};
    dom0.kernel.link("br4").up = false;
    dom0.kernel.refuse("set vif4.0 up", EPERM);
    CHECK(dom0.run(request) == ExitCode::failed);
    CHECK(dom0.vlans().empty());
  }
}

TEST_CASE("a VLAN comes on somebody else's VLAN-aware bridge, too, and stays", "[on_demand]") {
  std::vector<Link> links = unit::bare_host();
  links.push_back(unit::aware_bridge(3));
  links.back().group = 0;
  Dom0 dom0(shared, links);
  CHECK(dom0.vlans().empty());
  CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
  CHECK(dom0.vlans() == Texts{"4"});
  CHECK(dom0.online("vif4.0", "9") == ExitCode::done);
  CHECK(dom0.vlans() == Texts{"4,9"});
  CHECK(dom0.offline("vif3.0") == ExitCode::done);
  CHECK(dom0.vlans() == Texts{"4,9"});
}

TEST_CASE("a bridge that has lost its VLAN link gets it back with the next guest", "[on_demand]") {
  Dom0 dom0(own);
  CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
  const plan::Operation gone = plan::DeleteLink{dom0.kernel.link("eth1.4")};
  (void)dom0.kernel.run(std::span(&gone, 1));
  CHECK(dom0.online("vif4.0", "4") == ExitCode::done);
  CHECK(dom0.kernel.link("eth1.4").master == dom0.kernel.link("br4").index);
  CHECK(dom0.kernel.link("eth1.4").up);
}

TEST_CASE("a trunk that is in the VLAN on another bridge is refused", "[on_demand]") {
  Dom0 dom0(shared);
  Link other = unit::aware_bridge(0, "other");
  other.group = 0;
  dom0.kernel.add(other);
  dom0.kernel.link("eth1").master = dom0.kernel.link("other").index;
  dom0.kernel.link("eth1").vlans = unit::tagged_vlans({4});
  CHECK(dom0.online("vif3.0", "4") == ExitCode::failed);
  CHECK_FALSE(dom0.kernel.link("vif3.0").up);
  CHECK(dom0.vlans() == Texts{"4"});
}

TEST_CASE("a VLAN-aware bridge that is down comes up with the next guest", "[on_demand]") {
  Dom0 dom0(shared);
  CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
  dom0.kernel.link("xenbr0").up = false;
  CHECK(dom0.online("vif4.0", "4") == ExitCode::done);
  CHECK(dom0.kernel.link("xenbr0").up);
  CHECK(dom0.vlans() == Texts{"4"});
}

TEST_CASE("a guest that can't be plugged takes back what it brought", "[on_demand]") {
  for (const auto& segments : {own, shared}) {
    Dom0 dom0(segments);
    dom0.kernel.refuse("set vif3.0 up", EPERM);
    CHECK(dom0.online("vif3.0", "4") == ExitCode::failed);
    CHECK(dom0.vlans().empty());
    CHECK(dom0.kernel.link("vif3.0").master == 0);
    const std::string of = segments == own ? "br4" : "xenbr0 4p";
    const std::string gone = segments == own ? "br4" : "xenbr0 4";
    CHECK(dom0.kernel.locks ==
          Texts{"lock " + of, "unlock " + of, "lock " + gone, "unlock " + gone});
    CHECK(dom0.online("vif7.0", "4") == ExitCode::failed);
    CHECK(dom0.vlans().empty());
  }
}

TEST_CASE("a guest that moves brings its new VLAN and lets the old one go", "[on_demand]") {
  Dom0 of_own(own);
  CHECK(of_own.online("vif3.0", "4") == ExitCode::done);
  CHECK(of_own.vif("vif3.0", true, "9", true) == ExitCode::done);
  CHECK(of_own.vlans() == Texts{"br9"});
  Dom0 of_shared(shared);
  CHECK(of_shared.online("vif3.0", "4") == ExitCode::done);
  CHECK(of_shared.vif("vif3.0", true, "9", true) == ExitCode::done);
  CHECK(of_shared.vlans() == Texts{"9"});
}

TEST_CASE("a move that xenstore can't be told lets the old VLAN go", "[on_demand]") {
  for (const auto& segments : {own, shared}) {
    Dom0 dom0(segments);
    CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
    command::VifRequest request = Dom0::request_of("vif3.0");
    request.backend_path = "backend/vif/3/0";
    request.move = true;
    request.spec.vlan = "9";
    request.vlan_was_typed = true;
    dom0.xenstored.nodes[request.backend_path + "/bridge"] = "br4";
    dom0.xenstored.closed = {request.backend_path + "/bridge"};
    dom0.xenstored.refusal = EIO;
    CHECK(dom0.run(request) != ExitCode::done);
    CHECK(dom0.kernel.link("vif3.0").up);
    CHECK(dom0.vlans() == (segments == own ? Texts{"br9"} : Texts{"9"}));
  }
}

TEST_CASE("a vif that has gone already takes its VLAN along", "[on_demand]") {
  for (const auto& segments : {own, shared}) {
    Dom0 dom0(segments);
    CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
    const plan::Operation gone = plan::DeleteLink{dom0.kernel.link("vif3.0")};
    (void)dom0.kernel.run(std::span(&gone, 1));
    CHECK(dom0.offline("vif3.0") == ExitCode::done);
    CHECK(dom0.vlans().empty());
  }
}

TEST_CASE("a bridge with somebody else's port, or on his VLAN link, stays", "[on_demand]") {
  std::vector<Link> links = unit::complete_host();
  links[2].group = model::on_demand_group;
  SECTION("a foreign port") {
    links.push_back(unit::nic(9, "eth2"));
    links.back().master = 3;
  }
  SECTION("an adopted VLAN link") {
    links[3].group = 0;
  }
  SECTION("a link that stands on the VLAN link") {
    links.push_back(unit::vlan_link(9, "eth1.4.7", links[3], 7));
    links.back().group = 0;
  }
  SECTION("a link that stands on the bridge") {
    links.push_back(unit::vlan_link(9, "br4.7", links[2], 7));
    links.back().group = 0;
  }
  SECTION("an address that somebody gave the bridge") {
    links[2].addresses.push_back(unit::address("192.0.2.1/24"));
  }
  SECTION("an address that somebody gave the VLAN link") {
    links[3].addresses.push_back(unit::address("192.0.2.1/24"));
  }
  CHECK(plan::without_unused(links[2], model::HostState(links)).empty());
}

TEST_CASE("a VLAN-aware bridge with somebody else's port keeps its VLANs", "[on_demand]") {
  std::vector<Link> links = unit::aware_host();
  links[2].group = model::on_demand_group;
  CHECK(plan::without_unused(links[2], model::HostState(links)).size() == 1);
  links.push_back(unit::nic(9, "eth2"));
  links.back().master = 3;
  links.back().vlans = unit::tagged_vlans({7});
  CHECK(plan::without_unused(links[2], model::HostState(links)).empty());
  links[1].vlans.clear();
  CHECK(plan::without_unused(links[2], model::HostState(links)).empty());
}

TEST_CASE("an unreadable configuration keeps no VLAN that is to go", "[on_demand]") {
  Dom0 dom0(own);
  CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
  const plan::Operation gone = plan::DeleteLink{dom0.kernel.link("vif3.0")};
  (void)dom0.kernel.run(std::span(&gone, 1));
  dom0.configuration.unreadable = true;
  CHECK(dom0.offline("vif3.0") == ExitCode::done);
  CHECK(dom0.vlans().empty());
}

TEST_CASE("only a bridge with the mark of VLANs on demand loses unused ones", "[on_demand]") {
  support::FakeKernel kernel(unit::complete_host());
  CHECK(command::take_unused_away({}, kernel).empty());
  CHECK(kernel.done.empty());
  kernel.link("br4").group = model::on_demand_group;
  CHECK(command::take_unused_away({}, kernel).empty());
  CHECK(kernel.done == Texts{"set br4 down", "set eth1.4 down", "delete eth1.4", "delete br4"});
}

TEST_CASE("a VLAN that can't go wholly is named by what is left of it", "[on_demand]") {
  Dom0 dom0(own);
  CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
  dom0.kernel.refuse("delete br4", EPERM);
  dom0.report.lines.clear();
  CHECK(dom0.offline("vif3.0") == ExitCode::partial);
  CHECK(dom0.report.lines == Texts{"error: vif3.0 is off, but its VLAN could not be removed"});
  CHECK(dom0.report.hints == Texts{"left as it is: left without a guest: br4: cannot delete br4: "
                                   "Operation not permitted"});
}

TEST_CASE("a VLAN that came for a vif that is not there, and can't go, is named", "[on_demand]") {
  Dom0 dom0(own);
  dom0.kernel.refuse("delete br4", EPERM);
  CHECK(dom0.online("vif7.0", "4") == ExitCode::partial);
  CHECK(dom0.report.hints == Texts{"left as it is: left without a guest: br4: cannot delete br4: "
                                   "Operation not permitted"});
}

TEST_CASE("a VLAN of a VLAN-aware bridge that can't go is named", "[on_demand]") {
  Dom0 dom0(shared);
  CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
  dom0.kernel.refuse("take eth1 out of VLAN 4 of its bridge", EPERM);
  CHECK(dom0.offline("vif3.0") == ExitCode::partial);
  CHECK(dom0.report.hints == Texts{"left as it is: left without a guest: VLAN 4: cannot take eth1 "
                                   "out of VLAN 4 of its bridge: Operation not permitted"});
}

TEST_CASE("guests that others plug into a bridge as it goes are down, and named", "[on_demand]") {
  Dom0 dom0(own);
  CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
  dom0.kernel.add(unit::new_vif(0, "vif5.0"));
  dom0.kernel.before("delete br4", [&] {
    for (const char* const vif : {"vif4.0", "vif5.0"}) {
      dom0.kernel.link(vif).master = dom0.kernel.link("br4").index;
      dom0.kernel.link(vif).up = true;
    }
  });
  CHECK(dom0.offline("vif3.0") == ExitCode::partial);
  CHECK(dom0.report.hints == Texts{"left as it is: vif4.0 has lost its bridge br4 and is down; "
                                   "vif5.0 has lost its bridge br4 and is down"});
  CHECK_FALSE(dom0.kernel.link("vif4.0").up);
  CHECK_FALSE(dom0.kernel.link("vif5.0").up);
}

TEST_CASE("a guest that moves lets go of its own VLAN, and of no other", "[on_demand]") {
  Dom0 dom0(shared);
  CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
  CHECK(dom0.online("vif4.0", "9") == ExitCode::done);
  const plan::Operation gone = plan::DeleteLink{dom0.kernel.link("vif4.0")};
  (void)dom0.kernel.run(std::span(&gone, 1));
  CHECK(dom0.vif("vif3.0", true, "10", true) == ExitCode::done);
  CHECK(dom0.vlans() == Texts{"10"});
}

TEST_CASE("a guest that can't be plugged takes back no more than it brought", "[on_demand]") {
  for (const bool aware : {false, true}) {
    Dom0 dom0(aware ? shared : own);
    CHECK(dom0.online("vif4.0", "9") == ExitCode::done);
    const plan::Operation gone = plan::DeleteLink{dom0.kernel.link("vif4.0")};
    (void)dom0.kernel.run(std::span(&gone, 1));
    dom0.kernel.refuse("set vif3.0 up", EPERM);
    CHECK(dom0.online("vif3.0", "4") == ExitCode::failed);
    CHECK(dom0.vlans() == (aware ? Texts{"9"} : Texts{"br9"}));
  }
}

TEST_CASE("VLANs that nobody is in go with the next start, all of them", "[on_demand]") {
  Dom0 dom0(own);
  CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
  CHECK(dom0.online("vif4.0", "9") == ExitCode::done);
  for (const char* const vif : {"vif3.0", "vif4.0"}) {
    const plan::Operation gone = plan::DeleteLink{dom0.kernel.link(vif)};
    (void)dom0.kernel.run(std::span(&gone, 1));
  }
  CHECK(dom0.start() == ExitCode::done);
  CHECK(dom0.vlans().empty());
}

TEST_CASE("what is left half-done is told in one hint", "[on_demand]") {
  const model::Error failure({.action = "set vif3.0 up", .reason = "no", .errnum = EPERM});
  const model::Error whole = command::half_done(failure, {"br4 is left", "eth1.4 is left"});
  CHECK(whole.sentence() == "cannot set vif3.0 up: no");
  CHECK(whole.remedy() == "left as it is: br4 is left; eth1.4 is left");
  CHECK(whole.exit() == ExitCode::partial);
  CHECK(whole.errnum() == EPERM);
}

TEST_CASE("a guest whose trunk has gone gets no VLAN", "[on_demand]") {
  Dom0 dom0(shared);
  CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
  const plan::Operation gone = plan::DeleteLink{dom0.kernel.link("eth1")};
  (void)dom0.kernel.run(std::span(&gone, 1));
  CHECK(dom0.online("vif4.0", "4") == ExitCode::failed);
  CHECK_FALSE(dom0.kernel.link("vif4.0").up);
}

TEST_CASE("status tells all that a trunk lacks before VLANs can come", "[on_demand]") {
  Dom0 dom0(own);
  dom0.kernel.link("eth1").up = false;
  CHECK(command::status({.segments = own, .refused = {}}, dom0.kernel, dom0.xenstored.door(),
                        dom0.report) == ExitCode::partial);
  CHECK(dom0.report.lines ==
        Texts{"eth1 4,9 - - wrong - : to do: switch IPv6 off on eth1; to do: set eth1 up"});
}

TEST_CASE("a twin that brings the same VLAN is no failure", "[on_demand]") {
  Dom0 dom0(own);
  dom0.kernel.before("create bridge br4", [&] {
    Link twin = unit::bridge(0, "br4");
    twin.group = model::on_demand_group;
    dom0.kernel.add(twin);
  });
  CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
  CHECK(dom0.kernel.link("vif3.0").master == dom0.kernel.link("br4").index);
}

TEST_CASE("a dry run takes no VLAN away, nor brings one", "[on_demand]") {
  for (const auto& segments : {own, shared}) {
    Dom0 dom0(segments);
    command::VifRequest request = Dom0::request_of("vif3.0");
    request.dry_run = true;
    request.spec.vlan = "4";
    request.vlan_was_typed = true;
    CHECK(dom0.run(request) == ExitCode::done);
    CHECK(dom0.report.lines.back() ==
          (segments == own ? "add vif3.0 to bridge br4" : "set vif3.0 up"));
    CHECK(dom0.vlans().empty());
    CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
    const Texts before = dom0.vlans();
    const plan::Operation gone = plan::DeleteLink{dom0.kernel.link("vif3.0")};
    (void)dom0.kernel.run(std::span(&gone, 1));
    request.plug = false;
    CHECK(dom0.run(request) == ExitCode::done);
    CHECK(dom0.vlans() == before);
  }
}

TEST_CASE("a VLAN that somebody else takes away as it goes is none that is left", "[on_demand]") {
  const auto goes = [](Dom0& dom0, const std::string& step, const Texts& gone) {
    CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
    dom0.kernel.before(step, [&dom0, gone] {
      for (const std::string& name : gone) {
        if (dom0.kernel.read().find(name) == nullptr) continue;
        const plan::Operation deletion = plan::DeleteLink{dom0.kernel.link(name)};
        (void)dom0.kernel.run(std::span(&deletion, 1));
      }
    });
    dom0.report.lines.clear();
    CHECK(dom0.offline("vif3.0") == ExitCode::done);
    CHECK(dom0.report.lines.empty());
    CHECK(dom0.vlans().empty());
  };
  for (const char* step : {"set br4 down", "set eth1.4 down", "delete eth1.4", "delete br4"}) {
    Dom0 of_own(own);
    goes(of_own, step, {"eth1.4", "br4"});
  }
  Dom0 of_shared(shared);
  goes(of_shared, "take eth1 out of VLAN 4 of its bridge", {"eth1"});
}

TEST_CASE("start goes over to VLANs on demand and back, beside guests", "[on_demand]") {
  for (bool aware : {false, true}) {
    Dom0 dom0(aware ? shared : own);
    dom0.configured = aware ? std::vector{unit::aware_segment("4"), unit::aware_segment("9")}
                            : std::vector{unit::segment("4"), unit::segment("9")};
    CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
    CHECK(dom0.start() == ExitCode::done);
    CHECK(dom0.vlans() == (aware ? Texts{"4,9"} : Texts{"br4", "br9"}));
    dom0.configured = on_demand(dom0.configured);
    CHECK(dom0.start() == ExitCode::done);
    CHECK(dom0.vlans() == (aware ? Texts{"4"} : Texts{"br4"}));
    dom0.kernel.done.clear();
    CHECK(dom0.start() == ExitCode::done);
    CHECK(dom0.kernel.done.empty());
  }
}

TEST_CASE("status tells which VLANs may come, and which are there", "[on_demand]") {
  Dom0 dom0(shared);
  CHECK(dom0.online("vif3.0", "4") == ExitCode::done);
  const auto status = [&] {
    dom0.report.lines.clear();
    return command::status({.segments = dom0.configured, .refused = {}}, dom0.kernel,
                           dom0.xenstored.door(), dom0.report);
  };
  CHECK(status() == ExitCode::done);
  CHECK(dom0.report.lines ==
        Texts{"eth1 4,9-10 - xenbr0 on-demand -", "eth1 4 - xenbr0 up vif3.0"});
  dom0.kernel.link("vif3.0").vlans.clear();
  CHECK(status() == ExitCode::partial);
  CHECK(dom0.report.lines[1] ==
        "eth1 4 - xenbr0 wrong - : to do: remove it, because it came on demand and has no guest");
  dom0.kernel.link("xenbr0").multicast_snooping = true;
  CHECK(status() == ExitCode::partial);
  CHECK(dom0.report.lines[0] ==
        "eth1 4,9-10 - xenbr0 wrong - : to do: switch multicast snooping of xenbr0 off");
}

TEST_CASE("a VLAN on demand is wanted where any part of it is there, in either form",
          "[on_demand]") {
  const auto wanted = [](const std::vector<Link>& links) {
    const model::HostState host(links);
    std::string forms;
    if (plan::is_wanted_now(own.front(), host)) forms += "own";
    if (plan::is_wanted_now(shared.front(), host)) forms += " shared";
    return forms;
  };
  CHECK(wanted(unit::bare_host()) == "");
  CHECK(wanted(unit::complete_host()) == "own shared");
  std::vector<Link> links = unit::complete_host();
  links.erase(links.begin() + 3);  // eth1.4
  CHECK(wanted(links) == "own shared");
  links = unit::complete_host();
  links.erase(links.begin() + 2);  // br4
  CHECK(wanted(links) == "own shared");
  links = unit::aware_host();
  CHECK(wanted(links) == "own shared");
  links[1].vlans = unit::tagged_vlans({9});
  CHECK(wanted(links) == "");
}

TEST_CASE("a trunk that is not ready for VLANs on demand counts wherever it is named",
          "[on_demand]") {
  std::vector<Link> links = unit::bare_host();
  links.push_back(unit::nic(3, "eth2"));
  Dom0 dom0(on_demand({unit::segment("4", "eth1"), unit::segment("9", "eth2")}), links);
  const auto status = [&] {
    return command::status({.segments = dom0.configured, .refused = {}}, dom0.kernel,
                           dom0.xenstored.door(), dom0.report);
  };
  CHECK(status() == ExitCode::done);
  CHECK(dom0.report.lines == Texts{"eth1 4 - - on-demand -", "eth2 9 - - on-demand -"});
  for (const std::string trunk : {"eth1", "eth2"}) {
    dom0.kernel.link(trunk).up = false;
    CHECK(status() == ExitCode::partial);
    dom0.kernel.link(trunk).up = true;
  }
}

TEST_CASE("start mends a VLAN on demand under its lock, or leaves it gone", "[on_demand]") {
  Dom0 dom0(own);
  REQUIRE(dom0.online("vif3.0", "4") == ExitCode::done);
  dom0.kernel.link("br4").multicast_snooping = true;
  dom0.kernel.locks.clear();
  SECTION("a guest is in it") {
    CHECK(dom0.start() == ExitCode::done);
    CHECK_FALSE(dom0.kernel.link("br4").multicast_snooping);
    CHECK(dom0.vlans() == Texts{"br4"});
  }
  SECTION("its last guest goes meanwhile") {
    dom0.kernel.on_lock = [&] { CHECK(dom0.offline("vif3.0") == ExitCode::done); };
    CHECK(dom0.start() == ExitCode::done);
    CHECK(dom0.vlans().empty());
    CHECK(dom0.kernel.read().find("eth1.4") == nullptr);
  }
  CHECK(dom0.kernel.locks.front() == "lock br4");
  CHECK(dom0.kernel.locks.back() == "unlock br4");
  CHECK_FALSE(dom0.has_error());
}

TEST_CASE("a dry run tells which VLAN would go with its last guest", "[on_demand]") {
  const auto lines_of = [](Dom0& dom0, const char* vlan) {
    command::VifRequest request = Dom0::request_of("vif3.0");
    request.dry_run = true;
    request.move = *vlan != '\0';
    request.plug = request.move;
    request.spec.vlan = vlan;
    request.vlan_was_typed = request.move;
    dom0.kernel.done.clear();
    dom0.report.lines.clear();
    CHECK(dom0.run(request) == ExitCode::done);
    CHECK(dom0.kernel.done.empty());
    return dom0.report.lines;
  };
  Dom0 of_own(own);
  REQUIRE(of_own.online("vif3.0", "4") == ExitCode::done);
  CHECK(lines_of(of_own, "") == Texts{"set vif3.0 down", "remove vif3.0 from bridge br4",
                                      "set br4 down", "set eth1.4 down", "delete eth1.4",
                                      "delete br4"});
  Dom0 of_shared(shared);
  REQUIRE(of_shared.online("vif3.0", "4") == ExitCode::done);
  REQUIRE(of_shared.online("vif4.0", "9") == ExitCode::done);
  CHECK(lines_of(of_shared, "").back() == "take eth1 out of VLAN 4 of its bridge");
  CHECK(lines_of(of_shared, "9") == Texts{"move vif3.0 from VLAN 4 into VLAN 9 of its bridge",
                                          "take eth1 out of VLAN 4 of its bridge"});
  REQUIRE(of_shared.online("vif4.0", "4") == ExitCode::done);
  CHECK(lines_of(of_shared, "").back() == "remove vif3.0 from bridge xenbr0");
}
