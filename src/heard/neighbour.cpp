#include "heard/neighbour.hpp"

#include "model/vid.hpp"

namespace heard {

std::string printable(Bytes bytes) {
  constexpr std::size_t longest = 255;
  std::string text;
  for (const std::uint8_t byte : bytes.first(std::min(bytes.size(), longest))) {
    const bool shows = byte >= 0x20 && byte < 0x7f;
    text += shows ? static_cast<char>(byte) : '?';
  }
  return text;
}

namespace {

/// 0 if it is none.
std::uint16_t vid_or_none(std::uint16_t vid) {
  return model::Vid::from_number(vid) ? vid : std::uint16_t{0};
}

/// How an identifier of LLDP is written (IEEE 802.1AB, 8.5.2 and 8.5.3).
enum class Written { text, mac, address };

Written chassis_form(std::uint8_t subtype) {
  constexpr std::uint8_t mac = 4, network_address = 5;
  if (subtype == mac) return Written::mac;
  return subtype == network_address ? Written::address : Written::text;
}

Written port_form(std::uint8_t subtype) {
  constexpr std::uint8_t mac = 3, network_address = 4;
  if (subtype == mac) return Written::mac;
  return subtype == network_address ? Written::address : Written::text;
}

std::string ipv4_text(Bytes bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) text += (text.empty() ? "" : ".") + std::to_string(byte);
  return text;
}

/// What has another size than its form wants is taken for a text.
std::string identifier(Written form, Bytes bytes) {
  constexpr std::uint8_t family_ipv4 = 1;
  constexpr std::size_t ipv4_size = 5;
  if (form == Written::mac && bytes.size() == model::Mac{}.bytes.size()) {
    return Reader(bytes).mac().text();
  }
  if (form == Written::address && bytes.size() == ipv4_size && bytes.front() == family_ipv4) {
    return ipv4_text(bytes.subspan(1));
  }
  return printable(bytes);
}

/// A TLV of IEEE 802.1's own (IEEE 802.1Q, D.2); others are passed over.
void read_organization(Neighbour& neighbour, Bytes value) {
  constexpr std::uint32_t port_vlan_id = 0x0080c201, vlan_name = 0x0080c203;
  Reader reader(value);
  const std::uint32_t kind = reader.u32();
  const std::uint16_t vid = vid_or_none(reader.u16());
  if (kind == port_vlan_id) neighbour.native_vlan = vid;
  if (kind != vlan_name) return;
  const Bytes name = reader.bytes(reader.u8());
  if (vid != 0 && reader.complete()) neighbour.vlans[vid] = printable(name);
}

/// Types of TLVs (IEEE 802.1AB, table 8-1).
enum class Lldp : std::uint8_t {
  end = 0,
  chassis = 1,
  port = 2,
  time_to_live = 3,
  port_description = 4,
  system_name = 5,
  organization = 127,
};

void read_lldp(Neighbour& neighbour, Lldp type, Bytes value) {
  Reader reader(value);
  if (type == Lldp::chassis) {
    const Written form = chassis_form(reader.u8());
    neighbour.chassis = identifier(form, reader.rest());
  } else if (type == Lldp::port) {
    const Written form = port_form(reader.u8());
    neighbour.port = identifier(form, reader.rest());
  } else if (type == Lldp::port_description) {
    neighbour.port_description = printable(value);
  } else if (type == Lldp::system_name) {
    neighbour.system = printable(value);
  } else if (type == Lldp::organization) {
    read_organization(neighbour, value);
  }
}

/// Types of CDP's TLVs.
enum class Cdp : std::uint16_t { device = 1, port = 3, native_vlan = 10 };

void read_cdp(Neighbour& neighbour, Cdp type, Bytes value) {
  if (type == Cdp::device) neighbour.system = printable(value);
  if (type == Cdp::port) neighbour.port = printable(value);
  if (type == Cdp::native_vlan) neighbour.native_vlan = vid_or_none(Reader(value).u16());
}

}  // namespace

std::optional<Neighbour> decode_lldp(Bytes bytes) {
  constexpr unsigned type_shift = 9, length_mask = 0x1ff;
  Neighbour neighbour;
  Reader reader(bytes);
  while (!reader.rest().empty()) {
    const std::uint16_t header = reader.u16();
    const auto type = static_cast<Lldp>(header >> type_shift);
    const Bytes value = reader.bytes(header & length_mask);
    if (!reader.complete()) return std::nullopt;
    if (type == Lldp::end) break;
    const bool leaves = type == Lldp::time_to_live && Reader(value).u16() == 0;
    if (leaves) return std::nullopt;
    read_lldp(neighbour, type, value);
  }
  if (neighbour.chassis.empty() || neighbour.port.empty()) return std::nullopt;
  return neighbour;
}

std::optional<Neighbour> decode_cdp(Bytes bytes) {
  constexpr std::size_t header_size = 4;  // of the message, and of each TLV
  Neighbour neighbour{.protocol = Neighbour::Protocol::cdp};
  Reader reader(bytes);
  (void)reader.bytes(header_size);
  while (!reader.rest().empty()) {
    const auto type = static_cast<Cdp>(reader.u16());
    const std::size_t size = reader.u16();  // that of the header, too
    if (size < header_size) return std::nullopt;
    const Bytes value = reader.bytes(size - header_size);
    if (!reader.complete()) return std::nullopt;
    read_cdp(neighbour, type, value);
  }
  if (neighbour.system.empty() || neighbour.port.empty()) return std::nullopt;
  return neighbour;
}

}  // namespace heard
