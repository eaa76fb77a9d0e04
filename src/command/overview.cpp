#include "command/overview.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "plan/bridge.hpp"
#include "plan/isolation.hpp"
#include "plan/judge.hpp"
#include "plan/vxlan.hpp"

namespace command {
namespace {

using model::HostState;
using model::Judgement;
using model::Link;
using model::ProblemCode;
using model::Segment;
using model::State;

model::BridgeVlan single(std::uint16_t vid) {
  return {.first = vid, .last = vid};
}

std::optional<TunnelView> tunnel_of(const Segment& segment, const Overview& overview) {
  if (!segment.tunnelled) return std::nullopt;
  return TunnelView{.vni = segment.tunnelled->vni,
                    .port = segment.tunnelled->port,
                    .hosts = plan::hosts_of(segment, overview.host, overview.remotes)};
}

VlanView view_of(const Segment& segment, const Overview& overview, Judgement judgement) {
  const HostState& host = overview.host;
  return {.trunk = segment.trunk.text(),
          .vids = {single(segment.vid.value())},
          .names = plan::link_names(segment, host),
          .links = plan::find_links(segment, host),
          .judgement = std::move(judgement),
          .guests = plan::guests_of(segment, host),
          .configured = nullptr,
          .tunnel = tunnel_of(segment, overview)};
}

/// The VLANs of a trunk that may come with their guests.
VlanView view_of_allowed(const Segment& any, const NetworkRequest& request, const HostState& host) {
  model::Vlans allowed;
  for (const Segment& segment : request.segments) {
    if (segment.trunk == any.trunk) allowed.push_back(single(segment.vid.value()));
  }
  const bool aware = any.trunk_bridge.vlan_aware;
  return {.trunk = any.trunk.text(),
          .vids = model::normalized(allowed),
          .names = {.uplink = "-", .bridge = aware ? any.trunk_bridge.name.text() : "-"},
          .links = {},
          .judgement = plan::judge_trunk(any.trunk, request.segments, host),
          .guests = {},
          .configured = nullptr};
}

void add_allowed(Overview& overview, const NetworkRequest& request) {
  std::set<std::string> seen;
  for (const Segment& any : request.segments) {
    if (!any.options.on_demand || !seen.insert(any.trunk.text()).second) continue;
    overview.vlans.push_back(view_of_allowed(any, request, overview.host));
  }
}

void add_configured(Overview& overview, const NetworkRequest& request, net::Kernel& kernel) {
  const auto manager_of = [&](const Link& link) { return kernel.manager_of(link); };
  std::map<std::string, std::optional<std::uint32_t>> path_mtus;  // by the other hosts' addresses
  const auto path_mtu_to = [&](const model::Address& host) {
    const auto [found, added] = path_mtus.try_emplace(host.host_text());
    if (added) found->second = kernel.path_mtu(host);
    return found->second;
  };
  for (const Segment& segment : request.segments) {
    if (!plan::is_wanted_now(segment, overview.host)) continue;
    Judgement judgement = plan::judge(segment, overview.host, manager_of);
    plan::judge_hosts(judgement, segment, overview.host, overview.remotes, path_mtu_to);
    overview.vlans.push_back(view_of(segment, overview, std::move(judgement)));
    overview.vlans.back().configured = &segment;
  }
}

Judgement not_configured(const std::string& link, const std::string& words) {
  return {.state = State::unconfigured,
          .problems = {{.code = ProblemCode::unconfigured,
                        .link = link,
                        .text = "made by xvlan, but not configured",
                        .mend = "xvlan network stop " + words}}};
}

/// What a command is to be called with to mean that VLAN.
std::string words_for(const std::string& trunk, const std::string& vid) {
  return "netdev=" + trunk + " vlans=" + vid;
}

std::string words_for(const Segment& segment) {
  const std::string vid = segment.vid.text();
  if (!segment.tunnelled) return words_for(segment.trunk.text(), vid);
  const model::Tunnelled& tunnelled = *segment.tunnelled;
  // A VNI below the VID has no base; such a VLAN is named by its configuration only.
  const std::uint32_t vni = std::max<std::uint32_t>(tunnelled.vni, segment.vid.value());
  return "vxlan=" + segment.trunk.text() + " vlans=" + vid +
         " vni-base=" + std::to_string(vni - segment.vid.value()) +
         (tunnelled.port == model::usual_vxlan_port ? ""
                                                    : " port=" + std::to_string(tunnelled.port)) +
         (tunnelled.single ? " vxlan-single=yes" : "");
}

/// Those VLANs of a bridge that have no link of their own, and are not configured.
void add_unconfigured_vlans(Overview& overview, const Link& bridge, const NetworkRequest& request) {
  const std::vector<Segment> vlans = plan::vlans_without_link(bridge, overview.host);
  if (vlans.empty()) return;
  const auto key = [](const Segment& one) {
    return std::pair(one.tunnelled.has_value(), one.vid.value());
  };
  std::set<std::pair<bool, std::uint16_t>> configured;
  for (const Segment& segment : request.segments) {
    const bool is_on = plan::find_links(segment, overview.host).bridge == &bridge;
    if (is_on) configured.insert(key(segment));
  }
  for (const Segment& segment : vlans) {
    if (configured.contains(key(segment))) continue;
    overview.vlans.push_back(
        view_of(segment, overview, not_configured(bridge.name, words_for(segment))));
  }
}

void add_unconfigured_link(Overview& overview, const Link& link) {
  const Link* const trunk = overview.host.find(link.lower);
  const Link* const bridge = overview.host.find(link.master);
  const std::string trunk_name = trunk == nullptr ? "-" : trunk->name;
  overview.vlans.push_back(
      {.trunk = trunk_name,
       .vids = {single(link.vid)},
       .names = {.uplink = link.name, .bridge = bridge == nullptr ? "-" : bridge->name},
       .links = {.uplink = &link, .bridge = bridge},
       .judgement = not_configured(link.name, words_for(trunk_name, std::to_string(link.vid))),
       .guests = bridge == nullptr ? std::vector<const Link*>{}
                                   : plan::guest_ports(*bridge, overview.host),
       .configured = nullptr});
}

void add_unconfigured_tunnel(Overview& overview, const Link& vxlan) {
  const Link* const bridge = overview.host.find(vxlan.master);
  const Segment segment = plan::segment_of(vxlan, bridge);
  overview.vlans.push_back({.trunk = segment.trunk.text(),
                            .vids = {single(segment.vid.value())},
                            .names = {vxlan.name, bridge == nullptr ? "-" : bridge->name},
                            .links = {.uplink = &vxlan, .bridge = bridge},
                            .judgement = not_configured(vxlan.name, words_for(segment)),
                            .guests = bridge == nullptr ? std::vector<const Link*>{}
                                                        : plan::guest_ports(*bridge, overview.host),
                            .configured = nullptr,
                            .tunnel = tunnel_of(segment, overview)});
}

/// Whether it is listed by itself, and not among the VLANs of its bridge.
bool is_lone_tunnel(const Link& link, const HostState& host) {
  const Link* const bridge = host.find(link.master);
  return link.ours() && link.is_vxlan() && !link.vxlan->single &&
         (bridge == nullptr || !plan::is_used_by_vlans(*bridge, host));
}

void add_unconfigured(Overview& overview, const NetworkRequest& request) {
  std::set<const Link*> configured;
  for (const Segment& segment : request.segments) {
    const plan::SegmentLinks links = plan::find_links(segment, overview.host);
    configured.insert({links.uplink, links.bridge});
  }
  for (const Link& link : overview.host.links()) {
    add_unconfigured_vlans(overview, link, request);
    const bool left = link.ours() && link.is_vlan_link() && !configured.contains(&link);
    if (left) add_unconfigured_link(overview, link);
    if (is_lone_tunnel(link, overview.host) && !configured.contains(&link)) {
      add_unconfigured_tunnel(overview, link);
    }
  }
}

/// Whether somebody has taken a guest's port off its bridge; one that dom0 routes has an address.
bool is_bare(const Link& link) {
  return model::is_guest_port(link) && link.up && link.master == 0 &&
         !model::has_given_address(link);
}

/// A bridge of ours for all VLANs gives its ports none of its own accord, whoever plugs them.
void add_lost_guests(Overview& overview) {
  for (const Link& link : overview.host.links()) {
    if (is_bare(link)) overview.problems.push_back(plan::lost(link, "up but on no bridge"));
  }
  for (const Link& bridge : overview.host.links()) {
    for (const Link* port : plan::guests_in_no_vlan(bridge, overview.host)) {
      overview.problems.push_back(plan::lost(*port, "in no VLAN of " + bridge.name));
    }
  }
}

void add(std::vector<model::Problem>& problems, std::vector<model::Problem>&& more) {
  problems.insert(problems.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
}

/// Whether nobody at all is heard of by the tunnels that have this address.
bool is_alone(const Overview& overview, const std::string& local) {
  return std::none_of(overview.vlans.begin(), overview.vlans.end(), [&](const VlanView& vlan) {
    return vlan.tunnel && vlan.trunk == local && !vlan.tunnel->hosts.empty();
  });
}

/// Who tells the kernel where guests are on other hosts?
void add_control_plane(Overview& overview, const NetworkRequest& request, net::Kernel& kernel) {
  std::set<std::string> ends;
  for (const Segment& segment : request.segments) {
    if (segment.tunnelled) ends.insert(segment.trunk.text());
  }
  if (ends.empty()) return;
  if (const auto daemon = kernel.missing_control_plane()) {
    overview.problems.push_back(
        {.code = ProblemCode::control_plane,
         .link = {},
         .text = "FRR's " + *daemon + " is not running: guests on other hosts are not reached",
         .mend = "systemctl start frr",
         .found = *daemon});
    return;
  }
  for (const std::string& local : ends) {
    if (!is_alone(overview, local)) continue;
    overview.problems.push_back({.code = ProblemCode::alone,
                                 .link = {},
                                 .text = "no other host is known on any VLAN of " + local,
                                 .mend = "vtysh -c 'show bgp l2vpn evpn summary'"});
  }
}

/// What joins VLANs, those of all of a trunk among the host's problems.
void add_joins(Overview& overview, const NetworkRequest& request,
               const std::vector<model::Redirect>& redirects) {
  std::set<std::string> trunks;
  for (const Segment& segment : request.segments) {
    if (!trunks.insert(segment.trunk.text()).second) continue;
    add(overview.problems, plan::joins_of_trunk(segment, overview.host, redirects));
  }
  for (VlanView& vlan : overview.vlans) {
    if (vlan.configured == nullptr) continue;
    auto problems = plan::joins(*vlan.configured, overview.host, redirects);
    if (!problems.empty()) vlan.judgement.state = State::wrong;
    add(vlan.judgement.problems, std::move(problems));
  }
}

/// What start is to be called with, to mean the same VLANs.
void name_words(model::Judgement& judgement, const std::string& words) {
  for (model::Problem& problem : judgement.problems) {
    if (problem.mend == plan::start_again) problem.mend += words;
  }
}

bool is_well(State state) {
  return state == State::up || state == State::on_demand || state == State::unconfigured;
}

bool has_tunnels(const NetworkRequest& request, const HostState& host) {
  const auto& links = host.links();
  return std::any_of(request.segments.begin(), request.segments.end(),
                     [](const Segment& segment) { return segment.tunnelled.has_value(); }) ||
         std::any_of(links.begin(), links.end(),
                     [](const Link& link) { return link.is_vxlan() && link.ours(); });
}

}  // namespace

bool Overview::all_well() const {
  return refused.empty() && problems.empty() &&
         std::all_of(vlans.begin(), vlans.end(),
                     [](const VlanView& vlan) { return is_well(vlan.judgement.state); });
}

std::size_t Overview::count(State state) const {
  return static_cast<std::size_t>(
      std::count_if(vlans.begin(), vlans.end(),
                    [&](const VlanView& vlan) { return vlan.judgement.state == state; }));
}

std::size_t Overview::guest_count() const {
  std::set<const Link*> guests;
  for (const VlanView& vlan : vlans) guests.insert(vlan.guests.begin(), vlan.guests.end());
  return guests.size();
}

Overview read_overview(const NetworkRequest& request, net::Kernel& kernel, Depth depth) {
  Overview overview;
  if (model::any_joined(request.segments)) kernel.look_for_gateways();
  overview.host = kernel.read();
  overview.refused = request.refused;
  if (has_tunnels(request, overview.host)) overview.remotes = kernel.read_remotes();
  add_allowed(overview, request);
  add_configured(overview, request, kernel);
  add_unconfigured(overview, request);
  add_lost_guests(overview);
  add_control_plane(overview, request, kernel);
  if (depth == Depth::isolation) add_joins(overview, request, kernel.read_redirects());
  overview.firewall_sees_bridged = kernel.firewall_sees_bridged();
  for (VlanView& vlan : overview.vlans) name_words(vlan.judgement, request.words);
  return overview;
}

}  // namespace command
