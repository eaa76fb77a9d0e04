#include "plan/network_plan.hpp"

#include <algorithm>
#include <cerrno>
#include <unordered_set>

#include "model/error.hpp"

namespace plan {
namespace {

using model::Error;
using model::HostState;
using model::Link;
using model::Segment;

// Of a VLAN of which nothing is there yet: for each of its two links, make it, IPv6 off, up.
constexpr std::size_t usual_steps = 6;

std::string kind_text(const Link& link) {
  return link.kind.empty() ? "a network device" : "a link of kind " + std::string(link.kind);
}

Error refusal(const Segment& wanted, std::string reason, std::string remedy = {}) {
  return Error({.action = "bring up " + wanted.text(),
                .reason = std::move(reason),
                .remedy = std::move(remedy)});
}

Error useless_trunk(const model::IfName& trunk, std::string reason, std::string remedy,
                    int errnum = 0) {
  return Error({.action = "use " + trunk.text() + " as trunk",
                .reason = std::move(reason),
                .remedy = std::move(remedy),
                .errnum = errnum});
}

const Link& require_trunk(const model::IfName& trunk, const HostState& host) {
  const Link* const link = host.find(trunk.text());
  if (link == nullptr) {
    throw useless_trunk(trunk, "there is no such link",
                        "see 'ip link' for the links there are, and set netdev=", ENODEV);
  }
  if (link->master != 0) {
    const Link* const master = host.find(link->master);
    throw useless_trunk(
        trunk,
        "it is a port of " +
            (master == nullptr ? "another link" : std::string(master->kind) + " " + master->name),
        "a bridge takes the tagged frames before the VLAN links see them; take " + trunk.text() +
            " out, or name a bond or team itself");
  }
  return *link;
}

void refuse_taken_name(const Segment& wanted, const std::string& name, const HostState& host) {
  const Link* const taken = host.find(name);
  if (taken == nullptr) return;
  std::string holder = kind_text(*taken);
  if (taken->vid != 0) {
    const Link* const lower = host.find(taken->lower);
    holder = "VLAN " + std::to_string(taken->vid) + " of " +
             (lower == nullptr ? "another trunk" : lower->name);
  }
  throw refusal(wanted, "the name " + name + " is taken by " + holder,
                "rename or remove that link, or choose another name for this one");
}

void refuse_foreign_ports(const Segment& wanted, const SegmentLinks& links, const HostState& host) {
  const Link* const foreign = host.find_port(*links.bridge, [&](const Link& port) {
    return &port != links.vlan_link && !model::is_guest_port(port);
  });
  if (foreign == nullptr) return;
  throw refusal(wanted, "bridge " + links.bridge->name + " has a foreign port, " + foreign->name,
                "a port that is neither the VLAN link nor a guest's would join two networks; "
                "take it out: ip link set " +
                    foreign->name + " nomaster");
}

void refuse_other_bridge(const Segment& wanted, const SegmentLinks& links, const HostState& host) {
  if (links.vlan_link == nullptr || links.vlan_link->master == 0) return;
  if (links.bridge != nullptr && links.vlan_link->master == links.bridge->index) return;
  const Link* const master = host.find(links.vlan_link->master);
  throw refusal(wanted,
                links.vlan_link->name + " is already a port of " +
                    (master == nullptr ? "another bridge" : master->name),
                "set bridge-name= to that name, or take it out: ip link set " +
                    links.vlan_link->name + " nomaster");
}

/// An address that somebody gave to the link on purpose: it is not ours to take away.
bool has_given_address(const Link& link) {
  return std::any_of(link.addresses.begin(), link.addresses.end(),
                     [](const model::Address& address) { return !address.automatic; });
}

bool needs_ipv6_off(const Link& link) {
  return link.ipv6 && (link.ours() || !has_given_address(link));
}

SegmentLinks find_links(const Segment& wanted, const Link& trunk, const HostState& host) {
  const Link* const bridge = host.find(wanted.bridge.name.text());
  const bool is_bridge = bridge != nullptr && bridge->kind == "bridge";
  return {.vlan_link = host.find_vlan(trunk, wanted.vid), .bridge = is_bridge ? bridge : nullptr};
}

void change(Plan& plan, const std::string& link, LinkSettings&& to, LinkSettings&& from) {
  plan.emplace_back(ChangeLink{.link = link, .to = std::move(to), .from = std::move(from)});
}

/// What is to be changed on a link that is there, in one request; nothing at first. Of thousands of
/// links of a second start nothing is.
class Mending {
 public:
  template <class T>
  void set(std::optional<T> LinkSettings::*setting, T to, T from) {
    if (!change_) change_.emplace();
    change_->to.*setting = std::move(to);
    change_->from.*setting = std::move(from);
  }

  template <class T>
  void set_if_other(std::optional<T> LinkSettings::*setting, T to, T from) {
    if (to != from) set(setting, std::move(to), std::move(from));
  }

  void append_to(Plan& plan, const std::string& link) {
    if (change_) change(plan, link, std::move(change_->to), std::move(change_->from));
  }

