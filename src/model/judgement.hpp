#pragma once

#include <string>
#include <vector>

namespace model {

/// How a segment is, against what is configured; on_demand is that of a trunk whose VLANs come with
/// their guests.
enum class State { up, wrong, missing, unconfigured, on_demand };

/// What is not as it should be.
enum class ProblemCode {
  missing,       ///< a link is not there
  drift,         ///< a setting is not as configured; start mends it
  refused,       ///< start can not mend it
  address,       ///< dom0 has an address on a link of the segment
  open,          ///< dom0 can be reached through a bridge without an address
  weaker,        ///< dom0 is shut off by other means than usual, for want of kernel support
  managed,       ///< another program manages a link of the segment
  unguarded,     ///< a guest can lie, or reach others, and should not
  unconfigured,  ///< made by xvlan, but no longer configured
};

struct Problem {
  ProblemCode code;
  std::string link;  ///< ifname
  std::string text;  ///< a sentence for a person
  bool operator==(const Problem&) const = default;
};

struct Judgement {
  State state = State::up;
  std::vector<Problem> problems{};
  bool operator==(const Judgement&) const = default;
};

/// The word for a state: "up", "wrong"...
const char* word(State state);

}  // namespace model
