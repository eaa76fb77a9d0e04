#include "lies.hpp"

#include <initializer_list>

namespace support {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr Verdict never = Verdict::never, tagged = Verdict::tagged, always = Verdict::always;

Bytes operator+(Bytes first, const Bytes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// "0806 0001" in hexadecimal digits, blanks where they please.
Bytes hex(const std::string& text) {
  Bytes bytes;
  std::string digits;
  for (const char digit : text) {
    if (digit == ' ' || digit == ':') continue;
    digits += digit;
    if (digits.size() < 2) continue;
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(digits, nullptr, 16)));
    digits.clear();
  }
  return bytes;
}

Bytes half(std::size_t value) {
  return {static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value & 0xffU)};
}

Bytes zeros(std::size_t count) {
  return Bytes(count, 0);
}

Bytes ip(const std::string& text) {
  const bool ipv6 = text.find(':') != std::string::npos;
  const model::Address address = *model::Address::parse(text + (ipv6 ? "/128" : "/32"));
  return {address.bytes.begin(), address.bytes.begin() + (ipv6 ? 16 : 4)};
}

const std::string own = "00163e01fbfe", other = "00163e000066", all = "ffffffffffff";
const std::string own_link = "fe80::216:3eff:fe01:fbfe", other_link = "fe80::216:3eff:fe00:66";

Bytes ethernet(const std::string& to, const std::string& from, const std::string& type,
               const Bytes& payload) {
  return hex(to) + hex(from) + hex(type) + payload;
}

Bytes from_own(const std::string& type, const Bytes& payload) {
  return ethernet(all, own, type, payload);
}

/// With `tags` such as "8100 0004" behind the addresses.
Bytes with_tags(const std::string& tags, const Bytes& frame) {
  return Bytes(frame.begin(), frame.begin() + 12) + hex(tags) +
         Bytes(frame.begin() + 12, frame.end());
}

struct Arp {
  std::string sender_mac = own, sender = "10.0.4.2", target_mac = "000000000000",
              target = "10.0.4.1";
  std::string operation = "0001", head = "0001 0800 06 04", type = "0806";
};

Bytes arp(const Arp& one) {
  return from_own(one.type, hex(one.head) + hex(one.operation) + hex(one.sender_mac) +
                                ip(one.sender) + hex(one.target_mac) + ip(one.target));
}

struct Ipv4 {
  std::string source = "10.0.4.2", target = "10.0.4.1";
  std::uint8_t protocol = 17;
  Bytes payload = hex("1000 2000 0008 0000");
  std::string fragment = "0000";
  Bytes options{};
  std::string from = own, to = all;
};

Bytes ipv4(const Ipv4& one) {
  const auto length = 20 + one.options.size();
  const auto head = static_cast<std::uint8_t>(0x40U | length / 4);
  return ethernet(one.to, one.from, "0800",
                  Bytes{head, 0} + half(length + one.payload.size()) + hex("0001") +
                      hex(one.fragment) + Bytes{64, one.protocol} + hex("0000") + ip(one.source) +
                      ip(one.target) + one.options + one.payload);
}

Bytes udp(std::size_t from, std::size_t to) {
  return half(from) + half(to) + hex("000c 0000 01020304");
}

Bytes dhcp(const std::string& source, const std::string& target = "255.255.255.255") {
  return ipv4({.source = source, .target = target, .payload = udp(68, 67)});
}

struct Ipv6 {
  std::string source = "2001:db8::2", target = "ff02::1";
  std::uint8_t next = 58;
  Bytes payload{};
  std::string to = "333300000001";
};

Bytes ipv6(const Ipv6& one) {
  return ethernet(one.to, own, "86dd",
                  hex("6000 0000") + half(one.payload.size()) + Bytes{one.next, 255} +
                      ip(one.source) + ip(one.target) + one.payload);
}

Bytes icmp(std::uint8_t type, const Bytes& body = zeros(4)) {
  return Bytes{type, 0, 0, 0} + body;
}

Bytes option(std::uint8_t type, const std::string& mac) {
  return Bytes{type, 1} + hex(mac);
}

const Bytes nonce = hex("0e01 010203040506");

