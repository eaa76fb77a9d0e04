#include "net/decode.hpp"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_bridge.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace net {
namespace {

// A host has thousands of links, and a link some sixty attributes. The macros of rtnetlink(3) walk
// them at half of what libnl's functions take.
template <class Visit>
void for_each_attribute(const void* first, std::size_t length, Visit visit) {
  auto left = static_cast<int>(length);
  for (const auto* one = static_cast<const rtattr*>(first); RTA_OK(one, left);
       one = RTA_NEXT(one, left)) {
    visit(*one);
  }
}

int type_of(const rtattr& attribute) {
  return attribute.rta_type & NLA_TYPE_MASK;
}

std::size_t length_of(const rtattr& attribute) {
  return RTA_PAYLOAD(&attribute);
}

/// The attribute of that type inside of `nest`; nullptr if there is none.
const rtattr* find(const rtattr* nest, int type) {
  if (nest == nullptr) return nullptr;
  auto left = static_cast<int>(length_of(*nest));
  for (const auto* one = static_cast<const rtattr*>(RTA_DATA(nest)); RTA_OK(one, left);
       one = RTA_NEXT(one, left)) {
    if (type_of(*one) == type) return one;
  }
  return nullptr;
}

/// Of a nest of which several are wanted, found in one walk: those of types up to `Highest`.
template <int Highest>
class Attributes {
 public:
  explicit Attributes(const rtattr* nest) {
    if (nest == nullptr) return;
    for_each_attribute(RTA_DATA(nest), length_of(*nest), [&](const rtattr& one) {
      if (type_of(one) <= Highest) found_[static_cast<std::size_t>(type_of(one))] = &one;
    });
  }

  /// nullptr if there is none.
  const rtattr* operator[](int type) const { return found_[static_cast<std::size_t>(type)]; }

