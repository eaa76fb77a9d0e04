// Guests that are filtered and isolated: from what is configured to what the kernel is asked.
#include "command/protect.hpp"

#include <catch2/catch.hpp>
#include <cerrno>

#include "command/network.hpp"
#include "command/vif.hpp"
#include "config/settings.hpp"
#include "given_configuration.hpp"
#include "hosts.hpp"
#include "plan/judge.hpp"
#include "plan/port.hpp"
#include "plan/realisation.hpp"
#include "plan/undo.hpp"
#include "recorded_report.hpp"
#include "support/fake_hooks.hpp"
#include "support/fake_kernel.hpp"
#include "support/fake_store.hpp"

namespace {

using model::Antispoof;
using model::ExitCode;
using model::HostState;
using model::Link;
using model::Protection;
using model::Segment;
using unit::Texts;

const std::string backend = "backend/vif/3/0";
const std::string mac = "00:16:3e:01:fb:fe";

constexpr Protection mac_only{.antispoof = Antispoof::mac, .isolated = false};
constexpr Protection with_ip{.antispoof = Antispoof::ip, .isolated = false};
constexpr Protection any_link_local{
    .antispoof = Antispoof::ip, .isolated = false, .any_link_local = true};
constexpr Protection isolated{.antispoof = Antispoof::no, .isolated = true};

Segment guarded(Segment segment, const Protection& protection) {
  segment.protection = protection;
  return segment;
}

/// br4 and br5, the first with the mark of guarded guests.
std::vector<Link> guarded_host(const Protection& protection) {
  std::vector<Link> links = unit::complete_host();
  links[2].alias = protection.mark();
  links.push_back(unit::bridge(5, "br5"));
  return links;
}

/// A dom0 whose VLAN 4 is guarded, and the vif of guest 3.
struct Dom0 {
  explicit Dom0(const Protection& protection) : Dom0(protection, guarded_host(protection)) {}
  Dom0(const Protection& protection, std::vector<Link> host)
      : kernel(std::move(host)),
        configuration({guarded(unit::segment("4"), protection), unit::segment("5")}) {
    kernel.add(unit::new_vif(9, "vif3.0"));
    for (const auto& [key, value] : {std::pair("mac", mac.c_str()), std::pair("bridge", "br4"),
                                     std::pair("ip", "10.0.4.2 2001:db8::2")}) {
      say(key, value);
    }
  }

  void say(const std::string& key, const std::string& value) {
    xenstored.nodes[backend + "/" + key] = value;
  }

  ExitCode online(bool dry_run = false) {
    command::VifRequest request;
    request.id = {.domid = 3, .devid = 0};
    request.link = "vif3.0";
    request.backend_path = backend;
    request.dry_run = dry_run;
    kernel.done.clear();
    report.lines.clear();
    return command::vif(request, kernel, xenstored.door(), configuration, hooks, report);
  }

  std::string filter() { return std::string(kernel.link("vif3.0").filter); }

  support::FakeKernel kernel;
  support::FakeXenstored xenstored;
  support::FakeHooks hooks;
  unit::GivenConfiguration configuration;
  unit::RecordedReport report;
};

const std::string filter_mac = "filter the frames of vif3.0: mac " + mac;
const std::string filter_ip = "filter the frames of vif3.0: ip " + mac + " 10.0.4.2 2001:db8::2";
const std::string joins = "add vif3.0 to bridge br4, shut vif3.0 off from dom0";
const std::string marked = "mark vif3.0 as filtered";
const std::string ipv6_off = "switch IPv6 off on vif3.0";
const std::string up = "set vif3.0 up";
const std::string error = "error: cannot ";

plan::Filter filter_of(Antispoof antispoof) {
  return plan::filter_of({.mac = *model::Mac::parse(mac), .antispoof = antispoof});
}

Texts attached(const Link& vif, const std::optional<plan::Filter>& filter,
               const std::optional<plan::Filter>& before, const model::Vlans& vlans) {
  const Link xenbr0 = unit::aware_bridge(3);
  return unit::described(plan::attach({.name = "vif3.0",
                                       .original = "vif3.0",
                                       .mtu = 1500,
                                       .bridge = &xenbr0,
                                       .vlans = vlans,
                                       .filter = filter,
                                       .filter_before = before},
                                      vif, nullptr));
}

std::string protections(const std::string& file) {
  std::string text;
  for (const Segment& one :
       config::name_segments(config::parse_file(file, "xvlan.conf"), config::Settings{})) {
    const Protection& has = one.protection;
    text += (text.empty() ? "" : ", ") + one.vid.text() +
            (has.antispoof == Antispoof::no    ? " no"
             : has.antispoof == Antispoof::mac ? " mac"
                                               : " ip") +
            (has.any_link_local ? " any-link-local" : "") + (has.isolated ? " isolated" : "");
  }
  return text;
}

}  // namespace

