#include "plan/operation.hpp"

#include <tuple>
#include <utility>

namespace plan {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

using Undo = std::optional<Operation>;

/// Every setting of a link, in the order in which they are applied one by one: as the kernel does,
/// but for the alias, which must be there before the name that it explains.
constexpr std::tuple all_settings{&LinkSettings::stp,
                                  &LinkSettings::forward_delay,
                                  &LinkSettings::multicast_snooping,
                                  &LinkSettings::guest_tags,
                                  &LinkSettings::default_pvid,
                                  &LinkSettings::on_demand,
                                  &LinkSettings::mac,
                                  &LinkSettings::mtu,
                                  &LinkSettings::alias,
                                  &LinkSettings::name,
                                  &LinkSettings::bridge,
                                  &LinkSettings::port_groups,
                                  &LinkSettings::isolated,
                                  &LinkSettings::filtered,
                                  &LinkSettings::learns,
                                  &LinkSettings::suppresses_arp,
                                  &LinkSettings::maps_vlans};

template <class Visit>
void for_each_setting(Visit visit) {
  std::apply([&](auto... setting) { (visit(setting), ...); }, all_settings);
}

std::string on_or_off(bool on) {
  return on ? "on" : "off";
}

std::string bridge_phrase(const std::string& link, const LinkRef& to,
                          const std::optional<LinkRef>& from) {
  if (!to.name.empty()) return "add " + link + " to bridge " + to.name;
  return "remove " + link + " from bridge " + (from ? from->name : std::string());
}

std::vector<std::string> phrases(const std::string& link, const LinkSettings& to,
                                 const LinkSettings& from) {
  std::vector<std::string> list;
  if (to.stp) list.push_back("switch STP of " + link + " " + on_or_off(*to.stp));
  if (to.forward_delay) {
    list.push_back("set forward delay of " + link + " to " +
                   std::to_string(*to.forward_delay / 100) + " s");
  }
  if (to.multicast_snooping) {
    list.push_back("switch multicast snooping of " + link + " " +
                   on_or_off(*to.multicast_snooping));
  }
  if (to.guest_tags) {
    list.push_back(std::string(*to.guest_tags ? "let" : "stop") + " guests' own tags " +
                   (*to.guest_tags ? "through " : "at ") + link);
  }
  if (to.default_pvid) {
    list.push_back(
        "put new ports of " + link + " into " +
        (*to.default_pvid == 0 ? "no VLAN" : "its VLAN " + std::to_string(*to.default_pvid)));
  }
  if (to.on_demand) {
    list.push_back(*to.on_demand ? "have the VLANs of " + link + " come and go with their guests"
                                 : "have the VLANs of " + link + " stay without guests");
  }
  if (to.mac) list.push_back("set MAC of " + link + " to " + to.mac->text());
  if (to.mtu) list.push_back("set MTU of " + link + " to " + std::to_string(*to.mtu));
  if (to.alias) list.push_back("give " + link + " the alias '" + *to.alias + "'");
  if (to.name) list.push_back("rename " + link + " to " + *to.name);
  if (to.bridge) list.push_back(bridge_phrase(link, *to.bridge, from.bridge));
  if (to.port_groups) {
    const bool shuts = *to.port_groups == all_groups || *to.port_groups == groups_but_stp;
    list.push_back(shuts ? "shut " + link + " off from dom0" : "open " + link + " to dom0 again");
  }
  if (to.isolated) {
    list.push_back(*to.isolated ? "isolate " + link + " from other guests"
                                : "let " + link + " reach other guests again");
  }
  if (to.filtered) {
    list.push_back("mark " + link + (*to.filtered ? "" : " no more") + " as filtered");
  }
  if (to.learns) {
    list.push_back("switch learning of " + link + " " + on_or_off(*to.learns));
  }
  if (to.suppresses_arp) {
    list.push_back("switch neighbour suppression of " + link + " " + on_or_off(*to.suppresses_arp));
  }
  if (to.maps_vlans) {
    list.push_back("switch the mapping of VLANs to VNIs of " + link + " " +
                   on_or_off(*to.maps_vlans));
  }
  return list;
}

std::string describe_change(const ChangeLink& change) {
  std::string text;
  for (const std::string& phrase : phrases(change.link.name, change.to, change.from)) {
    text += (text.empty() ? "" : ", ") + phrase;
  }
  return text;
}

/// "VLAN 10", "VLANs 5p,10,20-30"
std::string vlans_phrase(const model::Vlans& vlans) {
  const bool one = vlans.size() == 1 && vlans.front().first == vlans.front().last;
  if (one && vlans.front().pvid) return "VLAN " + std::to_string(vlans.front().first);
  return (one ? "VLAN " : "VLANs ") + model::text(vlans);
}

std::string describe_vlans(const SetVlans& op) {
  const model::Vlans gone = model::without(op.from, op.to);
  const model::Vlans come = model::changed(op.from, op.to);
  if (gone.empty()) return "let " + op.port.name + " into " + vlans_phrase(come) + " of its bridge";
  if (come.empty())
    return "take " + op.port.name + " out of " + vlans_phrase(gone) + " of its bridge";
  return "move " + op.port.name + " from " + vlans_phrase(gone) + " into " + vlans_phrase(come) +
         " of its bridge";
}

/// "4 to 10004, 10-20 to 10010-10020"
std::string vnis_text(const model::Vnis& vnis) {
  std::string text;
  for (const model::VlanVni& one : vnis) {
    const bool range = one.first != one.last;
    text += (text.empty() ? "" : ", ") + std::to_string(one.first) +
            (range ? "-" + std::to_string(one.last) : "") + " to " + std::to_string(one.vni) +
            (range ? "-" + std::to_string(one.vni + one.last - one.first) : "");
  }
  return text;
}

std::string describe_vnis(const SetVnis& op) {
  if (op.to.empty()) return "take the VNIs of " + op.port.name + " away";
  return "map VLANs of " + op.port.name + " to VNIs: " + vnis_text(op.to);
}

std::string describe_door(const ShutBridge& op) {
  switch (op.door) {
    case Door::vlan_filtering:
      return "shut " + op.bridge.name + " off from dom0";
    case Door::traffic_control:
      return "shut " + op.bridge.name + " off from dom0 by traffic control";
    case Door::settings:
      break;
  }
  return "shut " + op.bridge.name + " off from dom0 by IPv4 settings";
}

/// The settings that were known before go back; of the others nothing can be said.
Undo inverse_change(const ChangeLink& change) {
  ChangeLink back{.link = change.link, .to = {}, .from = {}};
  if (change.to.name) back.link.name = *change.to.name;
  for_each_setting([&](auto setting) {
    if (!(change.to.*setting) || !(change.from.*setting)) return;
    back.to.*setting = change.from.*setting;
    back.from.*setting = change.to.*setting;
  });
  return back.to == LinkSettings{} ? Undo() : Undo(std::move(back));
}

}  // namespace

