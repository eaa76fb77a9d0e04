#include "net/decode.hpp"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_bridge.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>

#include <array>
#include <catch2/catch.hpp>
#include <functional>

#include "hosts.hpp"
#include "net/message.hpp"

namespace {

using net::MessageHandle;

/// Puts attributes into a message.
using Fill = std::function<void(nl_msg&)>;

const nlmsghdr& header_of(const MessageHandle& message) {
  return *nlmsg_hdr(message.get());
}

template <class T>
void put(nl_msg& message, int type, T number) {
  net::require(nla_put(&message, type, sizeof number, &number));
}

void put(nl_msg& message, int type, const char* text) {
  net::require(nla_put_string(&message, type, text));
}

void put_nest(nl_msg& message, int type, const Fill& fill) {
  nlattr* const nest = nla_nest_start(&message, type);
  fill(message);
  nla_nest_end(&message, nest);
}

MessageHandle link_message(int type, int family, int index, unsigned flags, const Fill& fill) {
  ifinfomsg header{};
  header.ifi_family = static_cast<unsigned char>(family);
  header.ifi_index = index;
  header.ifi_flags = flags;
  MessageHandle message = net::message(type, 0, header);
  fill(*message);
  return message;
}

/// The link that the kernel says has these attributes.
model::Link link_of(const Fill& fill, unsigned flags = 0) {
  std::vector<model::Link> links;
  net::decode_link(header_of(link_message(RTM_NEWLINK, AF_UNSPEC, 7, flags, fill)), links);
  REQUIRE(links.size() == 1);
  return links.front();
}

/// The same, of a kind, with these options.
model::Link link_of_kind(const char* kind, const Fill& options) {
  return link_of([&](nl_msg& message) {
    put_nest(message, IFLA_LINKINFO, [&](nl_msg& info) {
      put(info, IFLA_INFO_KIND, kind);
      put_nest(info, IFLA_INFO_DATA, options);
    });
  });
}

MessageHandle bridge_message(int type, const Fill& fill, int family = AF_BRIDGE) {
  return link_message(type, family, 7, 0, fill);
}

void put_vlan(nl_msg& message, std::uint16_t vid, int flags) {
  put(message, IFLA_BRIDGE_VLAN_INFO,
      bridge_vlan_info{.flags = static_cast<std::uint16_t>(flags), .vid = vid});
}

/// The answer of a kernel about a link whose IPv6 has that setting.
Fill ipv6_disabled(std::int32_t disabled) {
  return [=](nl_msg& message) {
    std::array<std::int32_t, DEVCONF_MAX> settings{};
    settings[DEVCONF_DISABLE_IPV6] = disabled;
    put_nest(message, IFLA_AF_SPEC, [&](nl_msg& families) {
      put_nest(families, AF_INET6, [&](nl_msg& ipv6) { put(ipv6, IFLA_INET6_CONF, settings); });
    });
  };
}

MessageHandle address_message(int type, int family, const Fill& fill) {
  ifaddrmsg header{};
  header.ifa_family = static_cast<unsigned char>(family);
  header.ifa_prefixlen = 24;
  header.ifa_index = 7;
  MessageHandle message = net::message(type, 0, header);
  fill(*message);
  return message;
}

void put_nothing(nl_msg&) {}

/// "3 2001:db8::1/64", with " automatic" behind it where it is; empty if it is no address.
std::string decoded(std::string_view line) {
  const auto found = net::decode_ipv6(line);
  if (!found) return {};
  CHECK(found->address.ipv6);
  return std::to_string(found->index) + " " + found->address.text() +
         (found->address.automatic ? " automatic" : "");
}

}  // namespace

TEST_CASE("a port tells which groups it sends on if its master is a bridge", "[decode]") {
  const auto port_of = [](const char* kind) {
    return link_of([&](nl_msg& message) {
      put_nest(message, IFLA_LINKINFO, [&](nl_msg& info) {
        put(info, IFLA_INFO_SLAVE_KIND, kind);
        put_nest(info, IFLA_INFO_SLAVE_DATA, [](nl_msg& data) {
          put(data, IFLA_BRPORT_GROUP_FWD_MASK, std::uint16_t{0xfffd});
        });
      });
    });
  };
  CHECK(port_of("bridge").port_groups == std::uint16_t{0xfffd});
  CHECK_FALSE(port_of("bond").port_groups.has_value());
}