TEST_CASE("a MAC that was typed counts where xenstore says none", "[protect]") {
  const auto filtered = [](bool in_xenstore, bool typed) {
    Dom0 dom0(mac_only);
    if (!in_xenstore) dom0.xenstored.nodes.erase(backend + "/mac");
    command::VifRequest request;
    request.id = {.domid = 3, .devid = 0};
    request.link = "vif3.0";
    request.backend_path = backend;
    if (typed) request.mac = "00:16:3e:00:00:01";
    (void)command::vif(request, dom0.kernel, dom0.xenstored.door(), dom0.configuration, dom0.hooks,
                       dom0.report);
    return dom0.filter();
  };
  CHECK(filtered(true, true) == "mac");
  CHECK(filtered(false, true) == "mac");
  CHECK(filtered(false, false).empty());
}

TEST_CASE("a guest's filter is there before the vif is up", "[protect]") {
  Dom0 dom0(with_ip);
  CHECK(dom0.online() == ExitCode::done);
  CHECK(dom0.kernel.done == Texts{joins + ", " + marked, filter_ip, ipv6_off, up});
  CHECK(dom0.report.lines.empty());
  CHECK(dom0.filter() == "ip");
  CHECK(dom0.kernel.link("vif3.0").filtered());
}

TEST_CASE("a filter that is there as it should be is left alone", "[protect]") {
  Dom0 dom0(with_ip);
  dom0.online();
  CHECK(dom0.online() == ExitCode::done);
  CHECK(dom0.kernel.done.empty());
}

TEST_CASE("a filter is replaced while the vif is up", "[protect]") {
  Dom0 dom0(with_ip);
  dom0.online();
  dom0.say("ip", "10.0.4.3");
  CHECK(dom0.online() == ExitCode::done);
  CHECK(dom0.kernel.done == Texts{"filter the frames of vif3.0: ip " + mac + " 10.0.4.3"});
}

TEST_CASE("a filter goes where none is wanted any more", "[protect]") {
  Dom0 dom0(mac_only);
  dom0.online();
  dom0.say("bridge", "br5");
  CHECK(dom0.online() == ExitCode::done);
  CHECK(dom0.kernel.done.front() == "set vif3.0 down");
  CHECK(dom0.kernel.done.at(1) == "stop filtering the frames of vif3.0");
  CHECK(dom0.filter().empty());
  CHECK_FALSE(dom0.kernel.link("vif3.0").filtered());
}

TEST_CASE("for the MAC alone addresses need not be known, and are not enforced", "[protect]") {
  Dom0 dom0(mac_only);
  CHECK(dom0.online() == ExitCode::done);
  CHECK(dom0.kernel.done == Texts{joins + ", " + marked, filter_mac, ipv6_off, up});
  CHECK(dom0.report.lines == Texts{"warning: vif3.0: ip=10.0.4.2 2001:db8::2 is not enforced: "
                                   "xvlan does not filter a guest's addresses"});
}

