#include "plan/undo.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include "plan/gateway.hpp"
#include "plan/tear_down.hpp"

namespace plan {
namespace {

using model::HostState;
using model::Link;

const Link* find(const LinkRef& link, const HostState& host) {
  return link.index != 0 ? host.find(link.index) : host.find(link.name);
}

bool contains(const std::vector<model::Address>& list, const model::Address& wanted) {
  return std::any_of(list.begin(), list.end(),
                     [&](const model::Address& one) { return one.text() == wanted.text(); });
}

bool has_alt_name(const Link& link, const std::string& name) {
  return std::find(link.alt_names.begin(), link.alt_names.end(), name) != link.alt_names.end();
}

/// The link that an operation made, if it is still there and ours, and nobody uses it.
const Link* made(const std::string& name, const HostState& now) {
  const Link* const link = now.find(name);
  if (link == nullptr || !link->ours()) return nullptr;
  return reason_to_spare(*link, now).empty() ? link : nullptr;
}

bool is_on(const Link& link, const LinkRef& bridge, const HostState& now) {
  const Link* const wanted = bridge.name.empty() ? nullptr : find(bridge, now);
  return link.master == (wanted == nullptr ? 0 : wanted->index);
}

/// Whether a port is on its new bridge, or on none: the kernel takes it off the old one before it
/// asks the new one.
bool left_for(const Link& link, const LinkRef& to, const std::optional<LinkRef>& from,
              const HostState& now) {
  if (!from || is_on(link, *from, now)) return false;
  return link.master == 0 || is_on(link, to, now);
}

/// Whether somebody has come to use a trunk meanwhile, which was down or on no bridge: a VLAN link
/// of ours on it is up, or a bridge that was made for it has to stay.
bool is_in_use(const Link& link, const std::set<std::string>& created, const HostState& now) {
  if (link.ours() || model::is_guest_port(link)) return false;
  const auto uppers = now.uppers(link);
  const Link* const bridge = now.find(link.master);
  return std::any_of(uppers.begin(), uppers.end(),
                     [&](const Link* one) {
                       return one->ours() && one->up && !created.contains(one->name);
                     }) ||
         (bridge != nullptr && created.contains(bridge->name) &&
          !reason_to_spare(*bridge, now).empty());
}

/// The part of a change that is still in effect.
ChangeLink in_effect(const ChangeLink& change, const Link& link, const HostState& now) {
  ChangeLink rest = change;
  const auto drop_unless = [&](auto LinkSettings::*setting, auto value) {
    if (rest.to.*setting && *(rest.to.*setting) != value) (rest.to.*setting).reset();
  };
  drop_unless(&LinkSettings::stp, link.stp);
  drop_unless(&LinkSettings::forward_delay, link.forward_delay);
  drop_unless(&LinkSettings::multicast_snooping, link.multicast_snooping);
  drop_unless(&LinkSettings::guest_tags, link.guest_tags);
  drop_unless(&LinkSettings::default_pvid, link.default_pvid);
  drop_unless(&LinkSettings::on_demand, link.on_demand());
  drop_unless(&LinkSettings::mac, link.mac);
  drop_unless(&LinkSettings::mtu, link.mtu);
  drop_unless(&LinkSettings::name, link.name);
  drop_unless(&LinkSettings::alias, link.alias);
  drop_unless(&LinkSettings::filtered, link.filtered());
  // A port that comes back to its bridge gets its groups anew.
  if (!rest.to.bridge) {
    drop_unless(&LinkSettings::port_groups, link.port_groups);
    drop_unless(&LinkSettings::isolated, link.isolated);
    drop_unless(&LinkSettings::learns, link.learns);
    drop_unless(&LinkSettings::suppresses_arp, link.suppresses_arp);
    drop_unless(&LinkSettings::maps_vlans, link.maps_vlans);
  }
  if (rest.to.bridge && !left_for(link, *rest.to.bridge, rest.from.bridge, now)) {
    rest.to.bridge.reset();
    rest.to.port_groups.reset();
    rest.to.isolated.reset();
    rest.to.learns.reset();
    rest.to.suppresses_arp.reset();
    rest.to.maps_vlans.reset();
  }
  return rest;
}

/// Appends what takes operations back that are in effect.
class Undo {
 public:
  Undo(Plan& plan, const std::set<std::string>& created, const HostState& now)
      : plan_(plan), created_(created), now_(now) {}

