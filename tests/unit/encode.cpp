#include "net/encode.hpp"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_bridge.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <limits>
#include <map>

#include "hosts.hpp"
#include "plan/antispoof.hpp"

namespace {

using unit::Texts;

using Path = std::vector<int>;

std::string hexadecimal(const void* bytes, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<const unsigned char*>(bytes)[i];
    text += "0123456789abcdef"[byte >> 4U];
    text += "0123456789abcdef"[byte & 0xfU];
  }
  return text;
}

/// "18.2.1=0400": an attribute by its type and those of the attributes around it, and its bytes.
std::string leaf_text(const Path& path, const void* bytes, std::size_t size) {
  std::string text;
  for (const int type : path) text += (text.empty() ? "" : ".") + std::to_string(type);
  return text + "=" + hexadecimal(bytes, size);
}

template <class T>
std::string leaf(const Path& path, T number) {
  return leaf_text(path, &number, sizeof number);
}

std::string leaf(const Path& path, const char* text) {
  return leaf_text(path, text, std::strlen(text) + 1);
}

bool is_nest(const Path& path) {
  const std::vector<Path> nests{{IFLA_LINKINFO},
                                {IFLA_LINKINFO, IFLA_INFO_DATA},
                                {IFLA_AF_SPEC},
                                {IFLA_PROP_LIST},
                                {IFLA_PROTINFO}};
  return std::find(nests.begin(), nests.end(), path) != nests.end();
}

void append_leaves(Texts& leaves, const Path& around, nlattr* first, int length) {
  int left = length;
  for (nlattr* one = first; nla_ok(one, left) != 0; one = nla_next(one, &left)) {
    Path path = around;
    path.push_back(nla_type(one));
    if (is_nest(path)) {
      append_leaves(leaves, path, static_cast<nlattr*>(nla_data(one)), nla_len(one));
    } else {
      leaves.push_back(leaf_text(path, nla_data(one), static_cast<std::size_t>(nla_len(one))));
    }
  }
}

/// A request taken apart.
template <class Header>
struct Sent {
  int type;
  int flags;
  Header header;
  Texts leaves;  ///< in the order in which they stand

  explicit Sent(const net::MessageHandle& request)
      : type(nlmsg_hdr(request.get())->nlmsg_type),
        flags(nlmsg_hdr(request.get())->nlmsg_flags & ~NLM_F_REQUEST),
        header(*static_cast<Header*>(nlmsg_data(nlmsg_hdr(request.get())))) {
    nlmsghdr* const message = nlmsg_hdr(request.get());
    append_leaves(leaves, {}, nlmsg_attrdata(message, sizeof(Header)),
                  nlmsg_attrlen(message, sizeof(Header)));
  }
};

using SentLink = Sent<ifinfomsg>;
using SentAddress = Sent<ifaddrmsg>;

Texts sorted(Texts texts) {
  std::sort(texts.begin(), texts.end());
  return texts;
}

constexpr int no_link = std::numeric_limits<int>::max();

/// Links that are known by their names only, as those that the program has made itself.
int index_of(const plan::LinkRef& link) {
  const std::map<std::string, int> known{{"eth1", 2}, {"br4", 3}, {"eth1.4", 4}};
  const auto found = known.find(link.name);
  return link.index != 0 ? link.index : found == known.end() ? 0 : found->second;
}

std::vector<net::MessageHandle> encoded(const plan::Operation& operation) {
  std::vector<net::MessageHandle> requests;
  net::encode(operation, index_of, requests);
  return requests;
}

template <class Header = ifinfomsg>
Sent<Header> sent(const plan::Operation& operation) {
  const auto requests = encoded(operation);
  REQUIRE(requests.size() == 1);
  return Sent<Header>(requests.front());
}

const std::string marked = leaf({IFLA_GROUP}, model::link_group);
const std::string of_bridge = leaf({IFLA_LINKINFO, IFLA_INFO_KIND}, "bridge");

template <class T>
std::string bridge_option(int type, T value) {
  return leaf({IFLA_LINKINFO, IFLA_INFO_DATA, type}, value);
}

std::string vlan_leaf(std::uint16_t vid, int flags) {
  return leaf({IFLA_AF_SPEC, IFLA_BRIDGE_VLAN_INFO},
              bridge_vlan_info{.flags = static_cast<std::uint16_t>(flags), .vid = vid});
}

