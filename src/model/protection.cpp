#include "model/protection.hpp"

#include <array>

namespace model {
namespace {

struct Mark {
  Protection protection;
  std::string_view text;
};

constexpr std::array<Mark, 5> marks{{
    {{Antispoof::no, true}, "xvlan: isolated=yes"},
    {{Antispoof::mac, false}, "xvlan: antispoof=mac"},
    {{Antispoof::mac, true}, "xvlan: antispoof=mac isolated=yes"},
    {{Antispoof::ip, false}, "xvlan: antispoof=ip"},
    {{Antispoof::ip, true}, "xvlan: antispoof=ip isolated=yes"},
}};

}  // namespace

std::string_view Protection::mark() const noexcept {
  for (const Mark& one : marks) {
    if (one.protection == *this) return one.text;
  }
  return {};
}

std::optional<Protection> Protection::of_mark(std::string_view alias) noexcept {
  for (const Mark& one : marks) {
    if (one.text == alias) return one.protection;
  }
  return std::nullopt;
}

const char* word(Antispoof antispoof) {
  switch (antispoof) {
    case Antispoof::no:
      return "no";
    case Antispoof::mac:
      return "mac";
    case Antispoof::ip:
      break;
  }
  return "ip";
}

}  // namespace model
