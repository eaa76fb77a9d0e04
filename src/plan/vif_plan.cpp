#include "plan/vif_plan.hpp"

#include <utility>

namespace plan {

Plan attach(const Port& wanted, const model::Link& vif, const model::Link* current) {
  LinkSettings to;
  LinkSettings from;
  if (vif.mac != model::guest_port_mac) {
    to.mac = model::guest_port_mac;
    from.mac = vif.mac;
  }
  if (vif.mtu != wanted.mtu) {
    to.mtu = wanted.mtu;
    from.mtu = vif.mtu;
  }
  if (vif.name != wanted.name) {
    to.name = wanted.name;
    from.name = vif.name;
  }
  Plan plan;
  // Neither a MAC nor a name can be changed on a link that is up (Linux,
  // eth_prepare_mac_addr_change and dev_change_name).
  const bool bring_down = vif.up && (to.mac || to.name);
  if (bring_down) {
    plan.emplace_back(ChangeLink{.link = vif.name, .to = {.up = false}, .from = {.up = true}});
  }
  if (vif.ipv6) plan.emplace_back(SetIpv6{.link = vif.name, .enabled = false});
  for (const model::Address& address : vif.addresses) {
    if (!address.ipv6) plan.emplace_back(DeleteAddress{vif.name, address.text});
  }
  if (vif.master != wanted.bridge->index) {
    to.bridge = wanted.bridge->name;
    from.bridge = current == nullptr ? "" : current->name;
  }
  if (!vif.up || bring_down) {
    to.up = true;
    from.up = false;
  }
  if (to != LinkSettings{}) {
    plan.emplace_back(ChangeLink{.link = vif.name, .to = std::move(to), .from = std::move(from)});
  }
  return plan;
}

Plan detach(const model::Link& vif, const model::Link* bridge) {
  LinkSettings to;
  LinkSettings from;
  if (vif.master != 0) {
    to.bridge = "";
    from.bridge = bridge == nullptr ? "" : bridge->name;
  }
  if (vif.up) {
    to.up = false;
    from.up = true;
  }
  if (to == LinkSettings{}) return {};
  return {ChangeLink{.link = vif.name, .to = std::move(to), .from = std::move(from)}};
}

}  // namespace plan