constexpr int pvid_untagged = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED;
const std::string of_bridge_itself =
    leaf({IFLA_AF_SPEC, IFLA_BRIDGE_FLAGS}, std::uint16_t{BRIDGE_FLAGS_SELF});

}  // namespace

TEST_CASE("a VLAN link is made anew, marked in the same request", "[encode]") {
  const SentLink request =
      sent(plan::CreateVlanLink{"eth1.4", "eth1", model::Vid::parse("4"), 1400});
  CHECK(request.type == RTM_NEWLINK);
  CHECK(request.flags == (NLM_F_CREATE | NLM_F_EXCL));
  CHECK((request.header.ifi_flags & IFF_UP) == 0);
  CHECK(sorted(request.leaves) ==
        sorted({leaf({IFLA_IFNAME}, "eth1.4"), leaf({IFLA_MTU}, std::uint32_t{1400}),
                leaf({IFLA_LINK}, 2), marked, leaf({IFLA_LINKINFO, IFLA_INFO_KIND}, "vlan"),
                leaf({IFLA_LINKINFO, IFLA_INFO_DATA, IFLA_VLAN_ID}, std::uint16_t{4})}));
}

TEST_CASE("a bridge is made anew, marked, with its MAC and another MTU than it shall have",
          "[encode]") {
  const auto [wanted, first] =
      GENERATE(std::pair(1500U, 1496U), std::pair(1400U, 1500U), std::pair(9000U, 1500U));
  const model::Mac mac{{2, 0, 0, 0, 0, 1}};
  const SentLink request = sent(plan::CreateBridge{"br4", mac, wanted, {.forward_delay = 0}});
  CHECK(request.type == RTM_NEWLINK);
  CHECK(request.flags == (NLM_F_CREATE | NLM_F_EXCL));
  CHECK((request.header.ifi_flags & IFF_UP) == 0);
  CHECK(sorted(request.leaves) == sorted({leaf({IFLA_IFNAME}, "br4"), leaf({IFLA_MTU}, first),
                                          leaf({IFLA_ADDRESS}, mac.bytes), marked, of_bridge,
                                          bridge_option(IFLA_BR_FORWARD_DELAY, std::uint32_t{0}),
                                          bridge_option(IFLA_BR_STP_STATE, std::uint32_t{0}),
                                          bridge_option(IFLA_BR_MCAST_SNOOPING, std::uint8_t{0})}));
}

TEST_CASE("a bridge whose VLANs come on demand has another mark, and changes it", "[encode]") {
  const std::string on_demand = leaf({IFLA_GROUP}, model::on_demand_group);
  for (const bool wanted : {true, false}) {
    const std::string& mark = wanted ? on_demand : marked;
    const Texts made = sent(plan::CreateBridge{"br4", {}, 1500, {.on_demand = wanted}}).leaves;
    CHECK(std::count(made.begin(), made.end(), mark) == 1);
    CHECK(sent(plan::ChangeLink{.link = "br4", .to = {.on_demand = wanted}}).leaves == Texts{mark});
  }
}

TEST_CASE("guests' own tags are payload of a bridge that filters by 802.1ad tags", "[encode]") {
  const auto [let, protocol] =
      GENERATE(std::pair(true, ETH_P_8021AD), std::pair(false, ETH_P_8021Q));
  const std::string option =
      bridge_option(IFLA_BR_VLAN_PROTOCOL, htons(static_cast<std::uint16_t>(protocol)));
  CHECK(sent(plan::ChangeLink{.link = "br4", .to = {.guest_tags = let}}).leaves ==
        Texts{of_bridge, option});
  const Texts made = sent(plan::CreateBridge{"br4", {}, 1500, {.guest_tags = let}}).leaves;
  CHECK((std::find(made.begin(), made.end(), option) != made.end()) == let);
}

TEST_CASE("a change of a link says what changes, and nothing else", "[encode]") {
  const model::Mac mac{{2, 0, 0, 0, 0, 7}};
  const SentLink request = sent(plan::ChangeLink{
      .link = "eth1.4",
      .to = {.mac = mac, .mtu = 1400, .alias = "vif3.0", .name = "web", .bridge = "br4"}});
  CHECK(request.type == RTM_NEWLINK);
  CHECK(request.flags == 0);
  CHECK(request.header.ifi_index == 4);
  CHECK(request.header.ifi_change == 0);
  CHECK(sorted(request.leaves) ==
        sorted({leaf({IFLA_ADDRESS}, mac.bytes), leaf({IFLA_MTU}, std::uint32_t{1400}),
                leaf_text({IFLA_IFALIAS}, "vif3.0", 6), leaf({IFLA_IFNAME}, "web"),
                leaf({IFLA_MASTER}, 3)}));
}

