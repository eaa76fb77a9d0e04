#include "model/vid.hpp"

#include <algorithm>
#include <utility>

#include "model/error.hpp"
#include "model/number.hpp"

namespace model {

Vid Vid::parse(std::string_view text) {
  const auto value = parse_number(text, lowest, highest);
  if (!value) {
    throw usage_error(
        "use VLAN ID '" + std::string(text) + "'",
        "a VLAN ID is a number from " + std::to_string(lowest) + " to " + std::to_string(highest));
  }
  return Vid(static_cast<std::uint16_t>(*value));
}

namespace {

Vids::Range parse_range(std::string_view item, const std::string& action) {
  if (item.empty()) throw usage_error(action, "an item is empty", "write it as in 4,10-20");
  const std::size_t dash = item.find('-');
  const Vid first = Vid::parse(item.substr(0, dash));
  const Vid last = dash == std::string_view::npos ? first : Vid::parse(item.substr(dash + 1));
  if (last < first) throw usage_error(action, "the range " + std::string(item) + " runs backwards");
  return {first.value(), last.value()};
}

}  // namespace

Vids::Iterator& Vids::Iterator::operator++() noexcept {
  if (value_ < range_->last) {
    ++value_;
  } else {
    *this = Iterator(range_ + 1, end_);
  }
  return *this;
}

Vids Vids::parse(std::string_view list) {
  const std::string action = "read the VLAN list '" + std::string(list) + "'";
  std::vector<Range> ranges;
  for (std::size_t start = 0; start <= list.size();) {
    const std::size_t comma = std::min(list.find(',', start), list.size());
    ranges.push_back(parse_range(list.substr(start, comma - start), action));
    start = comma + 1;
  }
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& one, const Range& other) { return one.first < other.first; });
  Vids vids;
  for (const Range& range : ranges) {
    if (!vids.empty() && range.first <= vids.ranges_.back().last) {
      throw usage_error(action, "VLAN " + std::to_string(range.first) + " is named twice");
    }
    vids.append(range);
  }
  return vids;
}

Vids Vids::all() {
  Vids vids;
  vids.append({Vid::lowest, Vid::highest});
  return vids;
}

void Vids::add(Vid vid) {
  const std::uint16_t value = vid.value();
  if (contains(value)) return;
  std::vector<Range> ranges = std::exchange(ranges_, {});
  const auto behind = std::find_if(ranges.begin(), ranges.end(),
                                   [&](const Range& range) { return value < range.first; });
  ranges.insert(behind, {value, value});
  for (const Range& range : ranges) append(range);
}

void Vids::append(const Range& range) {
  if (!ranges_.empty() && ranges_.back().last + 1 == range.first) {
    ranges_.back().last = range.last;
  } else {
    ranges_.push_back(range);
  }
}

bool Vids::contains(std::uint16_t vid) const noexcept {
  return std::any_of(ranges_.begin(), ranges_.end(),
                     [&](const Range& range) { return range.first <= vid && vid <= range.last; });
}

std::size_t Vids::size() const noexcept {
  std::size_t size = 0;
  for (const Range& range : ranges_) size += range.last - range.first + 1U;
  return size;
}

std::string Vids::text() const {
  std::string text;
  for (const Range& range : ranges_) {
    if (!text.empty()) text += ',';
    text += std::to_string(range.first);
    if (range.last != range.first) text += "-" + std::to_string(range.last);
  }
  return text;
}

Vids Vids::common(const Vids& others) const {
  Vids both;
  for (const Range& one : ranges_) {
    for (const Range& other : others.ranges_) {
      const Range part{std::max(one.first, other.first), std::min(one.last, other.last)};
      if (part.first <= part.last) both.append(part);
    }
  }
  return both;
}

}  // namespace model