TEST_CASE("a line of if_inet6 gives an address, its link and where it comes from", "[decode]") {
  CHECK(decoded("20010db8000000000000000000000001 03 40 00 80     eth1") == "3 2001:db8::1/64");
  CHECK(decoded("20010db8000000000000000000000001 1ffe 80 00 80 br4094") == "8190 2001:db8::1/128");
  CHECK(decoded("fe80000000000000021122fffe334455 03 40 20 80     eth1") ==
        "3 fe80::211:22ff:fe33:4455/64 automatic");
  CHECK(decoded("20010db80000000000112233fe445566 03 40 00 00     eth1") ==
        "3 2001:db8::11:2233:fe44:5566/64 automatic");
}

TEST_CASE("what is no line of if_inet6 gives no address", "[decode]") {
  const std::string line = GENERATE(
      "", "fe80", "20010db8000000000000000000000001", "20010db80000000000000000000000g1 03",
      "20010db8000000000000000000000001 03 40 00", "no address at all, not even a number",
      "20010db8000000000000000000000001 03 81 00 80     eth1");
  CHECK(decoded(line).empty());
}

TEST_CASE("a message gives a link with what it says of it", "[decode]") {
  const model::Mac mac{{2, 0, 0, 0, 0, 1}};
  const model::Link link = link_of(
      [&](nl_msg& message) {
        put(message, IFLA_IFNAME, "web");
        put(message, IFLA_IFALIAS, "vif3.0");
        put(message, IFLA_MTU, std::uint32_t{1400});
        put(message, IFLA_GROUP, model::link_group);
        put(message, IFLA_MASTER, 3);
        put(message, IFLA_LINK, 2);
        put(message, IFLA_ADDRESS, mac.bytes);
        put(message, IFLA_PARENT_DEV_NAME, "vif-3-0");
        put_nest(message, IFLA_PROP_LIST, [](nl_msg& names) {
          put(names, IFLA_ALT_IFNAME, "first");
          put(names, IFLA_ALT_IFNAME, "second");
        });
      },
      IFF_UP | IFF_BROADCAST);
  model::Link expected;
  expected.index = 7;
  expected.name = "web";
  expected.alias = "vif3.0";
  expected.alt_names = {"first", "second"};
  expected.parent = "vif-3-0";
  expected.up = true;
  expected.mtu = 1400;
  expected.mac = mac;
  expected.group = model::link_group;
  expected.master = 3;
  expected.lower = 2;
  CHECK(link == expected);
  CHECK_FALSE(link_of(put_nothing, IFF_BROADCAST).up);
}

TEST_CASE("a lower link's index in another network namespace means nothing here", "[decode]") {
  const bool first = GENERATE(true, false);
  CHECK(link_of([&](nl_msg& message) {
          if (first) put(message, IFLA_LINK_NETNSID, 0);
          put(message, IFLA_LINK, 2);
          if (!first) put(message, IFLA_LINK_NETNSID, 0);
        }).lower == 0);
}

TEST_CASE("a link speaks IPv6 unless it is switched off", "[decode]") {
  CHECK(link_of(ipv6_disabled(0)).ipv6);
  CHECK_FALSE(link_of(ipv6_disabled(1)).ipv6);
  CHECK_FALSE(link_of(put_nothing).ipv6);  // its MTU is too small
}

TEST_CASE("only an 802.1Q link is a VLAN's", "[decode]") {
  const auto of_protocol = [](std::uint16_t protocol) {
    return link_of_kind("vlan", [=](nl_msg& options) {
      put(options, IFLA_VLAN_ID, std::uint16_t{4});
      put(options, IFLA_VLAN_PROTOCOL, htons(protocol));
    });
  };
  CHECK(of_protocol(ETH_P_8021Q).vid == 4);
  CHECK(of_protocol(ETH_P_8021AD).vid == 0);
  CHECK(of_protocol(ETH_P_8021AD).kind == "vlan");
  // Linux before 3.10 knows no other protocol.
  CHECK(link_of_kind("vlan", [](nl_msg& options) {
          put(options, IFLA_VLAN_ID, std::uint16_t{4});
        }).vid == 4);
  CHECK(link_of_kind("macvlan", [](nl_msg& options) {
          put(options, IFLA_VLAN_ID, std::uint16_t{4});
        }).vid == 0);
}

