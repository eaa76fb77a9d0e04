// What is left of a host when the kernel refuses, falls silent or is changed by others at any one
// of the operations of a command. Some thousand cases, each by itself.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <set>

#include "command/network.hpp"
#include "command/vif.hpp"
#include "given_configuration.hpp"
#include "hosts.hpp"
#include "plan/judge.hpp"
#include "recorded_report.hpp"
#include "support/fake_hooks.hpp"
#include "support/fake_kernel.hpp"
#include "support/fake_store.hpp"

namespace {

using model::ExitCode;
using model::Link;
using support::FakeKernel;

// All but ENODEV, which of a link that is there would be a lie: links go in the last test.
constexpr std::array all_errnos{EPERM,  ENOENT, ENOMEM,     EBUSY,  EEXIST,   EINVAL,       ENOBUFS,
                                ERANGE, EAGAIN, EOPNOTSUPP, EACCES, ENETDOWN, EADDRNOTAVAIL};

/// What ends a process in the midst of its work.
struct Killed {};

const std::string backend = "backend/vif/3/0";

/// A host, and what is done on it.
struct Trial {
  explicit Trial(std::vector<Link> links) : kernel(std::move(links)) {
    kernel.after_each = [this] { look(); };
    for (const Link& link : kernel.links()) {
      if (is_open(link)) open_before.insert(link.index);
    }
  }

  ExitCode start() {
    return command::start({.segments = {unit::segment("4"), unit::segment("5")}, .refused = {}},
                          kernel, report);
  }
  ExitCode start_aware() {
    return command::start({.segments = aware_segments(), .refused = {}}, kernel, report);
  }
  ExitCode stop_aware_four() {
    return command::stop({.segments = {unit::aware_segment("4")}, .refused = {}}, kernel, report);
  }
  static std::vector<model::Segment> aware_segments() {
    return {unit::aware_segment("4"), unit::aware_segment("10")};
  }
  ExitCode stop() {
    command::NetworkRequest request;
    request.everything = true;
    return command::stop(request, kernel, report);
  }
  /// Of VLANs that come on demand.
  static std::vector<model::Segment> on_demand_segments(bool aware) {
    std::vector<model::Segment> segments = aware ? aware_segments() : own_segments();
    for (model::Segment& segment : segments) segment.options.on_demand = true;
    return segments;
  }
  static std::vector<model::Segment> own_segments() {
    return {unit::segment("4"), unit::segment("5")};
  }
  ExitCode start_on_demand(bool aware) {
    return command::start({.segments = on_demand_segments(aware), .refused = {}}, kernel, report);
  }
  ExitCode start_these(const std::vector<model::Segment>& segments) {
    return command::start({.segments = segments, .refused = {}}, kernel, report);
  }
  ExitCode vif_on_demand(bool aware, bool plug, const std::map<std::string, std::string>& keys) {
    unit::GivenConfiguration configured{on_demand_segments(aware)};
    return vif(plug, false, keys, configured);
  }
  ExitCode vif(bool plug, bool tap, const std::map<std::string, std::string>& keys) {
    return vif(plug, tap, keys, configuration);
  }
  ExitCode vif(bool plug, bool tap, const std::map<std::string, std::string>& keys,
               command::Configuration& configured) {
    for (const auto& [key, value] : keys) xenstored.nodes[backend + "/" + key] = value;
    command::VifRequest request;
    request.id = {.domid = 3, .devid = 0};
    request.plug = plug;
    request.tap = tap;
    request.link = request.id.name(tap);
    request.backend_path = backend;
    return command::vif(request, kernel, xenstored.door(), configured, hooks, report);
  }