TEST_CASE("a bridge's options go in one change", "[encode]") {
  CHECK(sorted(sent(plan::ChangeLink{.link = "br4",
                                     .to = {.stp = true,
                                            .forward_delay = 400,
                                            .multicast_snooping = true,
                                            .default_pvid = 1}})
                   .leaves) ==
        sorted({of_bridge, bridge_option(IFLA_BR_FORWARD_DELAY, std::uint32_t{400}),
                bridge_option(IFLA_BR_STP_STATE, std::uint32_t{1}),
                bridge_option(IFLA_BR_MCAST_SNOOPING, std::uint8_t{1}),
                bridge_option(IFLA_BR_VLAN_DEFAULT_PVID, std::uint16_t{1})}));
}

TEST_CASE("each of a bridge's options can change alone", "[encode]") {
  const auto alone = [](const plan::LinkSettings& to) {
    return sent(plan::ChangeLink{.link = "br4", .to = to}).leaves;
  };
  CHECK(alone({.stp = true}) ==
        Texts{of_bridge, bridge_option(IFLA_BR_STP_STATE, std::uint32_t{1})});
  CHECK(alone({.forward_delay = 400}) ==
        Texts{of_bridge, bridge_option(IFLA_BR_FORWARD_DELAY, std::uint32_t{400})});
  CHECK(alone({.multicast_snooping = false}) ==
        Texts{of_bridge, bridge_option(IFLA_BR_MCAST_SNOOPING, std::uint8_t{0})});
  CHECK(alone({.default_pvid = 0}) ==
        Texts{of_bridge, bridge_option(IFLA_BR_VLAN_DEFAULT_PVID, std::uint16_t{0})});
  CHECK(alone({.mtu = 1400}) == Texts{leaf({IFLA_MTU}, std::uint32_t{1400})});
}

TEST_CASE("a VLAN-aware bridge is made filtering, and gives its ports no VLAN", "[encode]") {
  for (const bool aware : {true, false}) {
    const Texts made = sent(plan::CreateBridge{"br4", {}, 1500, {.vlan_aware = aware}}).leaves;
    const auto count = [&](const std::string& option) {
      return std::count(made.begin(), made.end(), option);
    };
    CHECK(count(bridge_option(IFLA_BR_VLAN_DEFAULT_PVID, std::uint16_t{0})) == (aware ? 1 : 0));
    CHECK(count(bridge_option(IFLA_BR_VLAN_FILTERING, std::uint8_t{1})) == (aware ? 1 : 0));
  }
}

TEST_CASE("each of a port's settings can change alone", "[encode]") {
  const auto alone = [](const plan::LinkSettings& to) {
    const SentLink request = sent(plan::ChangeLink{.link = "eth1.4", .to = to});
    CHECK(request.type == RTM_SETLINK);
    CHECK(request.header.ifi_family == AF_BRIDGE);
    return request.leaves;
  };
  CHECK(alone({.port_groups = plan::all_groups}) ==
        Texts{leaf({IFLA_PROTINFO, IFLA_BRPORT_GROUP_FWD_MASK}, plan::all_groups)});
  for (const bool isolated : {true, false}) {
    CHECK(alone({.isolated = isolated}) ==
          Texts{leaf({IFLA_PROTINFO, IFLA_BRPORT_ISOLATED}, std::uint8_t{isolated})});
  }
  const auto moved = encoded(plan::MovePort{"eth1.4", "eth1", "br4", {}, {}, false, true});
  REQUIRE(moved.size() == 3);
  CHECK(SentLink(moved[2]).leaves ==
        Texts{leaf({IFLA_PROTINFO, IFLA_BRPORT_GROUP_FWD_MASK}, plan::all_groups),
              leaf({IFLA_PROTINFO, IFLA_BRPORT_ISOLATED}, std::uint8_t{1})});
}

