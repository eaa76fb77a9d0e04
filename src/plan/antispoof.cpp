#include "plan/antispoof.hpp"

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <algorithm>
#include <array>

namespace plan {
namespace {

using model::Address;
using model::Antispoof;
using model::Mac;

constexpr std::uint32_t pass = static_cast<std::uint32_t>(TC_ACT_UNSPEC);
constexpr std::uint32_t drop = TC_ACT_SHOT;

constexpr std::array<std::uint32_t, 3> tag_types{ETH_P_8021Q, ETH_P_8021AD, ETH_P_QINQ1};
constexpr std::array<std::uint32_t, 2> arp_types{ETH_P_ARP, ETH_P_RARP};

// Where things are in a frame, in bytes.
constexpr std::uint32_t ethernet = 14;  ///< the length of its header
constexpr std::uint32_t arp_length = 28, ipv4_length = 20, ipv6_length = 40;
constexpr std::uint32_t to_group = 0, from_mac = 6, type = 12;
constexpr std::uint32_t arp_operation = 20, arp_mac = 22, arp_sender = 28, arp_target = 38;
constexpr std::uint32_t ipv4_fragment = 20, ipv4_protocol = 23, ipv4_source = 26;
constexpr std::uint32_t ipv6_payload = 18, ipv6_next = 20, ipv6_source = 22;

// Of the last header of IPv6, behind X.
constexpr std::uint32_t icmp_least = 8, target = 8, target_end = 24;

// IPv6 headers (IANA, Protocol Numbers) and ICMPv6 types.
constexpr std::uint32_t hop_by_hop = 0, routing = 43, fragment = 44, icmpv6 = 58, for_target = 60;
constexpr std::uint32_t mld_report = 131, mld_done = 132, router_solicitation = 133,
                        router_advertisement = 134, solicitation = 135, advertisement = 136,
                        redirect = 137, mld2_report = 143;

/// Words of memory that a program keeps between loads.
enum Cell : std::uint32_t { next_offset, header_kind, fragmented, may_lack_source, end_of_packet };

std::uint32_t number(const std::uint8_t* bytes, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8U | bytes[i];
  return value;
}

/// The address that a link with that MAC makes itself (RFC 4291, appendix A).
Address link_local(const Mac& mac) {
  constexpr std::uint8_t universal = 2;
  const auto& m = mac.bytes;
  Address address{.ipv6 = true, .prefix = 128};
  address.bytes = {
      0xfe, 0x80, 0,    0,    0,    0,    0,   0, static_cast<std::uint8_t>(m[0] ^ universal),
      m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]};
  return address;
}

std::uint32_t mask_of(unsigned prefix) {
  return prefix == 0 ? 0 : ~std::uint32_t{0} << (32U - prefix);
}

/// What a program begins with, so that its kind can be read from it. It has no effect.
Instruction signature(Antispoof antispoof) {
  constexpr std::uint32_t ours = 0x78760000;  // "xv" in ASCII
  return {.code = BPF_LD | BPF_IMM, .k = ours | static_cast<std::uint32_t>(antispoof)};
}

/// Writes the program of a guest, from the outer headers to the inner ones. A load behind the end
/// of a frame ends a program with 0, which lets the frame pass: lengths are compared first.
class Writer {
 public:
  explicit Writer(const Guest& guest)
      : strict_(guest.antispoof == Antispoof::ip),
        tags_(guest.tags),
        mac_high_(number(guest.mac.bytes.data(), 2)),
        mac_low_(number(guest.mac.bytes.data() + 2, 4)) {
    for (const Address& address : guest.addresses) {
      (address.ipv6 ? ipv6_ : ipv4_).push_back(address);
    }
    ipv6_.push_back(link_local(guest.mac));
  }

  Program write() {
    const Label wrong = code_.label();
    const Instruction first = signature(strict_ ? Antispoof::ip : Antispoof::mac);
    code_.put(first.code, first.k);
    expect_mac(BPF_ABS, from_mac, wrong);
    refuse_groups(wrong);
    refuse_tags(wrong);
    const Label ipv4 = code_.label();
    const Label arp = code_.label();
    const Label ipv6 = code_.label();
    load(BPF_H | BPF_ABS, type);
    for (const std::uint32_t second_tag : tag_types) if_equal(second_tag, wrong);
    for (const std::uint32_t kind : arp_types) go_if_equal(kind, arp);
    go_if_equal(ETH_P_IPV6, ipv6);
    if (strict_) go_if_equal(ETH_P_IP, ipv4);
    if (!strict_) {
      refuse_snap(wrong);
      end(pass);
    }
    code_.place(wrong);
    end(drop);
    write_arp(arp);
    if (strict_) write_ipv4(ipv4);
    write_ipv6(ipv6);
    return code_.program();
  }

