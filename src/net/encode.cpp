#include "net/encode.hpp"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_bridge.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>

#include <limits>

#include "model/error.hpp"
#include "model/vid.hpp"
#include "net/message.hpp"
#include "net/tc.hpp"
#include "net/vxlan.hpp"

namespace net {
namespace {

using plan::LinkSettings;

using Requests = std::vector<MessageHandle>;

int index_or_none(const IndexOf& index_of, const plan::LinkRef& link) {
  // The kernel counts ifindexes up from 1. One that no link has is answered as a link that has
  // vanished; 0 or less would be an invalid request.
  constexpr int no_link = std::numeric_limits<int>::max();
  const int index = index_of(link);
  return index > 0 ? index : no_link;
}

void put_name(nl_msg& request, const std::string& name) {
  require(nla_put_string(&request, IFLA_IFNAME, name.c_str()));
}

void put_mac(nl_msg& request, const model::Mac& mac) {
  require(nla_put(&request, IFLA_ADDRESS, static_cast<int>(mac.bytes.size()), mac.bytes.data()));
}

void put_mtu(nl_msg& request, std::uint32_t mtu) {
  require(nla_put_u32(&request, IFLA_MTU, mtu));
}

void put_master(nl_msg& request, int index) {
  require(nla_put_u32(&request, IFLA_MASTER, static_cast<std::uint32_t>(index)));
}

void put_group(nl_msg& request, bool on_demand = false) {
  require(
      nla_put_u32(&request, IFLA_GROUP, on_demand ? model::on_demand_group : model::link_group));
}

bool has_bridge_options(const LinkSettings& to) {
  return to.stp || to.forward_delay || to.multicast_snooping || to.guest_tags || to.default_pvid;
}

void put_bridge_options(nl_msg& request, const LinkSettings& to,
                        std::optional<bool> filtering = std::nullopt) {
  nlattr* const info = nla_nest_start(&request, IFLA_LINKINFO);
  require(nla_put_string(&request, IFLA_INFO_KIND, "bridge"));
  nlattr* const data = nla_nest_start(&request, IFLA_INFO_DATA);
  if (to.forward_delay) require(nla_put_u32(&request, IFLA_BR_FORWARD_DELAY, *to.forward_delay));
  if (to.stp) require(nla_put_u32(&request, IFLA_BR_STP_STATE, *to.stp ? 1 : 0));
  if (to.multicast_snooping) {
    require(nla_put_u8(&request, IFLA_BR_MCAST_SNOOPING, *to.multicast_snooping ? 1 : 0));
  }
  // A bridge that filters by 802.1ad tags takes 802.1Q ones for payload (Linux, __allowed_ingress).
  if (to.guest_tags) {
    require(nla_put_u16(&request, IFLA_BR_VLAN_PROTOCOL,
                        htons(*to.guest_tags ? ETH_P_8021AD : ETH_P_8021Q)));
  }
  if (to.default_pvid) {
    require(nla_put_u16(&request, IFLA_BR_VLAN_DEFAULT_PVID, *to.default_pvid));
  }
  if (filtering) require(nla_put_u8(&request, IFLA_BR_VLAN_FILTERING, *filtering ? 1 : 0));
  nla_nest_end(&request, data);
  nla_nest_end(&request, info);
}

MessageHandle link_message(int type, int flags, int index, int family = AF_UNSPEC) {
  ifinfomsg header{};
  header.ifi_family = static_cast<unsigned char>(family);
  header.ifi_index = index;
  return message(type, flags, header);
}

MessageHandle flags_message(int index, bool up) {
  ifinfomsg header{};
  header.ifi_index = index;
  header.ifi_change = IFF_UP;
  header.ifi_flags = up ? IFF_UP : 0;
  return message(RTM_NEWLINK, 0, header);
}

MessageHandle create_request(const std::string& name, std::uint32_t mtu, bool on_demand = false) {
  MessageHandle request = link_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
  put_name(*request, name);
  put_mtu(*request, mtu);
  put_group(*request, on_demand);
  return request;
}

MessageHandle encode_one(const plan::CreateVlanLink& op, const IndexOf& index_of) {
  MessageHandle request = create_request(op.name, op.mtu);
  const int trunk = index_or_none(index_of, op.trunk);
  require(nla_put_u32(request.get(), IFLA_LINK, static_cast<std::uint32_t>(trunk)));
  nlattr* const info = nla_nest_start(request.get(), IFLA_LINKINFO);
  require(nla_put_string(request.get(), IFLA_INFO_KIND, "vlan"));
  nlattr* const data = nla_nest_start(request.get(), IFLA_INFO_DATA);
  require(nla_put_u16(request.get(), IFLA_VLAN_ID, op.vid.value()));
  nla_nest_end(request.get(), data);
  nla_nest_end(request.get(), info);
  return request;
}

void put_address(nl_msg& request, int ipv4, int ipv6, const model::Address& address) {
  require(nla_put(&request, address.ipv6 ? ipv6 : ipv4,
                  address.ipv6 ? sizeof(in6_addr) : sizeof(in_addr), address.bytes.data()));
}

MessageHandle encode_one(const plan::CreateVxlan& op, const IndexOf&) {
  MessageHandle request = create_request(op.name, op.mtu);
  put_mac(*request, op.mac);
  nlattr* const info = nla_nest_start(request.get(), IFLA_LINKINFO);
  require(nla_put_string(request.get(), IFLA_INFO_KIND, "vxlan"));
  nlattr* const data = nla_nest_start(request.get(), IFLA_INFO_DATA);
  const model::Vxlan& vxlan = op.vxlan;
  if (!vxlan.single) require(nla_put_u32(request.get(), IFLA_VXLAN_ID, vxlan.vni));
  put_address(*request, IFLA_VXLAN_LOCAL, IFLA_VXLAN_LOCAL6, vxlan.local);
  require(nla_put_u16(request.get(), IFLA_VXLAN_PORT, htons(vxlan.port)));
  require(nla_put_u8(request.get(), IFLA_VXLAN_LEARNING, vxlan.learning ? 1 : 0));
  if (vxlan.single) require(nla_put_u8(request.get(), IFLA_VXLAN_COLLECT_METADATA, 1));
  if (vxlan.vni_filter) require(nla_put_u8(request.get(), IFLA_VXLAN_VNIFILTER, 1));
  nla_nest_end(request.get(), data);
  nla_nest_end(request.get(), info);
  return request;
}

/// A bridge follows the lowest MTU among its ports until somebody changes its MTU (Linux,
/// br_mtu_auto_adjust). Created with another MTU than it shall have, it gets a change, and with it
/// the pin, from a later message.
std::uint32_t mtu_before_pin(std::uint32_t wanted) {
  constexpr std::uint32_t usual = 1500;
  return wanted == usual ? usual - 4 : usual;
}

MessageHandle encode_one(const plan::CreateBridge& op, const IndexOf&) {
  MessageHandle request = create_request(op.name, mtu_before_pin(op.mtu), op.options.on_demand);
  put_mac(*request, op.mac);
  LinkSettings options{.stp = op.options.stp,
                       .forward_delay = op.options.forward_delay,
                       .multicast_snooping = op.options.multicast_snooping};
  if (op.options.guest_tags) options.guest_tags = true;
  if (op.options.vlan_aware) options.default_pvid = std::uint16_t{0};
  put_bridge_options(*request, options, op.options.vlan_aware ? std::optional(true) : std::nullopt);
  return request;
}

MessageHandle encode_one(const plan::ChangeLink& op, const IndexOf& index_of) {
  const LinkSettings& to = op.to;
  const int index = index_or_none(index_of, op.link);
  MessageHandle request =
      op.down ? flags_message(index, false) : link_message(RTM_NEWLINK, 0, index);
  if (to.mac) put_mac(*request, *to.mac);
  if (to.mtu) put_mtu(*request, *to.mtu);
  if (to.name) put_name(*request, *to.name);
  if (to.on_demand) put_group(*request, *to.on_demand);
  if (to.filtered) {
    require(nla_put_u32(request.get(), IFLA_GROUP, *to.filtered ? model::filtered_group : 0));
  }
  if (to.bridge) {
    put_master(*request, to.bridge->name.empty() ? 0 : index_or_none(index_of, *to.bridge));
  }
  if (to.alias) {
    require(
        nla_put(request.get(), IFLA_IFALIAS, static_cast<int>(to.alias->size()), to.alias->data()));
  }
  if (has_bridge_options(to)) put_bridge_options(*request, to);
  return request;
}

MessageHandle encode_one(const plan::SetUp& op, const IndexOf& index_of) {
  MessageHandle request = flags_message(index_or_none(index_of, op.link), op.up);
  if (op.bridge) put_master(*request, index_or_none(index_of, *op.bridge));
  return request;
}

MessageHandle port_request(int index, const LinkSettings& to) {
  MessageHandle request = link_message(RTM_SETLINK, 0, index, AF_BRIDGE);
  nlattr* const port = nla_nest_start(request.get(), IFLA_PROTINFO | NLA_F_NESTED);
  if (to.port_groups) {
    require(nla_put_u16(request.get(), IFLA_BRPORT_GROUP_FWD_MASK, *to.port_groups));
  }
  if (to.isolated) {
    require(nla_put_u8(request.get(), IFLA_BRPORT_ISOLATED, *to.isolated ? 1 : 0));
  }
  if (to.learns) require(nla_put_u8(request.get(), IFLA_BRPORT_LEARNING, *to.learns ? 1 : 0));
  if (to.suppresses_arp) {
    require(nla_put_u8(request.get(), IFLA_BRPORT_NEIGH_SUPPRESS, *to.suppresses_arp ? 1 : 0));
  }
  if (to.maps_vlans) {
    require(nla_put_u8(request.get(), IFLA_BRPORT_VLAN_TUNNEL, *to.maps_vlans ? 1 : 0));
  }
  nla_nest_end(request.get(), port);
  return request;
}

MessageHandle alt_name_request(int type, int index, const std::string& alt_name) {
  const int flags = type == RTM_NEWLINKPROP ? NLM_F_CREATE | NLM_F_EXCL : 0;
  MessageHandle request = link_message(type, flags, index);
  nlattr* const list = nla_nest_start(request.get(), IFLA_PROP_LIST | NLA_F_NESTED);
  require(nla_put_string(request.get(), IFLA_ALT_IFNAME, alt_name.c_str()));
  nla_nest_end(request.get(), list);
  return request;
}

MessageHandle encode_one(const plan::AddAltName& op, const IndexOf& index_of) {
  return alt_name_request(RTM_NEWLINKPROP, index_or_none(index_of, op.link), op.alt_name);
}

MessageHandle encode_one(const plan::DeleteAltName& op, const IndexOf& index_of) {
  return alt_name_request(RTM_DELLINKPROP, index_or_none(index_of, op.link), op.alt_name);
}

MessageHandle address_request(int type, int flags, int index, const model::Address& address) {
  ifaddrmsg header{};
  header.ifa_family = AF_INET;
  header.ifa_prefixlen = address.prefix;
  header.ifa_index = static_cast<std::uint32_t>(index);
  MessageHandle request = message(type, flags, header);
  require(nla_put(request.get(), IFA_LOCAL, sizeof(in_addr), address.bytes.data()));
  return request;
}

MessageHandle encode_one(const plan::AddAddress& op, const IndexOf& index_of) {
  return address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, index_or_none(index_of, op.link),
                         op.address);
}

MessageHandle encode_one(const plan::DeleteAddress& op, const IndexOf& index_of) {
  return address_request(RTM_DELADDR, 0, index_or_none(index_of, op.link), op.address);
}

void put_vlan(nl_msg& request, std::uint16_t vid, int flags) {
  const bridge_vlan_info info{.flags = static_cast<std::uint16_t>(flags), .vid = vid};
  require(nla_put(&request, IFLA_BRIDGE_VLAN_INFO, sizeof info, &info));
}

void put_vlan_range(nl_msg& request, const model::BridgeVlan& vlan) {
  int flags = vlan.untagged ? BRIDGE_VLAN_INFO_UNTAGGED : 0;
  // A range can't be the PVID.
  if (vlan.first == vlan.last) {
    put_vlan(request, vlan.first, flags | (vlan.pvid ? BRIDGE_VLAN_INFO_PVID : 0));
    return;
  }
  put_vlan(request, vlan.first, flags | BRIDGE_VLAN_INFO_RANGE_BEGIN);
  put_vlan(request, vlan.last, flags | BRIDGE_VLAN_INFO_RANGE_END);
}

/// Thousands of VIDs, each by itself, are more than a request has room for as a rule.
std::size_t vlan_request_size(const model::Vlans& vlans) {
  constexpr std::size_t rest = 128;
  return rest +
         vlans.size() * 2 * static_cast<std::size_t>(nla_total_size(sizeof(bridge_vlan_info)));
}

/// `bridge_flags` is BRIDGE_FLAGS_SELF for VLANs of a bridge itself, 0 for those of a port.
MessageHandle vlan_request(int type, int index, std::uint16_t bridge_flags,
                           const model::Vlans& vlans) {
  ifinfomsg header{};
  header.ifi_family = AF_BRIDGE;
  header.ifi_index = index;
  MessageHandle request = message(type, 0, header, vlan_request_size(vlans));
  nlattr* const specification = nla_nest_start(request.get(), IFLA_AF_SPEC);
  if (bridge_flags != 0) {
    require(nla_put_u16(request.get(), IFLA_BRIDGE_FLAGS, bridge_flags));
  }
  for (const model::BridgeVlan& vlan : vlans) put_vlan_range(*request, vlan);
  nla_nest_end(request.get(), specification);
  return request;
}

MessageHandle encode_one(const plan::DeleteLink& op, const IndexOf& index_of) {
  return link_message(RTM_DELLINK, 0, index_or_none(index_of, op.link));
}

MessageHandle encode_one(const plan::DeleteMarked&, const IndexOf&) {
  MessageHandle request = link_message(RTM_DELLINK, 0, 0);
  put_group(*request);
  return request;
}

MessageHandle encode_one(const plan::AddGateway& op, const IndexOf& index_of) {
  return add_gateway_request(index_or_none(index_of, op.port), op.mac, op.vid);
}

MessageHandle encode_one(const plan::DeleteGateway& op, const IndexOf& index_of) {
  return delete_gateway_request(index_or_none(index_of, op.port), op.mac, op.vid);
}

MessageHandle filtering_request(int index, bool filtering, const LinkSettings& others = {}) {
  MessageHandle request = link_message(RTM_NEWLINK, 0, index);
  put_bridge_options(*request, others, filtering);
  return request;
}

template <class Operation>
void append(const Operation& op, const IndexOf& index_of, Requests& requests) {
  requests.push_back(encode_one(op, index_of));
}

void append(const plan::SetIpv6&, const IndexOf&, Requests&) {}

/// A port's settings are its bridge's to set, once it is one.
void append(const plan::ChangeLink& op, const IndexOf& index_of, Requests& requests) {
  plan::ChangeLink others = op;
  others.to.port_groups.reset();
  others.to.isolated.reset();
  others.to.learns.reset();
  others.to.suppresses_arp.reset();
  others.to.maps_vlans.reset();
  if (others.to != LinkSettings{}) requests.push_back(encode_one(op, index_of));
  if (others.to != op.to) {
    requests.push_back(port_request(index_or_none(index_of, op.link), op.to));
  }
}

/// What the port is in already goes along: the kernel may have taken it out meanwhile.
void append(const plan::SetVlans& op, const IndexOf& index_of, Requests& requests) {
  const int index = index_or_none(index_of, op.port);
  const model::Vlans gone = model::without(op.from, op.to);
  if (!gone.empty()) requests.push_back(vlan_request(RTM_DELLINK, index, 0, gone));
  // What others have taken away meanwhile stays away.
  const model::Vlans come = model::changed(op.from, op.to);
  if (!come.empty()) requests.push_back(vlan_request(RTM_SETLINK, index, 0, come));
}

void append(const plan::SetVnis& op, const IndexOf& index_of, Requests& requests) {
  for (MessageHandle& request : vnis_requests(index_or_none(index_of, op.port), op)) {
    requests.push_back(std::move(request));
  }
}

void append(const plan::MovePort& op, const IndexOf& index_of, Requests& requests) {
  const int index = index_or_none(index_of, op.port);
  requests.push_back(encode_one(plan::SetUp{op.port, false}, index_of));
  MessageHandle over = link_message(RTM_NEWLINK, 0, index);
  put_master(*over, index_or_none(index_of, op.to));
  requests.push_back(std::move(over));
  LinkSettings as_port{.port_groups = plan::all_groups};
  if (op.isolated) as_port.isolated = true;
  requests.push_back(port_request(index, as_port));
  if (!op.vlans.empty()) append(plan::SetVlans{op.port, op.vlans, {}}, index_of, requests);
  if (op.up) requests.push_back(encode_one(plan::SetUp{op.port, true, op.to}, index_of));
}

void append(const plan::ShutBridge& op, const IndexOf& index_of, Requests& requests) {
  const int index = index_or_none(index_of, op.bridge);
  switch (op.door) {
    case plan::Door::vlan_filtering:
      if (!op.filtered) requests.push_back(filtering_request(index, true));
      requests.push_back(vlan_request(RTM_DELLINK, index, BRIDGE_FLAGS_SELF, op.own_vlans));
      break;
    case plan::Door::traffic_control:
      for (MessageHandle& request : drop_ingress_requests(index)) {
        requests.push_back(std::move(request));
      }
      break;
    case plan::Door::settings:
      break;
  }
}

void append(const plan::OpenBridge& op, const IndexOf& index_of, Requests& requests) {
  const int index = index_or_none(index_of, op.bridge);
  if (op.door == plan::Door::traffic_control) {
    requests.push_back(let_ingress_request(index));
    return;
  }
  requests.push_back(vlan_request(RTM_SETLINK, index, BRIDGE_FLAGS_SELF, op.own_vlans));
  if (!op.filtered) requests.push_back(filtering_request(index, false));
}

void append(const plan::SetFilter& op, const IndexOf& index_of, Requests& requests) {
  const int index = index_or_none(index_of, op.link);
  if (!op.to) {
    requests.push_back(let_ingress_request(index));
    return;
  }
  for (MessageHandle& request : filter_ingress_requests(index, op.to->program)) {
    requests.push_back(std::move(request));
  }
}

void skip_statistics(nl_msg& request) {
  require(nla_put_u32(&request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS));
}

}  // namespace

