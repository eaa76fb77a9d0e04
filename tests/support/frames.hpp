#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "heard/frame.hpp"
#include "model/address.hpp"
#include "model/mac.hpp"

/// Frames as switches and hosts send them, in bytes.
namespace support {

/// Bytes that are written from front to back; numbers in network order.
class Octets {
 public:
  Octets() = default;
  Octets(std::initializer_list<std::uint8_t> bytes) : bytes_(bytes) {}

  Octets& u8(unsigned value) { return number(value, 1); }
  Octets& u16(unsigned value) { return number(value, 2); }
  Octets& u32(std::uint32_t value) { return number(value, 4); }
  Octets& mac(const std::string& text) {
    const model::Mac parsed = model::Mac::parse(text).value();
    for (const std::uint8_t byte : parsed.bytes) u8(byte);
    return *this;
  }
  Octets& text(const std::string& text) {
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    return *this;
  }
  Octets& add(const Octets& others) {
    bytes_.insert(bytes_.end(), others.bytes_.begin(), others.bytes_.end());
    return *this;
  }
  Octets& zeros(std::size_t count) {
    bytes_.insert(bytes_.end(), count, 0);
    return *this;
  }

  [[nodiscard]] const std::vector<std::uint8_t>& bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  // NOLINTNEXTLINE(google-explicit-constructor): it is one
  operator heard::Bytes() const noexcept { return bytes_; }

 private:
  Octets& number(std::uint32_t value, unsigned size) {
    for (unsigned shift = 8 * size; shift > 0;) {
      shift -= 8;
      bytes_.push_back(static_cast<std::uint8_t>(value >> shift));
    }
    return *this;
  }

  std::vector<std::uint8_t> bytes_;
};

inline const std::string everybody = "ff:ff:ff:ff:ff:ff";
inline const std::string host_mac = "02:00:00:00:00:01";
inline const std::string switch_mac = "02:5c:00:00:00:07";
inline const std::string lldp_group = "01:80:c2:00:00:0e";
inline const std::string stp_group = "01:80:c2:00:00:00";
inline const std::string cdp_group = "01:00:0c:cc:cc:cc";
inline const std::string pvst_group = "01:00:0c:cc:cc:cd";

inline heard::Tag tag(std::uint16_t control) {
  return {.protocol = 0x8100, .control = control};
}

/// A frame with what follows the type.
inline Octets frame(const std::string& target, const std::string& source, unsigned type,
                    const Octets& content) {
  return Octets().mac(target).mac(source).u16(type).add(content);
}

/// The same behind an 802.1Q tag that nobody took off.
inline Octets tagged(unsigned vid, const std::string& source, unsigned type,
                     const Octets& content) {
  return frame(everybody, source, 0x8100, Octets().u16(vid).u16(type).add(content));
}

inline std::uint32_t ipv4(const std::string& text) {
  return heard::Reader(model::Address::parse(text + "/32").value().bytes).u32();
}

inline Octets arp(const std::string& sender, const std::string& target) {
  return Octets()
      .u16(1)
      .u16(0x0800)
      .u8(6)
      .u8(4)
      .u16(1)
      .mac(host_mac)
      .u32(ipv4(sender))
      .zeros(6)
      .u32(ipv4(target));
}

inline Octets arp_frame(const std::string& source, const std::string& sender,
                        const std::string& target) {
  return frame(everybody, source, 0x0806, arp(sender, target));
}

inline Octets lldp_tlv(unsigned type, const Octets& value) {
  return Octets().u16(type << 9U | static_cast<unsigned>(value.size())).add(value);
}

/// The three that each LLDPDU begins with: chassis, port, and 120 s to live.
inline Octets lldp_head(const std::string& port = "Gi1/0/5") {
  return Octets()
      .add(lldp_tlv(1, Octets().u8(4).mac(switch_mac)))
      .add(lldp_tlv(2, Octets().u8(5).text(port)))
      .add(lldp_tlv(3, Octets().u16(120)));
}

inline Octets port_vlan_id(unsigned vid) {
  return lldp_tlv(127, Octets{0x00, 0x80, 0xc2, 1}.u16(vid));
}

inline Octets vlan_name(unsigned vid, const std::string& name) {
  return lldp_tlv(
      127, Octets{0x00, 0x80, 0xc2, 3}.u16(vid).u8(static_cast<unsigned>(name.size())).text(name));
}

/// What a switch says of a port, with the end.
inline Octets lldp(const std::string& system, const std::string& port, const Octets& more = {}) {
  return lldp_head(port).add(lldp_tlv(5, Octets().text(system))).add(more).add(lldp_tlv(0, {}));
}

inline Octets lldp_frame(const Octets& message) {
  return frame(lldp_group, switch_mac, 0x88cc, message);
}

/// IEEE 802.3 with LLC, as BPDUs and CDP come.
inline Octets llc_frame(const std::string& group, const Octets& header, const Octets& message) {
  const Octets content = Octets().add(header).add(message);
  return frame(group, switch_mac, static_cast<unsigned>(content.size()), content);
}

inline Octets stp_header() {
  return {0x42, 0x42, 0x03};
}
inline Octets snap_header(unsigned protocol) {
  return Octets{0xaa, 0xaa, 0x03, 0x00, 0x00, 0x0c}.u16(protocol);
}

/// A BPDU with the root 02:5c:00:00:00:07: 35 bytes, 36 of RSTP.
inline Octets bpdu(unsigned version, unsigned priority) {
  Octets bytes = Octets()
                     .u16(0)
                     .u8(version)
                     .u8(version == 0 ? 0 : 2)
                     .u8(0)
                     .u16(priority)
                     .mac(switch_mac)
                     .zeros(22);
  return version == 0 ? bytes : bytes.u8(0);
}

inline Octets pvst(unsigned version, unsigned priority, unsigned vid) {
  Octets bytes = bpdu(version, priority);
  if (version == 0) bytes.u8(0);
  return bytes.u16(0).u16(2).u16(vid);
}

inline Octets pvst_frame(const Octets& message) {
  return llc_frame(pvst_group, snap_header(0x010b), message);
}

inline Octets cdp_tlv(unsigned type, const Octets& value) {
  return Octets().u16(type).u16(static_cast<unsigned>(value.size()) + 4).add(value);
}

inline Octets cdp(const std::string& device, const std::string& port, unsigned native_vlan) {
  return Octets{2, 180, 0, 0}
      .add(cdp_tlv(1, Octets().text(device)))
      .add(cdp_tlv(3, Octets().text(port)))
      .add(cdp_tlv(10, Octets().u16(native_vlan)));
}

inline Octets cdp_frame(const Octets& message) {
  return llc_frame(cdp_group, snap_header(0x2000), message);
}

}  // namespace support
