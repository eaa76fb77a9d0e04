#pragma once

#include <string>
#include <vector>

#include "command/guest_names.hpp"
#include "command/overview.hpp"

namespace command {

/// "vif3.0=web", or the port's name alone where the guest's name can't be had; with what is done
/// about it, if anything: "vif3.0=web[ip+isolated]".
std::string guest_text(const model::Link& port, GuestNames& names);

/// What is done about a guest: "ip+isolated"; empty if nothing is.
std::string protection_text(const model::Link& port);

/// The problems in one line: "br4 is missing; to do: set eth1 up".
std::string problems_text(const std::vector<model::Problem>& problems);

/// A line for scripts: trunk, VID, uplink, bridge, state and guests; where tunnels carry the VLAN,
/// how many other hosts there are, "hosts=2"; then " : " and the problems if there are any. "-"
/// stands for what there is not, and '?' for what would not be one line.
std::string line_of(const VlanView& vlan, GuestNames& names);

}  // namespace command
