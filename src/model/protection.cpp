#include "model/protection.hpp"

#include <algorithm>
#include <array>

namespace model {
namespace {

struct Mark {
  Protection protection;
  std::string_view text;
};

constexpr std::array<Mark, 7> marks{{
    {{Antispoof::no, true}, "xvlan: isolated=yes"},
    {{Antispoof::mac, false}, "xvlan: antispoof=mac"},
    {{Antispoof::mac, true}, "xvlan: antispoof=mac isolated=yes"},
    {{Antispoof::ip, false}, "xvlan: antispoof=ip"},
    {{Antispoof::ip, true}, "xvlan: antispoof=ip isolated=yes"},
    {{Antispoof::ip, false, true}, "xvlan: antispoof=ip link-local=any"},
    {{Antispoof::ip, true, true}, "xvlan: antispoof=ip link-local=any isolated=yes"},
}};

bool ties_link_local(const Protection& protection) {
  return protection.antispoof == Antispoof::ip && !protection.any_link_local;
}

}  // namespace

Protection Protection::with(const Protection& other) const noexcept {
  return {.antispoof = std::max(antispoof, other.antispoof),
          .isolated = isolated || other.isolated,
          .any_link_local = (any_link_local || other.any_link_local) && !ties_link_local(*this) &&
                            !ties_link_local(other)};
}

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