  void operator()(const CreateVlanLink& op) { delete_made(op.name); }
  void operator()(const CreateVxlan& op) { delete_made(op.name); }
  void operator()(const CreateBridge& op) { delete_made(op.name); }
  void operator()(const ChangeLink& op) {
    const Link* const link = find(op.link, now_);
    if (link == nullptr || is_in_use(*link, created_, now_)) return;
    const auto back = inverse(in_effect(op, *link, now_));
    if (back) plan_.push_back(*back);
  }
  void operator()(const SetUp&) {}  // see set_up_as_before
  void operator()(const SetIpv6& op) {
    take_back_if(op, op.link, [&](const Link& link) {
      return link.ipv6 == op.enabled && link.mtu >= model::least_ipv6_mtu;
    });
  }
  void operator()(const AddAltName& op) {
    take_back_if(op, op.link, [&](const Link& link) { return has_alt_name(link, op.alt_name); });
  }
  void operator()(const DeleteAltName& op) {
    take_back_if(op, op.link, [&](const Link& link) { return !has_alt_name(link, op.alt_name); });
  }
  void operator()(const AddAddress& op) {
    take_back_if(op, op.link,
                 [&](const Link& link) { return contains(link.addresses, op.address); });
  }
  void operator()(const DeleteAddress& op) {
    take_back_if(op, op.link,
                 [&](const Link& link) { return !contains(link.addresses, op.address); });
  }
  void operator()(const SetVlans& op) {
    const Link* const link = find(op.port, now_);
    if (link == nullptr) return;
    model::Vlans back = op.from;
    if (!model::is_guest_port(*link)) {  // others may have let the trunk into VLANs meanwhile
      const model::Vlans kept = model::without(link->vlans, model::without(op.to, op.from));
      back = model::together(kept, model::changed(op.to, op.from));
    }
    if (back == link->vlans) return;
    for (const DeleteGateway& step : withdraw_gateways(*link, model::without(link->vlans, back))) {
      plan_.emplace_back(step);
    }
    plan_.emplace_back(SetVlans{op.port, back, link->vlans});
  }
  void operator()(const SetVnis& op) {
    take_back_if(op, op.port, [&](const Link& link) { return link.vnis == op.to; });
  }
  void operator()(const AddGateway& op) {
    take_back_if(op, op.port, [](const Link&) { return true; });
  }
  void operator()(const DeleteGateway& op) {
    take_back_if(op, op.port, [](const Link&) { return true; });
  }
  void operator()(const MovePort& op) {
    const Link* const link = find(op.port, now_);
    if (link == nullptr || (is_on(*link, op.from, now_) && link->up == op.up)) return;
    if (const auto back = inverse(op)) plan_.push_back(*back);
  }
  void operator()(const ShutBridge& op) {
    take_back_if(op, op.bridge, [](const Link&) { return true; });
  }
  void operator()(const OpenBridge& op) {
    take_back_if(op, op.bridge, [](const Link&) { return true; });
  }
  void operator()(const SetFilter& op) {
    take_back_if(op, op.link, [](const Link&) { return true; });
  }
  void operator()(const DeleteLink&) {}
  void operator()(const DeleteMarked&) {}

 private:
  void delete_made(const std::string& name) {
    const Link* const link = made(name, now_);
    if (link == nullptr || has_come_to(*link)) return;
    // Its bridge goes, too, also where the link itself can't.
    if (link->is_uplink() && link->up) plan_.emplace_back(SetUp{*link, false});
    plan_.emplace_back(DeleteLink{*link});
  }

