#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string_view>
#include <vector>

namespace model {

/// The key of a name. Two names can have the same, so compare what is found.
inline std::uint64_t name_key(std::string_view name) noexcept {
  return std::hash<std::string_view>{}(name);
}

/// Positions in a list by a key: a hash table that knows from the start how much it will hold. A
/// key may have several positions, which come latest first.
///
/// A host has thousands of links. Two arrays for all of them cost a fraction of what a map's nodes
/// do, most of all in pages that the kernel must clear.
class Lookup {
 public:
  /// Room for `size` entries; it doesn't grow.
  explicit Lookup(std::size_t size) : heads_(buckets_for(size), none) { entries_.reserve(size); }

  void add(std::uint64_t key, std::size_t position) {
    std::uint32_t& head = heads_[bucket_of(key)];
    entries_.push_back({key, static_cast<std::uint32_t>(position), head});
    head = static_cast<std::uint32_t>(entries_.size() - 1);
  }

  /// Calls `visit` with each position of `key` until it answers true, and answers whether it did.
  template <class Visit>
  bool find(std::uint64_t key, Visit visit) const {
    for (std::uint32_t at = heads_[bucket_of(key)]; at != none; at = entries_[at].next) {
      if (entries_[at].key == key && visit(std::size_t{entries_[at].position})) return true;
    }
    return false;
  }

  /// The first item of `key` in the list for which `wanted` holds; nullptr if there is none.
  template <class Item, class Predicate>
  const Item* find_in(const std::vector<Item>& list, std::uint64_t key, Predicate wanted) const {
    const Item* found = nullptr;
    find(key, [&](std::size_t position) {
      if (!wanted(list[position])) return false;
      found = &list[position];
      return true;
    });
    return found;
  }

 private:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  struct Entry {
    std::uint64_t key;
    std::uint32_t position;
    std::uint32_t next;  ///< of the same bucket, in entries_; or none
  };

  static std::size_t buckets_for(std::size_t size) {
    std::size_t buckets = 1;
    while (buckets < size) buckets *= 2;
    return buckets;
  }

  // Keys count up more often than not, which multiplying by 2^64 over the golden ratio spreads
  // evenly (Knuth, The Art of Computer Programming 3, 6.4).
  [[nodiscard]] std::size_t bucket_of(std::uint64_t key) const {
    return ((key * 0x9e3779b97f4a7c15U) >> 32U) & (heads_.size() - 1);
  }

  std::vector<std::uint32_t> heads_;  ///< the latest entry of each bucket; as many as a power of 2
  std::vector<Entry> entries_;
};

}  // namespace model