TEST_CASE("antispoof=ip without an address is that of the MAC, and says so", "[protect]") {
  Dom0 dom0(with_ip);
  dom0.say("ip", GENERATE("", " ", ","));
  CHECK(dom0.online() == ExitCode::done);
  CHECK(dom0.filter() == "mac");
  CHECK(dom0.report.lines ==
        Texts{"warning: vif3.0: its spec has no ip=: antispoof=ip checks only its MAC"});
}

TEST_CASE("the configuration is not asked where the bridge tells, nor the MAC without need",
          "[protect]") {
  Dom0 open({});
  open.say("ip", "");
  open.say("mac", "nonsense");
  CHECK(open.online() == ExitCode::done);
  CHECK(open.kernel.done == Texts{joins, ipv6_off, up});
  CHECK(open.configuration.asked == 0);
  Dom0 guarded(with_ip);
  CHECK(guarded.online() == ExitCode::done);
  CHECK(guarded.configuration.asked == 0);
}

TEST_CASE("a bridge that is being made has no mark yet, and is not taken for open", "[protect]") {
  std::vector<Link> links = guarded_host({});
  links[2].up = false;
  Dom0 dom0(mac_only, links);
  CHECK(dom0.online() == ExitCode::done);
  CHECK(dom0.filter() == "mac");
}

TEST_CASE("a guest whose MAC or addresses are not known is not plugged", "[protect]") {
  Dom0 dom0(with_ip);
  std::string reason;
  SECTION("no MAC") {
    dom0.xenstored.nodes.erase(backend + "/mac");
    reason = "cannot filter the frames of vif3.0: its guest's MAC is not known";
  }
  SECTION("a MAC that is none") {
    dom0.say("mac", "00:16:3e");
    reason = "cannot filter the frames of vif3.0: '00:16:3e' is not a valid MAC for a guest";
  }
  SECTION("a group's MAC") {
    dom0.say("mac", "01:16:3e:01:fb:fe");
    reason =
        "cannot filter the frames of vif3.0: '01:16:3e:01:fb:fe' is not a valid MAC for a guest";
  }
  SECTION("a MAC of zeros") {
    dom0.say("mac", "00:00:00:00:00:00");
    reason =
        "cannot filter the frames of vif3.0: '00:00:00:00:00:00' is not a valid MAC for a guest";
  }
  SECTION("an address that is none") {
    dom0.say("ip", "10.0.4.2 web");
    reason = "vif3.0: cannot use ip=10.0.4.2 web: 'web' is neither an address nor a prefix";
  }
  CHECK(dom0.online() == ExitCode::failed);
  CHECK(dom0.report.lines.front() == "error: " + reason);
  CHECK(dom0.kernel.done.empty());
  CHECK(dom0.xenstored.nodes[backend + "/hotplug-status"] == "error");
}

TEST_CASE("the mark of a bridge says what is done about its guests", "[protect]") {
  for (const auto& [protection, mark] :
       {std::pair(mac_only, "xvlan: antispoof=mac"), std::pair(with_ip, "xvlan: antispoof=ip"),
        std::pair(isolated, "xvlan: isolated=yes"),
        std::pair(with_ip.with(isolated), "xvlan: antispoof=ip isolated=yes"),
        std::pair(any_link_local, "xvlan: antispoof=ip link-local=any"),
        std::pair(any_link_local.with(isolated),
                  "xvlan: antispoof=ip link-local=any isolated=yes")}) {
    CHECK(protection.mark() == mark);
    CHECK(Protection::of_mark(mark) == protection);
  }
  CHECK(Protection{}.mark().empty());
  for (const char* other : {"", "xvlan:", "xvlan: antispoof=no", "the guests of floor 4"}) {
    CHECK_FALSE(Protection::of_mark(other));
  }
}

