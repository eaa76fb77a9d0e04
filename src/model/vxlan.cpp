#include "model/vxlan.hpp"

#include <array>

#include "model/vid.hpp"

namespace model {
namespace {

/// The VNI of each VID; 0 for none.
using Table = std::array<std::uint32_t, Vid::highest + 1>;

Table table_of(const Vnis& vnis) {
  Table table{};
  for (const VlanVni& one : vnis) {
    for (unsigned vid = one.first; vid <= one.last && vid < table.size(); ++vid) {
      table[vid] = one.vni + vid - one.first;
    }
  }
  return table;
}

Vnis ranges_of(const Table& table) {
  Vnis vnis;
  for (std::uint16_t vid = Vid::lowest; vid <= Vid::highest; ++vid) {
    if (table[vid] == 0) continue;
    const bool goes_on = !vnis.empty() && vnis.back().last + 1 == vid &&
                         vnis.back().vni + vid - vnis.back().first == table[vid];
    if (goes_on) {
      vnis.back().last = vid;
    } else {
      vnis.push_back({.first = vid, .last = vid, .vni = table[vid]});
    }
  }
  return vnis;
}

}  // namespace

Vnis normalized(const Vnis& vnis) {
  return ranges_of(table_of(vnis));
}

Vnis without(const Vnis& vnis, const Vnis& others) {
  Table table = table_of(vnis);
  const Table other = table_of(others);
  for (std::size_t vid = 0; vid < table.size(); ++vid) {
    if (table[vid] == other[vid]) table[vid] = 0;
  }
  return ranges_of(table);
}

Vnis common(const Vnis& vnis, const Vlans& vlans) {
  Table table = table_of(vnis);
  for (std::uint16_t vid = Vid::lowest; vid <= Vid::highest; ++vid) {
    if (!contains(vlans, vid)) table[vid] = 0;
  }
  return ranges_of(table);
}

Vlans vlans_of(const Vnis& vnis) {
  Vlans vlans;
  for (const VlanVni& one : vnis) vlans.push_back({.first = one.first, .last = one.last});
  return normalized(vlans);
}

std::uint32_t vni_of(const Vnis& vnis, std::uint16_t vid) {
  for (const VlanVni& one : vnis) {
    if (one.first <= vid && vid <= one.last) return one.vni + vid - one.first;
  }
  return 0;
}

}  // namespace model
