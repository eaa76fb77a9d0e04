#pragma once

#include "command/guest_names.hpp"
#include "command/json.hpp"
#include "command/overview.hpp"

namespace command {

/// One object for programs, as xvlan(8) and its JSON schema describe it: an entry for each VLAN in
/// the order of the lines, keys in the words of iproute2 where that has one. A key is left out
/// where there is nothing to say.
JsonObject json_of(const Overview& overview, GuestNames& names);

JsonArray problems_json(const std::vector<model::Problem>& problems);

/// VIDs in the form of `bridge -json vlan`: {"vlan":10,"vlanEnd":20,"flags":["PVID"]}.
JsonArray vlans_json(const model::Vlans& vlans);

/// A guest's port, with its VLANs on a VLAN-aware bridge.
JsonObject port_json(const model::Link& port, bool of_aware_bridge, GuestNames& names);

}  // namespace command
