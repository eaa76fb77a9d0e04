#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "heard/bpdu.hpp"
#include "heard/neighbour.hpp"
#include "heard/reader.hpp"
#include "model/mac.hpp"

namespace heard {

/// A VLAN tag (IEEE 802.1Q, clause 9).
struct Tag {
  std::uint16_t protocol = 0;  ///< ETH_P_8021Q or ETH_P_8021AD
  std::uint16_t control = 0;   ///< priority and VID

  [[nodiscard]] std::uint16_t vid() const noexcept { return control & 0xfffU; }
};

/// Who asks for whom, in IPv4 addresses as numbers (RFC 826).
struct Arp {
  std::uint32_t sender = 0;
  std::uint32_t target = 0;
};

/// How a frame is tagged, as a VLAN link or a VLAN-aware bridge sees it.
enum class Tagging {
  none,      ///< or with VID 0, for its priority only
  vlan,      ///< 802.1Q
  provider,  ///< 802.1ad
  reserved,  ///< 802.1Q with VID 4095
};

/// One frame, as far as listening is concerned.
struct Frame {
  model::Mac source;
  Tagging tagging = Tagging::none;
  std::uint16_t vid = 0;  ///< of Tagging::vlan, 1 to 4094; else 0
  /// It goes from one device to the next only, as LLDP does, and says nothing of VLANs' hosts.
  bool is_link_control = false;
  std::variant<std::monostate, Arp, Neighbour, Bpdu> content;
};

/// What a frame says, which may be cut short; nothing if its Ethernet header is. `stripped` is the
/// tag that the kernel or the NIC took off.
std::optional<Frame> decode(Bytes bytes, const std::optional<Tag>& stripped);

}  // namespace heard