 private:
  std::array<const rtattr*, Highest + 1> found_{};
};

template <class T>
T number(const rtattr* attribute, T fallback = 0) {
  T value = fallback;
  if (attribute != nullptr && length_of(*attribute) >= sizeof value) {
    std::memcpy(&value, RTA_DATA(attribute), sizeof value);
  }
  return value;
}

std::string_view text(const rtattr* attribute) {
  if (attribute == nullptr) return {};
  const auto* const bytes = static_cast<const char*>(RTA_DATA(attribute));
  return {bytes, ::strnlen(bytes, length_of(*attribute))};
}

model::Mac decode_mac(const rtattr& attribute) {
  model::Mac mac;
  std::memcpy(mac.bytes.data(), RTA_DATA(&attribute),
              std::min(mac.bytes.size(), length_of(attribute)));
  return mac;
}

void decode_alt_names(const rtattr& list, model::Link& link) {
  for_each_attribute(RTA_DATA(&list), length_of(list), [&](const rtattr& name) {
    if (type_of(name) == IFLA_ALT_IFNAME) link.alt_names.emplace_back(text(&name));
  });
}

bool is_set(const rtattr* attribute) {
  return number<std::uint8_t>(attribute) != 0;
}

void decode_port(const rtattr& port, model::Link& link) {
  const Attributes<IFLA_BRPORT_ISOLATED> has(&port);
  const rtattr* const groups = has[IFLA_BRPORT_GROUP_FWD_MASK];
  if (groups != nullptr) link.port_groups = number<std::uint16_t>(groups);
  link.isolated = is_set(has[IFLA_BRPORT_ISOLATED]);
  link.learns = is_set(has[IFLA_BRPORT_LEARNING]);
  link.suppresses_arp = is_set(has[IFLA_BRPORT_NEIGH_SUPPRESS]);
  link.maps_vlans = is_set(has[IFLA_BRPORT_VLAN_TUNNEL]);
}

/// All zero for an address that was not said.
model::Address decode_address(const rtattr* ipv4, const rtattr* ipv6) {
  model::Address address;
  const rtattr* const found = ipv4 != nullptr ? ipv4 : ipv6;
  if (found == nullptr) return address;
  address.ipv6 = ipv4 == nullptr;
  std::memcpy(address.bytes.data(), RTA_DATA(found),
              std::min(address.bytes.size(), length_of(*found)));
  return address.alone();
}

model::Vxlan decode_vxlan(const rtattr* data) {
  const Attributes<IFLA_VXLAN_VNIFILTER> has(data);
  const bool external = is_set(has[IFLA_VXLAN_COLLECT_METADATA]);
  return {.vni = external ? 0 : number<std::uint32_t>(has[IFLA_VXLAN_ID]),
          .local = decode_address(has[IFLA_VXLAN_LOCAL], has[IFLA_VXLAN_LOCAL6]),
          .port = ntohs(number<std::uint16_t>(has[IFLA_VXLAN_PORT])),
          .learning = is_set(has[IFLA_VXLAN_LEARNING]),
          .has_group = has[IFLA_VXLAN_GROUP] != nullptr || has[IFLA_VXLAN_GROUP6] != nullptr,
          .single = external,
          .vni_filter = is_set(has[IFLA_VXLAN_VNIFILTER])};
}

void decode_bridge(const rtattr* data, model::Link& link) {
  const Attributes<IFLA_BR_VLAN_DEFAULT_PVID> has(data);
  link.stp = number<std::uint32_t>(has[IFLA_BR_STP_STATE]) != 0;
  link.forward_delay = number<std::uint32_t>(has[IFLA_BR_FORWARD_DELAY]);
  link.multicast_snooping = is_set(has[IFLA_BR_MCAST_SNOOPING]);
  link.vlan_filtering = is_set(has[IFLA_BR_VLAN_FILTERING]);
  link.guest_tags = number<std::uint16_t>(has[IFLA_BR_VLAN_PROTOCOL]) == htons(ETH_P_8021AD);
  // Linux before 4.4, and one whose bridges can't filter VLANs, doesn't tell.
  link.default_pvid = number<std::uint16_t>(has[IFLA_BR_VLAN_DEFAULT_PVID], model::usual_pvid);
}

void decode_kind(const rtattr& info, model::Link& link) {
  const Attributes<IFLA_INFO_SLAVE_DATA> has(&info);
  link.kind = model::kind_named(text(has[IFLA_INFO_KIND]));
  const rtattr* const port = has[IFLA_INFO_SLAVE_DATA];
  if (port != nullptr && text(has[IFLA_INFO_SLAVE_KIND]) == "bridge") decode_port(*port, link);
  const rtattr* const data = has[IFLA_INFO_DATA];
  if (link.kind == "vlan") {
    const auto protocol = number<std::uint16_t>(find(data, IFLA_VLAN_PROTOCOL), htons(ETH_P_8021Q));
    if (protocol == htons(ETH_P_8021Q)) link.vid = number<std::uint16_t>(find(data, IFLA_VLAN_ID));
  } else if (link.kind == "vxlan") {
    link.vxlan = decode_vxlan(data);
  } else if (link.kind == "bridge") {
    decode_bridge(data, link);
  }
}

// A link too small for IPv6 (MTU below 1280) has no AF_INET6 part.
bool speaks_ipv6(const rtattr& families) {
  const rtattr* const settings = find(find(&families, AF_INET6), IFLA_INET6_CONF);
  constexpr std::size_t start = DEVCONF_DISABLE_IPV6 * sizeof(std::int32_t);
  std::int32_t disabled = 0;
  if (settings == nullptr || length_of(*settings) < start + sizeof disabled) return false;
  std::memcpy(&disabled, static_cast<const char*>(RTA_DATA(settings)) + start, sizeof disabled);
  return disabled == 0;
}

void decode_attribute(const rtattr& attribute, model::Link& link) {
  switch (type_of(attribute)) {
    case IFLA_IFNAME:
      link.name = text(&attribute);
      break;
    case IFLA_IFALIAS:
      link.alias = text(&attribute);
      break;
    case IFLA_MTU:
      link.mtu = number<std::uint32_t>(&attribute);
      break;
    case IFLA_GROUP:
      link.group = number<std::uint32_t>(&attribute);
      break;
    case IFLA_MASTER:
      link.master = number<int>(&attribute);
      break;
    case IFLA_LINK:
      link.lower = number<int>(&attribute);
      break;
    case IFLA_ADDRESS:
      link.mac = decode_mac(attribute);
      break;
    case IFLA_PARENT_DEV_NAME:
      link.parent = text(&attribute);
      break;
    case IFLA_PROP_LIST:
      decode_alt_names(attribute, link);
      break;
    case IFLA_LINKINFO:
      decode_kind(attribute, link);
      break;
    case IFLA_AF_SPEC:
      link.ipv6 = speaks_ipv6(attribute);
      break;
    default:
      break;
  }
}

/// Takes a hexadecimal number of at most `longest` digits off the front of `text`.
bool take_hex(std::string_view& text, std::uint32_t& number, std::size_t longest) {
  const char* const end = text.data() + std::min(text.size(), longest);
  const auto [stop, error] = std::from_chars(text.data(), end, number, 16);
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  return error == std::errc{};
}

/// The header of a bridge's message (AF_BRIDGE) of that type; nullptr if it is another.
const ifinfomsg* bridge_info(const nlmsghdr& header, int type) {
  if (header.nlmsg_type != type || header.nlmsg_len < NLMSG_LENGTH(sizeof(ifinfomsg))) {
    return nullptr;
  }
  const auto* const info = static_cast<const ifinfomsg*>(NLMSG_DATA(&header));
  return info->ifi_family == AF_BRIDGE ? info : nullptr;
}

/// A range comes as its first VID and its last, one behind the other.
void append_vlan(const rtattr& attribute, model::Vlans& vlans) {
  bridge_vlan_info info{};
  if (length_of(attribute) < sizeof info) return;
  std::memcpy(&info, RTA_DATA(&attribute), sizeof info);
  if ((info.flags & BRIDGE_VLAN_INFO_RANGE_END) != 0 && !vlans.empty()) {
    vlans.back().last = info.vid;
    return;
  }
  vlans.push_back({.first = info.vid,
                   .last = info.vid,
                   .pvid = (info.flags & BRIDGE_VLAN_INFO_PVID) != 0,
                   .untagged = (info.flags & BRIDGE_VLAN_INFO_UNTAGGED) != 0});
}

void append_vlans(const rtattr& specification, model::Vlans& vlans) {
  for_each_attribute(RTA_DATA(&specification), length_of(specification), [&](const rtattr& vlan) {
    if (type_of(vlan) == IFLA_BRIDGE_VLAN_INFO) append_vlan(vlan, vlans);
  });
}

/// A range comes as its first VID and its last, as that of VLANs.
void append_vni(const rtattr& attribute, model::Vnis& vnis) {
  const auto vid = number<std::uint16_t>(find(&attribute, IFLA_BRIDGE_VLAN_TUNNEL_VID));
  const auto flags = number<std::uint16_t>(find(&attribute, IFLA_BRIDGE_VLAN_TUNNEL_FLAGS));
  if ((flags & BRIDGE_VLAN_INFO_RANGE_END) != 0 && !vnis.empty()) {
    vnis.back().last = vid;
    return;
  }
  const auto vni = number<std::uint32_t>(find(&attribute, IFLA_BRIDGE_VLAN_TUNNEL_ID));
  vnis.push_back({.first = vid, .last = vid, .vni = vni});
}

model::Vnis decode_vnis(const rtattr& specification) {
  model::Vnis vnis;
  for_each_attribute(RTA_DATA(&specification), length_of(specification), [&](const rtattr& one) {
    if (type_of(one) == IFLA_BRIDGE_VLAN_TUNNEL_INFO) append_vni(one, vnis);
  });
  return vnis.empty() ? vnis : model::normalized(vnis);
}

}  // namespace

