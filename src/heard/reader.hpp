#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "model/mac.hpp"

namespace heard {

/// A frame, or a part of one, as it came.
using Bytes = std::span<const std::uint8_t>;

/// Reads from the front of bytes; numbers are in network order. What is missing at their end reads
/// as 0 or as nothing, and `complete` says so from then on.
class Reader {
 public:
  explicit Reader(Bytes bytes) noexcept : rest_(bytes) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u24() { return number(3); }
  std::uint32_t u32() { return number(4); }

  model::Mac mac() {
    model::Mac mac;
    const Bytes read = bytes(mac.bytes.size());
    std::copy(read.begin(), read.end(), mac.bytes.begin());
    return mac;
  }

  /// The next `size` bytes; nothing if there are fewer.
  Bytes bytes(std::size_t size) {
    if (size > rest_.size()) {
      complete_ = false;
      rest_ = {};
      return {};
    }
    const Bytes read = rest_.first(size);
    rest_ = rest_.subspan(size);
    return read;
  }

  [[nodiscard]] Bytes rest() const noexcept { return rest_; }
  /// Whether all that was read was there.
  [[nodiscard]] bool complete() const noexcept { return complete_; }

 private:
  std::uint32_t number(std::size_t size) {
    std::uint32_t value = 0;
    for (const std::uint8_t byte : bytes(size)) value = value << 8U | byte;
    return value;
  }

  Bytes rest_;
  bool complete_ = true;
};

}  // namespace heard