/// A neighbour solicitation or advertisement.
Bytes neighbour(std::uint8_t type, const std::string& target, const Bytes& options = {}) {
  return icmp(type, hex("60000000") + ip(target) + options);
}

constexpr std::uint8_t rs = 133, ra = 134, ns = 135, na = 136, redirect = 137;

Bytes advertisement() {
  return icmp(ra, hex("40000708 00000000 00000000") + option(1, own));
}

/// An extension header of so many eights, before `next`.
Bytes extension(std::uint8_t next, std::uint8_t eights = 1) {
  return Bytes{next, static_cast<std::uint8_t>(eights - 1), 1, 4} + zeros(eights * 8U - 4U);
}

/// `offset` in eights.
Bytes fragment(std::uint8_t next, std::size_t offset, bool more) {
  return Bytes{next, 0} + half(offset << 3U | (more ? 1U : 0U)) + hex("00000001");
}

const Bytes router_alert = hex("3a00 0502 0000 0100");

using Rows = std::vector<Saying>;

void add_ethernet(Rows& rows) {
  const Bytes data = zeros(46);
  const auto to = [&](const std::string& group, const std::string& type = "88b5") {
    return ethernet(group, own, type, data);
  };
  const auto llc = [&](const std::string& group, const std::string& sap) {
    return ethernet(group, own, "0026", hex(sap) + data);
  };
  rows.insert(rows.end(),
              {{"a frame from the own MAC, of an unknown type", always, never, to(all)},
               {"from another MAC", never, never, ethernet(all, other, "88b5", data)},
               {"from a MAC that differs in its first byte", never, never,
                ethernet(all, "02163e01fbfe", "88b5", data)},
               {"from a MAC that differs in its last bit", never, never,
                ethernet(all, "00163e01fbff", "88b5", data)},
               {"from a broadcast MAC", never, never, ethernet(all, all, "88b5", data)},
               {"from no MAC", never, never, ethernet(all, "000000000000", "88b5", data)},
               {"to another guest", always, never, to("00163e000077")},
               {"a BPDU", never, never, llc("0180c2000000", "424203")},
               {"a BPDU to another MAC", always, never, llc(all, "424203")},
               {"PAUSE", never, never, to("0180c2000001", "8808")},
               {"LACP", never, never, to("0180c2000002", "8809")},
               {"802.1X", never, never, to("0180c2000003", "888e")},
               {"a provider's BPDU", never, never, llc("0180c2000008", "424203")},
               {"MVRP of a provider", never, never, to("0180c200000d", "88f5")},
               {"LLDP", never, never, to("0180c200000e", "88cc")},
               {"LLDP to the next bridge but one", never, never, to("0180c2000003", "88cc")},
               {"PTP between peers", never, never, to("0180c200000e", "88f7")},
               {"the last reserved group", never, never, to("0180c200000f")},
               {"PTP", always, never, to("011b19000000", "88f7")},
               {"GMRP", never, never, llc("0180c2000020", "424203")},
               {"MVRP", never, never, to("0180c2000021", "88f5")},
               {"the last group of MRP", never, never, to("0180c200002f")},
               {"IS-IS", always, never, llc("0180c2000014", "fefe03")},
               {"a group that is none of them", always, never, to("0180c2000030")},
               {"a group of another kind", always, never, to("0180c2010000")},
               {"a group that begins alike", always, never, to("0181c2000000")},
               {"CDP", never, never, llc("01000ccccccc", "aaaa0300000c2000")},
               {"PVST", never, never, llc("01000ccccccd", "aaaa0300000c010b")},
               {"Cisco's next group", always, never, to("01000cccccce")},
               {"802.3 with LLC", always, never, llc(all, "f0f003")},
               {"802.3 with SNAP that holds IPv4 of another", never, never,
                ethernet(all, own, "0026", hex("aaaa03000000 0800") + data)},
               {"802.3 with SNAP of bridges that holds ARP", never, never,
                ethernet(all, own, "0026", hex("aaaa030000f8 0806") + data)},
               {"802.3 with SNAP that is an answer", never, never,
                ethernet(all, own, "0026", hex("aaab03000000 86dd") + data)},
               {"802.3 with SNAP and the longest length", never, never,
                ethernet(all, own, "05ff", hex("aaaa03000000 0800") + data)},
               {"the least type, before what is no SNAP", always, never,
                ethernet(all, own, "0600", hex("aaaa03000000 0800") + data)},
               {"a loop back test", always, never, to("cf0000000000", "9000")},
               {"MPLS", always, never, to(all, "8847")},
               {"PPPoE", always, never, to(all, "8863")},
               {"a frame of nothing but its header", always, never, ethernet(all, own, "88b5", {})},
               {"a runt of IPv4", always, never, from_own("0800", hex("45"))},
               {"a runt of ARP", never, never, from_own("0806", hex("0001 0800 06 04 0001"))},
               {"a runt of IPv6", never, never, from_own("86dd", hex("6000"))},
               {"a long frame", always, always,
                ipv4({.payload = hex("1000 2000 0560 0000") + zeros(1400)})}});
}