 private:
  static constexpr Label next = Assembler::next;

  void load(unsigned how, std::uint32_t k) { code_.put(BPF_LD | how, k); }
  void load_length() { load(BPF_W | BPF_LEN, 0); }
  void load_about(std::uint32_t ancillary) {
    load(BPF_W | BPF_ABS, static_cast<std::uint32_t>(SKF_AD_OFF) + ancillary);
  }
  void store(Cell cell) { code_.put(BPF_ST, cell); }
  void store(Cell cell, std::uint32_t value) {
    load(BPF_IMM, value);
    store(cell);
  }
  void compute(unsigned operation, std::uint32_t k = 0) { code_.put(BPF_ALU | operation, k); }
  void end(std::uint32_t verdict) { code_.put(BPF_RET | BPF_K, verdict); }

  void if_equal(std::uint32_t k, Label yes, Label no = next) { code_.jump(BPF_JEQ, k, yes, no); }
  void unless_equal(std::uint32_t k, Label no) { if_equal(k, next, no); }
  void unless_at_least(std::uint32_t k, Label no) { code_.jump(BPF_JGE, k, next, no); }
  /// For places that are far away where there are many addresses.
  void go_if_equal(std::uint32_t k, Label yes) {
    const Label no = code_.label();
    if_equal(k, next, no);
    code_.go(yes);
    code_.place(no);
  }

  void expect_length(std::uint32_t bytes, Label wrong) {
    load_length();
    unless_at_least(bytes, wrong);
  }

  /// There are so many bytes between X, which may be behind the end, and the end that has been
  /// loaded. More than that many are before X.
  void expect_behind_x(std::uint32_t bytes, Label wrong) {
    compute(BPF_SUB, bytes - 1);
    code_.jump(BPF_JGT | BPF_X, 0, next, wrong);
  }

  void expect_length_at(std::uint32_t bytes, Label wrong) {
    load_length();
    expect_behind_x(bytes, wrong);
  }

  /// `mode` is BPF_ABS, or BPF_IND for an offset from X.
  void expect_mac(unsigned mode, std::uint32_t offset, Label wrong) {
    load(BPF_W | mode, offset + 2);
    unless_equal(mac_low_, wrong);
    load(BPF_H | mode, offset);
    unless_equal(mac_high_, wrong);
  }

  void refuse_groups(Label wrong) {
    struct Groups {
      std::uint32_t high, mask, low;
    };
    // The second is IEEE 802.1Q's, of which all but 00 to 0f and 20 to 2f may pass.
    constexpr std::array<Groups, 2> groups{
        {{0x0100, 0xfffffffe, 0x0ccccccc}, {0x0180, 0xffffffd0, 0xc2000000}}};
    for (const Groups& one : groups) {
      const Label others = code_.label();
      load(BPF_H | BPF_ABS, to_group);
      unless_equal(one.high, others);
      load(BPF_W | BPF_ABS, to_group + 2);
      compute(BPF_AND, one.mask);
      if_equal(one.low, wrong);
      code_.place(others);
    }
  }

  void refuse_tags(Label wrong) {
    constexpr std::uint32_t vid = 0xfff;
    const Label none = code_.label();
    load_about(SKF_AD_VLAN_TAG_PRESENT);
    if_equal(0, none);
    load_about(SKF_AD_VLAN_TPID);
    unless_equal(ETH_P_8021Q, wrong);
    if (!tags_) {
      load_about(SKF_AD_VLAN_TAG);
      code_.jump(BPF_JSET, vid, wrong, next);
    }
    code_.place(none);
  }

  /// A frame with a length for its type, and IEEE 802's SNAP in it: whatever that holds, some take
  /// it for the frame itself (RFC 1042). The type has been loaded.
  void refuse_snap(Label wrong) {
    constexpr std::uint32_t least_type = 0x600, snap = 0xaa, but_last_bit = 0xfe;
    const Label typed = code_.label();
    code_.jump(BPF_JGE, least_type, typed, next);
    expect_length(ethernet + 1, wrong);
    load(BPF_B | BPF_ABS, ethernet);
    compute(BPF_AND, but_last_bit);
    if_equal(snap, wrong);
    code_.place(typed);
  }