void decode_link(const nlmsghdr& header, std::vector<model::Link>& links) {
  if (header.nlmsg_type != RTM_NEWLINK || header.nlmsg_len < NLMSG_LENGTH(sizeof(ifinfomsg))) {
    return;
  }
  const auto* const info = static_cast<const ifinfomsg*>(NLMSG_DATA(&header));
  model::Link& link = links.emplace_back();
  link.index = info->ifi_index;
  link.up = (info->ifi_flags & IFF_UP) != 0;
  bool elsewhere = false;
  for_each_attribute(IFLA_RTA(info), IFLA_PAYLOAD(&header), [&](const rtattr& attribute) {
    if (type_of(attribute) == IFLA_LINK_NETNSID) elsewhere = true;
    decode_attribute(attribute, link);
  });
  // An index in another network namespace means nothing in this one.
  if (elsewhere) link.lower = 0;
}

std::optional<LinkVlans> decode_vlans(const nlmsghdr& header) {
  const ifinfomsg* const info = bridge_info(header, RTM_NEWLINK);
  if (info == nullptr) return std::nullopt;
  LinkVlans found{.index = info->ifi_index, .vlans = {}};
  for_each_attribute(IFLA_RTA(info), IFLA_PAYLOAD(&header), [&](const rtattr& attribute) {
    if (type_of(attribute) != IFLA_AF_SPEC) return;
    append_vlans(attribute, found.vlans);
    found.vnis = decode_vnis(attribute);
  });
  return found;
}