  /// What must not be at any instant.
  void look() {
    for (const Link& link : kernel.links()) {
      const bool guests = model::is_guest_port(link) && !bare_before.contains(link.index);
      const bool uplink = link.is_uplink() && link.ours();
      if ((guests || uplink) && link.up && link.master == 0) {
        broken.insert(link.name + " was up outside a bridge");
      }
      if (is_open(link) && !open_before.contains(link.index)) {
        broken.insert(link.name + " was up and open");
      }
      const bool in_other = link.up && model::is_guest_port(link) && lets_in_too_much(link);
      if (in_other) broken.insert(link.name + " was up in VLANs " + model::text(link.vlans));
      if (link.ours() && !link.addresses.empty()) broken.insert(link.name + " had an address");
    }
  }

  static bool is_open(const Link& link) {
    const bool shut = link.deaf() || link.ingress_dropped || link.routing_shut;
    return link.is_bridge() && link.ours() && link.up && !shut;
  }

  /// Guests' ports are in no more than they are in one of the two.
  void allow(const std::vector<Link>& before, const std::vector<Link>& wanted) {
    for (const auto* const links : {&before, &wanted}) {
      for (const Link& link : *links) {
        if (model::is_guest_port(link)) allowed[link.index].push_back(link.vlans);
      }
    }
  }

  /// Whether a port is in more than it was or shall be in.
  bool lets_in_too_much(const Link& port) const {
    if (!allowed.contains(port.index)) return false;
    const auto& lists = allowed.at(port.index);
    return !port.vlans.empty() && std::none_of(lists.begin(), lists.end(), [&](const auto& list) {
      return model::without(port.vlans, list).empty();
    });
  }

