#include "net/encode.hpp"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/route/link/vlan.h>

#include <cerrno>
#include <limits>
#include <stdexcept>

#include "model/error.hpp"
#include "model/number.hpp"

namespace net {
namespace {

using plan::LinkSettings;

void require(int libnl_result) {
  if (libnl_result < 0) {
    throw model::Error({.action = "build a netlink request", .reason = nl_geterror(libnl_result)});
  }
}

template <class Handle>
Handle allocated(Handle handle) {
  if (!handle) throw std::bad_alloc();
  return handle;
}

MessageHandle empty_message(int type, int flags) {
  return allocated(MessageHandle(nlmsg_alloc_simple(type, flags)));
}

template <class Header>
MessageHandle message(int type, int flags, Header header) {
  MessageHandle result = empty_message(type, flags);
  require(nlmsg_append(result.get(), &header, sizeof header, NLMSG_ALIGNTO));
  return result;
}

int index_or_none(const IndexOf& index_of, const std::string& name) {
  // The kernel counts ifindexes up from 1. One that no link has is answered as a link that has
  // vanished; 0 or less would be an invalid request.
  constexpr int no_link = std::numeric_limits<int>::max();
  const int index = index_of(name);
  return index > 0 ? index : no_link;
}

void set_mac(rtnl_link& link, const model::Mac& mac) {
  const AddressHandle address =
      allocated(AddressHandle(nl_addr_build(AF_LLC, mac.bytes.data(), mac.bytes.size())));
  rtnl_link_set_addr(&link, address.get());
}

MessageHandle new_link_request(rtnl_link& link, int flags) {
  nl_msg* request = nullptr;
  require(rtnl_link_build_add_request(&link, flags, &request));
  return MessageHandle(request);
}

MessageHandle create_request(rtnl_link& link) {
  rtnl_link_set_group(&link, model::link_group);
  return new_link_request(link, NLM_F_CREATE | NLM_F_EXCL);
}

// libnl-route 3.7 has no setters for a bridge's STP state and forward delay.
void put_bridge_options(nl_msg& request, std::optional<bool> stp,
                        std::optional<std::uint32_t> forward_delay) {
  nlattr* const info = nla_nest_start(&request, IFLA_LINKINFO);
  require(nla_put_string(&request, IFLA_INFO_KIND, "bridge"));
  nlattr* const data = nla_nest_start(&request, IFLA_INFO_DATA);
  if (forward_delay) require(nla_put_u32(&request, IFLA_BR_FORWARD_DELAY, *forward_delay));
  if (stp) require(nla_put_u32(&request, IFLA_BR_STP_STATE, *stp ? 1 : 0));
  nla_nest_end(&request, data);
  nla_nest_end(&request, info);
}

MessageHandle encode_one(const plan::CreateVlanLink& op, const IndexOf& index_of) {
  const LinkHandle link = allocated(LinkHandle(rtnl_link_vlan_alloc()));
  rtnl_link_set_name(link.get(), op.name.c_str());
  rtnl_link_set_link(link.get(), index_or_none(index_of, op.trunk));
  rtnl_link_set_mtu(link.get(), op.mtu);
  require(rtnl_link_vlan_set_id(link.get(), op.vid.value()));
  return create_request(*link);
}

/// A bridge follows the lowest MTU among its ports until somebody changes its MTU (Linux,
/// br_mtu_auto_adjust). Created with another MTU than it shall have, it gets a change, and with it
/// the pin, from the message that sets it up.
std::uint32_t mtu_before_pin(std::uint32_t wanted) {
  constexpr std::uint32_t usual = 1500;
  return wanted == usual ? usual - 4 : usual;
}

MessageHandle encode_one(const plan::CreateBridge& op, const IndexOf&) {
  const LinkHandle link = allocated(LinkHandle(rtnl_link_alloc()));
  rtnl_link_set_name(link.get(), op.name.c_str());
  rtnl_link_set_mtu(link.get(), mtu_before_pin(op.mtu));
  set_mac(*link, op.mac);
  MessageHandle request = create_request(*link);
  put_bridge_options(*request, op.options.stp, op.options.forward_delay);
  return request;
}

MessageHandle encode_one(const plan::ChangeLink& op, const IndexOf& index_of) {
  const LinkSettings& to = op.to;
  const LinkHandle link = allocated(LinkHandle(rtnl_link_alloc()));
  rtnl_link_set_ifindex(link.get(), index_or_none(index_of, op.link));
  if (to.mac) set_mac(*link, *to.mac);
  if (to.mtu) rtnl_link_set_mtu(link.get(), *to.mtu);
  if (to.name) rtnl_link_set_name(link.get(), to.name->c_str());
  if (to.bridge) {
    rtnl_link_set_master(link.get(), to.bridge->empty() ? 0 : index_or_none(index_of, *to.bridge));
  }
  if (to.up) {
    if (*to.up) {
      rtnl_link_set_flags(link.get(), IFF_UP);
    } else {
      rtnl_link_unset_flags(link.get(), IFF_UP);
    }
  }
  MessageHandle request = new_link_request(*link, 0);
  if (to.stp || to.forward_delay) put_bridge_options(*request, to.stp, to.forward_delay);
  return request;
}

MessageHandle encode_one(const plan::AddAltName& op, const IndexOf& index_of) {
  ifinfomsg header{};
  header.ifi_index = index_or_none(index_of, op.link);
  MessageHandle request = message(RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL, header);
  nlattr* const list = nla_nest_start(request.get(), IFLA_PROP_LIST | NLA_F_NESTED);
  require(nla_put_string(request.get(), IFLA_ALT_IFNAME, op.alt_name.c_str()));
  nla_nest_end(request.get(), list);
  return request;
}

MessageHandle encode_one(const plan::DeleteAddress& op, const IndexOf& index_of) {
  const std::size_t slash = op.address.find('/');
  in_addr address{};
  const auto prefix = model::parse_number(std::string_view(op.address).substr(slash + 1), 0, 32);
  if (!prefix || ::inet_pton(AF_INET, op.address.substr(0, slash).c_str(), &address) != 1) {
    throw std::logic_error("not an IPv4 address: " + op.address);
  }
  ifaddrmsg header{};
  header.ifa_family = AF_INET;
  header.ifa_prefixlen = static_cast<std::uint8_t>(*prefix);
  header.ifa_index = static_cast<std::uint32_t>(index_or_none(index_of, op.link));
  MessageHandle request = message(RTM_DELADDR, 0, header);
  require(nla_put(request.get(), IFA_LOCAL, sizeof address, &address));
  return request;
}

MessageHandle encode_one(const plan::DeleteLink& op, const IndexOf& index_of) {
  ifinfomsg header{};
  header.ifi_index = index_or_none(index_of, op.name);
  return message(RTM_DELLINK, 0, header);
}

MessageHandle encode_one(const plan::DeleteMarked&, const IndexOf&) {
  MessageHandle request = message(RTM_DELLINK, 0, ifinfomsg{});
  require(nla_put_u32(request.get(), IFLA_GROUP, model::link_group));
  return request;
}

MessageHandle encode_one(const plan::SetIpv6&, const IndexOf&) {
  return nullptr;
}

void skip_statistics(nl_msg& request) {
  require(nla_put_u32(&request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS));
}

}  // namespace

MessageHandle encode(const plan::Operation& operation, const IndexOf& index_of) {
  return std::visit([&](const auto& op) { return encode_one(op, index_of); }, operation);
}

MessageHandle link_request(const std::string& name) {
  MessageHandle request = message(RTM_GETLINK, 0, ifinfomsg{});
  const int attribute = name.size() < IFNAMSIZ ? IFLA_IFNAME : IFLA_ALT_IFNAME;
  require(nla_put_string(request.get(), attribute, name.c_str()));
  skip_statistics(*request);
  return request;
}

MessageHandle link_request(int index) {
  ifinfomsg header{};
  header.ifi_index = index;
  MessageHandle request = message(RTM_GETLINK, 0, header);
  skip_statistics(*request);
  return request;
}

MessageHandle links_request() {
  MessageHandle request = message(RTM_GETLINK, 0, ifinfomsg{});
  skip_statistics(*request);
  return request;
}

MessageHandle addresses_request(int family, int index) {
  ifaddrmsg header{};
  header.ifa_family = static_cast<std::uint8_t>(family);
  header.ifa_index = static_cast<std::uint32_t>(index);
  return message(RTM_GETADDR, 0, header);
}

}  // namespace net