  /// Whether an uplink of the other kind, which another segment has, has come to a bridge
  /// meanwhile.
  [[nodiscard]] bool has_come_to(const Link& bridge) const {
    const bool of_tunnels = std::any_of(created_.begin(), created_.end(), [&](const auto& name) {
      const Link* const link = now_.find(name);
      return link != nullptr && link->is_vxlan();
    });
    return now_.find_port(bridge, [&](const Link& port) {
      const bool other = of_tunnels ? port.is_vlan_link() : port.is_vxlan();
      return other && port.ours() && !created_.contains(port.name);
    }) != nullptr;
  }

  template <class Predicate>
  void take_back_if(const Operation& operation, const LinkRef& about, Predicate in_effect) {
    const Link* const link = find(about, now_);
    if (link == nullptr || !in_effect(*link)) return;
    if (const auto back = inverse(operation)) plan_.push_back(*back);
  }

  Plan& plan_;
  const std::set<std::string>& created_;
  const HostState& now_;
};

/// What goes first when a bridge goes: a link that is up must not stay behind without it.
int rank(const Operation& operation, const HostState& now) {
  const auto* const set_up = std::get_if<SetUp>(&operation);
  if (set_up != nullptr && !set_up->up) return 0;
  const auto* const deletion = std::get_if<DeleteLink>(&operation);
  const Link* const link = deletion == nullptr ? nullptr : find(deletion->link, now);
  return link != nullptr && link->is_uplink() ? 1 : 2;
}

bool same_link(const LinkRef& a, const LinkRef& b) {
  return a.index != 0 || b.index != 0 ? a.index == b.index : a.name == b.name;
}

/// The first SetUp of each link that a plan sets up or down: before it, the link was the other way.
std::vector<SetUp> first_set_ups(const Plan& attempted) {
  std::vector<SetUp> firsts;
  for (const Operation& operation : attempted) {
    const auto* const one = std::get_if<SetUp>(&operation);
    if (one == nullptr) continue;
    const bool known = std::any_of(firsts.begin(), firsts.end(), [&](const SetUp& first) {
      return same_link(first.link, one->link);
    });
    if (!known) firsts.push_back(*one);
  }
  return firsts;
}

/// Settings go back while their link is down, if they came while it was.
Plan set_up_as_before(const Plan& settings, const std::vector<SetUp>& firsts,
                      const std::set<std::string>& created, const HostState& now) {
  Plan downs;
  Plan ups;
  for (const SetUp& first : firsts) {
    const Link* const link = find(first.link, now);
    if (link == nullptr) continue;
    const bool was_up = !first.up;
    const bool touched = std::any_of(
        settings.begin(), settings.end(),
        [&](const Operation& operation) { return same_link(subject(operation), first.link); });
    const bool stays = !was_up && is_in_use(*link, created, now);
    if (link->up && !stays && (!was_up || touched)) downs.emplace_back(SetUp{*link, false});
    if (was_up && (!link->up || touched)) ups.emplace_back(SetUp{first.link, true});
  }
  downs.insert(downs.end(), settings.begin(), settings.end());
  downs.insert(downs.end(), ups.begin(), ups.end());
  return downs;
}

}  // namespace

Plan undo(const Plan& attempted, const HostState& now) {
  std::set<std::string> created;
  for (const Operation& operation : attempted) {
    if (const std::string* name = created_link(operation)) created.insert(*name);
  }
  const auto is_own = [&](const Operation& one) { return created.contains(subject(one).name); };
  Plan of_others;
  std::remove_copy_if(attempted.begin(), attempted.end(), std::back_inserter(of_others), is_own);
  Plan settings;
  Undo take_back(settings, created, now);
  std::for_each(attempted.rbegin(), attempted.rend(), [&](const Operation& one) {
    // What was done to a link that we made goes with it.
    if (created_link(one) != nullptr || !is_own(one)) std::visit(take_back, one);
  });
  Plan plan = set_up_as_before(settings, first_set_ups(of_others), created, now);
  std::stable_sort(plan.begin(), plan.end(), [&](const Operation& a, const Operation& b) {
    return rank(a, now) < rank(b, now);
  });
  return plan;
}

}  // namespace plan
