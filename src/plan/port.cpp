#include "plan/port.hpp"

#include <utility>

namespace plan {
namespace {

LinkRef bridge_or_none(const model::Link* bridge) {
  return bridge == nullptr ? LinkRef("") : LinkRef(*bridge);
}

ChangeLink settings_of(const Port& wanted, const model::Link& vif, const model::Link* current) {
  ChangeLink change{.link = vif, .to = {}, .from = {}};
  const auto set_if_other = [&](auto LinkSettings::*setting, auto to, auto from) {
    if (to == from) return;
    change.to.*setting = std::move(to);
    change.from.*setting = std::move(from);
  };
  set_if_other(&LinkSettings::mac, model::guest_port_mac, vif.mac);
  set_if_other(&LinkSettings::mtu, wanted.mtu, vif.mtu);
  if (vif.name != wanted.name) {
    set_if_other(&LinkSettings::name, wanted.name, vif.name);
    set_if_other(&LinkSettings::alias, wanted.original, vif.alias);
  }
  if (vif.master != wanted.bridge->index) {
    change.to.bridge = *wanted.bridge;
    change.from.bridge = bridge_or_none(current);
  }
  // The kernel gives a port its groups anew when it joins a bridge.
  if (change.to.bridge || vif.port_groups.value_or(all_groups) != all_groups) {
    change.to.port_groups = all_groups;
    change.from.port_groups = vif.port_groups;
  }
  // So with isolation, which it then has not: whoever puts it back isolates it again. Off a bridge
  // it has none.
  if (!change.to.bridge) {
    set_if_other(&LinkSettings::isolated, wanted.isolated, vif.isolated);
  } else if (wanted.isolated || vif.isolated) {
    change.to.isolated = wanted.isolated;
    if (current != nullptr) change.from.isolated = vif.isolated;
  }
  // The mark is there no later than the filter, and goes no sooner.
  set_if_other(&LinkSettings::filtered, wanted.filter.has_value(), vif.filtered());
  return change;
}

/// A bridge has put a new port into its default VLAN by then.
model::Vlans vlans_given_by(const model::Link& bridge) {
  if (bridge.default_pvid == 0) return {};
  return {model::access_vlan(bridge.default_pvid)};
}

void set_vlans(Plan& plan, const Port& wanted, const LinkRef& link, const model::Vlans& from) {
  if (wanted.vlans && *wanted.vlans != from) plan.emplace_back(SetVlans{link, *wanted.vlans, from});
}

}  // namespace

Plan attach(const Port& wanted, const model::Link& vif, const model::Link* current) {
  ChangeLink change = settings_of(wanted, vif, current);
  const LinkSettings& to = change.to;
  const bool joins = to.bridge.has_value();
  const bool rises = vif.mtu < model::least_ipv6_mtu && wanted.mtu >= model::least_ipv6_mtu;
  // Neither a MAC nor a name can be changed on a link that is up (Linux,
  // eth_prepare_mac_addr_change and dev_change_name). An MTU that rises brings IPv6 back.
  const bool other_filter = wanted.filter != wanted.filter_before;
  const bool other_vlans = wanted.vlans && *wanted.vlans != vif.vlans;
  const bool bring_down =
      vif.up && (to.mac || to.name || joins || rises || (other_filter && other_vlans));
  LinkRef link(vif);
  link.name = to.name.value_or(vif.name);
  Plan plan;
  if (bring_down) plan.emplace_back(SetUp{vif, false});
  if (other_filter && !wanted.filter) {
    plan.emplace_back(SetFilter{vif, {}, wanted.filter_before});
  }
  for (const model::Address& address : vif.addresses) {
    if (!address.ipv6) plan.emplace_back(DeleteAddress{vif, address});
  }
  // So that they come back where the port does.
  const bool has_own_vlans = current != nullptr && current->gives_no_vlan();
  if (joins && has_own_vlans && !vif.vlans.empty()) {
    plan.emplace_back(SetVlans{vif, {}, vif.vlans});
  }
  // It stays isolated until it has left the VLANs where it shall be.
  ChangeLink last{.link = link, .to = {}, .from = {}};
  if (!joins && other_vlans && to.isolated == false) {
    std::swap(last.to.isolated, change.to.isolated);
    std::swap(last.from.isolated, change.from.isolated);
  }
  if (to != LinkSettings{}) plan.emplace_back(std::move(change));
  if (other_filter && wanted.filter) {
    plan.emplace_back(SetFilter{link, wanted.filter, wanted.filter_before});
  }
  set_vlans(plan, wanted, link, joins ? vlans_given_by(*wanted.bridge) : vif.vlans);
  if (last.to != LinkSettings{}) plan.emplace_back(std::move(last));
  if (vif.ipv6 || rises) plan.emplace_back(SetIpv6{.link = link, .enabled = false});
  if (!vif.up || bring_down) plan.emplace_back(SetUp{link, true, *wanted.bridge});
  return plan;
}

Plan detach(const model::Link& vif, const model::Link* bridge) {
  Plan plan;
  if (vif.up) plan.emplace_back(SetUp{vif, false});
  if (vif.master != 0) {
    plan.emplace_back(ChangeLink{.link = vif,
                                 .to = {.bridge = LinkRef("")},
                                 .from = {.bridge = bridge_or_none(bridge)},
                                 .down = true});
  }
  return plan;
}

Plan put_back(const model::Link& port, const std::string& bridge, const model::Vlans& vlans) {
  Plan plan;
  ChangeLink change{
      .link = port, .to = {.bridge = LinkRef(bridge), .port_groups = all_groups}, .from = {}};
  if (port.isolated) change.to.isolated = true;
  plan.emplace_back(std::move(change));
  if (!vlans.empty()) plan.emplace_back(SetVlans{port, vlans, {}});
  plan.emplace_back(SetUp{port, true, LinkRef(bridge)});
  return plan;
}

}  // namespace plan
