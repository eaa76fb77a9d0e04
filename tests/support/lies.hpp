#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/address.hpp"
#include "model/mac.hpp"

/// What a guest may say, honest or not, and what of it must be heard. For the interpreter of the
/// unit tests and for the running kernel alike.
namespace support {

inline constexpr model::Mac guest_mac{{0x00, 0x16, 0x3e, 0x01, 0xfb, 0xfe}};
/// The guest's `ip`: single addresses and prefixes.
inline constexpr const char* guest_ip = "10.0.4.2 10.0.5.0/24 2001:db8::2 2001:db8:1::/64";

/// Whether a frame passes a filter, by the kind of its port.
enum class Verdict {
  never,
  tagged,  ///< only from a port with tagged VLANs
  always,
};

struct Saying {
  std::string name;
  Verdict mac = Verdict::never;      ///< with antispoof=mac
  Verdict ip = Verdict::never;       ///< with antispoof=ip
  std::vector<std::uint8_t> wire{};  ///< as the guest sends it; its last four bytes are its own
};

std::vector<Saying> sayings();

}  // namespace support
