#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "heard/reader.hpp"

namespace heard {

/// What the device at the other end of the cable says of itself, a switch as a rule. All texts are
/// printable ASCII of at most 255 characters, since anybody can send anything.
struct Neighbour {
  enum class Protocol { lldp, cdp };

  Protocol protocol = Protocol::lldp;
  std::string chassis{};                         ///< of LLDP only
  std::string system{};                          ///< its name; may be empty with LLDP
  std::string port{};                            ///< that the cable is in
  std::string port_description{};                ///< of LLDP only; may be empty
  std::uint16_t native_vlan = 0;                 ///< that it sends untagged; 0 if it doesn't say
  std::map<std::uint16_t, std::string> vlans{};  ///< names of VLANs, of LLDP only

  /// The name of the system, or its chassis where it has none.
  [[nodiscard]] const std::string& name() const noexcept {
    return system.empty() ? chassis : system;
  }
  /// Whether both describe the same port, perhaps at different times.
  [[nodiscard]] bool is_same_port(const Neighbour& other) const noexcept {
    return protocol == other.protocol && name() == other.name() && port == other.port;
  }
};

/// Reads an LLDPDU (IEEE 802.1AB, clause 9; the VLANs by IEEE 802.1Q, Annex D). Nothing if it is
/// cut short, lacks the chassis or the port, or says that the neighbour is leaving.
std::optional<Neighbour> decode_lldp(Bytes bytes);

/// Reads a CDP message, as it stands behind its SNAP header (Cisco publishes no standard; the types
/// are those of Wireshark's packet-cdp.c). Nothing if it is cut short or names neither device nor
/// port.
std::optional<Neighbour> decode_cdp(Bytes bytes);

/// `bytes` with '?' for each that is no printable ASCII character, cut to 255 of them.
std::string printable(Bytes bytes);

}  // namespace heard