TEST_CASE("the mark of a filter is the link's group", "[encode]") {
  for (const auto& [filtered, group] :
       {std::pair(true, model::filtered_group), std::pair(false, std::uint32_t{0})}) {
    CHECK(sent(plan::ChangeLink{.link = "eth1.4", .to = {.filtered = filtered}}).leaves ==
          Texts{leaf({IFLA_GROUP}, group)});
  }
}

TEST_CASE("a port leaves its bridge for none", "[encode]") {
  CHECK(sent(plan::ChangeLink{.link = "eth1.4", .to = {.bridge = ""}}).leaves ==
        Texts{leaf({IFLA_MASTER}, 0)});
}

TEST_CASE("a port that shall be down leaves its bridge so in the same request", "[encode]") {
  const SentLink request =
      sent(plan::ChangeLink{.link = "eth1.4", .to = {.bridge = ""}, .down = true});
  CHECK(request.header.ifi_change == IFF_UP);
  CHECK(request.header.ifi_flags == 0);
}

TEST_CASE("a link that is not there is asked for by an index that no link has", "[encode]") {
  CHECK(sent(plan::SetUp{"gone"}).header.ifi_index == no_link);
  CHECK(sent(plan::DeleteLink{"gone"}).header.ifi_index == no_link);
  CHECK(sent(plan::ChangeLink{.link = "eth1.4", .to = {.bridge = "gone"}}).leaves ==
        Texts{leaf({IFLA_MASTER}, no_link)});
}

TEST_CASE("setting a link up or down touches no other flag of it", "[encode]") {
  const bool up = GENERATE(true, false);
  const SentLink request = sent(plan::SetUp{"br4", up});
  CHECK(request.type == RTM_NEWLINK);
  CHECK(request.flags == 0);
  CHECK(request.header.ifi_family == AF_UNSPEC);
  CHECK(request.header.ifi_index == 3);
  CHECK(request.header.ifi_change == IFF_UP);
  CHECK(request.header.ifi_flags == (up ? unsigned{IFF_UP} : 0U));
  CHECK(request.leaves.empty());
}

TEST_CASE("a link that is set up is held on its bridge in the same request", "[encode]") {
  const SentLink request = sent(plan::SetUp{"eth1.4", true, plan::LinkRef("br4")});
  CHECK(request.header.ifi_flags == unsigned{IFF_UP});
  CHECK(request.leaves == Texts{leaf({IFLA_MASTER}, 3)});
  CHECK(sent(plan::SetUp{"eth1.4", true, plan::LinkRef("gone")}).leaves ==
        Texts{leaf({IFLA_MASTER}, no_link)});
}

TEST_CASE("alternative names come and go", "[encode]") {
  const Texts leaves{leaf({IFLA_PROP_LIST, IFLA_ALT_IFNAME}, "a-name-too-long-for-a-link")};
  const SentLink given = sent(plan::AddAltName{"br4", "a-name-too-long-for-a-link"});
  CHECK(given.type == RTM_NEWLINKPROP);
  CHECK(given.flags == (NLM_F_CREATE | NLM_F_EXCL));
  CHECK(given.header.ifi_index == 3);
  CHECK(given.leaves == leaves);
  const SentLink taken = sent(plan::DeleteAltName{"br4", "a-name-too-long-for-a-link"});
  CHECK(taken.type == RTM_DELLINKPROP);
  CHECK(taken.flags == 0);
  CHECK(taken.header.ifi_index == 3);
  CHECK(taken.leaves == leaves);
}

TEST_CASE("addresses come and go", "[encode]") {
  const model::Address address = unit::address("192.0.2.1/24");
  const auto given = sent<ifaddrmsg>(plan::AddAddress{"eth1", address});
  const auto taken = sent<ifaddrmsg>(plan::DeleteAddress{"eth1", address});
  CHECK(given.type == RTM_NEWADDR);
  CHECK(given.flags == (NLM_F_CREATE | NLM_F_EXCL));
  CHECK(taken.type == RTM_DELADDR);
  CHECK(taken.flags == 0);
  for (const SentAddress& request : {given, taken}) {
    CHECK(request.header.ifa_family == AF_INET);
    CHECK(request.header.ifa_prefixlen == 24);
    CHECK(request.header.ifa_index == 2);
    CHECK(request.leaves == Texts{leaf({IFA_LOCAL}, htonl(0xc0000201))});
  }
}