void add_tags(Rows& rows) {
  const Bytes plain = ipv4({});
  const Bytes lie = ipv4({.source = "10.0.4.9"});
  rows.insert(
      rows.end(),
      {{"IPv4 with a tag", tagged, tagged, with_tags("8100 0004", plain)},
       {"IPv4 with a tag and a priority", tagged, tagged, with_tags("8100 e004", plain)},
       {"IPv4 with a tag, of another", tagged, never, with_tags("8100 0004", lie)},
       {"ARP with a tag", tagged, tagged, with_tags("8100 0004", arp({}))},
       {"ARP with a tag, for another", tagged, never,
        with_tags("8100 0004", arp({.sender = "10.0.4.9"}))},
       {"a router advertisement with a tag", never, never,
        with_tags("8100 0004", ipv6({.source = own_link, .payload = advertisement()}))},
       {"a BPDU with a tag", never, never,
        with_tags("8100 0004", ethernet("0180c2000000", own, "0026", hex("424203") + zeros(46)))},
       {"another MAC with a tag", never, never, with_tags("8100 0004", ipv4({.from = other}))},
       {"a priority tag", always, always, with_tags("8100 e000", plain)},
       {"a priority tag, of another", always, never, with_tags("8100 e000", lie)},
       {"an 802.1ad tag", never, never, with_tags("88a8 0004", plain)},
       {"an 802.1ad priority tag", never, never, with_tags("88a8 0000", plain)},
       {"two 802.1Q tags", never, never, with_tags("8100 0004 8100 0005", plain)},
       {"a priority tag around another", never, never, with_tags("8100 0000 8100 0005", plain)},
       {"QinQ", never, never, with_tags("88a8 0004 8100 0005", plain)},
       {"802.1Q around 802.1ad", never, never, with_tags("8100 0004 88a8 0005", plain)},
       {"802.1Q around an old QinQ tag", never, never, with_tags("8100 0004 9100 0005", plain)},
       {"an old QinQ tag", never, never, with_tags("9100 0004", plain)},
       {"three tags", never, never, with_tags("8100 0004 8100 0005 8100 0006", plain)}});
}

