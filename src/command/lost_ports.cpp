#include "command/lost_ports.hpp"

#include <utility>

#include "command/apply.hpp"
#include "plan/realisation.hpp"

namespace command {
namespace {

using model::HostState;
using model::Link;

bool is_trunk(int port, const Link& bridge, const HostState& host) {
  const Link* const trunk = plan::trunk_port(bridge, host);
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
    if (const Link* const port_before = before.find(departure.port)) {
      port->isolated = port_before->isolated;
    }
    (void)attempt(plan::SetUp{*port, false}, kernel);
    lost.push_back(
        {.port = std::move(*port), .bridge = bridge, .vlans = std::move(departure.vlans)});
  }
  return lost;
}

}  // namespace command