TEST_CASE("a port leaves its VLANs before it is let into others", "[encode]") {
  const model::Vlans seven{model::access_vlan(7)};
  const SentLink in = sent(plan::SetVlans{"eth1.4", seven, {}});
  const SentLink out = sent(plan::SetVlans{"eth1.4", {}, seven});
  CHECK(in.type == RTM_SETLINK);
  CHECK(out.type == RTM_DELLINK);
  const auto both = encoded(plan::SetVlans{"eth1.4", {{20, 30}}, seven});
  REQUIRE(both.size() == 2);
  CHECK(SentLink(both[0]).leaves == out.leaves);
  CHECK(SentLink(both[1]).leaves == Texts{vlan_leaf(20, BRIDGE_VLAN_INFO_RANGE_BEGIN),
                                          vlan_leaf(30, BRIDGE_VLAN_INFO_RANGE_END)});
  for (const SentLink& request : {in, out}) {
    CHECK(request.header.ifi_family == AF_BRIDGE);
    CHECK(request.header.ifi_index == 4);
    CHECK(request.leaves == Texts{vlan_leaf(7, pvid_untagged)});
  }
}

TEST_CASE("a port that others took out of a VLAN meanwhile is not let into it again", "[encode]") {
  const SentLink request =
      sent(plan::SetVlans{"eth1.4", {{4, 4}, model::access_vlan(7)}, {{4, 4}}});
  CHECK(request.type == RTM_SETLINK);
  CHECK(request.leaves == Texts{vlan_leaf(7, pvid_untagged)});
}

TEST_CASE("a request has room for as many ranges of VLANs as there can be", "[encode]") {
  model::Vlans ranges;
  for (unsigned vid = 1; vid < 4094; vid += 3) {
    const auto first = static_cast<std::uint16_t>(vid);
    ranges.push_back({.first = first, .last = static_cast<std::uint16_t>(first + 1)});
  }
  CHECK(sent(plan::SetVlans{"eth1.4", ranges, {}}).leaves.size() == 2 * ranges.size());
}

TEST_CASE("a port goes over while it is down, and comes up in its VLANs", "[encode]") {
  const bool up = GENERATE(true, false);
  const auto requests =
      encoded(plan::MovePort{"eth1.4", "eth1", "br4", {}, {model::access_vlan(7)}, up});
  REQUIRE(requests.size() == (up ? 5 : 4));
  for (const auto& request : requests) CHECK(SentLink(request).header.ifi_index == 4);
  const SentLink down(requests[0]);
  CHECK(down.header.ifi_change == IFF_UP);
  CHECK(down.header.ifi_flags == 0);
  const SentLink over(requests[1]);
  CHECK(over.type == RTM_NEWLINK);
  CHECK(over.header.ifi_change == 0);
  CHECK(over.leaves == Texts{leaf({IFLA_MASTER}, 3)});
  const SentLink groups(requests[2]);
  CHECK(groups.type == RTM_SETLINK);
  CHECK(groups.header.ifi_family == AF_BRIDGE);
  CHECK(groups.leaves ==
        Texts{leaf({IFLA_PROTINFO, IFLA_BRPORT_GROUP_FWD_MASK}, plan::all_groups)});
  CHECK(SentLink(requests[3]).leaves == Texts{vlan_leaf(7, pvid_untagged)});
  if (!up) return;
  CHECK(SentLink(requests[4]).header.ifi_flags == unsigned{IFF_UP});
  CHECK(SentLink(requests[4]).leaves == Texts{leaf({IFLA_MASTER}, 3)});
}

TEST_CASE("a bridge filters before it loses its own VLANs", "[encode]") {
  const auto requests = encoded(plan::ShutBridge{.bridge = "br4", .own_vlans = {unit::untagged}});
  REQUIRE(requests.size() == 2);
  const SentLink filters(requests[0]);
  CHECK(filters.type == RTM_NEWLINK);
  CHECK(filters.header.ifi_index == 3);
  CHECK(filters.leaves == Texts{of_bridge, bridge_option(IFLA_BR_VLAN_FILTERING, std::uint8_t{1})});
  const SentLink loses(requests[1]);
  CHECK(loses.type == RTM_DELLINK);
  CHECK(loses.header.ifi_family == AF_BRIDGE);
  CHECK(loses.header.ifi_index == 3);
  CHECK(loses.leaves == Texts{of_bridge_itself, vlan_leaf(1, pvid_untagged)});
}