  void write_arp(Label arp) {
    constexpr std::uint32_t ethernet_and_ipv4 = 0x00010800, their_lengths = 0x0604;
    const Label wrong = code_.label();
    code_.place(arp);
    expect_length(ethernet + arp_length, wrong);
    load(BPF_W | BPF_ABS, ethernet);
    unless_equal(ethernet_and_ipv4, wrong);
    load(BPF_H | BPF_ABS, ethernet + 4);
    unless_equal(their_lengths, wrong);
    expect_mac(BPF_ABS, arp_mac, wrong);
    if (strict_) {
      expect_arp_addresses(wrong);
    } else {
      end(pass);
      code_.place(wrong);
      end(drop);
    }
  }

  /// Of RARP only what QEMU announces a NIC with after a migration: a request, which tells no
  /// address.
  void expect_arp_addresses(Label wrong) {
    constexpr std::uint32_t reverse_request = 3;
    const Label probe = code_.label();
    const Label arp = code_.label();
    load(BPF_H | BPF_ABS, type);
    unless_equal(ETH_P_RARP, arp);
    load(BPF_H | BPF_ABS, arp_operation);
    unless_equal(reverse_request, wrong);
    end(pass);
    code_.place(wrong);
    end(drop);
    code_.place(arp);
    load(BPF_W | BPF_ABS, arp_sender);
    if_equal(0, probe);
    expect_own_ipv4();
    code_.place(probe);
    load(BPF_W | BPF_ABS, arp_target);
    expect_own_ipv4();
  }

  void expect_own_ipv4() {
    const Label right = code_.label();
    if_own_ipv4(right);
    end(drop);
    code_.place(right);
    end(pass);
  }

  /// Compares the word that was loaded. Masks that get shorter and shorter can be put on one and
  /// the same word.
  void if_own_ipv4(Label yes) {
    constexpr unsigned longest = 32;
    for (unsigned prefix = longest; prefix <= longest; --prefix) {
      bool masked = prefix == longest;
      for (const Address& address : ipv4_) {
        if (address.prefix != prefix) continue;
        if (!masked) compute(BPF_AND, mask_of(prefix));
        masked = true;
        if_equal(number(address.bytes.data(), 4), yes);
      }
    }
  }

  void write_ipv4(Label ipv4) {
    const Label wrong = code_.label();
    const Label right = code_.label();
    const Label unspecified = code_.label();
    code_.place(ipv4);
    expect_length(ethernet + ipv4_length, wrong);
    load(BPF_W | BPF_ABS, ipv4_source);
    if_equal(0, unspecified);
    if_own_ipv4(right);
    end(drop);
    code_.place(unspecified);
    expect_to_need_no_source(wrong, right);
    code_.place(right);
    end(pass);
    code_.place(wrong);
    end(drop);
  }

  /// DHCP from the client's port to the server's, in one piece; IGMP.
  void expect_to_need_no_source(Label wrong, Label right) {
    constexpr std::uint32_t igmp = 2, udp = 17, udp_header = 8, dhcp_ports = 68U << 16U | 67U;
    constexpr std::uint32_t more_or_offset = 0x3fff;
    load(BPF_B | BPF_ABS, ipv4_protocol);
    if_equal(igmp, right);
    unless_equal(udp, wrong);
    load(BPF_H | BPF_ABS, ipv4_fragment);
    code_.jump(BPF_JSET, more_or_offset, wrong, next);
    code_.put(BPF_LDX | BPF_B | BPF_MSH, ethernet);
    expect_length_at(ethernet + udp_header, wrong);
    load(BPF_W | BPF_IND, ethernet);
    unless_equal(dhcp_ports, wrong);
  }

  void write_ipv6(Label ipv6) {
    const Label wrong = code_.label();
    const Label icmp = code_.label();
    const Label others = code_.label();
    code_.place(ipv6);
    expect_length(ethernet + ipv6_length, wrong);
    note_end_of_packet(wrong);
    find_last_header(icmp, others, wrong);
    code_.place(icmp);
    expect_packet_at(icmp_least, wrong);
    load(BPF_B | BPF_IND, 0);
    if_equal(router_advertisement, wrong);
    if_equal(redirect, wrong);
    if (strict_) {
      check_icmp(others, wrong);
      code_.place(others);
      expect_own_source();
    } else {
      code_.place(others);
      end(pass);
      code_.place(wrong);
      end(drop);
    }
  }

