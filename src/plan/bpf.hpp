#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace plan {

/// One instruction of classic BPF (Linux, Documentation/networking/filter.rst).
struct Instruction {
  std::uint16_t code = 0;
  std::uint8_t on_true = 0;   ///< of a conditional jump: instructions to skip
  std::uint8_t on_false = 0;  ///< the same
  std::uint32_t k = 0;
  bool operator==(const Instruction&) const = default;
};

using Program = std::vector<Instruction>;

/// A place in a program that is being written. Jumps go forward only.
struct Label {
  std::size_t number = 0;
};

/// Writes a program: instructions in order, jumps to places that come later.
class Assembler {
 public:
  Assembler();

  /// The instruction behind the jump.
  static constexpr Label next{0};

  Label label();
  void place(Label label);

  /// An instruction that is no jump.
  void put(unsigned code, std::uint32_t k = 0);
  /// A jump on BPF_JEQ, BPF_JGE..., compared with `k`, or with X if BPF_X is in `code`. No farther
  /// than 255 instructions.
  void jump(unsigned code, std::uint32_t k, Label on_true, Label on_false);
  /// A jump in any case, as far as it may be.
  void go(Label label);

  /// The whole program. Throws std::logic_error if a jump goes too far or back.
  [[nodiscard]] Program program() const;

 private:
  struct Jump {
    std::size_t at = 0;
    Label on_true, on_false;
  };

  [[nodiscard]] std::size_t distance(std::size_t at, Label label) const;

  Program program_;
  std::vector<Jump> jumps_;
  std::vector<std::size_t> places_{0};  ///< by number of the label
};

}  // namespace plan