void add_arp(Rows& rows) {
  rows.insert(
      rows.end(),
      {{"an ARP request", always, always, arp({})},
       {"an ARP reply", always, always, arp({.target_mac = other, .operation = "0002"})},
       {"an ARP request from an own prefix", always, always, arp({.sender = "10.0.5.77"})},
       {"an ARP request of another's address", always, never, arp({.sender = "10.0.4.9"})},
       {"an ARP reply for another's address", always, never,
        arp({.sender = "10.0.4.9", .operation = "0002"})},
       {"an ARP reply for the gateway", always, never,
        arp({.sender = "10.0.4.1", .operation = "0002"})},
       {"an ARP request with another's MAC", never, never, arp({.sender_mac = other})},
       {"an ARP reply with another's MAC", never, never,
        arp({.sender_mac = other, .operation = "0002"})},
       {"an ARP probe", always, always, arp({.sender = "0.0.0.0", .target = "10.0.4.2"})},
       {"an ARP probe in an own prefix", always, always,
        arp({.sender = "0.0.0.0", .target = "10.0.5.3"})},
       {"an ARP probe for another's address", always, never,
        arp({.sender = "0.0.0.0", .target = "10.0.4.9"})},
       {"an ARP probe with another's MAC", never, never,
        arp({.sender_mac = other, .sender = "0.0.0.0", .target = "10.0.4.2"})},
       {"an ARP announcement", always, always, arp({.target = "10.0.4.2"})},
       {"a gratuitous ARP reply", always, always,
        arp({.target_mac = own, .target = "10.0.4.2", .operation = "0002"})},
       {"a gratuitous ARP reply for another", always, never,
        arp({.sender = "10.0.4.9", .target = "10.0.4.9", .operation = "0002"})},
       {"ARP without an address at all", always, never,
        arp({.sender = "0.0.0.0", .target = "0.0.0.0"})},
       {"ARP of another hardware", never, never, arp({.head = "0006 0800 06 04"})},
       {"ARP of another protocol", never, never, arp({.head = "0001 86dd 06 04"})},
       {"ARP with lengths that hide its addresses", never, never, arp({.head = "0001 0800 00 04"})},
       {"RARP, as QEMU announces a NIC", always, always,
        arp({.sender = "0.0.0.0",
             .target_mac = own,
             .target = "0.0.0.0",
             .operation = "0003",
             .type = "8035"})},
       {"RARP with another's MAC", never, never,
        arp({.sender_mac = other,
             .sender = "0.0.0.0",
             .target_mac = other,
             .target = "0.0.0.0",
             .operation = "0003",
             .type = "8035"})},
       {"a RARP reply", always, never, arp({.operation = "0004", .type = "8035"})}});
}

void add_ipv4(Rows& rows) {
  const Bytes options = hex("94040000");
  rows.insert(
      rows.end(),
      {{"IPv4", always, always, ipv4({})},
       {"IPv4 from an own prefix", always, always, ipv4({.source = "10.0.5.255"})},
       {"IPv4 from below an own prefix", always, never, ipv4({.source = "10.0.4.255"})},
       {"IPv4 from above an own prefix", always, never, ipv4({.source = "10.0.6.0"})},
       {"IPv4 of another", always, never, ipv4({.source = "10.0.4.9"})},
       {"IPv4 of another network", always, never, ipv4({.source = "192.0.2.7"})},
       {"IPv4 from broadcast", always, never, ipv4({.source = "255.255.255.255"})},
       {"IPv4 from loopback", always, never, ipv4({.source = "127.0.0.1"})},
       {"IPv4 with another MAC", never, never, ipv4({.from = other})},
       {"IPv4 with options", always, always, ipv4({.options = options})},
       {"IPv4 with options, of another", always, never,
        ipv4({.source = "10.0.4.9", .options = options})},
       {"a first fragment", always, always, ipv4({.fragment = "2000"})},
       {"a later fragment", always, always, ipv4({.fragment = "0010"})},
       {"a later fragment of another", always, never,
        ipv4({.source = "10.0.4.9", .fragment = "0010"})},
       {"TCP", always, always, ipv4({.protocol = 6, .payload = zeros(20)})},
       {"ICMP", always, always, ipv4({.protocol = 1, .payload = hex("0800 0000 0001 0001")})},
       {"an ICMP redirect of the gateway", always, never,
        ipv4({.source = "10.0.4.1", .protocol = 1, .payload = hex("0501 0000 0a000409")})},
       {"DHCP without an address", always, always, dhcp("0.0.0.0")},
       {"DHCP without an address, with IP options", always, always,
        ipv4({.source = "0.0.0.0", .payload = udp(68, 67), .options = options})},
       {"DHCP that renews its lease", always, always, dhcp("10.0.4.2", "10.0.4.1")},
       {"DHCP from another's address", always, never, dhcp("10.0.4.9")},
       {"a DHCP server's answer", always, always, ipv4({.payload = udp(67, 68)})},
       {"a DHCP server's answer without an address", always, never,
        ipv4({.source = "0.0.0.0", .payload = udp(67, 68)})},
       {"other UDP without an address", always, never,
        ipv4({.source = "0.0.0.0", .payload = udp(68, 68)})},
       {"a fragment of DHCP without an address", always, never,
        ipv4({.source = "0.0.0.0", .payload = udp(68, 67), .fragment = "2000"})},
       {"DHCP without an address, cut off", always, never,
        ipv4({.source = "0.0.0.0", .payload = {}})},
       {"TCP without an address", always, never,
        ipv4({.source = "0.0.0.0", .protocol = 6, .payload = half(68) + half(67) + zeros(16)})},
       {"IGMP", always, always,
        ipv4({.target = "224.0.0.22",
              .protocol = 2,
              .payload = hex("2200 0000 0000 0000"),
              .options = options})},
       {"IGMP without an address", always, always,
        ipv4({.source = "0.0.0.0",
              .target = "224.0.0.22",
              .protocol = 2,
              .payload = hex("2200 0000 0000 0000"),
              .options = options})},
       {"IGMP of another", always, never,
        ipv4({.source = "10.0.4.9",
              .target = "224.0.0.22",
              .protocol = 2,
              .payload = hex("2200 0000 0000 0000")})},
       {"VRRP", always, never,
        ipv4({.source = "10.0.4.1",
              .target = "224.0.0.18",
              .protocol = 112,
              .payload = zeros(16)})}});
}

