#include "model/vlan_spec.hpp"

#include <algorithm>
#include <vector>

#include "model/error.hpp"
#include "model/number.hpp"
#include "model/vid.hpp"

namespace model {
namespace {

/// One term: its VIDs, and the letter behind them; 0 for none.
struct Term {
  std::vector<std::uint16_t> vids;
  char letter = 0;
  bool counts = false;
};

/// The text of a spec, for its errors.
class Reader {
 public:
  Reader(std::string_view what, std::string_view text) : what_(what), text_(text) {}

  [[nodiscard]] Error refusal(std::string_view term, const std::string& reason) const {
    return Error({.action = "use " + std::string(what_) + "=" + std::string(text_),
                  .reason = "'" + std::string(term) + "' " + reason,
                  .remedy = "write it as in 10, or 5p/10/20-30"});
  }

  [[nodiscard]] Term read(std::string_view term) const {
    Term found;
    std::string_view rest = term;
    if (!rest.empty() && std::string_view("put").find(rest.back()) != std::string_view::npos) {
      found.letter = rest.back();
      rest.remove_suffix(1);
    }
    const std::size_t sign = rest.find_first_of("+-");
    if (sign == std::string_view::npos) {
      found.vids = {vid(term, rest)};
      return found;
    }
    if (found.letter == 'p' || found.letter == 't') {
      throw refusal(term, "is several VLANs, which can only be followed by u");
    }
    found.counts = rest[sign] == '+';
    const std::string_view behind = rest.substr(sign + 1);
    const std::uint16_t first = vid(term, rest.substr(0, sign));
    found.vids = found.counts ? counted(term, first, behind) : range(term, first, behind);
    return found;
  }

 private:
  [[nodiscard]] std::uint16_t vid(std::string_view term, std::string_view digits) const {
    const auto value = parse_number(digits, Vid::lowest, Vid::highest);
    if (value) return static_cast<std::uint16_t>(*value);
    throw refusal(term, "is not a VLAN: a VLAN ID is a number from " + std::to_string(Vid::lowest) +
                            " to " + std::to_string(Vid::highest));
  }

  [[nodiscard]] std::vector<std::uint16_t> range(std::string_view term, std::uint16_t first,
                                                 std::string_view behind) const {
    const std::uint16_t last = vid(term, behind);
    if (last < first) throw refusal(term, "is a range that runs backwards");
    std::vector<std::uint16_t> vids;
    for (std::uint16_t one = first; one <= last; ++one) vids.push_back(one);
    return vids;
  }

  [[nodiscard]] std::vector<std::uint16_t> counted(std::string_view term, std::uint16_t first,
                                                   std::string_view behind) const {
    const std::size_t cross = behind.find('x');
    const auto number = [&](std::string_view digits) {
      return parse_number(digits, 1, Vid::highest).value_or(0);
    };
    const std::uint32_t step = number(behind.substr(0, cross));
    const std::uint32_t count =
        cross == std::string_view::npos ? 0 : number(behind.substr(cross + 1));
    if (step == 0 || count == 0) throw refusal(term, "is not of the form 100+10x4");
    if (first + step * count > Vid::highest) {
      throw refusal(term, "goes beyond " + std::to_string(Vid::highest));
    }
    std::vector<std::uint16_t> vids;
    for (std::uint32_t i = 0; i <= count; ++i) {
      vids.push_back(static_cast<std::uint16_t>(first + i * step));
    }
    return vids;
  }

  std::string_view what_;
  std::string_view text_;
};

bool leaves_untagged(const BridgeVlan& range) {
  return range.untagged;
}

std::size_t count_untagged(const Vlans& vlans) {
  std::size_t count = 0;
  for (const BridgeVlan& range : vlans) {
    if (leaves_untagged(range)) count += static_cast<std::size_t>(range.last - range.first) + 1;
  }
  return count;
}

}  // namespace

VlanSpec VlanSpec::parse(std::string_view what, std::string_view text) {
  const Reader reader(what, text);
  VlanSpec spec;
  bool has_native = false;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find_first_of("/,", start), text.size());
    const std::string_view word = text.substr(start, end - start);
    const bool alone = start == 0 && end == text.size();
    Term term = reader.read(word);
    const bool native = term.letter == 'p' || (alone && term.letter == 0 && term.vids.size() == 1 &&
                                               word.find_first_of("+-") == std::string_view::npos);
    if (native && has_native) throw reader.refusal(word, "is a second native VLAN");
    has_native = has_native || native;
    spec.counts = spec.counts || term.counts;
    Vlans added;
    for (const std::uint16_t vid : term.vids) {
      if (contains(spec.vlans, vid)) {
        throw reader.refusal(word, "names VLAN " + std::to_string(vid) + " a second time");
      }
      added.push_back(
          {.first = vid, .last = vid, .pvid = native, .untagged = native || term.letter == 'u'});
    }
    spec.vlans = together(spec.vlans, added);
    start = end + 1;
  }
  spec.mixes = count_untagged(spec.vlans) > 1;
  return spec;
}

std::string spec_text(const Vlans& vlans) {
  std::string words = text(vlans);
  std::replace(words.begin(), words.end(), ',', '/');
  return words;
}

}  // namespace model
