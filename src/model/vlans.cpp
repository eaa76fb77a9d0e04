#include "model/vlans.hpp"

#include <algorithm>
#include <array>

namespace model {
namespace {

constexpr std::size_t vids = 4096;

/// Each VID by itself.
class Membership {
 public:
  void add(const Vlans& ranges) {
    for (const BridgeVlan& range : ranges) {
      for (std::size_t vid = range.first; vid <= range.last && vid < vids; ++vid) {
        flags_[vid] = static_cast<std::uint8_t>(member | (range.pvid ? pvid : 0) |
                                                (range.untagged ? untagged : 0));
      }
    }
  }

  void remove(const Vlans& ranges) {
    for (const BridgeVlan& range : ranges) {
      for (std::size_t vid = range.first; vid <= range.last && vid < vids; ++vid) flags_[vid] = 0;
    }
  }

  void remove_same(const Membership& other) {
    for (std::size_t vid = 0; vid < vids; ++vid) {
      if (flags_[vid] == other.flags_[vid]) flags_[vid] = 0;
    }
  }

  [[nodiscard]] Vlans ranges() const {
    Vlans list;
    for (std::size_t vid = 0; vid < vids; ++vid) {
      const std::uint8_t flags = flags_[vid];
      if (flags == 0) continue;
      const bool goes_on = vid > 0 && flags_[vid - 1] == flags && (flags & pvid) == 0;
      if (!goes_on) {
        list.push_back({.first = static_cast<std::uint16_t>(vid),
                        .last = 0,
                        .pvid = (flags & pvid) != 0,
                        .untagged = (flags & untagged) != 0});
      }
      list.back().last = static_cast<std::uint16_t>(vid);
    }
    return list;
  }

 private:
  static constexpr std::uint8_t member = 1, pvid = 2, untagged = 4;

  std::array<std::uint8_t, vids> flags_{};
};

const char* letter(const BridgeVlan& range) {
  if (range.pvid && range.untagged) return "p";
  if (range.pvid) return "pt";
  return range.untagged ? "u" : "";
}

}  // namespace

Vlans normalized(const Vlans& ranges) {
  Membership all;
  all.add(ranges);
  return all.ranges();
}

Vlans without(const Vlans& vlans, const Vlans& others) {
  Membership all;
  all.add(vlans);
  all.remove(others);
  return all.ranges();
}

Vlans common(const Vlans& vlans, const Vlans& others) {
  Vlans list = without(vlans, without(vlans, others));
  for (BridgeVlan& range : list) range.pvid = range.untagged = false;
  return normalized(list);
}

Vlans together(const Vlans& vlans, const Vlans& more) {
  Membership all;
  all.add(vlans);
  all.add(more);
  return all.ranges();
}

Vlans changed(const Vlans& from, const Vlans& to) {
  Membership before;
  Membership after;
  before.add(from);
  after.add(to);
  after.remove_same(before);
  return after.ranges();
}

bool contains(const Vlans& vlans, std::uint16_t vid) {
  return std::any_of(vlans.begin(), vlans.end(), [&](const BridgeVlan& range) {
    return range.first <= vid && vid <= range.last;
  });
}

std::string text(const Vlans& vlans) {
  std::string list;
  for (const BridgeVlan& range : vlans) {
    list += (list.empty() ? "" : ",") + std::to_string(range.first);
    if (range.last != range.first) list += "-" + std::to_string(range.last);
    list += letter(range);
  }
  return list;
}

}  // namespace model