  void note_end_of_packet(Label wrong) {
    load(BPF_H | BPF_ABS, ipv6_payload);
    compute(BPF_ADD, ethernet + ipv6_length);
    store(end_of_packet);
    code_.put(BPF_MISC | BPF_TAX);
    load_length();
    code_.jump(BPF_JGE | BPF_X, 0, next, wrong);
    if (!strict_) return;
    store(fragmented, 0);
    store(may_lack_source, 0);
  }

  /// As expect_length_at(), of an IPv6 packet: what comes behind its end is nothing to who gets it.
  void expect_packet_at(std::uint32_t bytes, Label wrong) {
    load(BPF_MEM, end_of_packet);
    expect_behind_x(bytes, wrong);
  }

  /// Goes from header to header, with X where the last one begins. A fragment that is not the first
  /// is one of the others: nobody takes it for anything without the first.
  void find_last_header(Label icmp, Label others, Label wrong) {
    constexpr int most = 2;
    code_.put(BPF_LDX | BPF_IMM, ethernet + ipv6_length);
    load(BPF_B | BPF_ABS, ipv6_next);
    for (int i = 0; i < most; ++i) {
      const Label extension = code_.label();
      if_equal(icmpv6, icmp);
      for (const std::uint32_t kind : {hop_by_hop, routing, fragment}) if_equal(kind, extension);
      if_equal_or_go(for_target, others);
      code_.place(extension);
      skip_extension(others, wrong);
    }
    if_equal(icmpv6, icmp);
    for (const std::uint32_t kind : {hop_by_hop, routing, fragment, for_target}) {
      if_equal(kind, wrong);
    }
    code_.go(others);
  }

  /// Goes on if it is equal.
  void if_equal_or_go(std::uint32_t k, Label otherwise) {
    const Label yes = code_.label();
    if_equal(k, yes);
    code_.go(otherwise);
    code_.place(yes);
  }

  void skip_extension(Label others, Label wrong) {
    constexpr std::uint32_t least = 8, offset_bits = 0xfff8, in_eights = 3;
    const Label options = code_.label();
    const Label first = code_.label();
    const Label join = code_.label();
    store(header_kind);
    expect_packet_at(least, wrong);
    load(BPF_MEM, header_kind);
    unless_equal(fragment, options);
    load(BPF_H | BPF_IND, 2);
    code_.jump(BPF_JSET, offset_bits, next, first);
    code_.go(others);
    code_.place(first);
    if (strict_) store(fragmented, 1);
    load(BPF_IMM, least);
    code_.go(join);
    code_.place(options);
    load(BPF_B | BPF_IND, 1);
    compute(BPF_ADD, 1);
    compute(BPF_LSH, in_eights);
    code_.place(join);
    compute(BPF_ADD | BPF_X);
    store(next_offset);
    load(BPF_B | BPF_IND, 0);
    code_.put(BPF_LDX | BPF_MEM, next_offset);
  }

  /// The type of the ICMPv6 message at X has been loaded.
  void check_icmp(Label others, Label wrong) {
    const Label solicits_router = code_.label();
    const Label about_neighbour = code_.label();
    const Label report = code_.label();
    const Label options = code_.label();
    for (const std::uint32_t kind : {mld_report, mld_done, mld2_report}) if_equal(kind, report);
    if_equal(router_solicitation, solicits_router);
    for (const std::uint32_t kind : {solicitation, advertisement}) if_equal(kind, about_neighbour);
    code_.go(others);
    code_.place(wrong);
    end(drop);
    code_.place(report);
    store(may_lack_source, 1);
    code_.go(others);
    code_.place(solicits_router);
    store(may_lack_source, 1);
    load(BPF_IMM, icmp_least);
    code_.go(options);
    code_.place(about_neighbour);
    check_target();
    code_.place(options);
    check_options(others);
  }

