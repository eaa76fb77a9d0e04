#pragma once

#include <cstdint>
#include <optional>

#include "heard/reader.hpp"
#include "model/mac.hpp"

namespace heard {

/// The bridge that the switches have elected.
struct Root {
  std::uint16_t priority = 0;  ///< in steps of 4096; without the VID that is added to it
  model::Mac mac{};
  auto operator<=>(const Root&) const = default;
};

/// What a switch says of its spanning tree.
struct Bpdu {
  enum class Protocol { stp, rstp, mstp, pvst, rapid_pvst };

  Protocol protocol = Protocol::stp;
  Root root{};
  /// Of PVST: the VLAN that the sender means, whatever tag the frame has; else 0.
  std::uint16_t vid = 0;
};

/// "stp", "rapid-pvst"...
const char* word(Bpdu::Protocol protocol);

/// Reads a BPDU as it stands behind its LLC header (IEEE 802.1D-2004, clause 9), or, for PVST,
/// behind its SNAP header. Nothing if it is cut short or names no root, as a topology change
/// notification.
std::optional<Bpdu> decode_bpdu(Bytes bytes, bool pvst);

}  // namespace heard
