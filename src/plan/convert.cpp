#include "plan/convert.hpp"

#include <algorithm>

#include "model/shell.hpp"
#include "plan/bridge.hpp"
#include "plan/own_bridge.hpp"
#include "plan/shared_bridge.hpp"
#include "plan/tear_down.hpp"

namespace plan::convert {
namespace {

using model::Carrier;
using model::HostState;
using model::Link;
using model::Segment;

model::Error no_place(const Carrier& trunk, std::string reason, std::string remedy) {
  return useless_trunk(trunk, std::move(reason), std::move(remedy));
}

void refuse_given_address(const Carrier& trunk, const Link& link, const std::string& with) {
  const model::Address* const given = model::given_address(link);
  if (given == nullptr) return;
  throw no_place(trunk,
                 link.name + " has address " + given->text() + ", which is not possible " + with,
                 "remove the address, and start again");
}

void refuse_foreign_port(const Carrier& trunk, const Link& bridge, const Link* uplink,
                         const std::string& with, const HostState& host) {
  const Link* const foreign = foreign_port(bridge, uplink, host);
  if (foreign == nullptr) return;
  throw no_place(trunk,
                 "bridge " + bridge.name + " has a foreign port, " + foreign->name +
                     ", which is not possible " + with,
                 "remove it: ip link set " + model::shell_word(foreign->name) + " nomaster");
}

constexpr const char* on_shared = "on a VLAN-aware bridge";
constexpr const char* on_own = "where each VLAN has a bridge of its own";

}  // namespace

OwnParts own_parts(const Segment& wanted, const HostState& host) {
  OwnParts parts;
  if (wanted.tunnelled) return parts;  // these don't convert
  const SegmentLinks links = own_bridge::find_links(wanted, host);
  if (links.uplink != nullptr && links.uplink->ours()) parts.uplink = links.uplink;
  if (links.bridge == nullptr || !links.bridge->ours()) return parts;
  const Link* const uplink = uplink_of(*links.bridge, host);
  const bool of_wanted =
      uplink == nullptr ? is_left_over(*links.bridge, host) : uplink == links.uplink;
  if (of_wanted) parts.bridge = links.bridge;
  return parts;
}

bool is_left_over(const Link& bridge, const HostState& host) {
  return bridge.is_bridge() && bridge.ours() && uplink_of(bridge, host) == nullptr &&
         !shared_bridge::is_shared(bridge, host);
}

void refuse_what_has_no_place_on_shared(const Carrier& trunk, std::span<const Segment> wanted,
                                        const HostState& host) {
  for (const Segment& segment : wanted) {
    if (segment.trunk != trunk) continue;
    const OwnParts parts = own_parts(segment, host);
    if (parts.uplink != nullptr) {
      refuse_given_address(trunk, *parts.uplink, on_shared);
      const auto uppers = host.uppers(*parts.uplink);
      if (!uppers.empty()) {
        throw no_place(trunk,
                       uppers.front()->name + " stands on " + parts.uplink->name +
                           ", which goes where there is a VLAN-aware bridge",
                       "remove that link, and start again");
      }
    }
    if (parts.bridge == nullptr) continue;
    refuse_given_address(trunk, *parts.bridge, on_shared);
    refuse_foreign_port(trunk, *parts.bridge, parts.uplink, on_shared, host);
  }
}

Plan to_shared(const Segment& wanted, const LinkRef& shared, const HostState& host) {
  Plan plan;
  const OwnParts parts = own_parts(wanted, host);
  if (parts.bridge != nullptr) {
    const model::Vlans enters{model::access_vlan(wanted.vid.value())};
    for (const Link* port : guest_ports(*parts.bridge, host)) {
      plan.emplace_back(
          MovePort{*port, *parts.bridge, shared, {}, enters, port->up, port->isolated});
    }
  }
  // Frames of the VLAN go to the VLAN link for as long as it is there.
  if (parts.uplink != nullptr) plan.emplace_back(DeleteLink{*parts.uplink});
  return plan;
}

const Link* empty_own_bridge(const Segment& wanted, const HostState& host) {
  const Link* const bridge = own_parts(wanted, host).bridge;
  return bridge == nullptr || !host.ports(*bridge).empty() ? nullptr : bridge;
}

const Link* shared_bridge_of(const Link& trunk, const HostState& host) {
  const Link* const master = trunk.master == 0 ? nullptr : host.find(trunk.master);
  return master != nullptr && shared_bridge::is_shared(*master, host) ? master : nullptr;
}

void refuse_what_has_no_place_on_own(const Carrier& trunk, const Link& shared,
                                     std::span<const Segment> wanted, const HostState& host) {
  refuse_given_address(trunk, shared, on_own);
  refuse_foreign_port(trunk, shared, host.find(trunk.text()), on_own, host);
  for (const Link* port : guest_ports(shared, host)) {
    if (port->vlans.empty()) continue;
    const std::uint16_t vid = port->pvid();
    const bool alone = port->vlans == model::Vlans{model::access_vlan(vid)};
    const bool is_wanted = std::any_of(wanted.begin(), wanted.end(), [&](const Segment& segment) {
      return segment.trunk == trunk && segment.vid.value() == vid;
    });
    if (alone && is_wanted) continue;
    throw no_place(trunk,
                   port->name + " is in VLANs " + model::text(port->vlans) +
                       ", which is not possible " + on_own,
                   alone ? "add that VLAN to vlans=, or shut the guest down"
                         : "give the guest one VLAN, or shut it down, and start again");
  }
}

Plan to_own(const Segment& wanted, const LinkRef& bridge, const Link& shared,
            const HostState& host) {
  Plan plan;
  for (const Link* port : guest_ports(shared, host)) {
    if (!port->is_in(wanted.vid.value())) continue;
    plan.emplace_back(MovePort{*port, shared, bridge, port->vlans, {}, port->up, port->isolated});
  }
  return plan;
}

}  // namespace plan::convert