TEST_CASE("a filter that the kernel refuses leaves the vif off its bridge", "[protect]") {
  Dom0 dom0(with_ip);
  dom0.kernel.filters_frames = false;
  CHECK(dom0.online() == ExitCode::failed);
  CHECK(dom0.report.lines == Texts{error + filter_ip + ": No such file or directory"});
  CHECK(dom0.kernel.link("vif3.0").master == 0);
  CHECK_FALSE(dom0.kernel.link("vif3.0").up);
  CHECK_FALSE(dom0.kernel.link("vif3.0").filtered());
}

TEST_CASE("a vif whose plugging fails keeps the filter that it had", "[protect]") {
  Dom0 dom0(with_ip);
  dom0.online();
  const auto before = dom0.kernel.read_filter(dom0.kernel.link("vif3.0"));
  dom0.say("ip", "10.0.4.3");
  dom0.say("mtu", "1400");
  dom0.say("vifname", "web");
  dom0.kernel.refuse("rename vif3.0 to web", EBUSY);
  CHECK(dom0.online() == ExitCode::failed);
  CHECK(dom0.kernel.read_filter(dom0.kernel.link("vif3.0")) == before);
  CHECK(dom0.kernel.link("vif3.0").up);
}

TEST_CASE("a filter goes before the VLANs that need it, and comes before them", "[protect]") {
  const Link vif = unit::aware_vif(9, "vif3.0", {model::access_vlan(4)});
  const plan::Filter narrow = filter_of(Antispoof::ip);
  const std::string moves = "move vif3.0 from VLAN 4 into VLAN 9 of its bridge";
  const std::string filters = "filter the frames of vif3.0: ip " + mac;
  const std::string opens = "stop filtering the frames of vif3.0";
  const model::Vlans other{model::access_vlan(9)};
  CHECK(attached(vif, narrow, {}, other) == Texts{"set vif3.0 down", marked, filters, moves, up});
  CHECK(attached(vif, narrow, {}, vif.vlans) == Texts{marked, filters});
  Link filtered = vif;
  filtered.group = model::filtered_group;
  CHECK(attached(filtered, narrow, narrow, other) == Texts{moves});
  CHECK(attached(filtered, {}, narrow, other) ==
        Texts{"set vif3.0 down", opens, "mark vif3.0 no more as filtered", moves, up});
  CHECK(attached(filtered, {}, narrow, vif.vlans) ==
        Texts{opens, "mark vif3.0 no more as filtered"});
}

TEST_CASE("a filter is taken back to the one before", "[protect]") {
  const plan::SetFilter step{"vif3.0", filter_of(Antispoof::ip), filter_of(Antispoof::mac)};
  CHECK(unit::described({*plan::inverse(step)}) == Texts{filter_mac});
  const plan::SetFilter first{"vif3.0", filter_of(Antispoof::ip), {}};
  CHECK(unit::described(plan::undo({first}, HostState({unit::new_vif(9, "vif3.0")}))) ==
        Texts{"stop filtering the frames of vif3.0"});
}

TEST_CASE("tags come in where the port has tagged VLANs, or guests' own ones pass", "[protect]") {
  const auto lets_tags = [](const std::string& vlans, bool guest_tags) {
    Link bridge = unit::aware_bridge(3);
    bridge.guest_tags = guest_tags;
    command::Attachment wanted{.bridge = "xenbr0"};
    if (!vlans.empty()) wanted.spec = model::VlanSpec::parse("vlan", vlans);
    const auto filter = command::filter_for("vif3.0", mac, std::nullopt, wanted, bridge, mac_only);
    const auto with_tags = plan::filter_of(
        {.mac = *model::Mac::parse(mac), .antispoof = Antispoof::mac, .tags = true});
    return filter == with_tags;
  };
  CHECK_FALSE(lets_tags("", false));
  CHECK_FALSE(lets_tags("4", false));
  CHECK(lets_tags("", true));
  CHECK(lets_tags("4t", false));
  CHECK(lets_tags("4p/5", false));
  CHECK(lets_tags("4-5", false));
  CHECK(lets_tags("4u", false));
}

