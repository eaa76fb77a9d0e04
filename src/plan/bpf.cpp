#include "plan/bpf.hpp"

#include <linux/bpf_common.h>

#include <limits>
#include <stdexcept>

namespace plan {
namespace {

bool is_conditional(const Instruction& instruction) {
  return BPF_OP(instruction.code) != BPF_JA;
}

}  // namespace

// Room for the filter of a guest with a few addresses.
Assembler::Assembler() {
  constexpr std::size_t instructions = 384;
  program_.reserve(instructions);
  jumps_.reserve(instructions / 2);
  places_.reserve(instructions / 4);
}

Label Assembler::label() {
  places_.push_back(0);
  return {places_.size() - 1};
}

void Assembler::place(Label label) {
  places_[label.number] = program_.size();
}

void Assembler::put(unsigned code, std::uint32_t k) {
  program_.push_back({.code = static_cast<std::uint16_t>(code), .k = k});
}

void Assembler::jump(unsigned code, std::uint32_t k, Label on_true, Label on_false) {
  jumps_.push_back({program_.size(), on_true, on_false});
  put(BPF_JMP | code, k);
}

void Assembler::go(Label label) {
  jumps_.push_back({program_.size(), label, next});
  put(BPF_JMP | BPF_JA);
}

std::size_t Assembler::distance(std::size_t at, Label label) const {
  if (label.number == next.number) return 0;
  // What is not placed, or placed before the jump, is farther than any program is long.
  return places_[label.number] - at - 1;
}

Program Assembler::program() const {
  Program program = program_;
  for (const Jump& jump : jumps_) {
    Instruction& instruction = program[jump.at];
    const std::size_t on_true = distance(jump.at, jump.on_true);
    const std::size_t on_false = distance(jump.at, jump.on_false);
    const std::size_t farthest =
        is_conditional(instruction) ? std::numeric_limits<std::uint8_t>::max() : program.size();
    if (on_true > farthest || on_false > farthest) throw std::logic_error("a jump is too far");
    if (is_conditional(instruction)) {
      instruction.on_true = static_cast<std::uint8_t>(on_true);
      instruction.on_false = static_cast<std::uint8_t>(on_false);
    } else {
      instruction.k = static_cast<std::uint32_t>(on_true);
    }
  }
  return program;
}

}  // namespace plan
