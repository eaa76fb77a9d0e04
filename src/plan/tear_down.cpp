#include "plan/tear_down.hpp"

#include <algorithm>

namespace plan {
namespace {

using model::HostState;
using model::Link;

std::string list_names(const std::vector<const Link*>& links) {
  std::string text;
  for (const Link* link : links) text += (text.empty() ? "" : ", ") + link->name;
  return text;
}

bool is_own_vlan_link(const Link* port) {
  return port->is_vlan_link() && port->ours();
}

/// The ports of `bridge` that tell that somebody uses it: all but its uplink. A VLAN link that
/// somebody else made is a user beside an uplink of our own, and the uplink where there is none.
std::vector<const Link*> users(const Link& bridge, const HostState& host) {
  std::vector<const Link*> ports = host.ports(bridge);
  const bool has_own = std::any_of(ports.begin(), ports.end(), is_own_vlan_link);
  std::erase_if(ports, [&](const Link* port) {
    return is_own_vlan_link(port) || (port->is_vlan_link() && !has_own);
  });
  return ports;
}

std::string spared_text(const Link& link, const std::vector<const Link*>& users,
                        const std::string& relation) {
  const bool guest = std::any_of(users.begin(), users.end(),
                                 [](const Link* port) { return model::is_guest_port(*port); });
  return link.name + " is left: " + relation + (guest ? "guest port " : "port ") +
         list_names(users);
}

}  // namespace

std::string reason_to_spare(const Link& link, const HostState& host) {
  if (link.is_bridge()) {
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

const Link* uplink_of(const Link& bridge, const HostState& host) {
  const Link* found = nullptr;
  for (const Link* port : host.ports(bridge)) {
    if (port->is_vlan_link() && (found == nullptr || port->ours())) found = port;
  }
  return found;
}

std::optional<model::Segment> segment_of(const Link& bridge, const HostState& host) {
  const Link* const uplink = uplink_of(bridge, host);
  const Link* const trunk = uplink == nullptr ? nullptr : host.find(uplink->lower);
  if (trunk == nullptr) return std::nullopt;
  const auto made = [](const Link& link) {
    return model::MadeName{.name = model::IfName::parse("name", link.name),
                           .full = link.alt_names.empty() ? "" : link.alt_names.front()};
  };
  return model::Segment{.trunk = model::IfName::parse("trunk", trunk->name),
                        .vid = model::Vid::parse(std::to_string(uplink->vid)),
                        .vlan_link = made(*uplink),
                        .bridge = made(bridge),
                        .mtu = bridge.mtu,
                        .options = {.stp = bridge.stp,
                                    .forward_delay = bridge.forward_delay,
                                    .multicast_snooping = bridge.multicast_snooping,
                                    .guest_tags = bridge.guest_tags}};
}

TearDown tear_down(const HostState& host, const std::function<bool(const Link&)>& in_scope,
                   bool force) {
  TearDown result;
  result.everything_marked = true;
  for (const Link& link : host.links()) {
    if (!link.ours()) continue;
    const bool made_by_xvlan = link.is_vlan_link() || link.is_bridge();
    if (!made_by_xvlan || !in_scope(link)) {
      result.everything_marked = false;
      continue;
    }
    std::string reason = force ? "" : reason_to_spare(link, host);
    if (reason.empty()) {
      result.deletions.push_back(DeleteLink{link});
    } else {
      result.spared.push_back(std::move(reason));
      result.everything_marked = false;
    }
  }
  std::stable_partition(
      result.deletions.begin(), result.deletions.end(),
      [&](const DeleteLink& one) { return host.find(one.link.index)->is_bridge(); });
  return result;
}

}  // namespace plan
