#include "model/vid.hpp"

#include <algorithm>

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

std::vector<Vid> parse_vids(std::string_view list) {
  const std::string action = "read the VLAN list '" + std::string(list) + "'";
  std::vector<Vid> vids;
  bool ascends = true;
  for (std::size_t start = 0; start <= list.size();) {
    const std::size_t comma = std::min(list.find(',', start), list.size());
    const std::string_view item = list.substr(start, comma - start);
    if (item.empty()) throw usage_error(action, "an item is empty", "write it as in 4,10-20");
    const std::size_t dash = item.find('-');
    const Vid first = Vid::parse(item.substr(0, dash));
    const Vid last = dash == std::string_view::npos ? first : Vid::parse(item.substr(dash + 1));
    if (last < first) {
      throw usage_error(action, "the range " + std::string(item) + " runs backwards");
    }
    ascends = ascends && (vids.empty() || vids.back() < first);
    vids.reserve(vids.size() + last.value() - first.value() + 1);
    for (auto value = first.value(); value <= last.value(); ++value) vids.push_back(Vid(value));
    start = comma + 1;
  }
  if (ascends) return vids;
  std::sort(vids.begin(), vids.end());
  const auto twin = std::adjacent_find(vids.begin(), vids.end());
  if (twin != vids.end()) throw usage_error(action, "VLAN " + twin->text() + " is named twice");
  return vids;
}

}  // namespace model
