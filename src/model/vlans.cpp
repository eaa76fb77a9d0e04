#include "model/vlans.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace model {
namespace {

constexpr std::size_t vids = 4096;

/// A bit for each VID. Each vif event comes here, so it goes by words of many.
class Bits {
 public:
  void set(std::size_t first, std::size_t end, bool on) {
    for (std::size_t vid = first; vid < end;) {
      const std::size_t here = std::min(width - vid % width, end - vid);
      const std::uint64_t mask = (all_ones >> (width - here)) << (vid % width);
      std::uint64_t& word = words_[vid / width];
      word = on ? word | mask : word & ~mask;
      vid += here;
    }
  }

  [[nodiscard]] bool test(std::size_t vid) const {
    return ((words_[vid / width] >> (vid % width)) & 1U) != 0;
  }

  /// The first behind `vid` that is not like it.
  [[nodiscard]] std::size_t end_of_run(std::size_t vid) const {
    const std::uint64_t like = test(vid) ? all_ones : 0;
    std::uint64_t behind = all_ones << (vid % width);
    for (std::size_t at = vid / width; at < words_.size(); ++at) {
      const std::uint64_t others = (words_[at] ^ like) & behind;
      if (others != 0) return at * width + static_cast<std::size_t>(std::countr_zero(others));
      behind = all_ones;
    }
    return vids;
  }

 private:
  static constexpr std::size_t width = 64;
  static constexpr std::uint64_t all_ones = ~std::uint64_t{0};

  std::array<std::uint64_t, vids / width> words_{};
};

/// Each VID by itself.
class Membership {
 public:
  explicit Membership(const Vlans& ranges) { add(ranges); }

  void add(const Vlans& ranges) {
    for (const BridgeVlan& range : ranges) set(range, true, range.pvid, range.untagged);
  }

  void remove(const Vlans& ranges) {
    for (const BridgeVlan& range : ranges) set(range, false, false, false);
  }

  [[nodiscard]] bool has(std::size_t vid) const { return member_.test(vid); }
  [[nodiscard]] bool same(std::size_t vid, const Membership& other) const {
    return member_.test(vid) == other.member_.test(vid) &&
           pvid_.test(vid) == other.pvid_.test(vid) &&
           untagged_.test(vid) == other.untagged_.test(vid);
  }

  /// Behind the VIDs from `vid` on that are like it; a PVID is none's like.
  [[nodiscard]] std::size_t end_of_run(std::size_t vid) const {
    if (pvid_.test(vid)) return vid + 1;
    return std::min({member_.end_of_run(vid), pvid_.end_of_run(vid), untagged_.end_of_run(vid)});
  }

  [[nodiscard]] BridgeVlan range(std::size_t first, std::size_t end) const {
    return {.first = static_cast<std::uint16_t>(first),
            .last = static_cast<std::uint16_t>(end - 1),
            .pvid = pvid_.test(first),
            .untagged = untagged_.test(first)};
  }

  [[nodiscard]] Vlans ranges() const {
    Vlans list;
    for (std::size_t vid = 0, end = 0; vid < vids; vid = end) {
      end = end_of_run(vid);
      if (has(vid)) list.push_back(range(vid, end));
    }
    return list;
  }

 private:
  void set(const BridgeVlan& range, bool member, bool pvid, bool untagged) {
    const std::size_t end = std::min(vids, range.last + std::size_t{1});
    member_.set(range.first, end, member);
    pvid_.set(range.first, end, pvid);
    untagged_.set(range.first, end, untagged);
  }

  Bits member_;
  Bits pvid_;
  Bits untagged_;
};

const char* letter(const BridgeVlan& range) {
  if (range.pvid && range.untagged) return "p";
  if (range.pvid) return "pt";
  return range.untagged ? "u" : "";
}

}  // namespace

Vlans normalized(const Vlans& ranges) {
  return Membership(ranges).ranges();
}

Vlans without(const Vlans& vlans, const Vlans& others) {
  Membership all(vlans);
  all.remove(others);
  return all.ranges();
}

Vlans common(const Vlans& vlans, const Vlans& others) {
  Vlans list = without(vlans, without(vlans, others));
  for (BridgeVlan& range : list) range.pvid = range.untagged = false;
  return normalized(list);
}

Vlans together(const Vlans& vlans, const Vlans& more) {
  Membership all(vlans);
  all.add(more);
  return all.ranges();
}

Vlans changed(const Vlans& from, const Vlans& to) {
  const Membership before(from);
  const Membership after(to);
  Vlans list;
  for (std::size_t vid = 0, end = 0; vid < vids; vid = end) {
    end = std::min(before.end_of_run(vid), after.end_of_run(vid));
    if (after.has(vid) && !after.same(vid, before)) list.push_back(after.range(vid, end));
  }
  return normalized(list);
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
