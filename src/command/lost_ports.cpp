#include "command/lost_ports.hpp"

#include <utility>

#include "command/apply.hpp"
#include "plan/shared_bridge.hpp"

namespace command {
namespace {

using model::HostState;
using model::Link;

/// Whether that port was the trunk of a VLAN-aware bridge.
bool is_trunk(int port, const Link& bridge, const HostState& host) {
  if (!plan::shared_bridge::is_shared(bridge, host)) return false;
  const Link* const trunk = plan::shared_bridge::trunk_of(bridge, host);
  return trunk != nullptr && trunk->index == port;
}

}  // namespace

std::vector<LostPort> set_lost_ports_down(net::Kernel& kernel, const HostState& before) {
  std::vector<LostPort> lost;
  for (net::Departure& departure : kernel.departures()) {
    const Link* const bridge = before.find(departure.bridge);
    if (bridge == nullptr || !bridge->ours() || kernel.read(departure.bridge)) continue;
    if (is_trunk(departure.port, *bridge, before)) continue;
    auto port = kernel.read(departure.port);
    if (!port || port->master != 0 || !port->up || port->is_vlan_link()) continue;
    (void)attempt(plan::SetUp{*port, false}, kernel);
    lost.push_back(
        {.port = std::move(*port), .bridge = bridge, .vlans = std::move(departure.vlans)});
  }
  return lost;
}

}  // namespace command
