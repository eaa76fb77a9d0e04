#include "command/status_json.hpp"

#include "command/host_checks.hpp"

namespace command {
namespace {

using model::Link;

/// What the VLAN link and the bridge say, or of a VLAN-aware bridge only that.
void add_links(JsonObject& object, const VlanView& vlan) {
  if (vlan.names.uplink != "-") object.add("ifname", vlan.names.uplink);
  if (vlan.names.bridge != "-") object.add("master", vlan.names.bridge);
  const Link* const bridge = vlan.links.bridge;
  const Link* const link = vlan.links.uplink == nullptr ? bridge : vlan.links.uplink;
  if (link == nullptr) return;
  object.add("mtu", link->mtu).add("made_by_xvlan", link->ours());
}

JsonObject tunnel_json(const TunnelView& tunnel, const std::string& local) {
  JsonArray hosts;
  for (const model::Address& host : tunnel.hosts) hosts.add(host.host_text());
  return JsonObject()
      .add("id", tunnel.vni)
      .add("local", local)
      .add("port", std::uint32_t{tunnel.port})
      .add("hosts", hosts);
}

JsonObject vlan_json(const VlanView& vlan, GuestNames& names) {
  JsonObject object;
  if (!vlan.tunnel && vlan.trunk != "-") object.add("link", vlan.trunk);
  if (vlan.judgement.state == model::State::on_demand) {
    object.add("vlans", vlans_json(vlan.vids));
  } else {
    object.add("vlan", std::uint32_t{vlan.vids.front().first});
  }
  add_links(object, vlan);
  if (vlan.tunnel) object.add("vxlan", tunnel_json(*vlan.tunnel, vlan.trunk));
  object.add("state", model::word(vlan.judgement.state));
  const bool aware = vlan.links.bridge != nullptr && vlan.links.bridge->gives_no_vlan();
  JsonArray ports;
  for (const Link* port : vlan.guests) ports.add(port_json(*port, aware, names));
  return object.add_if_any("ports", ports)
      .add_if_any("problems", problems_json(vlan.judgement.problems));
}

/// All that concerns no configured VLAN.
std::vector<model::Problem> other_problems(const Overview& overview) {
  std::vector<model::Problem> problems;
  for (const model::Error& error : overview.refused) {
    problems.push_back({.code = model::ProblemCode::refused,
                        .link = {},
                        .text = error.sentence(),
                        .mend = error.remedy()});
  }
  problems.insert(problems.end(), overview.problems.begin(), overview.problems.end());
  if (overview.firewall_sees_bridged) {
    problems.push_back({.code = model::ProblemCode::firewall,
                        .link = {},
                        .text = firewall_sentence,
                        .mend = firewall_mend});
  }
  return problems;
}

}  // namespace

JsonArray vlans_json(const model::Vlans& vlans) {
  JsonArray array;
  for (const model::BridgeVlan& range : vlans) {
    JsonObject one;
    one.add("vlan", std::uint32_t{range.first});
    if (range.last != range.first) one.add("vlanEnd", std::uint32_t{range.last});
    JsonArray flags;
    if (range.pvid) flags.add("PVID");
    if (range.untagged) flags.add("Egress Untagged");
    array.add(one.add_if_any("flags", flags));
  }
  return array;
}

JsonArray problems_json(const std::vector<model::Problem>& problems) {
  JsonArray array;
  for (const model::Problem& problem : problems) {
    array.add(JsonObject()
                  .add("code", model::word(problem.code))
                  .add_if_any("ifname", problem.link)
                  .add_if_any("found", problem.found)
                  .add("text", problem.text)
                  .add_if_any("mend", problem.mend));
  }
  return array;
}

JsonObject port_json(const Link& port, bool of_aware_bridge, GuestNames& names) {
  JsonObject object;
  object.add("ifname", port.name);
  if (const auto vif = model::vif_of(port)) {
    object.add("domid", vif->domid).add("devid", vif->devid);
    object.add_if_any("domain", names.name_of(vif->domid).value_or(""));
    object.add_if_any("guest_address", names.mac_of(*vif).value_or(""));
  }
  // Of a bridge of one VLAN they are the bridge's own affair.
  if (of_aware_bridge) object.add_if_any("vlans", vlans_json(port.vlans));
  return object.add("up", port.up)
      .add("mtu", port.mtu)
      .add_if_any("antispoof", std::string(port.filter))
      .add("isolated", port.isolated);
}

JsonObject json_of(const Overview& overview, GuestNames& names) {
  JsonArray segments;
  for (const VlanView& vlan : overview.vlans) segments.add(vlan_json(vlan, names));
  return JsonObject()
      .add("format", json_format)
      .add("segments", segments)
      .add("problems", problems_json(other_problems(overview)));
}

}  // namespace command