void add_ipv6(Rows& rows) {
  const Bytes data = hex("1000 2000 0008 0000");
  const auto from = [&](const std::string& source) {
    return ipv6({.source = source, .next = 17, .payload = data});
  };
  const auto behind = [&](const std::string& source, std::uint8_t first, const Bytes& headers) {
    return ipv6({.source = source, .next = first, .payload = headers});
  };
  const Bytes lie = advertisement();
  rows.insert(
      rows.end(),
      {{"IPv6", always, always, from("2001:db8::2")},
       {"IPv6 from an own prefix", always, always, from("2001:db8:1::77:1")},
       {"IPv6 from the link-local address of the MAC", always, always, from(own_link)},
       {"IPv6 from another link-local address", always, never, from(other_link)},
       {"IPv6 from a random link-local address", always, never, from("fe80::1:2:3:4")},
       {"IPv6 of another", always, never, from("2001:db8::9")},
       {"IPv6 from above an own prefix", always, never, from("2001:db8:1:1::77:1")},
       {"IPv6 from a multicast address", always, never, from("ff02::1")},
       {"IPv6 from loopback", always, never, from("::1")},
       {"IPv6 without a source", always, never, from("::")},
       {"IPv6 that maps an own IPv4 address", always, never, from("::ffff:10.0.4.2")},
       {"TCP over IPv6", always, always, ipv6({.next = 6, .payload = zeros(20)})},
       {"IPv6 with no next header", always, always, ipv6({.next = 59})},
       {"IPsec", always, always, ipv6({.next = 50, .payload = zeros(16)})},
       {"a ping", always, always, ipv6({.payload = icmp(128)})},
       {"a ping of another", always, never, ipv6({.source = "2001:db8::9", .payload = icmp(128)})},
       {"a ping without a source", always, never, ipv6({.source = "::", .payload = icmp(128)})},
       {"IPv6 that says to be longer than it is", never, never,
        [&] {
          Bytes frame = from("2001:db8::2");
          frame[19] = 200;
          return frame;
        }()},
       {"UDP behind options", always, always, behind("2001:db8::2", 60, extension(17) + data)},
       {"UDP behind hop-by-hop options", always, always,
        behind("2001:db8::2", 0, extension(17, 2) + data)},
       {"UDP behind options, of another", always, never,
        behind("2001:db8::9", 60, extension(17) + data)},
       {"a first fragment of UDP", always, always,
        behind("2001:db8::2", 44, fragment(17, 0, true) + data)},
       {"a later fragment of UDP", always, always,
        behind("2001:db8::2", 44, fragment(17, 1, false) + data)},
       {"a later fragment of another", always, never,
        behind("2001:db8::9", 44, fragment(17, 1, false) + data)},
       {"a first fragment of a ping", always, always,
        behind("2001:db8::2", 44, fragment(58, 0, true) + icmp(128))},
       {"a later fragment of a ping", always, always,
        behind("2001:db8::2", 44, fragment(58, 1, false) + icmp(ra))},
       {"UDP behind two headers", always, always,
        behind("2001:db8::2", 0, extension(60) + extension(17) + data)},
       {"UDP behind three headers", never, never,
        behind("2001:db8::2", 0, extension(43) + extension(60) + extension(17) + data)},
       {"a router advertisement", never, never, ipv6({.source = own_link, .payload = lie})},
       {"a router advertisement from an own address", never, never, ipv6({.payload = lie})},
       {"a router advertisement of another", never, never,
        ipv6({.source = other_link, .payload = lie})},
       {"a router advertisement behind options", never, never,
        behind(own_link, 60, extension(58) + lie)},
       {"a router advertisement behind long options", never, never,
        behind(own_link, 60, extension(58, 5) + lie)},
       {"a router advertisement behind hop-by-hop options", never, never,
        behind(own_link, 0, extension(58) + lie)},
       {"a router advertisement behind a routing header", never, never,
        behind(own_link, 43, extension(58) + lie)},
       {"a router advertisement behind two headers", never, never,
        behind(own_link, 0, extension(60) + extension(58, 3) + lie)},
       {"a router advertisement behind three headers", never, never,
        behind(own_link, 0, extension(60) + extension(43) + extension(58) + lie)},
       {"a router advertisement in a fragment that is whole", never, never,
        behind(own_link, 44, fragment(58, 0, false) + lie)},
       {"a router advertisement in a first fragment", never, never,
        behind(own_link, 44, fragment(58, 0, true) + lie)},
       {"a first fragment of options only", never, never,
        behind(own_link, 44, fragment(60, 0, true) + extension(58, 4))},
       {"a first fragment of options, with a ping behind its end", never, never,
        behind(own_link, 44, fragment(60, 0, true) + extension(58)) + icmp(128)},
       {"a first fragment that is empty, with a ping behind its end", never, never,
        behind(own_link, 44, fragment(58, 0, true)) + icmp(128)},
       {"options that lead to a ping behind the end", never, never,
        behind(own_link, 60, extension(58)) + icmp(128)},
       {"a first fragment that is empty", never, never,
        behind(own_link, 44, fragment(58, 0, true))},
       {"options that lead out of the frame", never, never,
        behind(own_link, 60, extension(58).size() == 8 ? hex("3aff 0104 00000000") : Bytes{})},
       {"options that lack their last byte", never, never,
        behind(own_link, 60, hex("11000104000000"))},
       {"a ping that lacks its last byte", never, never,
        ipv6({.source = own_link, .payload = icmp(128, zeros(3))})},
       {"a redirect", never, never,
        ipv6({.source = own_link, .payload = icmp(redirect, zeros(36))})},
       {"a redirect behind options", never, never,
        behind(own_link, 60, extension(58) + icmp(redirect, zeros(36)))}});
}

