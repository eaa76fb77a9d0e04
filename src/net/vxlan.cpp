#include "net/vxlan.hpp"

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <sys/socket.h>

#include "net/message.hpp"

namespace net {
namespace {

MessageHandle station_request(int type, int flags, int index, const model::Mac& mac,
                              std::uint16_t vid) {
  ndmsg header{};
  header.ndm_family = AF_BRIDGE;
  header.ndm_ifindex = index;
  header.ndm_state = NUD_NOARP;                // static: the bridge never moves or forgets it
  header.ndm_flags = NTF_MASTER | NTF_STICKY;  // and FRR lets others see that it is static
  MessageHandle request = message(type, flags, header);
  require(nla_put(request.get(), NDA_LLADDR, static_cast<int>(mac.bytes.size()), mac.bytes.data()));
  require(nla_put_u16(request.get(), NDA_VLAN, vid));
  return request;
}

/// Thousands of VNIs, each by itself, are more than a request has room for as a rule.
std::size_t vnis_request_size(const model::Vnis& vnis) {
  constexpr std::size_t rest = 128, most_of_one = 64;
  return rest + vnis.size() * most_of_one;
}

/// The VNIs that a single device takes.
MessageHandle vnis_request(int type, int index, const model::Vnis& vnis) {
  tunnel_msg header{};
  header.family = PF_BRIDGE;
  header.ifindex = static_cast<std::uint32_t>(index);
  MessageHandle request = message(type, 0, header, vnis_request_size(vnis));
  for (const model::VlanVni& one : vnis) {
    nlattr* const entry = nla_nest_start(request.get(), VXLAN_VNIFILTER_ENTRY | NLA_F_NESTED);
    require(nla_put_u32(request.get(), VXLAN_VNIFILTER_ENTRY_START, one.vni));
    require(nla_put_u32(request.get(), VXLAN_VNIFILTER_ENTRY_END, one.vni + one.last - one.first));
    nla_nest_end(request.get(), entry);
  }
  return request;
}

void put_mapping(nl_msg& request, std::uint16_t vid, std::uint32_t vni, int flags) {
  nlattr* const info = nla_nest_start(&request, IFLA_BRIDGE_VLAN_TUNNEL_INFO | NLA_F_NESTED);
  require(nla_put_u32(&request, IFLA_BRIDGE_VLAN_TUNNEL_ID, vni));
  require(nla_put_u16(&request, IFLA_BRIDGE_VLAN_TUNNEL_VID, vid));
  require(nla_put_u16(&request, IFLA_BRIDGE_VLAN_TUNNEL_FLAGS, static_cast<std::uint16_t>(flags)));
  nla_nest_end(&request, info);
}

/// Which VNI its port gives each VLAN.
MessageHandle mappings_request(int type, int index, const model::Vnis& vnis) {
  ifinfomsg header{};
  header.ifi_family = AF_BRIDGE;
  header.ifi_index = index;
  MessageHandle request = message(type, 0, header, vnis_request_size(vnis));
  nlattr* const specification = nla_nest_start(request.get(), IFLA_AF_SPEC);
  for (const model::VlanVni& one : vnis) {
    const bool range = one.first != one.last;
    put_mapping(*request, one.first, one.vni, range ? BRIDGE_VLAN_INFO_RANGE_BEGIN : 0);
    if (!range) continue;
    put_mapping(*request, one.last, one.vni + one.last - one.first, BRIDGE_VLAN_INFO_RANGE_END);
  }
  nla_nest_end(request.get(), specification);
  return request;
}

}  // namespace

std::vector<MessageHandle> vnis_requests(int index, const plan::SetVnis& op) {
  std::vector<MessageHandle> requests;
  const model::Vnis gone = model::without(op.from, op.to);
  if (!gone.empty()) {
    requests.push_back(mappings_request(RTM_DELLINK, index, gone));
    requests.push_back(vnis_request(RTM_DELTUNNEL, index, gone));
  }
  const model::Vnis come = model::without(op.to, op.from);
  if (come.empty()) return requests;
  requests.push_back(vnis_request(RTM_NEWTUNNEL, index, come));
  requests.push_back(mappings_request(RTM_SETLINK, index, come));
  return requests;
}

MessageHandle add_gateway_request(int index, const model::Mac& mac, std::uint16_t vid) {
  return station_request(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, index, mac, vid);
}

MessageHandle delete_gateway_request(int index, const model::Mac& mac, std::uint16_t vid) {
  return station_request(RTM_DELNEIGH, 0, index, mac, vid);
}

MessageHandle stations_request(int port) {
  ndmsg header{};
  header.ndm_family = AF_BRIDGE;
  header.ndm_ifindex = port;
  return message(RTM_GETNEIGH, 0, header);
}

}  // namespace net