TEST_CASE("a guest is isolated with the message that shuts its port", "[protect]") {
  Dom0 dom0(isolated);
  dom0.say("ip", "");
  CHECK(dom0.online() == ExitCode::done);
  CHECK(dom0.kernel.done == Texts{joins + ", isolate vif3.0 from other guests", ipv6_off, up});
  CHECK(dom0.kernel.link("vif3.0").isolated);
  CHECK(dom0.online() == ExitCode::done);
  CHECK(dom0.kernel.done.empty());
  dom0.say("bridge", "br5");
  CHECK(dom0.online() == ExitCode::done);
  CHECK_FALSE(dom0.kernel.link("vif3.0").isolated);
}

TEST_CASE("a guest that can't go elsewhere is as isolated as before", "[protect]") {
  std::vector<Link> host = guarded_host(isolated);
  host.back().alias = "xvlan: antispoof=mac";
  Dom0 dom0(isolated, std::move(host));
  dom0.online();
  dom0.say("bridge", "br5");
  dom0.kernel.filters_frames = false;
  CHECK(dom0.online() == ExitCode::failed);
  const Link& vif = dom0.kernel.link("vif3.0");
  CHECK(vif.up);
  CHECK(vif.master == dom0.kernel.link("br4").index);
  CHECK(vif.isolated);
}

TEST_CASE("a first plug that fails has no isolation to take back", "[protect]") {
  Dom0 dom0(mac_only.with(isolated));
  dom0.kernel.filters_frames = false;
  CHECK(dom0.online() == ExitCode::failed);
  CHECK(dom0.report.lines == Texts{error + filter_mac + ": No such file or directory"});
  CHECK(dom0.kernel.link("vif3.0").master == 0);
}

TEST_CASE("a guest is isolated until it has left the VLAN where it shall be", "[protect]") {
  Link vif = unit::aware_vif(9, "vif3.0", {model::access_vlan(4)});
  vif.isolated = true;
  const std::string moves = "move vif3.0 from VLAN 4 into VLAN 9 of its bridge";
  const std::string opens = "let vif3.0 reach other guests again";
  CHECK(attached(vif, {}, {}, {model::access_vlan(9)}) == Texts{moves, opens});
  CHECK(attached(vif, {}, {}, vif.vlans) == Texts{opens});
}

TEST_CASE("a filter that another run took away meanwhile is missed", "[protect]") {
  std::vector<Link> host = guarded_host(with_ip);
  Dom0 dom0(with_ip, std::move(host));
  dom0.online();
  dom0.say("mtu", "1400");
  dom0.kernel.before("set MTU of vif3.0 to 1400", [&] { dom0.kernel.link("vif3.0").group = 0; });
  CHECK(dom0.online() == ExitCode::failed);
  CHECK(dom0.report.lines.front() ==
        error + "filter the frames of vif3.0: another program plugged it meanwhile");
}

TEST_CASE("somebody's bridge that start has not seen yet is not taken for open", "[protect]") {
  std::vector<Link> links = guarded_host({});
  links[2].group = 0;
  Dom0 dom0(mac_only, links);
  CHECK(dom0.online() == ExitCode::done);
  CHECK(dom0.filter() == "mac");
}

TEST_CASE("a kernel that isolates nobody, and says nothing, gets no guest", "[protect]") {
  Dom0 dom0(isolated);
  dom0.kernel.isolates = false;
  CHECK(dom0.online() == ExitCode::failed);
  CHECK(dom0.report.lines.front() ==
        error + "isolate vif3.0 from other guests: this kernel's bridges can't");
  CHECK_FALSE(dom0.kernel.link("vif3.0").up);
}