std::optional<Station> decode_station(const nlmsghdr& header) {
  if (header.nlmsg_type != RTM_NEWNEIGH || header.nlmsg_len < NLMSG_LENGTH(sizeof(ndmsg))) {
    return std::nullopt;
  }
  const auto* const info = static_cast<const ndmsg*>(NLMSG_DATA(&header));
  if (info->ndm_family != AF_BRIDGE) return std::nullopt;
  Station station{.link = info->ndm_ifindex, .mac = {}};
  station.fixed = (info->ndm_state & NUD_NOARP) != 0;
  const auto* const first = reinterpret_cast<const char*>(info) + NLMSG_ALIGN(sizeof *info);
  for_each_attribute(first, NLMSG_PAYLOAD(&header, sizeof *info), [&](const rtattr& attribute) {
    const int type = type_of(attribute);
    if (type == NDA_LLADDR) station.mac = decode_mac(attribute);
    if (type == NDA_VLAN) station.vid = number<std::uint16_t>(&attribute);
    if (type == NDA_SRC_VNI) station.vni = number<std::uint32_t>(&attribute);
    if (type != NDA_DST) return;
    const bool ipv6 = length_of(attribute) == sizeof(in6_addr);
    station.host = decode_address(ipv6 ? nullptr : &attribute, ipv6 ? &attribute : nullptr);
  });
  return station;
}

std::optional<Route> decode_route(const nlmsghdr& header) {
  if (header.nlmsg_type != RTM_NEWROUTE || header.nlmsg_len < NLMSG_LENGTH(sizeof(rtmsg))) {
    return std::nullopt;
  }
  const auto* const info = static_cast<const rtmsg*>(NLMSG_DATA(&header));
  Route route;
  for_each_attribute(RTM_RTA(info), RTM_PAYLOAD(&header), [&](const rtattr& attribute) {
    if (type_of(attribute) == RTA_OIF) route.link = number<int>(&attribute);
    if (type_of(attribute) == RTA_METRICS) {
      route.mtu = number<std::uint32_t>(find(&attribute, RTAX_MTU));
    }
  });
  return route;
}

