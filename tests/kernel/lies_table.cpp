// What guests may say, for antispoof.sh.
//
// usage: xvlan_lies             Prints the table of tests/support/lies, one frame a line: its
// number,
//                               whether it passes a filter for the MAC and one for addresses
//                               (never, tagged or always), and itself in hexadecimal digits.
//        xvlan_lies COUNT SEED  Prints so many frames that were made from those at random: number,
//                               whether each passes by the interpreter of the unit tests (0 or 1),
//                               and itself.
#include <linux/pkt_cls.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <string>

#include "plan/antispoof.hpp"
#include "support/lies.hpp"
#include "unit/interpreter.hpp"

namespace {

using Frame = std::vector<std::uint8_t>;

const char* word(support::Verdict verdict) {
  switch (verdict) {
    case support::Verdict::never:
      return "never";
    case support::Verdict::tagged:
      return "tagged";
    case support::Verdict::always:
      break;
  }
  return "always";
}

void print(const Frame& frame) {
  for (const std::uint8_t byte : frame) std::printf("%02x", static_cast<unsigned>(byte));
}

void print_table() {
  unsigned number = 0;
  for (const support::Saying& saying : support::sayings()) {
    std::printf("%u %s %s ", number++, word(saying.mac), word(saying.ip));
    print(saying.wire);
    std::printf(" %s\n", saying.name.c_str());
  }
}

/// Frames that are nearly those of the table: bytes changed, taken from another, cut off.
class Mutations {
 public:
  explicit Mutations(unsigned seed) : random_(seed) {}

  Frame next() {
    Frame frame = any();
    const std::size_t changes = below(4);
    for (std::size_t i = 0; i < changes; ++i) change(frame);
    if (below(8) == 0) frame.resize(shortest + below(frame.size() - shortest + 1));
    return frame;
  }

 private:
  static constexpr std::size_t shortest = 18;  ///< a header with a tag

  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
  }

  const Frame& any() { return table_[below(table_.size())].wire; }

  void change(Frame& frame) {
    const Frame& other = any();
    const std::size_t at = below(std::min<std::size_t>({frame.size(), other.size(), 90}));
    constexpr std::size_t longest = 8;
    switch (below(3)) {
      case 0:
        frame[at] = static_cast<std::uint8_t>(below(256));
        break;
      case 1:
        frame[at] = static_cast<std::uint8_t>(frame[at] ^ 1U << below(8));
        break;
      default:
        for (std::size_t i = at; i < std::min({at + longest, frame.size(), other.size()}); ++i) {
          frame[i] = other[i];
        }
    }
  }

  std::vector<support::Saying> table_ = support::sayings();
  std::mt19937 random_;
};

void print_random(unsigned count, unsigned seed) {
  const plan::Filter filter =
      plan::filter_of({.mac = support::guest_mac,
                       .antispoof = model::Antispoof::ip,
                       .addresses = model::parse_guest_addresses(support::guest_ip)});
  Mutations mutations(seed);
  for (unsigned number = 0; number < count; ++number) {
    const Frame frame = mutations.next();
    const bool passes = unit::answer(filter.program, unit::SeenFrame::of(frame)) != TC_ACT_SHOT;
    std::printf("%u %d ", number, passes ? 1 : 0);
    print(frame);
    std::printf("\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3) {
    print_random(static_cast<unsigned>(std::stoul(argv[1])),
                 static_cast<unsigned>(std::stoul(argv[2])));
  } else {
    print_table();
  }
}
