#include "heard/verdict.hpp"

#include <array>

namespace heard {
namespace {

using Names = std::map<std::uint16_t, std::string>;

Names announced_names(const Traffic& traffic) {
  Names names;
  for (const Neighbour& neighbour : traffic.neighbours()) {
    names.insert(neighbour.vlans.begin(), neighbour.vlans.end());
  }
  return names;
}

State state_of(bool is_heard, bool is_configured, bool compared) {
  if (compared && !is_configured) return State::unconfigured;
  return is_heard ? State::heard : State::silent;
}

/// All that is known, to look each VLAN up in.
struct Knowledge {
  const Traffic& traffic;
  const Configured& configured;
  Names names = announced_names(traffic);
  std::set<std::uint16_t> native = traffic.native_vlans();

  [[nodiscard]] bool is_heard(model::Vid vid) const {
    return traffic.vlans().contains(vid.value());
  }
  [[nodiscard]] bool is_announced(model::Vid vid) const { return names.contains(vid.value()); }
  [[nodiscard]] bool is_native(model::Vid vid) const { return native.contains(vid.value()); }

  /// Those of which there is a word to say.
  [[nodiscard]] std::set<model::Vid> vids() const {
    std::set<model::Vid> all(configured.always.begin(), configured.always.end());
    all.insert(configured.on_demand.begin(), configured.on_demand.end());
    for (const auto& [vid, counts] : traffic.vlans()) all.insert(*model::Vid::from_number(vid));
    for (const auto& [vid, name] : names) all.insert(*model::Vid::from_number(vid));
    return all;
  }
  /// Whether it may come, and there is no sign that it has.
  [[nodiscard]] bool is_only_allowed(model::Vid vid) const {
    const bool shows = is_heard(vid) || is_announced(vid) || is_native(vid);
    return !shows && configured.on_demand.contains(vid.value());
  }
};

Verdict judge(model::Vid vid, const Knowledge& known) {
  Verdict verdict{.vids = model::Vids(vid),
                  .state = state_of(known.is_heard(vid), known.configured.contains(vid),
                                    !known.configured.empty()),
                  .native = known.is_native(vid),
                  .announced = known.is_announced(vid)};
  if (known.is_heard(vid)) verdict.counts = known.traffic.vlans().at(vid.value());
  if (verdict.announced) verdict.name = known.names.at(vid.value());
  verdict.unannounced = !verdict.announced && !verdict.native && !known.names.empty();
  return verdict;
}

}  // namespace

const char* word(State state) {
  constexpr std::array words{"heard", "silent", "unconfigured"};
  return words.at(static_cast<std::size_t>(state));
}

std::vector<Verdict> judge(const Traffic& traffic, const Configured& configured) {
  const Knowledge known{traffic, configured};
  std::vector<Verdict> verdicts;
  Verdict allowed{.state = State::silent};
  for (const model::Vid vid : known.vids()) {
    if (known.is_only_allowed(vid)) {
      allowed.vids.add(vid);
    } else {
      verdicts.push_back(judge(vid, known));
    }
  }
  if (!allowed.vids.empty()) verdicts.insert(verdicts.begin(), allowed);
  return verdicts;
}

}  // namespace heard