TEST_CASE("the nearest word for antispoof and isolated counts", "[protect]") {
  CHECK(protections("netdev = eth1\nvlans = 4\n") == "4 no");
  CHECK(protections("antispoof = mac\nisolated = yes\nnetdev = eth1\nvlans = 4\n") ==
        "4 mac isolated");
  CHECK(protections("antispoof = ip\n"
                    "[trunk eth1]\nvlans = 4\nantispoof = mac\nisolated = yes\n"
                    "[trunk eth1 vlan 5]\nantispoof = no\nisolated = no\n"
                    "[trunk eth2]\nvlans = 6\n") == "4 mac isolated, 5 no, 6 ip");
  CHECK(unit::failure([] { return config::parse_file("antispoof = yes\n", "x"); }) ==
        Texts{"error (exit status 2): cannot read x: cannot use antispoof=yes: it must be no, mac "
              "or ip"});
  std::vector<Segment> segments{unit::segment()};
  config::add_settings(segments, config::parse_file("antispoof = mac\nisolated = yes\n", "x"), {});
  CHECK(segments.front().protection == mac_only.with(isolated));
}

TEST_CASE("link-local counts beside antispoof=ip, each by its nearest word", "[protect]") {
  CHECK(protections("link-local = any\n"
                    "[trunk eth1]\nvlans = 4,5,6,7\n"
                    "[trunk eth1 vlan 5]\nantispoof = mac\n"
                    "[trunk eth1 vlan 6]\nantispoof = ip\n"
                    "[trunk eth1 vlan 7]\nantispoof = ip\nlink-local = eui64\n") ==
        "4 no, 5 mac, 6 ip any-link-local, 7 ip");
  CHECK(unit::failure([] { return config::parse_file("link-local = yes\n", "x"); }) ==
        Texts{"error (exit status 2): cannot read x: cannot use link-local=yes: it must be eui64 "
              "or any"});
  std::vector<Segment> segments{unit::segment()};
  config::add_settings(segments, config::parse_file("antispoof = ip\nlink-local = any\n", "x"), {});
  CHECK(segments.front().protection == any_link_local);
}

TEST_CASE("with link-local=any a guest may use any such address", "[protect]") {
  Dom0 dom0(any_link_local);
  CHECK(dom0.online() == ExitCode::done);
  CHECK(dom0.kernel.done == Texts{joins + ", " + marked, filter_ip + " fe80::/64", ipv6_off, up});
  CHECK(dom0.report.lines.empty());
}

TEST_CASE("link-local=any names no address for a guest whose spec names none", "[protect]") {
  Dom0 dom0(any_link_local);
  dom0.say("ip", "");
  CHECK(dom0.online() == ExitCode::done);
  CHECK(dom0.kernel.done == Texts{joins + ", " + marked, filter_mac, ipv6_off, up});
}

TEST_CASE("an alias that is no mark does not open a bridge", "[protect]") {
  std::vector<Link> host = guarded_host(with_ip);
  host[2].alias = "the guests of floor 4";
  Dom0 dom0(with_ip, std::move(host));
  CHECK(dom0.online() == ExitCode::done);
  CHECK(dom0.filter() == "ip");
}

TEST_CASE("the strictest of several protections counts", "[protect]") {
  CHECK(mac_only.with(with_ip) == with_ip);
  CHECK(with_ip.with({}) == with_ip);
  CHECK(isolated.with(mac_only) == Protection{.antispoof = Antispoof::mac, .isolated = true});
  CHECK(any_link_local.with(mac_only) == any_link_local);
  CHECK(mac_only.with(any_link_local) == any_link_local);
  CHECK(any_link_local.with(any_link_local) == any_link_local);
  CHECK(any_link_local.with(with_ip) == with_ip);
  CHECK(with_ip.with(any_link_local) == with_ip);
  CHECK_FALSE(Protection{}.any());
  CHECK(isolated.any());
}