void decode_port_vlans(const nlmsghdr& header, int index, model::Vlans& vlans) {
  if (header.nlmsg_type != RTM_NEWVLAN || header.nlmsg_len < NLMSG_LENGTH(sizeof(br_vlan_msg)))
    return;
  const auto* const info = static_cast<const br_vlan_msg*>(NLMSG_DATA(&header));
  if (info->ifindex != static_cast<std::uint32_t>(index)) return;
  const auto* const first = reinterpret_cast<const char*>(info) + NLMSG_ALIGN(sizeof *info);
  for_each_attribute(first, NLMSG_PAYLOAD(&header, sizeof *info), [&](const rtattr& entry) {
    const rtattr* const vlan = find(&entry, BRIDGE_VLANDB_ENTRY_INFO);
    if (type_of(entry) != BRIDGE_VLANDB_ENTRY || vlan == nullptr) return;
    append_vlan(*vlan, vlans);
    const auto last = number<std::uint16_t>(find(&entry, BRIDGE_VLANDB_ENTRY_RANGE));
    if (last != 0 && !vlans.empty()) vlans.back().last = last;
  });
}

std::optional<Departure> decode_departure(const nlmsghdr& header) {
  const ifinfomsg* const info = bridge_info(header, RTM_DELLINK);
  if (info == nullptr) return std::nullopt;
  Departure departure{.port = info->ifi_index};
  for_each_attribute(IFLA_RTA(info), IFLA_PAYLOAD(&header), [&](const rtattr& attribute) {
    if (type_of(attribute) == IFLA_MASTER) departure.bridge = number<int>(&attribute);
    if (type_of(attribute) == IFLA_AF_SPEC) append_vlans(attribute, departure.vlans);
  });
  return departure;
}

std::optional<LinkAddress> decode_ipv4(const nlmsghdr& header) {
  if (header.nlmsg_type != RTM_NEWADDR || header.nlmsg_len < NLMSG_LENGTH(sizeof(ifaddrmsg))) {
    return std::nullopt;
  }
  const auto* const info = static_cast<const ifaddrmsg*>(NLMSG_DATA(&header));
  const rtattr* local = nullptr;
  for_each_attribute(IFA_RTA(info), IFA_PAYLOAD(&header), [&](const rtattr& attribute) {
    if (type_of(attribute) == IFA_LOCAL) local = &attribute;
  });
  if (info->ifa_family != AF_INET || local == nullptr || length_of(*local) < sizeof(in_addr)) {
    return std::nullopt;
  }
  LinkAddress found{.index = static_cast<int>(info->ifa_index), .address = {}};
  std::memcpy(found.address.bytes.data(), RTA_DATA(local), sizeof(in_addr));
  found.address.prefix = info->ifa_prefixlen;
  return found;
}

std::optional<LinkAddress> decode_ipv6(std::string_view line) {
  std::array<std::uint32_t, 4> words{};  // of the address, as it is written
  std::uint32_t index = 0;
  std::uint32_t prefix = 0;
  std::uint32_t scope = 0;
  std::uint32_t flags = 0;
  for (std::uint32_t& word : words) {
    if (!take_hex(line, word, 8)) return std::nullopt;
    word = htonl(word);
  }
  for (std::uint32_t* number : {&index, &prefix, &scope, &flags}) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (!take_hex(line, *number, 8)) return std::nullopt;
  }
  constexpr std::uint32_t address_bits = 128;
  if (prefix > address_bits) return std::nullopt;
  // A link-local address comes with IPv6 itself; one with a lifetime comes from a router.
  constexpr std::uint32_t link_scope = 0x20;  // IPV6_ADDR_LINKLOCAL, net/ipv6.h
  LinkAddress found{.index = static_cast<int>(index), .address = {.ipv6 = true}};
  std::memcpy(found.address.bytes.data(), words.data(), sizeof words);
  found.address.prefix = static_cast<std::uint8_t>(prefix);
  found.address.automatic = scope == link_scope || (flags & IFA_F_PERMANENT) == 0;
  return found;
}

}  // namespace net