TEST_CASE("a bridge comes with its options", "[decode]") {
  const bool guest_tags = GENERATE(true, false);
  const int protocol = guest_tags ? ETH_P_8021AD : ETH_P_8021Q;
  const model::Link bridge = link_of_kind("bridge", [=](nl_msg& options) {
    put(options, IFLA_BR_STP_STATE, std::uint32_t{1});
    put(options, IFLA_BR_FORWARD_DELAY, std::uint32_t{400});
    put(options, IFLA_BR_MCAST_SNOOPING, std::uint8_t{1});
    put(options, IFLA_BR_VLAN_FILTERING, std::uint8_t{1});
    put(options, IFLA_BR_VLAN_PROTOCOL, htons(static_cast<std::uint16_t>(protocol)));
    put(options, IFLA_BR_VLAN_DEFAULT_PVID, std::uint16_t{5});
  });
  CHECK(bridge.is_bridge());
  CHECK(bridge.stp);
  CHECK(bridge.forward_delay == 400);
  CHECK(bridge.multicast_snooping);
  CHECK(bridge.vlan_filtering);
  CHECK(bridge.guest_tags == guest_tags);
  CHECK(bridge.default_pvid == 5);
}

TEST_CASE("a bridge of a kernel without VLAN filtering filters nothing", "[decode]") {
  const model::Link bridge = link_of_kind("bridge", put_nothing);
  CHECK_FALSE(bridge.stp);
  CHECK_FALSE(bridge.multicast_snooping);
  CHECK_FALSE(bridge.vlan_filtering);
  CHECK_FALSE(bridge.guest_tags);
  CHECK(bridge.default_pvid == 1);  // nothing to mend
}

TEST_CASE("VLANs of a bridge or a port come one by one and as ranges", "[decode]") {
  const auto found = net::decode_vlans(header_of(bridge_message(RTM_NEWLINK, [](nl_msg& message) {
    put_nest(message, IFLA_AF_SPEC, [](nl_msg& vlans) {
      put_vlan(vlans, 1, BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED);
      put_vlan(vlans, 4, BRIDGE_VLAN_INFO_RANGE_BEGIN);
      put_vlan(vlans, 9, BRIDGE_VLAN_INFO_RANGE_END);
      put_vlan(vlans, 12, BRIDGE_VLAN_INFO_UNTAGGED);
    });
  })));
  REQUIRE(found);
  CHECK(found->index == 7);
  CHECK(model::text(found->vlans) == "1p,4-9,12u");
}

TEST_CASE("only a bridge's message tells VLANs", "[decode]") {
  CHECK_FALSE(net::decode_vlans(header_of(bridge_message(RTM_DELLINK, put_nothing))));
  CHECK_FALSE(net::decode_vlans(header_of(bridge_message(RTM_NEWLINK, put_nothing, AF_UNSPEC))));
}

TEST_CASE("a port that leaves its bridge is told apart from other news", "[decode]") {
  const Fill of_bridge = [](nl_msg& message) { put(message, IFLA_MASTER, 3); };
  const auto found = net::decode_departure(header_of(bridge_message(RTM_DELLINK, of_bridge)));
  REQUIRE(found);
  CHECK(found->port == 7);
  CHECK(found->bridge == 3);
  CHECK(found->vlans.empty());
  CHECK_FALSE(net::decode_departure(header_of(bridge_message(RTM_NEWLINK, of_bridge))));
  CHECK_FALSE(net::decode_departure(header_of(bridge_message(RTM_DELLINK, of_bridge, AF_UNSPEC))));
}

TEST_CASE("a port that leaves its bridge says which VLANs it was in", "[decode]") {
  const auto found =
      net::decode_departure(header_of(bridge_message(RTM_DELLINK, [](nl_msg& message) {
        put(message, IFLA_MASTER, 3);
        put_nest(message, IFLA_AF_SPEC, [](nl_msg& vlans) {
          put_vlan(vlans, 4, BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED);
          put_vlan(vlans, 10, 0);
        });
      })));
  REQUIRE(found);
  CHECK(model::text(found->vlans) == "4p,10");
}

