#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plan/bpf.hpp"

namespace unit {

/// A frame as a filter at clsact ingress sees it: its outer tag is beside it, not in it.
struct SeenFrame {
  std::vector<std::uint8_t> bytes{};
  bool tagged = false;
  std::uint16_t tag_protocol = 0;
  std::uint16_t tag = 0;  ///< with its priority

  /// The frame as it is on the wire.
  static SeenFrame of(std::vector<std::uint8_t> wire);
};

/// What a program of classic BPF answers for a frame, by the words of Linux' documentation
/// (Documentation/networking/filter.rst). A load behind the end of the frame ends it with 0.
///
/// Throws std::logic_error for what Linux would not take: an unknown instruction, a jump out of the
/// program, no return at its end, or a cell of memory that is read before it is written.
std::uint32_t answer(const plan::Program& program, const SeenFrame& frame);

}  // namespace unit