void add_discovery(Rows& rows) {
  const auto says = [&](const std::string& source, const Bytes& payload) {
    return ipv6({.source = source, .payload = payload});
  };
  rows.insert(
      rows.end(),
      {{"a router solicitation", always, always,
        says(own_link, icmp(rs, zeros(4) + option(1, own)))},
       {"a router solicitation without a source", always, always, says("::", icmp(rs))},
       {"a router solicitation of another", always, never, says(other_link, icmp(rs))},
       {"a router solicitation with another's MAC", always, never,
        says(own_link, icmp(rs, zeros(4) + option(1, other)))},
       {"a neighbour solicitation", always, always,
        says("2001:db8::2", neighbour(ns, "2001:db8::1", option(1, own)))},
       {"a neighbour solicitation without options", always, always,
        says(own_link, neighbour(ns, "fe80::1"))},
       {"a neighbour solicitation with another's MAC", always, never,
        says("2001:db8::2", neighbour(ns, "2001:db8::1", option(1, other)))},
       {"a neighbour solicitation with another's MAC behind a nonce", always, never,
        says("2001:db8::2", neighbour(ns, "2001:db8::1", nonce + option(1, other)))},
       {"a neighbour solicitation with three options", always, always,
        says("2001:db8::2", neighbour(ns, "2001:db8::1", nonce + nonce + option(1, own)))},
       {"a neighbour solicitation with four options", always, never,
        says("2001:db8::2", neighbour(ns, "2001:db8::1", nonce + nonce + nonce + option(1, own)))},
       {"a neighbour solicitation of another", always, never,
        says("2001:db8::9", neighbour(ns, "2001:db8::1", option(1, own)))},
       {"duplicate address detection", always, always, says("::", neighbour(ns, "2001:db8::2"))},
       {"duplicate address detection in an own prefix", always, always,
        says("::", neighbour(ns, "2001:db8:1::5"))},
       {"duplicate address detection of the link-local address", always, always,
        says("::", neighbour(ns, own_link, nonce))},
       {"duplicate address detection for another's address", always, never,
        says("::", neighbour(ns, "2001:db8::9"))},
       {"duplicate address detection for another link-local address", always, never,
        says("::", neighbour(ns, other_link, nonce))},
       {"a neighbour advertisement", always, always,
        says("2001:db8::2", neighbour(na, "2001:db8::2", option(2, own)))},
       {"a neighbour advertisement from the link-local address", always, always,
        says(own_link, neighbour(na, "2001:db8:1::5", option(2, own)))},
       {"a neighbour advertisement without options", always, always,
        says(own_link, neighbour(na, own_link))},
       {"a neighbour advertisement for another", always, never,
        says("2001:db8::2", neighbour(na, "2001:db8::9", option(2, own)))},
       {"a neighbour advertisement for the gateway", always, never,
        says(own_link, neighbour(na, "fe80::1", option(2, own)))},
       {"a neighbour advertisement of another", always, never,
        says("2001:db8::9", neighbour(na, "2001:db8::9", option(2, own)))},
       {"a neighbour advertisement with another's MAC", always, never,
        says("2001:db8::2", neighbour(na, "2001:db8::2", option(2, other)))},
       {"a neighbour advertisement with its MAC twice, once another's", always, never,
        says("2001:db8::2", neighbour(na, "2001:db8::2", option(2, own) + option(2, other)))},
       {"a neighbour advertisement without a source", always, always,
        says("::", neighbour(na, "2001:db8::2", option(2, own)))},
       {"a neighbour advertisement for another behind options", always, never,
        ipv6({.source = own_link,
              .next = 60,
              .payload = extension(58) + neighbour(na, "fe80::1", option(2, own))})},
       {"a neighbour advertisement in a fragment", always, never,
        ipv6({.next = 44,
              .payload = fragment(58, 0, false) + neighbour(na, "2001:db8::2", option(2, own))})},
       {"a neighbour advertisement that is cut off", always, never,
        says("2001:db8::2", icmp(na, zeros(8)))},
       {"an option without a length", always, never,
        says("2001:db8::2", neighbour(ns, "2001:db8::1", hex("0100 00163e01fbfe")))},
       {"an option that is cut off", always, never,
        says("2001:db8::2", neighbour(ns, "2001:db8::1", hex("0101 0016")))},
       {"more options than three", always, never,
        says("2001:db8::2", neighbour(ns, "2001:db8::1", nonce + nonce + nonce + option(1, own)))},
       {"an MLD report", always, always,
        ipv6({.source = own_link,
              .target = "ff02::16",
              .next = 0,
              .payload = router_alert + icmp(143, zeros(24))})},
       {"an MLD report without a source", always, always,
        ipv6({.source = "::",
              .target = "ff02::16",
              .next = 0,
              .payload = router_alert + icmp(143, zeros(24))})},
       {"an MLD report of the first version without a source", always, always,
        ipv6({.source = "::", .next = 0, .payload = router_alert + icmp(131, zeros(20))})},
       {"an MLD report of another", always, never,
        ipv6({.source = other_link,
              .target = "ff02::16",
              .next = 0,
              .payload = router_alert + icmp(143, zeros(24))})},
       {"an MLD query without a source", always, never,
        ipv6({.source = "::", .next = 0, .payload = router_alert + icmp(130, zeros(20))})},
       {"DHCPv6", always, always,
        ipv6({.source = own_link, .target = "ff02::1:2", .next = 17, .payload = udp(546, 547)})},
       {"DHCPv6 without a source", always, never,
        ipv6({.source = "::", .target = "ff02::1:2", .next = 17, .payload = udp(546, 547)})}});
}

}  // namespace

std::vector<Saying> sayings() {
  Rows rows;
  add_ethernet(rows);
  add_tags(rows);
  add_arp(rows);
  add_ipv4(rows);
  add_ipv6(rows);
  add_discovery(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].wire = rows[i].wire + hex("5876") + half(i);
  return rows;
}

}  // namespace support