  std::map<int, std::vector<model::Vlans>> allowed;  ///< of guests' ports, by ifindex
  FakeKernel kernel;
  support::FakeXenstored xenstored;
  support::FakeHooks hooks;
  unit::GivenConfiguration configuration{aware_segments()};
  unit::RecordedReport report;
  std::set<std::string> broken;
  std::set<int> bare_before;
  std::set<int> open_before;
};

/// A command on a host, and the host that it shall leave.
struct Scenario {
  const char* name;
  std::vector<Link> host;
  std::function<ExitCode(Trial&)> run;
};

std::vector<Link> with(std::vector<Link> links, std::initializer_list<Link> more) {
  links.insert(links.end(), more);
  return links;
}

std::vector<Link> trunk_down() {
  std::vector<Link> links = unit::bare_host();
  links[1].up = false;
  return links;
}

std::vector<Link> two_vlans() {
  std::vector<Link> links = unit::complete_host();
  links.push_back(unit::bridge(5, "br5"));
  links.push_back(unit::vlan_link(6, "eth1.5", links[1], 5));
  links.back().master = 5;
  links.back().vlans = {unit::untagged};
  links.back().port_groups = plan::all_groups;
  return links;
}

/// A bridge and a VLAN link that others made, each with all that can be mended.
std::vector<Link> made_by_others() {
  std::vector<Link> links = unit::bare_host();
  links.push_back(unit::plain_bridge(3, "br4"));
  links.back().up = true;
  links.back().stp = true;
  Link vlan = unit::vlan_link(4, "eth1.4", links[1], 4);
  vlan.group = 0;
  vlan.mtu = 1000;
  links.push_back(vlan);
  links.push_back(unit::plugged_vif(9, "vif7.0", 3));
  return links;
}

Link addressed_vif() {
  Link vif = unit::new_vif(9, "vif3.0");
  vif.mac = {{2, 0, 0, 0, 0, 9}};
  vif.addresses = {unit::address("192.0.2.9/24")};
  return vif;
}

Link tap() {
  Link link = unit::nic(9, "vif3.0-emu");
  link.kind = "tun";
  link.up = false;
  return link;
}

Link plugged(Link link) {
  link.up = true;
  link.ipv6 = false;
  link.mac = model::guest_port_mac;
  link.master = 3;
  link.vlans = {unit::untagged};
  link.port_groups = plan::all_groups;
  return link;
}

/// A VLAN-aware bridge with all that can be mended, and guests.
std::vector<Link> drifted() {
  std::vector<Link> links = unit::aware_host();
  links[1].vlans = {unit::untagged, {.first = 5, .last = 5}, {.first = 10, .last = 10}};
  links[2].stp = links[2].multicast_snooping = links[2].ipv6 = true;
  links[2].vlan_filtering = false;
  links[2].default_pvid = 1;
  links[2].vlans = {unit::untagged};
  links[2].mtu = 1400;
  links.push_back(
      unit::aware_vif(9, "vif7.0", {unit::untagged, {.first = 10, .last = 10, .untagged = true}}));
  links.back().port_groups = std::uint16_t{0};
  return links;
}

/// VLAN 10 by a bridge of its own beside the VLAN-aware one.
std::vector<Link> both_kinds() {
  std::vector<Link> links = unit::aware_host();
  links.push_back(unit::bridge(5, "guests"));
  links.push_back(unit::plugged_vif(9, "vif3.0", 5));
  return links;
}

/// The same host, whose VLANs come on demand.
std::vector<Link> marked(std::vector<Link> links) {
  for (Link& link : links) {
    if (link.is_bridge() && link.ours()) link.group = model::on_demand_group;
  }
  return links;
}

/// A VLAN-aware bridge whose VLANs come on demand, and are there.
std::vector<Link> aware_with(const model::Vlans& vlans) {
  std::vector<Link> links = marked(unit::aware_host());
  links[1].vlans = vlans;
  return links;
}

enum class Form { own, aware, single };

/// VLANs 4 and 5 by tunnels.
std::vector<model::Segment> tunnelled_segments(Form form = Form::own) {
  std::vector<model::Segment> segments{unit::tunnelled_segment("4"), unit::tunnelled_segment("5")};
  for (model::Segment& segment : segments) {
    segment.trunk_bridge.vlan_aware = form != Form::own;
    segment.tunnelled->single = form == Form::single;
    if (form == Form::single) segment.uplink = {model::IfName::parse("name", "vxlan0"), ""};
  }
  return segments;
}

/// VLAN 4 of eth1, and the same by tunnels.
std::vector<model::Segment> joined_segments() {
  model::Segment of_trunk = unit::segment("4");
  model::Segment of_tunnels = unit::tunnelled_segment("4");
  of_trunk.other = {of_tunnels.trunk, of_tunnels.tunnelled};
  of_tunnels.other = {of_trunk.trunk, {}};
  return {of_trunk, of_tunnels};
}

/// What a start leaves of these.
std::vector<Link> started(const std::vector<model::Segment>& segments) {
  Trial trial(unit::bare_host());
  REQUIRE(trial.start_these(segments) == ExitCode::done);
  return trial.kernel.links();
}

/// With a guest in VLAN 4.
std::vector<Link> with_guest(std::vector<Link> links) {
  const model::HostState host(links);
  const Link* const own = host.find("br4");
  Link vif = own != nullptr ? unit::plugged_vif(99, "vif7.0", own->index)
                            : unit::aware_vif(99, "vif7.0", {model::access_vlan(4)});
  if (own == nullptr) vif.master = host.find("xenbr0")->index;
  links.push_back(vif);
  return links;
}

/// Where another host joins VLAN 4 to a trunk, too, and this one is to give way.
std::vector<Link> where_another_joins() {
  std::vector<Link> links = with_guest(started(joined_segments()));
  for (Link& link : links) {
    if (link.name == "vx4") link.gateways = {{.host = *model::Address::parse_host("10.0.0.1")}};
  }
  return links;
}

/// Drift of all that can be mended in a VXLAN link and its port.
std::vector<Link> drifted_tunnels() {
  std::vector<Link> links = unit::tunnelled_host();
  Link& uplink = links[2];
  uplink.learns = uplink.suppresses_arp = true;
  uplink.alias.clear();
  uplink.up = false;
  return links;
}

const std::map<std::string, std::string> in_vlan_10{
    {"bridge", "xenbr0"}, {"vlan", "10"}, {"frontend", "/local/domain/3/device/vif/0"}};
const std::map<std::string, std::string> in_several{
    {"bridge", "xenbr0"}, {"vlan", "4p/10"}, {"vifname", "web"}, {"mtu", "1400"}};
const std::map<std::string, std::string> on_guests{{"bridge", "guests"}};

const std::map<std::string, std::string> on_br4{{"bridge", "br4"},
                                                {"frontend", "/local/domain/3/device/vif/0"}};
const std::map<std::string, std::string> named_on_br4{
    {"bridge", "br4"}, {"vifname", "web"}, {"mtu", "1400"}};

std::vector<Scenario> scenarios() {
  const auto start = [](Trial& on) { return on.start(); };
  const auto stop = [](Trial& on) { return on.stop(); };
  const auto online = [](Trial& on) { return on.vif(true, false, on_br4); };
  const auto rename = [](Trial& on) { return on.vif(true, false, named_on_br4); };
  const auto offline = [](Trial& on) { return on.vif(false, false, on_br4); };
  const auto add = [](Trial& on) { return on.vif(true, true, named_on_br4); };
  const auto remove = [](Trial& on) { return on.vif(false, true, on_br4); };
  const auto start_aware = [](Trial& on) { return on.start_aware(); };
  const auto stop_four = [](Trial& on) { return on.stop_aware_four(); };
  const auto in_vlan = [](Trial& on) { return on.vif(true, false, in_vlan_10); };
  const auto in_vlans = [](Trial& on) { return on.vif(true, false, in_several); };
  const auto add_in_vlans = [](Trial& on) { return on.vif(true, true, in_several); };
  const auto to_guests = [](Trial& on) { return on.vif(true, false, on_guests); };
  const Link guest = unit::aware_vif(9, "vif7.0", {model::access_vlan(10)});
  const Link settled = unit::aware_vif(9, "vif3.0", {model::access_vlan(10)});
  const Link running = unit::aware_vif(9, "vif3.0", {model::access_vlan(4)});
  const auto comes = [](Trial& on) { return on.vif_on_demand(false, true, on_br4); };
  const auto goes = [](Trial& on) { return on.vif_on_demand(false, false, on_br4); };
  const auto comes_aware = [](Trial& on) { return on.vif_on_demand(true, true, in_vlan_10); };
  const auto goes_aware = [](Trial& on) { return on.vif_on_demand(true, false, in_vlan_10); };
  const auto start_demand = [](Trial& on) { return on.start_on_demand(false); };
  const auto start_aware_demand = [](Trial& on) { return on.start_on_demand(true); };
  const auto start_tunnels = [](Trial& on) { return on.start_these(tunnelled_segments()); };
  const auto start_aware_tunnels = [](Trial& on) {
    return on.start_these(tunnelled_segments(Form::aware));
  };
  const auto start_device = [](Trial& on) {
    return on.start_these(tunnelled_segments(Form::single));
  };
  const auto start_only_four = [](Trial& on) {
    return on.start_these({tunnelled_segments(Form::single).front()});
  };
  const auto start_joined = [](Trial& on) { return on.start_these(joined_segments()); };
  return {
      {"VXLAN: start on a bare host", unit::bare_host(), start_tunnels},
      {"VXLAN: start over a drift", drifted_tunnels(), start_tunnels},
      {"VXLAN: start with nothing to do", started(tunnelled_segments()), start_tunnels},
      {"VXLAN: stop", started(tunnelled_segments()), stop},
      {"VXLAN: stop beside a guest", with_guest(started(tunnelled_segments())), stop},
      {"VXLAN, VLAN-aware: stop beside a guest",
       with_guest(started(tunnelled_segments(Form::aware))), stop},
      {"VXLAN, one device: stop beside a guest",
       with_guest(started(tunnelled_segments(Form::single))), stop},
      {"VXLAN, VLAN-aware: start on a bare host", unit::bare_host(), start_aware_tunnels},
      {"VXLAN, VLAN-aware: stop", started(tunnelled_segments(Form::aware)), stop},
      {"VXLAN, one device: start on a bare host", unit::bare_host(), start_device},
      {"VXLAN, one device: start with a VLAN less", started(tunnelled_segments(Form::single)),
       start_only_four},
      {"VXLAN, one device: stop", started(tunnelled_segments(Form::single)), stop},
      {"VXLAN joined to a trunk: start on a bare host", unit::bare_host(), start_joined},
      {"VXLAN joined to a trunk: start over the trunk's", unit::complete_host(), start_joined},
      {"VXLAN joined to a trunk: start over the tunnels'", unit::tunnelled_host(), start_joined},
      {"VXLAN joined to a trunk: start where another host joins it, too", where_another_joins(),
       start_joined},
      {"VXLAN joined to a trunk: stop", started(joined_segments()), stop},
      {"on demand: start on a bare host", unit::bare_host(), start_demand},
      {"on demand: start with VLANs that nobody uses", two_vlans(), start_demand},
      {"on demand: the first guest comes", with(unit::bare_host(), {addressed_vif()}), comes},
      {"on demand: the last guest goes",
       with(marked(unit::complete_host()), {unit::plugged_vif(9, "vif3.0", 3)}), goes},
      {"on demand: a guest moves", with(marked(two_vlans()), {unit::plugged_vif(9, "vif3.0", 5)}),
       comes},
      {"on demand, VLAN-aware: start on a bare host", unit::bare_host(), start_aware_demand},
      {"on demand, VLAN-aware: start with VLANs that nobody uses", unit::aware_host(),
       start_aware_demand},
      {"on demand, VLAN-aware: the first guest comes", with(aware_with({}), {addressed_vif()}),
       comes_aware},
      {"on demand, VLAN-aware: the last guest goes",
       with(aware_with({{.first = 10, .last = 10}}), {settled}), goes_aware},
      {"on demand, VLAN-aware: a guest moves",
       with(aware_with({{.first = 4, .last = 4}}), {running}), comes_aware},
      {"start on a bare host", unit::bare_host(), start},
      {"start with the trunk down", trunk_down(), start},
      {"start over what others made", made_by_others(), start},
      {"start with nothing to do", two_vlans(), start},
      {"stop", two_vlans(), stop},
      {"stop beside a guest", with(two_vlans(), {unit::plugged_vif(9, "vif7.0", 3)}), stop},
      {"online", with(two_vlans(), {addressed_vif()}), online},
      {"online with a new name", with(two_vlans(), {addressed_vif()}), rename},
      {"online on another bridge", with(two_vlans(), {unit::plugged_vif(9, "vif3.0", 5)}), rename},
      {"online of what is plugged", with(two_vlans(), {unit::plugged_vif(9, "vif3.0", 3)}), online},
      {"offline", with(two_vlans(), {unit::plugged_vif(9, "vif3.0", 3)}), offline},
      {"add", with(two_vlans(), {tap()}), add},
      {"remove", with(two_vlans(), {plugged(tap())}), remove},
      {"VLAN-aware: start on a bare host", unit::bare_host(), start_aware},
      {"VLAN-aware: start over bridges of one VLAN each, with a guest",
       with(unit::complete_host(), {unit::plugged_vif(9, "vif7.0", 3)}), start_aware},
      {"start over a VLAN-aware bridge, with a guest",
       with(unit::aware_host(), {unit::aware_vif(9, "vif7.0", {model::access_vlan(4)})}), start},
      {"VLAN-aware: start with the trunk down", trunk_down(), start_aware},
      {"VLAN-aware: start over a drift", drifted(), start_aware},
      {"VLAN-aware: start with nothing to do", unit::aware_host(), start_aware},
      {"VLAN-aware: stop", unit::aware_host(), stop},
      {"VLAN-aware: stop of a VLAN", unit::aware_host(), stop_four},
      {"VLAN-aware: stop beside a guest", with(unit::aware_host(), {guest}), stop},
      {"VLAN-aware: online", with(unit::aware_host(), {addressed_vif()}), in_vlan},
      {"VLAN-aware: online of what is plugged", with(unit::aware_host(), {settled}), in_vlan},
      {"VLAN-aware: online with a new name", with(unit::aware_host(), {addressed_vif()}), in_vlans},
      {"VLAN-aware: online in other VLANs", with(unit::aware_host(), {running}), in_vlan},
      {"VLAN-aware: online from a VLAN's own bridge", both_kinds(), in_vlan},
      {"VLAN-aware: online on a VLAN's own bridge",
       with(unit::aware_host(), {running, unit::bridge(20, "guests")}), to_guests},
      {"VLAN-aware: add", with(unit::aware_host(), {tap()}), add_in_vlans},
      {"VLAN-aware: offline", with(unit::aware_host(), {running}), offline}};
}

std::string yes_or_no(bool yes) {
  return yes ? "yes" : "no";
}

/// A link in words, without what may differ between two hosts that are alike: indices, and the way
/// in which a bridge is shut.
std::string words_of(const Link& link, const model::HostState& host) {
  const auto name_of = [&](int index) {
    const Link* const other = host.find(index);
    return other == nullptr ? std::string("-") : other->name;
  };
  std::string text = link.name + " alias=" + link.alias + " up=" + yes_or_no(link.up) +
                     " mtu=" + std::to_string(link.mtu) + " mac=" + link.mac.text() +
                     " group=" + std::to_string(link.group) + " master=" + name_of(link.master) +
                     " lower=" + name_of(link.lower) + " vid=" + std::to_string(link.vid) +
                     " ipv6=" + yes_or_no(link.ipv6) + " stp=" + yes_or_no(link.stp) +
                     " delay=" + std::to_string(link.forward_delay) +
                     " snooping=" + yes_or_no(link.multicast_snooping);
  if (link.master != 0) {
    text += " vlans=" + model::text(link.vlans) +
            " groups=" + std::to_string(link.port_groups.value_or(0));
  }
  if (link.is_bridge()) {
    text += " shut=" + yes_or_no(link.deaf() || link.ingress_dropped || link.routing_shut);
  }
  for (const model::Address& address : link.addresses) text += " " + address.text();
  if (link.is_vxlan()) {
    text += " vni=" + std::to_string(link.vxlan->vni) + " local=" + link.vxlan->local.text() +
            " learns=" + yes_or_no(link.learns) + " suppresses=" + yes_or_no(link.suppresses_arp) +
            " maps=" + yes_or_no(link.maps_vlans) +
            " vnis=" + model::text(model::vlans_of(link.vnis));
  }
  return text;
}

std::map<std::string, std::string> by_name(const std::vector<Link>& links) {
  const model::HostState host(links);
  std::map<std::string, std::string> map;
  for (const Link& link : links) map[link.name] = words_of(link, host);
  return map;
}

/// What one host has and the other one has not, in words.
std::set<std::string> differences(const std::vector<Link>& before, const std::vector<Link>& after) {
  const auto one = by_name(before);
  const auto other = by_name(after);
  std::set<std::string> found;
  for (const auto& [name, words] : one) {
    if (!other.contains(name) || other.at(name) != words) found.insert("- " + words);
  }
  for (const auto& [name, words] : other) {
    if (!one.contains(name) || one.at(name) != words) found.insert("+ " + words);
  }
  return found;
}

/// The names of links that are neither as wanted nor as they were.
std::set<std::string> neither(const std::vector<Link>& wanted, const std::vector<Link>& before,
                              const std::vector<Link>& now) {
  const auto as_wanted = by_name(wanted);
  const auto as_before = by_name(before);
  std::set<std::string> names;
  for (const auto& one : by_name(now)) {
    const auto is = [&](const auto& map) {
      const auto found = map.find(one.first);
      return found != map.end() && found->second == one.second;
    };
    if (!is(as_wanted) && !is(as_before)) names.insert(one.first);
  }
  return names;
}

std::string all_lines(const Trial& trial) {
  std::string text;
  for (const auto* lines : {&trial.report.lines, &trial.report.hints}) {
    for (const std::string& line : *lines) text += line + "\n";
  }
  for (const auto& write : trial.xenstored.writes) {
    for (const std::string& line : write) text += line + "\n";
  }
  return text;
}

/// What holds after any command, whatever happened.
void check_outcome(const Scenario& scenario, Trial& trial, ExitCode exit,
                   const std::vector<Link>& wanted, const std::vector<Link>& before) {
  CHECK(trial.broken == std::set<std::string>{});
  const std::vector<Link>& now = trial.kernel.links();
  const auto changed = differences(before, now);
  CAPTURE(scenario.name, static_cast<int>(exit), all_lines(trial));
  switch (exit) {
    case ExitCode::done:
      // An old netback's refusals of a MAC or an MTU are put up with, and so is an old VLAN that
      // stays behind a guest that moved.
      if (all_lines(trial).find("warning: cannot set M") != std::string::npos) break;
      if (all_lines(trial).find("warning: left without a guest: ") != std::string::npos) break;
      CHECK(differences(wanted, now) == std::set<std::string>{});
      break;
    case ExitCode::failed:
      CHECK(changed == std::set<std::string>{});
      CHECK_FALSE(trial.report.lines.empty());
      break;
    case ExitCode::partial:
      for (const std::string& name : neither(wanted, before, now)) {
        CHECK_THAT(all_lines(trial), Catch::Contains(name));
      }
      break;
    case ExitCode::usage:
      FAIL("a kernel's refusal is no mistake of the user");
  }
}

struct CleanRun {
  std::vector<Link> wanted;
  int operations = 0;
};

CleanRun run_unharmed(const Scenario& scenario) {
  INFO(scenario.name);
  Trial trial(scenario.host);
  const ExitCode exit = scenario.run(trial);
  CHECK((exit == ExitCode::done || exit == ExitCode::partial));
  CHECK(trial.broken == std::set<std::string>{});
  return {trial.kernel.links(), trial.kernel.asked};
}

}  // namespace

