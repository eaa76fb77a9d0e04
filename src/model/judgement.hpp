#pragma once

#include <string>
#include <vector>

namespace model {

/// How a segment is, against what is configured; on_demand is that of a trunk whose VLANs come with
/// their guests.
enum class State { up, wrong, missing, unconfigured, on_demand };

/// What is not as it should be.
enum class ProblemCode {
  missing,        ///< a link is not there
  drift,          ///< a setting is not as configured; start mends it
  refused,        ///< start can not mend it
  address,        ///< dom0 has an address on a link of the segment
  open,           ///< dom0 can be reached through a bridge without an address
  weaker,         ///< dom0 is shut off by other means than usual, for want of kernel support
  managed,        ///< another program manages a link of the segment
  unguarded,      ///< a guest can lie, or reach others, and should not
  unconfigured,   ///< made by xvlan, but no longer configured
  lost,           ///< a guest's link is on no bridge, or in no VLAN of it
  joined,         ///< something joins the VLAN to dom0 or to another network
  hidden,         ///< something decides about its frames that can't be looked into
  firewall,       ///< dom0's firewall sees the frames that bridges forward
  alone,          ///< a VLAN of tunnels of which no other host is known
  control_plane,  ///< nobody tells the kernel of other hosts
  mtu,            ///< frames that a VLAN allows don't get through
  handshake,      ///< Xen has not connected the guest's vif
};

struct Problem {
  ProblemCode code;
  std::string link;     ///< ifname
  std::string text;     ///< a sentence for a person
  std::string mend{};   ///< the command that mends it; empty if there is none
  std::string found{};  ///< what is there and should not be, such as an address; may be empty
  bool operator==(const Problem&) const = default;
};

struct Judgement {
  State state = State::up;
  std::vector<Problem> problems{};
  bool operator==(const Judgement&) const = default;
};

/// The word for a state: "up", "wrong"...
const char* word(State state);

/// The word for a problem, for programs: "missing", "drift"... xvlan(8) lists them.
const char* word(ProblemCode code);

/// Whether it makes a segment wrong.
bool is_trouble(const Problem& problem);

}  // namespace model