TEST_CASE("the VLANs of one port come one by one and as ranges, and not those of another",
          "[decode]") {
  br_vlan_msg header{};
  header.family = AF_BRIDGE;
  header.ifindex = 7;
  const MessageHandle message = net::message(RTM_NEWVLAN, 0, header);
  const auto put_entry = [&](std::uint16_t first, std::uint16_t last, int flags) {
    put_nest(*message, BRIDGE_VLANDB_ENTRY, [=](nl_msg& entry) {
      put(entry, BRIDGE_VLANDB_ENTRY_INFO,
          bridge_vlan_info{.flags = static_cast<std::uint16_t>(flags), .vid = first});
      if (last != first) put(entry, BRIDGE_VLANDB_ENTRY_RANGE, last);
    });
  };
  put_entry(4, 4, BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED);
  put_entry(10, 20, 0);
  model::Vlans vlans;
  net::decode_port_vlans(header_of(message), 8, vlans);
  CHECK(vlans.empty());
  net::decode_port_vlans(header_of(message), 7, vlans);
  CHECK(model::text(vlans) == "4p,10-20");
}

TEST_CASE("an IPv4 address is the link's own, not its peer's", "[decode]") {
  const Fill addresses = [](nl_msg& message) {
    put(message, IFA_LOCAL, htonl(0xc0000201));
    put(message, IFA_ADDRESS, htonl(0xc0000202));
  };
  const auto found = net::decode_ipv4(header_of(address_message(RTM_NEWADDR, AF_INET, addresses)));
  REQUIRE(found);
  CHECK(found->index == 7);
  CHECK(found->address.text() == "192.0.2.1/24");
  CHECK_FALSE(found->address.automatic);
  CHECK_FALSE(net::decode_ipv4(header_of(address_message(RTM_DELADDR, AF_INET, addresses))));
  CHECK_FALSE(net::decode_ipv4(header_of(address_message(RTM_NEWADDR, AF_INET6, addresses))));
  CHECK_FALSE(net::decode_ipv4(header_of(address_message(RTM_NEWADDR, AF_INET, put_nothing))));
}

TEST_CASE("a message of another type is no link", "[decode]") {
  std::vector<model::Link> links;
  net::decode_link(header_of(link_message(RTM_DELLINK, AF_UNSPEC, 7, 0, put_nothing)), links);
  CHECK(links.empty());
}

namespace {

/// The message without its last bytes: `behind` of them are left behind its type's own header.
template <class Header>
const nlmsghdr& cut(const MessageHandle& message, int behind) {
  nlmsghdr* const header = nlmsg_hdr(message.get());
  constexpr int whole = NLMSG_LENGTH(sizeof(Header));
  header->nlmsg_len = static_cast<std::uint32_t>(whole + behind);
  return *header;
}

br_vlan_msg of_port_7() {
  br_vlan_msg header{};
  header.family = AF_BRIDGE;
  header.ifindex = 7;
  return header;
}

}  // namespace

TEST_CASE("a message that is shorter than its header tells nothing", "[decode]") {
  const MessageHandle link = link_message(RTM_NEWLINK, AF_UNSPEC, 7, 0, put_nothing);
  std::vector<model::Link> links;
  net::decode_link(cut<ifinfomsg>(link, -1), links);
  CHECK(links.empty());
  net::decode_link(cut<ifinfomsg>(link, 0), links);
  CHECK(links.size() == 1);
  const MessageHandle vlans = bridge_message(RTM_NEWLINK, put_nothing);
  CHECK_FALSE(net::decode_vlans(cut<ifinfomsg>(vlans, -1)));
  CHECK(net::decode_vlans(cut<ifinfomsg>(vlans, 0)));
  const MessageHandle address = address_message(
      RTM_NEWADDR, AF_INET, [](nl_msg& message) { put(message, IFA_LOCAL, htonl(0xc0000201)); });
  CHECK_FALSE(net::decode_ipv4(cut<ifaddrmsg>(address, -1)));
  const MessageHandle of_port = net::message(RTM_NEWVLAN, 0, of_port_7());
  model::Vlans none;
  net::decode_port_vlans(cut<br_vlan_msg>(of_port, -1), 7, none);
  net::decode_port_vlans(cut<br_vlan_msg>(of_port, 0), 7, none);
  CHECK(none.empty());
}