std::string describe(const Operation& operation) {
  return std::visit(
      Overloaded{
          [](const CreateVlanLink& op) {
            return "create VLAN link " + op.name + " on " + op.trunk.name + " with VID " +
                   op.vid.text();
          },
          [](const CreateVxlan& op) {
            return "create VXLAN link " + op.name + " from " + op.vxlan.local.host_text() +
                   (op.vxlan.single ? "" : " with VNI " + std::to_string(op.vxlan.vni));
          },
          [](const CreateBridge& op) { return "create bridge " + op.name; },
          [](const AddAltName& op) {
            return "give " + op.link.name + " the alternative name " + op.alt_name;
          },
          [](const DeleteAltName& op) {
            return "take the alternative name " + op.alt_name + " from " + op.link.name;
          },
          [](const SetIpv6& op) {
            return "switch IPv6 " + on_or_off(op.enabled) + " on " + op.link.name;
          },
          [](const ChangeLink& op) { return describe_change(op); },
          [](const SetUp& op) { return "set " + op.link.name + (op.up ? " up" : " down"); },
          [](const AddAddress& op) {
            return "give " + op.link.name + " the address " + op.address.text();
          },
          [](const DeleteAddress& op) {
            return "remove address " + op.address.text() + " from " + op.link.name;
          },
          [](const SetVlans& op) { return describe_vlans(op); },
          [](const SetVnis& op) { return describe_vnis(op); },
          [](const AddGateway& op) {
            return "tell other hosts that " + op.port.name + " joins VLAN " +
                   std::to_string(op.vid) + " of its bridge to a trunk";
          },
          [](const DeleteGateway& op) {
            return "tell no host any more that " + op.port.name + " joins VLAN " +
                   std::to_string(op.vid) + " of its bridge to a trunk";
          },
          [](const MovePort& op) {
            return "move " + op.port.name + " from bridge " + op.from.name + " to " + op.to.name +
                   (op.vlans.empty() ? "" : ", " + vlans_phrase(op.vlans));
          },
          [](const ShutBridge& op) { return describe_door(op); },
          [](const OpenBridge& op) { return "open " + op.bridge.name + " to dom0 again"; },
          [](const SetFilter& op) {
            return op.to ? "filter the frames of " + op.link.name + ": " + op.to->words
                         : "stop filtering the frames of " + op.link.name;
          },
          [](const DeleteLink& op) { return "delete " + op.link.name; },
          [](const DeleteMarked&) { return std::string("delete all links that xvlan made"); },
      },
      operation);
}