TEST_CASE("a bridge has the mark of guarded guests as long as that is configured", "[protect]") {
  const auto steps = [](const std::vector<Link>& links, const Protection& protection) {
    return unit::described(plan::bring_up(guarded(unit::segment(), protection), HostState(links)));
  };
  const std::string mark = "give br4 the alias 'xvlan: antispoof=mac'";
  std::vector<Link> host = unit::complete_host();
  CHECK(steps(host, {}).empty());
  CHECK(steps(host, mac_only) == Texts{mark});
  CHECK(steps(guarded_host(with_ip), mac_only) == Texts{mark});
  CHECK(steps(guarded_host(mac_only), mac_only).empty());
  CHECK(steps(guarded_host(mac_only), {}) == Texts{"give br4 the alias ''"});
  host[2].alias = "the guests of floor 4";
  CHECK(steps(host, {}).empty());
  CHECK(steps(host, mac_only) == Texts{mark});
  CHECK(steps(unit::bare_host(), mac_only).at(5) == "set MTU of br4 to 1500, " + mark);
}

TEST_CASE("status knows who is not guarded as configured", "[protect]") {
  std::vector<Link> links = guarded_host({});
  links.push_back(unit::plugged_vif(9, "vif3.0", 3));
  const auto problems = [&](const Protection& protection) {
    Texts texts;
    links[2].alias = protection.mark();
    const auto judgement = plan::judge(guarded(unit::segment(), protection), HostState(links),
                                       [](const Link&) { return std::nullopt; });
    for (const auto& problem : judgement.problems) texts.push_back(problem.text);
    return texts;
  };
  const std::string again = ", plug it again";
  CHECK(problems(mac_only.with(isolated)) ==
        Texts{"vif3.0 is not filtered" + again, "vif3.0 is not isolated" + again});
  links.back().filter = "mac";
  links.back().isolated = true;
  CHECK(problems(with_ip.with(isolated)).empty());
}

TEST_CASE("status tells what is enforced for each guest", "[protect]") {
  std::vector<Link> links = unit::complete_host();
  for (int i = 1; i <= 4; ++i) {
    links.push_back(unit::plugged_vif(8 + i, "vif" + std::to_string(i) + ".0", 3));
  }
  links[5].filter = links[7].filter = "ip";
  links[6].isolated = links[7].isolated = true;
  support::FakeKernel kernel(links);
  support::FakeXenstored xenstored;
  support::FakeHooks hooks;
  xenstored.nodes["/local/domain/4/name"] = "web";
  unit::RecordedReport report;
  command::NetworkRequest request;
  request.segments = {unit::segment()};
  command::status(request, kernel, xenstored.door(), report);
  CHECK(report.lines == Texts{"eth1 4 eth1.4 br4 up vif1.0,vif2.0[ip],vif3.0[isolated],"
                              "vif4.0=web[ip+isolated]"});
}

TEST_CASE("a guest stays isolated when its VLAN goes over to another bridge", "[protect]") {
  std::vector<Link> links = unit::complete_host();
  links.push_back(unit::plugged_vif(9, "vif3.0", 3));
  links.back().isolated = true;
  support::FakeKernel kernel(links);
  for (const auto& step : plan::steps_to(std::vector{unit::aware_segment()}, kernel.read())) {
    INFO(plan::describe(step));
    CHECK_FALSE(kernel.run(std::span(&step, 1)).front().has_value());
  }
  CHECK(kernel.link("vif3.0").master == kernel.link("xenbr0").index);
  CHECK(kernel.link("vif3.0").isolated);
}

TEST_CASE("of a bridge without a mark the configuration is asked, unless it is ours and ready",
          "[protect]") {
  unit::GivenConfiguration configuration({guarded(unit::segment("4"), isolated)});
  Link bridge = unit::bridge(3, "br4");
  const auto protection = [&] { return command::protection_of({}, bridge, configuration); };
  CHECK_FALSE(protection().any());
  bridge.up = false;
  CHECK(protection() == isolated);
  bridge.name = "br5";
  CHECK_FALSE(protection().any());
  bridge.name = "br4";
  bridge.group = 0;
  CHECK(protection() == isolated);
  bridge.alias = with_ip.mark();
  CHECK(protection() == with_ip);
  command::Attachment configured;
  configured.protection = isolated;
  CHECK(command::protection_of(configured, bridge, configuration) == isolated);
}
