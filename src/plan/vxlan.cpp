#include "plan/vxlan.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include "model/error.hpp"
#include "model/mtu.hpp"
#include "model/number.hpp"
#include "model/shell.hpp"
#include "plan/bridge.hpp"

namespace plan {
namespace {

using model::Address;
using model::Carrier;
using model::HostState;
using model::Link;
using model::Mac;
using model::Segment;
using model::Tunnelled;

/// How the alias of a VXLAN link begins, which tells people its VLAN, and us: its VNI doesn't.
constexpr std::string_view alias_start = "VLAN ";

std::string alias_of(const Segment& wanted) {
  return std::string(alias_start) + wanted.vid.text();
}

/// Whether an address on it says nothing about the link by which frames leave.
bool is_everywhere(const Link& link) {
  constexpr Mac none{};
  return link.kind == "dummy" || (link.kind.empty() && link.mac == none);
}

/// Whether tunnels may leave by it: somebody speaks IP there.
bool may_carry(const Link& link) {
  return link.up && !is_everywhere(link) && !link.ours() && !model::is_guest_port(link);
}

std::vector<const Link*> named_links(const Carrier& carrier,
                                     const std::vector<model::IfName>& names,
                                     const HostState& host) {
  std::vector<const Link*> links;
  for (const model::IfName& name : names) {
    const Link* const link = host.find(name.text());
    if (link == nullptr) {
      throw useless_carrier(carrier, "there is no link " + name.text(),
                            "correct underlay=", ENODEV);
    }
    links.push_back(link);
  }
  return links;
}

/// The links by which tunnels may leave, of which the narrowest counts.
std::vector<const Link*> underlay_of(const Carrier& carrier, const Tunnelled& tunnelled,
                                     const Link& holder, const HostState& host) {
  if (!tunnelled.underlay.empty()) return named_links(carrier, tunnelled.underlay, host);
  if (!is_everywhere(holder)) return {&holder};
  std::vector<const Link*> links;
  for (const Link* link : host.with_addresses()) {
    if (may_carry(*link)) links.push_back(link);
  }
  if (!links.empty()) return links;
  throw useless_carrier(carrier, "no other link than " + holder.name + " is up with an address",
                        "name the links by which tunnels leave: underlay=eth0", ENODEV);
}

Base tunnel_base(const Carrier& carrier, const Tunnelled& tunnelled, const HostState& host) {
  const Link* const holder = host.find_address(carrier.local());
  if (holder == nullptr) {
    throw useless_carrier(carrier, "no link of this host has that address",
                          "give it to one, as in ip address add " + carrier.local().text() +
                              " dev lo, or correct [vxlan " + carrier.text() + "]",
                          ENODEV);
  }
  const auto links = underlay_of(carrier, tunnelled, *holder, host);
  const Link* const narrowest = *std::min_element(
      links.begin(), links.end(), [](const Link* a, const Link* b) { return a->mtu < b->mtu; });
  const std::uint32_t overhead = model::vxlan_overhead(carrier.local().ipv6);
  if (narrowest->mtu < overhead + model::Mtu::lowest) {
    throw useless_carrier(
        carrier,
        narrowest->name + " has MTU " + std::to_string(narrowest->mtu) +
            ", which leaves no room for VXLAN's " + std::to_string(overhead) + " bytes",
        "raise it: ip link set " + model::shell_word(narrowest->name) + " mtu 1550");
  }
  const Mac mac = derived_mac('x', carrier.local());
  return {.mtu = narrowest->mtu - overhead, .mac = mac, .bridge_mac = mac, .name = narrowest->name};
}

/// Why a VXLAN link that does not fit is not replaced: somebody else made it.
model::Error foreign_vxlan(const Segment& wanted, const Link& vxlan) {
  const model::Vxlan& has = *vxlan.vxlan;
  const std::string reason = has.learning    ? "learns hosts by itself"
                             : has.has_group ? "has a group or another host of its own"
                             : has.single    ? "takes every VNI"
                                             : "leaves from another address";
  return refusal(wanted, vxlan.name + " has its VNI, was not made by xvlan, and " + reason,
                 "delete that link, or choose another VNI");
}

}  // namespace

Base base_of(const Carrier& carrier, const std::optional<Tunnelled>& tunnelled,
             const HostState& host) {
  if (tunnelled) return tunnel_base(carrier, *tunnelled, host);
  const Link& trunk = require_trunk(carrier, host);
  return {
      .mtu = trunk.mtu, .mac = {}, .bridge_mac = trunk.mac, .name = trunk.name, .trunk = &trunk};
}

Base base_of(const Segment& wanted, const HostState& host) {
  Base base = base_of(wanted.trunk, wanted.tunnelled, host);
  const auto& beside = wanted.trunk_bridge.vlan_aware ? wanted.trunk_bridge.also : wanted.other;
  if (!beside) return base;
  try {
    const Base other = base_of(beside->carrier, beside->tunnelled, host);
    if (other.mtu < base.mtu) {
      base.mtu = other.mtu;
      base.name = other.name;
    }
    if (other.trunk != nullptr) base.bridge_mac = other.bridge_mac;
  } catch (const model::Error&) {
    // The other is not there, and says so itself.
  }
  return base;
}

const Link* find_vxlan(const Tunnelled& tunnelled, const HostState& host) {
  return host.find_vxlan(tunnelled.device_vni(), tunnelled.port);
}

const Link* find_vxlan(const Segment& wanted, const HostState& host) {
  // Its VNI may be that of another VLAN now, and another VLAN's link may have the one of this.
  const Link* const named = host.find(wanted.uplink.name.text());
  if (named != nullptr && named->ours() && named->is_vxlan()) return named;
  return find_vxlan(*wanted.tunnelled, host);
}

const Link* other_uplink(const Segment& wanted, const HostState& host) {
  if (!wanted.other) return nullptr;
  if (wanted.other->tunnelled) return find_vxlan(*wanted.other->tunnelled, host);
  const Link* const trunk = host.find(wanted.other->carrier.text());
  return trunk == nullptr ? nullptr : host.find_vlan(*trunk, wanted.vid);
}

Tunnelled as_tunnelled(const Link& vxlan) {
  return {.vni = vxlan.vxlan->vni, .port = vxlan.vxlan->port, .single = vxlan.vxlan->single};
}

model::Vid vid_told_by(const Link& vxlan) {
  const std::string_view alias = vxlan.alias;
  const auto number =
      alias.starts_with(alias_start)
          ? model::parse_number(alias.substr(alias_start.size()), 0, model::Vid::highest)
          : std::nullopt;
  const auto vid = model::Vid::from_number(number.value_or(vxlan.pvid()));
  return vid.value_or(*model::Vid::from_number(model::Vid::lowest));
}

Segment segment_of(const Link& vxlan, const Link* bridge) {
  const auto made = [](const Link& link) {
    return model::MadeName{.name = model::IfName::parse("name", link.name),
                           .full = link.alt_names.empty() ? "" : link.alt_names.front()};
  };
  return {.trunk = Carrier::tunnel(vxlan.vxlan->local),
          .vid = vid_told_by(vxlan),
          .uplink = made(vxlan),
          .bridge = made(bridge == nullptr ? vxlan : *bridge),
          .mtu = {},
          .options = {},
          .tunnelled = as_tunnelled(vxlan)};
}

bool fits(const Link& vxlan, const Segment& wanted) {
  const model::Vxlan& has = *vxlan.vxlan;
  const Tunnelled& tunnelled = *wanted.tunnelled;
  const bool same = has.vni == tunnelled.device_vni() && has.port == tunnelled.port;
  return same && has.local.same_host(wanted.trunk.local()) && !has.learning && !has.has_group &&
         has.single == tunnelled.single && (!has.single || has.vni_filter);
}

const Link* keep_uplink(Plan& plan, const Segment& wanted, const Link* uplink) {
  if (uplink == nullptr || !wanted.tunnelled || fits(*uplink, wanted)) return uplink;
  if (!uplink->ours()) throw foreign_vxlan(wanted, *uplink);
  plan.emplace_back(DeleteLink{*uplink});
  return nullptr;
}

void create_vxlan(Plan& plan, const Segment& wanted, const Base& base, std::uint32_t mtu) {
  const Tunnelled& tunnelled = *wanted.tunnelled;
  const std::string& name = wanted.uplink.name.text();
  plan.emplace_back(CreateVxlan{.name = name,
                                .vxlan = {.vni = tunnelled.device_vni(),
                                          .local = wanted.trunk.local(),
                                          .port = tunnelled.port,
                                          .single = tunnelled.single,
                                          .vni_filter = tunnelled.single},
                                .mac = base.mac,
                                .mtu = mtu});
}

LinkSettings vxlan_port(const Segment& wanted, const LinkRef& bridge) {
  LinkSettings settings{.bridge = bridge, .port_groups = all_groups, .learns = false};
  if (wanted.tunnelled->single) {
    settings.maps_vlans = true;
  } else {
    settings.alias = alias_of(wanted);
  }
  return settings;
}

void mend_vxlan_port(Plan& plan, const Link& vxlan, const Segment& wanted) {
  Mending mending;
  mending.set_if_other(&LinkSettings::learns, false, vxlan.learns);
  mending.set_if_other(&LinkSettings::suppresses_arp, false, vxlan.suppresses_arp);
  if (wanted.tunnelled->single) {
    mending.set_if_other(&LinkSettings::maps_vlans, true, vxlan.maps_vlans);
  } else if (vxlan.ours()) {
    mending.set_if_other(&LinkSettings::alias, alias_of(wanted), vxlan.alias);
  }
  mending.append_to(plan, vxlan);
}

model::Vlans tunnelled_vlans(const Link& vxlan) {
  return vxlan.vxlan->single ? model::vlans_of(vxlan.vnis) : vxlan.vlans;
}

Mac derived_mac(char second, const Address& local) {
  constexpr std::size_t tail = 4;
  const std::size_t length = local.ipv6 ? local.bytes.size() : tail;
  Mac mac{{'v', static_cast<std::uint8_t>(second)}};
  std::copy_n(local.bytes.begin() + static_cast<std::ptrdiff_t>(length - tail), tail,
              mac.bytes.begin() + 2);
  return mac;
}

}  // namespace plan