std::optional<Operation> inverse(const Operation& operation) {
  return std::visit(Overloaded{
                        [](const CreateVlanLink& op) { return Undo(DeleteLink{op.name}); },
                        [](const CreateVxlan& op) { return Undo(DeleteLink{op.name}); },
                        [](const CreateBridge& op) { return Undo(DeleteLink{op.name}); },
                        [](const AddAltName& op) {
                          return Undo(DeleteAltName{op.link, op.alt_name});
                        },
                        [](const DeleteAltName& op) {
                          return Undo(AddAltName{op.link, op.alt_name});
                        },
                        [](const SetIpv6& op) {
                          return Undo(SetIpv6{op.link, !op.enabled});
                        },
                        [](const ChangeLink& op) { return inverse_change(op); },
                        [](const SetUp& op) {
                          return Undo(SetUp{op.link, !op.up});
                        },
                        [](const AddAddress& op) {
                          return Undo(DeleteAddress{op.link, op.address});
                        },
                        [](const DeleteAddress& op) {
                          return Undo(AddAddress{op.link, op.address});
                        },
                        [](const SetVlans& op) {
                          return Undo(SetVlans{op.port, op.from, op.to});
                        },
                        [](const SetVnis& op) {
                          return Undo(SetVnis{op.port, op.from, op.to});
                        },
                        [](const AddGateway& op) {
                          return Undo(DeleteGateway{op.port, op.mac, op.vid});
                        },
                        [](const DeleteGateway& op) {
                          return Undo(AddGateway{op.port, op.mac, op.vid});
                        },
                        [](const MovePort& op) {
                          return Undo(MovePort{op.port, op.to, op.from, op.vlans, op.vlans_before,
                                               op.up, op.isolated});
                        },
                        [](const ShutBridge& op) {
                          // What the settings were is not known.
                          if (op.door == Door::settings) return Undo();
                          return Undo(OpenBridge{op.bridge, op.door, op.filtered, op.own_vlans});
                        },
                        [](const OpenBridge& op) {
                          return Undo(ShutBridge{op.bridge, op.door, op.filtered, op.own_vlans});
                        },
                        [](const SetFilter& op) {
                          return Undo(SetFilter{op.link, op.from, op.to});
                        },
                        [](const DeleteLink&) { return Undo(); },
                        [](const DeleteMarked&) { return Undo(); },
                    },
                    operation);
}

Plan split(const Operation& operation) {
  const auto* change = std::get_if<ChangeLink>(&operation);
  if (change == nullptr) return {operation};
  Plan parts;
  LinkRef link = change->link;
  for_each_setting([&](auto setting) {
    if (!(change->to.*setting)) return;
    ChangeLink one{.link = link, .to = {}, .from = {}};
    one.to.*setting = change->to.*setting;
    one.from.*setting = change->from.*setting;
    one.down = change->down && one.to.bridge;
    if (one.to.name) link.name = *one.to.name;
    parts.emplace_back(std::move(one));
  });
  return parts;
}

const std::string* created_link(const Operation& operation) {
  if (const auto* vlan = std::get_if<CreateVlanLink>(&operation)) return &vlan->name;
  if (const auto* vxlan = std::get_if<CreateVxlan>(&operation)) return &vxlan->name;
  if (const auto* bridge = std::get_if<CreateBridge>(&operation)) return &bridge->name;
  return nullptr;
}

LinkRef subject(const Operation& operation) {
  return std::visit(Overloaded{
                        [](const CreateVlanLink& op) { return LinkRef(op.name); },
                        [](const CreateVxlan& op) { return LinkRef(op.name); },
                        [](const CreateBridge& op) { return LinkRef(op.name); },
                        [](const SetVlans& op) { return op.port; },
                        [](const SetVnis& op) { return op.port; },
                        [](const AddGateway& op) { return op.port; },
                        [](const DeleteGateway& op) { return op.port; },
                        [](const MovePort& op) { return op.port; },
                        [](const ShutBridge& op) { return op.bridge; },
                        [](const OpenBridge& op) { return op.bridge; },
                        [](const DeleteMarked&) { return LinkRef(std::string()); },
                        [](const auto& op) { return op.link; },
                    },
                    operation);
}

}  // namespace plan