TEST_CASE("an attribute that is too short tells nothing", "[decode]") {
  CHECK(link_of([](nl_msg& message) { put(message, IFLA_MTU, std::uint16_t{1400}); }).mtu == 0);
  for (const bool whole : {false, true}) {
    CHECK(link_of([=](nl_msg& message) {
            put_nest(message, IFLA_AF_SPEC, [=](nl_msg& families) {
              put_nest(families, AF_INET6, [=](nl_msg& ipv6) {
                const std::array<std::int32_t, DEVCONF_DISABLE_IPV6 + 1> settings{};
                const std::size_t size = sizeof settings - (whole ? 0 : 1);
                net::require(nla_put(&ipv6, IFLA_INET6_CONF, static_cast<int>(size), &settings));
              });
            });
          }).ipv6 == whole);
  }
  CHECK_FALSE(net::decode_ipv4(header_of(address_message(RTM_NEWADDR, AF_INET, [](nl_msg& message) {
    put(message, IFA_LOCAL, std::uint16_t{0xc000});
  }))));
}

TEST_CASE("a port of a bridge that tells no groups has none, and only it can be isolated",
          "[decode]") {
  const auto port_of = [](const char* kind) {
    return link_of([&](nl_msg& message) {
      put_nest(message, IFLA_LINKINFO, [&](nl_msg& info) {
        put(info, IFLA_INFO_SLAVE_KIND, kind);
        put_nest(info, IFLA_INFO_SLAVE_DATA,
                 [](nl_msg& data) { put(data, IFLA_BRPORT_ISOLATED, std::uint8_t{1}); });
      });
    });
  };
  CHECK_FALSE(port_of("bridge").port_groups.has_value());
  CHECK(port_of("bridge").isolated);
  CHECK_FALSE(port_of("bond").isolated);
}

TEST_CASE("what stands beside VLANs, or is no whole one, is none", "[decode]") {
  const auto found = net::decode_vlans(header_of(bridge_message(RTM_NEWLINK, [](nl_msg& message) {
    put_nest(message, IFLA_AF_SPEC, [](nl_msg& vlans) {
      put_vlan(vlans, 9, BRIDGE_VLAN_INFO_RANGE_END);
      put(vlans, IFLA_BRIDGE_FLAGS, std::uint32_t{BRIDGE_FLAGS_SELF});
      put(vlans, IFLA_BRIDGE_VLAN_INFO, std::uint16_t{5});
    });
  })));
  REQUIRE(found);
  CHECK(model::text(found->vlans) == "9");
}

TEST_CASE("of a port's entries only whole ones of VLANs count", "[decode]") {
  const auto vlans_in = [](int type, int entry_type, const Fill& fill) {
    const MessageHandle message = net::message(type, 0, of_port_7());
    put_nest(*message, entry_type, fill);
    model::Vlans vlans;
    net::decode_port_vlans(header_of(message), 7, vlans);
    return model::text(vlans);
  };
  const Fill four = [](nl_msg& entry) {
    put(entry, BRIDGE_VLANDB_ENTRY_INFO, bridge_vlan_info{.flags = 0, .vid = 4});
  };
  CHECK(vlans_in(RTM_NEWVLAN, BRIDGE_VLANDB_ENTRY, four) == "4");
  CHECK(vlans_in(RTM_DELVLAN, BRIDGE_VLANDB_ENTRY, four).empty());
  CHECK(vlans_in(RTM_NEWVLAN, BRIDGE_VLANDB_GLOBAL_OPTIONS, four).empty());
  const Fill range_alone = [](nl_msg& entry) {
    put(entry, BRIDGE_VLANDB_ENTRY_RANGE, std::uint16_t{9});
  };
  CHECK(vlans_in(RTM_NEWVLAN, BRIDGE_VLANDB_ENTRY, range_alone).empty());
  CHECK(vlans_in(RTM_NEWVLAN, BRIDGE_VLANDB_ENTRY, [&](nl_msg& entry) {
          put(entry, BRIDGE_VLANDB_ENTRY_INFO, std::uint16_t{4});
          range_alone(entry);
        }).empty());
}
