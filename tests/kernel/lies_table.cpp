// Prints what guests may say, one a line: its number, whether it passes a filter for the MAC and one
// for addresses (never, tagged or always), and the frame in hexadecimal digits.
#include <cstdio>

#include "support/lies.hpp"

namespace {

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

}  // namespace

int main() {
  unsigned number = 0;
  for (const support::Saying& saying : support::sayings()) {
    std::printf("%u %s %s ", number++, word(saying.mac), word(saying.ip));
    for (const std::uint8_t byte : saying.wire) std::printf("%02x", static_cast<unsigned>(byte));
    std::printf(" %s\n", saying.name.c_str());
  }
}