  /// An advertisement is about an own address, and so is a solicitation without a source. Leaves
  /// the length of the message without its options.
  void check_target() {
    const Label wrong = code_.label();
    const Label whole = code_.label();
    const Label own = code_.label();
    const Label join = code_.label();
    expect_packet_at(target_end, wrong);
    code_.go(whole);
    code_.place(wrong);
    end(drop);
    code_.place(whole);
    if_own_ipv6(BPF_IND, target, own);
    load(BPF_B | BPF_IND, 0);
    unless_equal(advertisement, join);
    end(drop);
    code_.place(own);
    store(may_lack_source, 1);
    code_.place(join);
    load(BPF_IMM, target_end);
  }

  /// The options of a message that begins at X and has as many bytes before them as were loaded.
  void check_options(Label right) {
    constexpr int most = 3;
    const Label wrong = code_.label();
    compute(BPF_ADD | BPF_X);
    code_.put(BPF_MISC | BPF_TAX);
    load(BPF_MEM, fragmented);
    unless_equal(0, wrong);
    for (int i = 0; i < most; ++i) check_option(right, wrong);
    load(BPF_MEM, end_of_packet);
    code_.jump(BPF_JEQ | BPF_X, 0, right, next);
    code_.place(wrong);
    end(drop);
  }

  /// The option at X, if there is one: the link-layer address of a source or a target is the own
  /// MAC. Goes on with X behind it.
  void check_option(Label right, Label wrong) {
    constexpr std::uint32_t least = 8, in_eights = 3, of_source = 1, of_target = 2;
    const Label link_layer = code_.label();
    const Label behind = code_.label();
    load(BPF_MEM, end_of_packet);
    code_.jump(BPF_JEQ | BPF_X, 0, right, next);
    expect_behind_x(least, wrong);
    load(BPF_B | BPF_IND, 1);
    if_equal(0, wrong);
    load(BPF_B | BPF_IND, 0);
    if_equal(of_source, link_layer);
    unless_equal(of_target, behind);
    code_.place(link_layer);
    expect_mac(BPF_IND, 2, wrong);
    code_.place(behind);
    load(BPF_B | BPF_IND, 1);
    compute(BPF_LSH, in_eights);
    compute(BPF_ADD | BPF_X);
    code_.put(BPF_MISC | BPF_TAX);
  }

  void expect_own_source() {
    const Label wrong = code_.label();
    const Label right = code_.label();
    if_own_ipv6(BPF_ABS, ipv6_source, right);
    for (std::uint32_t word = 0; word < 4; ++word) {
      load(BPF_W | BPF_ABS, ipv6_source + 4 * word);
      unless_equal(0, wrong);
    }
    load(BPF_MEM, may_lack_source);
    unless_equal(1, wrong);
    code_.place(right);
    end(pass);
    code_.place(wrong);
    end(drop);
  }

  void if_own_ipv6(unsigned mode, std::uint32_t offset, Label yes) {
    constexpr unsigned bits = 32;
    for (const Address& address : ipv6_) {
      const Label other = code_.label();
      for (unsigned word = 0; word * bits < address.prefix; ++word) {
        const unsigned rest = address.prefix - word * bits;
        load(BPF_W | mode, offset + 4 * word);
        if (rest < bits) compute(BPF_AND, mask_of(rest));
        unless_equal(number(address.bytes.data() + std::size_t{4} * word, 4), other);
      }
      code_.go(yes);
      code_.place(other);
    }
  }

  bool strict_;
  bool tags_;
  std::uint32_t mac_high_;
  std::uint32_t mac_low_;
  std::vector<Address> ipv4_;
  std::vector<Address> ipv6_;
  Assembler code_;
};

std::string words_of(const Guest& guest) {
  constexpr std::size_t most = 8;
  std::string words = word(guest.antispoof);
  words += " " + guest.mac.text();
  if (guest.antispoof != Antispoof::ip) return words;
  const std::size_t count = std::min(guest.addresses.size(), most);
  for (std::size_t i = 0; i < count; ++i) {
    words += " " + model::guest_address_text(guest.addresses[i]);
  }
  const std::size_t rest = guest.addresses.size() - count;
  return rest == 0 ? words : words + " and " + std::to_string(rest) + " more";
}

}  // namespace

Filter filter_of(const Guest& guest) {
  return {.words = words_of(guest), .program = Writer(guest).write()};
}

std::string_view kind_of(const Program& program) {
  for (const Antispoof antispoof : {Antispoof::mac, Antispoof::ip}) {
    if (!program.empty() && program.front() == signature(antispoof)) return word(antispoof);
  }
  return {};
}

}  // namespace plan