TEST_CASE("a command holds or leaves nothing, whatever the kernel refuses", "[faults]") {
  for (const Scenario& scenario : scenarios()) {
    const CleanRun clean = run_unharmed(scenario);
    for (int at = 0; at < clean.operations; ++at) {
      for (const int errnum : all_errnos) {
        INFO(scenario.name << ", operation " << at << ", " << model::error_text(errnum));
        Trial trial(scenario.host);
        trial.allow(scenario.host, clean.wanted);
        trial.kernel.refuse_at(at, errnum);
        check_outcome(scenario, trial, scenario.run(trial), clean.wanted, scenario.host);
      }
    }
  }
}

TEST_CASE("a command holds or leaves nothing when the kernel falls silent", "[faults]") {
  for (const Scenario& scenario : scenarios()) {
    const CleanRun clean = run_unharmed(scenario);
    for (int at = 0; at < clean.operations; ++at) {
      for (const bool behind : {false, true}) {
        INFO(scenario.name << ", operation " << at << (behind ? ", done" : ", not done"));
        Trial trial(scenario.host);
        trial.allow(scenario.host, clean.wanted);
        trial.kernel.fall_silent_at(at, behind);
        check_outcome(scenario, trial, scenario.run(trial), clean.wanted, scenario.host);
      }
    }
  }
}

