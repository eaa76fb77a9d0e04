#include "net/decode.hpp"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace net {
namespace {

// libnl parses non-const messages only; it writes nothing to them.
nlmsghdr* parsable(const nlmsghdr& header) {
  return const_cast<nlmsghdr*>(&header);
}

template <int highest>
using Attributes = std::array<nlattr*, highest + 1>;

template <int highest>
Attributes<highest> nested(nlattr* nest) {
  Attributes<highest> attributes{};
  if (nest != nullptr) nla_parse_nested(attributes.data(), highest, nest, nullptr);
  return attributes;
}

template <class T>
T number(nlattr* attribute, T fallback = 0) {
  T value = fallback;
  if (attribute != nullptr && nla_len(attribute) >= static_cast<int>(sizeof value)) {
    std::memcpy(&value, nla_data(attribute), sizeof value);
  }
  return value;
}

std::string text(nlattr* attribute) {
  return attribute == nullptr ? std::string() : std::string(nla_get_string(attribute));
}

void decode_alt_names(nlattr* list, model::Link& link) {
  if (list == nullptr) return;
  nlattr* name = nullptr;
  int left = 0;
  nla_for_each_nested(name, list, left) {
    if (nla_type(name) == IFLA_ALT_IFNAME) link.alt_names.push_back(text(name));
  }
}

void decode_kind(nlattr* info, model::Link& link) {
  const auto attributes = nested<IFLA_INFO_MAX>(info);
  link.kind = text(attributes[IFLA_INFO_KIND]);
  nlattr* const data = attributes[IFLA_INFO_DATA];
  if (link.kind == "vlan") {
    const auto vlan = nested<IFLA_VLAN_MAX>(data);
    const auto protocol = number<std::uint16_t>(vlan[IFLA_VLAN_PROTOCOL], htons(ETH_P_8021Q));
    if (protocol == htons(ETH_P_8021Q)) link.vid = number<std::uint16_t>(vlan[IFLA_VLAN_ID]);
  } else if (link.kind == "bridge") {
    const auto bridge = nested<IFLA_BR_MAX>(data);
    link.stp = number<std::uint32_t>(bridge[IFLA_BR_STP_STATE]) != 0;
    link.forward_delay = number<std::uint32_t>(bridge[IFLA_BR_FORWARD_DELAY]);
  }
}

// A link too small for IPv6 (MTU below 1280) has no AF_INET6 part.
bool decode_ipv6(nlattr* families) {
  const auto family = nested<AF_INET6>(families);
  const auto inet6 = nested<IFLA_INET6_MAX>(family[AF_INET6]);
  nlattr* const settings = inet6[IFLA_INET6_CONF];
  constexpr std::size_t end = (DEVCONF_DISABLE_IPV6 + 1) * sizeof(std::int32_t);
  if (settings == nullptr || static_cast<std::size_t>(nla_len(settings)) < end) return false;
  std::int32_t disabled = 0;
  std::memcpy(&disabled, static_cast<const char*>(nla_data(settings)) + end - sizeof disabled,
              sizeof disabled);
  return disabled == 0;
}

}  // namespace

std::optional<model::Link> decode_link(const nlmsghdr& header) {
  if (header.nlmsg_type != RTM_NEWLINK) return std::nullopt;
  Attributes<IFLA_MAX> attributes{};
  if (nlmsg_parse(parsable(header), sizeof(ifinfomsg), attributes.data(), IFLA_MAX, nullptr) < 0) {
    return std::nullopt;
  }
  const auto* const info = static_cast<const ifinfomsg*>(nlmsg_data(&header));
  model::Link link;
  link.index = info->ifi_index;
  link.up = (info->ifi_flags & IFF_UP) != 0;
  link.name = text(attributes[IFLA_IFNAME]);
  link.mtu = number<std::uint32_t>(attributes[IFLA_MTU]);
  link.group = number<std::uint32_t>(attributes[IFLA_GROUP]);
  link.master = number<int>(attributes[IFLA_MASTER]);
  // An index in another network namespace means nothing in this one.
  if (attributes[IFLA_LINK_NETNSID] == nullptr) link.lower = number<int>(attributes[IFLA_LINK]);
  if (nlattr* const mac = attributes[IFLA_ADDRESS]; mac != nullptr) {
    const auto length = std::min(link.mac.bytes.size(), static_cast<std::size_t>(nla_len(mac)));
    std::memcpy(link.mac.bytes.data(), nla_data(mac), length);
  }
  link.parent = text(attributes[IFLA_PARENT_DEV_NAME]);
  decode_alt_names(attributes[IFLA_PROP_LIST], link);
  decode_kind(attributes[IFLA_LINKINFO], link);
  link.ipv6 = decode_ipv6(attributes[IFLA_AF_SPEC]);
  return link;
}

std::optional<LinkAddress> decode_address(const nlmsghdr& header) {
  if (header.nlmsg_type != RTM_NEWADDR) return std::nullopt;
  Attributes<IFA_MAX> attributes{};
  if (nlmsg_parse(parsable(header), sizeof(ifaddrmsg), attributes.data(), IFA_MAX, nullptr) < 0) {
    return std::nullopt;
  }
  const auto* const info = static_cast<const ifaddrmsg*>(nlmsg_data(&header));
  nlattr* const value =
      attributes[IFA_LOCAL] != nullptr ? attributes[IFA_LOCAL] : attributes[IFA_ADDRESS];
  const std::size_t length = info->ifa_family == AF_INET6 ? sizeof(in6_addr) : sizeof(in_addr);
  if (value == nullptr || static_cast<std::size_t>(nla_len(value)) < length) return std::nullopt;
  std::array<char, INET6_ADDRSTRLEN> digits{};
  if (::inet_ntop(info->ifa_family, nla_data(value), digits.data(), digits.size()) == nullptr) {
    return std::nullopt;
  }
  const auto flags = number<std::uint32_t>(attributes[IFA_FLAGS], info->ifa_flags);
  LinkAddress result;
  result.index = static_cast<int>(info->ifa_index);
  result.address.text = std::string(digits.data()) + "/" + std::to_string(info->ifa_prefixlen);
  result.address.ipv6 = info->ifa_family == AF_INET6;
  // A link-local address comes with IPv6 itself; one with a lifetime comes from a router.
  result.address.automatic =
      result.address.ipv6 && (info->ifa_scope == RT_SCOPE_LINK || (flags & IFA_F_PERMANENT) == 0);
  return result;
}

}  // namespace net