TEST_CASE("a bridge that filters already only loses its own VLANs", "[encode]") {
  const SentLink loses = sent(plan::ShutBridge{
      .bridge = "br4",
      .filtered = true,
      .own_vlans = {{.first = 4, .last = 9, .untagged = true}, {.first = 12, .last = 12}}});
  CHECK(loses.leaves ==
        Texts{of_bridge_itself,
              vlan_leaf(4, BRIDGE_VLAN_INFO_UNTAGGED | BRIDGE_VLAN_INFO_RANGE_BEGIN),
              vlan_leaf(9, BRIDGE_VLAN_INFO_UNTAGGED | BRIDGE_VLAN_INFO_RANGE_END),
              vlan_leaf(12, 0)});
}

TEST_CASE("a bridge gets back what it lost when it was shut", "[encode]") {
  const bool filtered = GENERATE(true, false);
  const auto requests = encoded(
      plan::OpenBridge{.bridge = "br4", .filtered = filtered, .own_vlans = {unit::untagged}});
  REQUIRE(requests.size() == (filtered ? 1 : 2));
  const SentLink gets(requests[0]);
  CHECK(gets.type == RTM_SETLINK);
  CHECK(gets.header.ifi_family == AF_BRIDGE);
  CHECK(gets.leaves == Texts{of_bridge_itself, vlan_leaf(1, pvid_untagged)});
  if (filtered) return;
  CHECK(SentLink(requests[1]).leaves ==
        Texts{of_bridge, bridge_option(IFLA_BR_VLAN_FILTERING, std::uint8_t{0})});
}

TEST_CASE("a bridge that traffic control shut is opened by that alone", "[encode]") {
  CHECK(encoded(plan::OpenBridge{.bridge = "br4",
                                 .door = plan::Door::traffic_control,
                                 .own_vlans = {unit::untagged}})
            .size() == 1);
}

TEST_CASE("what goes through files has no request", "[encode]") {
  CHECK(encoded(plan::SetIpv6{"br4", false}).empty());
  CHECK(encoded(plan::ShutBridge{.bridge = "br4", .door = plan::Door::settings}).empty());
}

TEST_CASE("links are deleted one by one, or all that carry the mark", "[encode]") {
  const SentLink one = sent(plan::DeleteLink{"br4"});
  CHECK(one.type == RTM_DELLINK);
  CHECK(one.header.ifi_family == AF_UNSPEC);
  CHECK(one.header.ifi_index == 3);
  CHECK(one.leaves.empty());
  const SentLink all = sent(plan::DeleteMarked{});
  CHECK(all.type == RTM_DELLINK);
  CHECK(all.header.ifi_index == 0);
  CHECK(all.leaves == Texts{marked});
}

TEST_CASE("a name of 16 bytes and more is looked for among the alternative ones", "[encode]") {
  const std::string no_statistics = leaf({IFLA_EXT_MASK}, std::uint32_t{RTEXT_FILTER_SKIP_STATS});
  CHECK(SentLink(net::link_request("fifteen-bytes-x")).leaves ==
        Texts{leaf({IFLA_IFNAME}, "fifteen-bytes-x"), no_statistics});
  CHECK(SentLink(net::link_request("sixteen-bytes-xy")).leaves ==
        Texts{leaf({IFLA_ALT_IFNAME}, "sixteen-bytes-xy"), no_statistics});
  CHECK(SentLink(net::link_request(7)).header.ifi_index == 7);
}

TEST_CASE("a dump asks for all, or for what belongs to one link", "[encode]") {
  const std::string no_statistics = leaf({IFLA_EXT_MASK}, std::uint32_t{RTEXT_FILTER_SKIP_STATS});
  CHECK(SentLink(net::links_request()).leaves == Texts{no_statistics});
  CHECK(SentLink(net::links_request(3)).leaves == Texts{no_statistics, leaf({IFLA_MASTER}, 3)});
  const SentLink vlans(net::vlans_request());
  CHECK(vlans.header.ifi_family == AF_BRIDGE);
  CHECK(vlans.leaves ==
        Texts{leaf({IFLA_EXT_MASK}, std::uint32_t{RTEXT_FILTER_BRVLAN_COMPRESSED})});
  const SentAddress addresses(net::addresses_request(AF_INET, 3));
  CHECK(addresses.header.ifa_family == AF_INET);
  CHECK(addresses.header.ifa_index == 3);
}
