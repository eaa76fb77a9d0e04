#include "heard/bpdu.hpp"

#include <array>

#include "model/vid.hpp"

namespace heard {
namespace {

using Protocol = Bpdu::Protocol;

/// By the protocol version of a BPDU (IEEE 802.1D-2004, 9.3; IEEE 802.1Q for MSTP).
Protocol protocol_of(std::uint8_t version, bool pvst) {
  if (version == 0) return pvst ? Protocol::pvst : Protocol::stp;
  if (pvst) return Protocol::rapid_pvst;
  return version == 2 ? Protocol::rstp : Protocol::mstp;
}

bool names_root(std::uint8_t type) {
  constexpr std::uint8_t configuration = 0, rapid = 2;
  return type == configuration || type == rapid;
}

/// The VLAN that a PVST BPDU names behind its end, in a TLV of its own; 0 if it names none.
std::uint16_t originating_vlan(Reader reader) {
  const bool is_first_type = reader.u16() == 0;
  const bool is_vid = reader.u16() == sizeof(std::uint16_t);
  const std::uint16_t vid = reader.u16();
  const bool valid = is_first_type && is_vid && model::Vid::from_number(vid).has_value();
  return valid ? vid : std::uint16_t{0};
}

}  // namespace

const char* word(Bpdu::Protocol protocol) {
  constexpr std::array words{"stp", "rstp", "mstp", "pvst", "rapid-pvst"};
  return words.at(static_cast<std::size_t>(protocol));
}

std::optional<Bpdu> decode_bpdu(Bytes bytes, bool pvst) {
  constexpr std::uint16_t priority_mask = 0xf000;
  constexpr std::size_t behind_root = 18;  // cost, bridge, port and four times
  Reader reader(bytes);
  const std::uint16_t identifier = reader.u16();
  const std::uint8_t version = reader.u8();
  const std::uint8_t type = reader.u8();
  (void)reader.u8();  // flags
  Bpdu bpdu{.protocol = protocol_of(version, pvst)};
  bpdu.root.priority = reader.u16() & priority_mask;
  bpdu.root.mac = reader.mac();
  (void)reader.bytes(behind_root + 4);
  if (!reader.complete() || identifier != 0 || !names_root(type)) return std::nullopt;
  (void)reader.u8();  // Rapid STP's, and empty in PVST
  if (pvst) bpdu.vid = originating_vlan(reader);
  return bpdu;
}

}  // namespace heard