void encode(const plan::Operation& operation, const IndexOf& index_of, Requests& requests) {
  std::visit([&](const auto& op) { append(op, index_of, requests); }, operation);
}

MessageHandle vlan_aware_request(int bridge) {
  return filtering_request(bridge, true, {.default_pvid = std::uint16_t{0}});
}

MessageHandle link_request(const std::string& name) {
  MessageHandle request = message(RTM_GETLINK, 0, ifinfomsg{});
  const int attribute = name.size() < IFNAMSIZ ? IFLA_IFNAME : IFLA_ALT_IFNAME;
  require(nla_put_string(request.get(), attribute, name.c_str()));
  skip_statistics(*request);
  return request;
}

MessageHandle link_request(int index) {
  MessageHandle request = link_message(RTM_GETLINK, 0, index);
  skip_statistics(*request);
  return request;
}

MessageHandle links_request(int master) {
  MessageHandle request = link_message(RTM_GETLINK, 0, 0);
  skip_statistics(*request);
  if (master != 0) put_master(*request, master);
  return request;
}

MessageHandle vlans_request() {
  MessageHandle request = link_message(RTM_GETLINK, 0, 0, AF_BRIDGE);
  require(nla_put_u32(request.get(), IFLA_EXT_MASK, RTEXT_FILTER_BRVLAN_COMPRESSED));
  return request;
}

MessageHandle port_vlans_request(int index) {
  br_vlan_msg header{};
  header.family = AF_BRIDGE;
  header.ifindex = static_cast<std::uint32_t>(index);
  return message(RTM_GETVLAN, 0, header);
}

MessageHandle route_request(const model::Address& host) {
  rtmsg header{};
  header.rtm_family = host.ipv6 ? AF_INET6 : AF_INET;
  header.rtm_dst_len = host.alone().prefix;
  MessageHandle request = message(RTM_GETROUTE, 0, header);
  put_address(*request, RTA_DST, RTA_DST, host);
  return request;
}

MessageHandle addresses_request(int family, int index) {
  ifaddrmsg header{};
  header.ifa_family = static_cast<std::uint8_t>(family);
  header.ifa_index = static_cast<std::uint32_t>(index);
  return message(RTM_GETADDR, 0, header);
}

}  // namespace net