TEST_CASE("a command whose undoing is refused, too, tells what is left", "[faults]") {
  for (const Scenario& scenario : scenarios()) {
    const CleanRun clean = run_unharmed(scenario);
    for (int at = 0; at < clean.operations; ++at) {
      for (int later = at + 1; later < at + 6; ++later) {
        INFO(scenario.name << ", operations " << at << " and " << later);
        Trial trial(scenario.host);
        trial.allow(scenario.host, clean.wanted);
        trial.kernel.refuse_at(at, EPERM);
        trial.kernel.refuse_at(later, ENOMEM);
        check_outcome(scenario, trial, scenario.run(trial), clean.wanted, scenario.host);
      }
    }
  }
}

TEST_CASE("a command that is killed at any operation is finished by the next run", "[faults]") {
  for (const Scenario& scenario : scenarios()) {
    const CleanRun clean = run_unharmed(scenario);
    for (int at = 0; at < clean.operations; ++at) {
      INFO(scenario.name << ", killed before operation " << at);
      Trial killed(scenario.host);
      killed.allow(scenario.host, clean.wanted);
      killed.kernel.before_number(at, [] { throw Killed{}; });
      CHECK_THROWS_AS(scenario.run(killed), Killed);
      CHECK(killed.broken == std::set<std::string>{});
      Trial next(killed.kernel.links());
      (void)scenario.run(next);
      CHECK(next.broken == std::set<std::string>{});
      CHECK(differences(clean.wanted, next.kernel.links()) == std::set<std::string>{});
    }
  }
}