 private:
  std::optional<ChangeLink> change_;
};

/// A link of ours lacks its full name if the run that made it was killed right behind that.
void mend_alt_name(Plan& plan, const Link& link, const std::string& full) {
  if (full.empty() || !link.ours()) return;
  const auto& names = link.alt_names;
  if (std::find(names.begin(), names.end(), full) != names.end()) return;
  plan.emplace_back(AddAltName{link.name, full});
}

void mend_bridge(Plan& plan, const Link& bridge, const Link& trunk, const Segment& wanted,
                 std::uint32_t mtu) {
  mend_alt_name(plan, bridge, wanted.bridge.full);
  // The kernel checks a new forward delay against the old STP state, so STP goes off first.
  if (bridge.stp && !wanted.options.stp) {
    change(plan, bridge.name, {.stp = false}, {.stp = true});
  }
  Mending mending;
  if (!bridge.stp && wanted.options.stp) mending.set(&LinkSettings::stp, true, false);
  if (!bridge.mac_pinned) mending.set(&LinkSettings::mac, trunk.mac, bridge.mac);
  mending.set_if_other(&LinkSettings::mtu, mtu, bridge.mtu);
  mending.set_if_other(&LinkSettings::forward_delay, wanted.options.forward_delay,
                       bridge.forward_delay);
  if (needs_ipv6_off(bridge)) plan.emplace_back(SetIpv6{.link = bridge.name, .enabled = false});
  mending.set_if_other(&LinkSettings::up, true, bridge.up);
  mending.append_to(plan, bridge.name);
}

const std::string& plan_bridge(Plan& plan, const Segment& wanted, const Link& trunk,
                               const Link* bridge, std::uint32_t mtu) {
  if (bridge != nullptr) {
    mend_bridge(plan, *bridge, trunk, wanted, mtu);
    return bridge->name;
  }
  const std::string& name = wanted.bridge.name.text();
  plan.emplace_back(
      CreateBridge{.name = name, .mac = trunk.mac, .mtu = mtu, .options = wanted.options});
  if (!wanted.bridge.full.empty()) plan.emplace_back(AddAltName{name, wanted.bridge.full});
  plan.emplace_back(SetIpv6{.link = name, .enabled = false});
  change(plan, name, {.mtu = mtu, .up = true}, {.up = false});
  return name;
}

void plan_vlan_link(Plan& plan, const Segment& wanted, const Link* vlan_link,
                    const std::string& bridge, std::uint32_t mtu) {
  if (vlan_link == nullptr) {
    const std::string& name = wanted.vlan_link.name.text();
    plan.emplace_back(
        CreateVlanLink{.name = name, .trunk = wanted.trunk.text(), .vid = wanted.vid, .mtu = mtu});
    if (!wanted.vlan_link.full.empty()) plan.emplace_back(AddAltName{name, wanted.vlan_link.full});
    plan.emplace_back(SetIpv6{.link = name, .enabled = false});
    change(plan, name, {.bridge = bridge, .up = true}, {.bridge = "", .up = false});
    return;
  }
  mend_alt_name(plan, *vlan_link, wanted.vlan_link.full);
  if (needs_ipv6_off(*vlan_link)) {
    plan.emplace_back(SetIpv6{.link = vlan_link->name, .enabled = false});
  }
  Mending mending;
  mending.set_if_other(&LinkSettings::mtu, mtu, vlan_link->mtu);
  if (vlan_link->master == 0) mending.set(&LinkSettings::bridge, bridge, std::string());
  mending.set_if_other(&LinkSettings::up, true, vlan_link->up);
  mending.append_to(plan, vlan_link->name);
}

/// A bridge whose MTU nobody set takes the lowest of its ports' at every arrival of a port, the
/// uplink's included, so it is set once more behind that.
void plan_mtu_after_arrival(Plan& plan, const SegmentLinks& links, const HostState& host,
                            std::uint32_t mtu) {
  if (links.bridge == nullptr) return;
  if (links.vlan_link != nullptr && links.vlan_link->master == links.bridge->index) return;
  const Link* const drags =
      host.find_port(*links.bridge, [&](const Link& port) { return port.mtu < mtu; });
  if (drags != nullptr) change(plan, links.bridge->name, {.mtu = mtu}, {});
}

std::string list_names(const std::vector<const Link*>& links) {
  std::string text;
  for (const Link* link : links) text += (text.empty() ? "" : ", ") + link->name;
  return text;
}

/// The ports of `bridge` that tell that somebody uses it: all but its uplink, which is the VLAN
/// link that xvlan made or, where it made none, the one that it found there.
std::vector<const Link*> users(const Link& bridge, const HostState& host) {
  const auto own_uplink = [](const Link* port) { return port->vid != 0 && port->ours(); };
  std::vector<const Link*> ports = host.ports(bridge);
  const bool has_own = std::any_of(ports.begin(), ports.end(), own_uplink);
  std::erase_if(ports,
                [&](const Link* port) { return own_uplink(port) || (port->vid != 0 && !has_own); });
  return ports;
}

std::string spared_text(const Link& link, const std::vector<const Link*>& users,
                        const std::string& relation) {
  const bool guest = std::any_of(users.begin(), users.end(),
                                 [](const Link* port) { return model::is_guest_port(*port); });
  return link.name + " is left: " + relation + (guest ? "guest port " : "port ") +
         list_names(users);
}

/// Why a link of ours is left, or nothing if it may go.
std::string reason_to_spare(const Link& link, const HostState& host) {
  if (link.kind == "bridge") {
    const auto ports = users(link, host);
    return ports.empty() ? "" : spared_text(link, ports, "it has ");
  }
  const auto uppers = host.uppers(link);
  if (!uppers.empty()) return link.name + " is left: " + list_names(uppers) + " stands on it";
  const Link* const bridge = host.find(link.master);
  if (bridge == nullptr) return {};
  const auto ports = users(*bridge, host);
  return ports.empty() ? "" : spared_text(link, ports, "its bridge " + bridge->name + " has ");
}

}  // namespace

Plan prepare_trunk(const model::IfName& trunk, std::span<const Segment> wanted,
                   const HostState& host) {
  const Link& link = require_trunk(trunk, host);
  Plan plan;
  if (link.up) return plan;
  // Nobody uses a trunk that is down: it comes up for its VLANs only, and without an address.
  if (link.ipv6 && !has_given_address(link)) {
    plan.emplace_back(SetIpv6{.link = link.name, .enabled = false});
  }
  for (const Segment& segment : wanted) {
    const Link* const vlan_link = host.find_vlan(link, segment.vid);
    if (segment.trunk == trunk && vlan_link != nullptr && needs_ipv6_off(*vlan_link)) {
      plan.emplace_back(SetIpv6{.link = vlan_link->name, .enabled = false});
    }
  }
  change(plan, link.name, {.up = true}, {.up = false});
  return plan;
}

SegmentLinks find_links(const Segment& wanted, const HostState& host) {
  const Link* const trunk = host.find(wanted.trunk.text());
  return trunk == nullptr ? SegmentLinks{} : find_links(wanted, *trunk, host);
}

std::vector<const Link*> guest_ports(const Link& bridge, const HostState& host) {
  std::vector<const Link*> ports = host.ports(bridge);
  std::erase_if(ports, [](const Link* port) { return !model::is_guest_port(*port); });
  std::sort(ports.begin(), ports.end(),
            [](const Link* a, const Link* b) { return a->index < b->index; });
  return ports;
}

std::vector<std::string> address_texts(const Link* link) {
  std::vector<std::string> texts;
  if (link == nullptr) return texts;
  for (const model::Address& address : link->addresses) {
    texts.push_back(link->name + " has address " + address.text);
  }
  return texts;
}

std::vector<std::string> given_addresses(const Link* link) {
  if (link == nullptr || !has_given_address(*link)) return {};
  return address_texts(link);
}

Plan bring_up(const Segment& wanted, const HostState& host) {
  const Link& trunk = require_trunk(wanted.trunk, host);
  const std::uint32_t mtu = wanted.mtu.value_or(trunk.mtu);
  if (mtu > trunk.mtu) {
    throw refusal(
        wanted,
        "MTU " + std::to_string(mtu) + " is more than " + trunk.name + " allows, " +
            std::to_string(trunk.mtu),
        "raise the trunk's MTU first: ip link set " + trunk.name + " mtu " + std::to_string(mtu));
  }
  const SegmentLinks links = find_links(wanted, trunk, host);
  if (links.vlan_link == nullptr) refuse_taken_name(wanted, wanted.vlan_link.name.text(), host);
  if (links.bridge == nullptr) refuse_taken_name(wanted, wanted.bridge.name.text(), host);
  if (links.bridge != nullptr) refuse_foreign_ports(wanted, links, host);
  refuse_other_bridge(wanted, links, host);

  Plan plan;
  if (links.bridge == nullptr && links.vlan_link == nullptr) plan.reserve(usual_steps);
  const std::string& bridge = plan_bridge(plan, wanted, trunk, links.bridge, mtu);
  plan_vlan_link(plan, wanted, links.vlan_link, bridge, mtu);
  plan_mtu_after_arrival(plan, links, host, mtu);
  return plan;
}

TearDown tear_down(const HostState& host, const std::function<bool(const Link&)>& in_scope,
                   bool force) {
  TearDown result;
  result.everything_marked = true;
  for (const Link& link : host.links()) {
    if (!link.ours()) continue;
    const bool made_by_xvlan = link.vid != 0 || link.kind == "bridge";
    if (!made_by_xvlan || !in_scope(link)) {
      result.everything_marked = false;
      continue;
    }
    std::string reason = force ? "" : reason_to_spare(link, host);
    if (reason.empty()) {
      result.deletions.emplace_back(DeleteLink{link.name});
    } else {
      result.spared.push_back(std::move(reason));
      result.everything_marked = false;
    }
  }
  return result;
}

}  // namespace plan
