#include "interpreter.hpp"

#include <linux/filter.h>
#include <linux/if_ether.h>

#include <array>
#include <stdexcept>

namespace unit {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::uint16_t half_at(const Bytes& bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes.at(at) << 8U | bytes.at(at + 1));
}

class Machine {
 public:
  Machine(const plan::Program& program, const SeenFrame& frame)
      : program_(program), frame_(frame) {}

  std::uint32_t run() {
    while (!answer_) {
      if (at_ >= program_.size()) throw std::logic_error("the program runs out");
      step(program_[at_++]);
    }
    return *answer_;
  }

 private:
  void step(const plan::Instruction& one) {
    switch (BPF_CLASS(one.code)) {
      case BPF_LD:
        if (const auto value = load(one)) a_ = *value;
        return;
      case BPF_LDX:
        load_x(one);
        return;
      case BPF_ST:
        cells_.at(one.k) = a_;
        return;
      case BPF_STX:
        cells_.at(one.k) = x_;
        return;
      case BPF_ALU:
        a_ = computed(one);
        return;
      case BPF_JMP:
        jump(one);
        return;
      case BPF_RET:
        answer_ = BPF_RVAL(one.code) == BPF_A ? a_ : one.k;
        return;
      default:
        if (BPF_MISCOP(one.code) == BPF_TAX) x_ = a_;
        if (BPF_MISCOP(one.code) == BPF_TXA) a_ = x_;
    }
  }

  std::uint32_t cell(std::uint32_t number) {
    const auto& value = cells_.at(number);
    if (!value) throw std::logic_error("a cell is read before it is written");
    return *value;
  }

  std::optional<std::uint32_t> load(const plan::Instruction& one) {
    switch (BPF_MODE(one.code)) {
      case BPF_IMM:
        return one.k;
      case BPF_MEM:
        return cell(one.k);
      case BPF_LEN:
        return static_cast<std::uint32_t>(frame_.bytes.size());
      case BPF_ABS:
        if (one.k >= static_cast<std::uint32_t>(SKF_AD_OFF)) return about(one.k);
        return bytes(one.code, one.k);
      case BPF_IND:
        return bytes(one.code, std::uint64_t{one.k} + x_);
      default:
        throw std::logic_error("no such load");
    }
  }

  std::uint32_t about(std::uint32_t k) const {
    switch (static_cast<std::int32_t>(k) - SKF_AD_OFF) {
      case SKF_AD_VLAN_TAG_PRESENT:
        return frame_.tagged ? 1 : 0;
      case SKF_AD_VLAN_TAG:
        return frame_.tag;
      case SKF_AD_VLAN_TPID:
        return frame_.tag_protocol;
      default:
        throw std::logic_error("no such ancillary data");
    }
  }

  std::optional<std::uint32_t> bytes(unsigned code, std::uint64_t from) {
    const unsigned count = BPF_SIZE(code) == BPF_W ? 4 : BPF_SIZE(code) == BPF_H ? 2 : 1;
    if (from + count > frame_.bytes.size()) {
      answer_ = 0;
      return std::nullopt;
    }
    std::uint32_t value = 0;
    for (unsigned i = 0; i < count; ++i) value = value << 8U | frame_.bytes[from + i];
    return value;
  }

  void load_x(const plan::Instruction& one) {
    if (BPF_MODE(one.code) == BPF_MSH) {
      if (const auto value = bytes(BPF_B, one.k)) x_ = (*value & 0xfU) * 4;
    } else {
      x_ = BPF_MODE(one.code) == BPF_MEM ? cell(one.k) : one.k;
    }
  }

  [[nodiscard]] std::uint32_t computed(const plan::Instruction& one) const {
    const std::uint32_t with = BPF_SRC(one.code) == BPF_X ? x_ : one.k;
    switch (BPF_OP(one.code)) {
      case BPF_ADD:
        return a_ + with;
      case BPF_SUB:
        return a_ - with;
      case BPF_AND:
        return a_ & with;
      case BPF_LSH:
        return a_ << with;
      default:
        throw std::logic_error("no such operation");
    }
  }

  [[nodiscard]] bool holds(const plan::Instruction& one) const {
    const std::uint32_t with = BPF_SRC(one.code) == BPF_X ? x_ : one.k;
    switch (BPF_OP(one.code)) {
      case BPF_JEQ:
        return a_ == with;
      case BPF_JGT:
        return a_ > with;
      case BPF_JGE:
        return a_ >= with;
      case BPF_JSET:
        return (a_ & with) != 0;
      default:
        throw std::logic_error("no such jump");
    }
  }

  void jump(const plan::Instruction& one) {
    if (BPF_OP(one.code) == BPF_JA) {
      at_ += one.k;
    } else {
      at_ += holds(one) ? one.on_true : one.on_false;
    }
  }

  const plan::Program& program_;
  const SeenFrame& frame_;
  std::size_t at_ = 0;
  std::uint32_t a_ = 0;
  std::uint32_t x_ = 0;
  std::array<std::optional<std::uint32_t>, BPF_MEMWORDS> cells_{};
  std::optional<std::uint32_t> answer_;
};

}  // namespace

SeenFrame SeenFrame::of(std::vector<std::uint8_t> wire) {
  constexpr std::size_t type = 12;
  SeenFrame frame{.bytes = std::move(wire)};
  const std::uint16_t protocol = half_at(frame.bytes, type);
  if (protocol != ETH_P_8021Q && protocol != ETH_P_8021AD) return frame;
  frame.tagged = true;
  frame.tag_protocol = protocol;
  frame.tag = half_at(frame.bytes, type + 2);
  frame.bytes.erase(frame.bytes.begin() + type, frame.bytes.begin() + type + 4);
  return frame;
}

std::uint32_t answer(const plan::Program& program, const SeenFrame& frame) {
  return Machine(program, frame).run();
}

}  // namespace unit