namespace {

void erase(FakeKernel& kernel, const std::string& name) {
  const plan::Operation deletion = plan::DeleteLink{name};
  (void)kernel.run(std::span(&deletion, 1));
}

/// What others do to a host in the midst of a command.
struct Meddler {
  const char* name;
  std::function<void(Trial&, const Scenario&)> act;
};

std::vector<Meddler> meddlers() {
  return {
      {"the vif goes", [](Trial& on, const Scenario&) { erase(on.kernel, "vif3.0"); }},
      {"the bridge goes", [](Trial& on, const Scenario&) { erase(on.kernel, "br4"); }},
      {"the bridge is another one",
       [](Trial& on, const Scenario&) {
         erase(on.kernel, "br4");
         if (on.kernel.read().find("br4") == nullptr) on.kernel.add(unit::plain_bridge(0, "br4"));
       }},
      {"the VLAN link goes", [](Trial& on, const Scenario&) { erase(on.kernel, "eth1.5"); }},
      {"the trunk goes", [](Trial& on, const Scenario&) { erase(on.kernel, "eth1"); }},
      {"a stranger takes the name of a bridge",
       [](Trial& on, const Scenario&) {
         if (on.kernel.read().find("br5") == nullptr) on.kernel.add(unit::nic(0, "br5"));
       }},
      {"a twin does the same",
       [](Trial& on, const Scenario& scenario) {
         on.report.lines.push_back("a twin");
         (void)scenario.run(on);
       }},
      {"a guest comes",
       [](Trial& on, const Scenario&) {
         const model::HostState host = on.kernel.read();
         const Link* const bridge = host.find("br5");
         if (bridge == nullptr || !bridge->is_bridge()) return;
         on.kernel.add(unit::plugged_vif(0, "vif8.0", bridge->index));
       }},
  };
}

/// Links that no command may change: dom0's own, and what strangers bring.
void check_strangers(Trial& trial) {
  const model::HostState host = trial.kernel.read();
  const Link eth0 = unit::bare_host().front();
  CHECK(*host.find("eth0") == eth0);
  const Link* const br5 = host.find("br5");
  if (br5 != nullptr && !br5->is_bridge()) {
    CHECK(br5->up);
    CHECK(br5->master == 0);
    CHECK(br5->ipv6);
  }
  const Link* const guest = host.find("vif8.0");
  if (guest != nullptr && br5 != nullptr && br5->is_bridge()) {
    CHECK(guest->up);
    CHECK(guest->master == br5->index);
  }
}

}  // namespace

TEST_CASE("nobody else's link is touched, whatever others do in the midst of a command",
          "[faults]") {
  for (const Scenario& scenario : scenarios()) {
    const CleanRun clean = run_unharmed(scenario);
    for (const Meddler& meddler : meddlers()) {
      for (int at = 0; at < clean.operations; ++at) {
        INFO(scenario.name << ", " << meddler.name << " before operation " << at);
        Trial trial(scenario.host);
        trial.kernel.before_number(at, [&] {
          const auto seen = trial.broken;
          trial.kernel.after_each = nullptr;
          meddler.act(trial, scenario);
          trial.broken = seen;
        });
        const ExitCode exit = scenario.run(trial);
        CAPTURE(static_cast<int>(exit), all_lines(trial));
        CHECK(exit != ExitCode::usage);
        check_strangers(trial);
      }
    }
  }
}
