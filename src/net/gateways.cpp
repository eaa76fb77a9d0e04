#include "net/gateways.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "net/decode.hpp"
#include "net/vxlan.hpp"
#include "plan/gateway.hpp"

namespace net {
namespace {

using Ports = std::unordered_map<int, model::Link*>;  // by ifindex

constexpr int all_ports = 0;

/// The links on which gateways can be seen.
Ports gateway_ports(std::vector<model::Link>& links, bool everywhere) {
  std::unordered_set<int> of_tunnels;
  std::unordered_set<int> of_trunks;
  Ports ports;
  const auto has_tags = [](const auto& range) { return !range.untagged; };
  for (model::Link& link : links) {
    if (link.master == 0 || model::is_guest_port(link)) continue;
    if (link.is_vxlan()) {
      of_tunnels.insert(link.master);
    } else if (link.is_vlan_link() || std::any_of(link.vlans.begin(), link.vlans.end(), has_tags)) {
      of_trunks.insert(link.master);
    } else {
      continue;
    }
    ports.emplace(link.index, &link);
  }
  std::erase_if(ports, [&](const auto& entry) {
    const model::Link& port = *entry.second;
    const bool both = of_tunnels.contains(port.master) && of_trunks.contains(port.master);
    return !both && !(everywhere && port.is_vxlan());
  });
  return ports;
}

void add_gateway(const Station& station, model::Link& port) {
  // A guest's frames make no entry that stays.
  if (!station.fixed || !plan::is_gateway_mac(station.mac)) return;
  // Where it is behind another host, the bridge has it, too.
  if (port.is_vxlan() && !station.host) return;
  port.gateways.push_back({.vid = port.is_vxlan() ? std::uint16_t{0} : station.vid,
                           .vni = station.vni,
                           .host = station.host.value_or(model::Address{}),
                           .mac = station.mac});
}

/// Of one port, or of all of them.
void read_gateways(Socket& socket, int asked, const Ports& ports) {
  const auto is_asked = [&](int index) { return asked == all_ports || index == asked; };
  const MessageHandle dump = stations_request(asked);
  socket.dump(
      *dump,
      [&] {
        for (const auto& [index, port] : ports) {
          if (is_asked(index)) port->gateways.clear();
        }
      },
      [&](const nlmsghdr& header) {
        const auto station = decode_station(header);
        const auto found = station ? ports.find(station->link) : ports.end();
        // Linux before 5.0 tells of all ports.
        if (found != ports.end() && is_asked(station->link)) add_gateway(*station, *found->second);
      });
}

bool is_vxlan(const model::Link& link) {
  return link.is_vxlan();
}

}  // namespace

void add_gateways(Socket& socket, std::vector<model::Link>& links, bool everywhere) {
  // Thousands of VLAN links are no uplinks beside tunnels where there are none.
  if (std::none_of(links.begin(), links.end(), is_vxlan)) return;
  const Ports ports = gateway_ports(links, everywhere);
  // The kernel goes through all links for each port that it is asked for.
  constexpr std::size_t few = 8;
  if (ports.size() > few) {
    read_gateways(socket, all_ports, ports);
  } else {
    for (const auto& entry : ports) read_gateways(socket, entry.first, ports);
  }
}

}  // namespace net
