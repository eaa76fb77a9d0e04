#pragma once

#include <string>
#include <vector>

#include "command/guest_names.hpp"
#include "command/output.hpp"
#include "command/overview.hpp"
#include "command/table.hpp"

namespace command {

/// A table for people, and a summary: a row for each VLAN, or for several in a row that differ in
/// nothing but their VIDs, with what is wrong and the command that mends it below.
std::vector<std::string> table_of(const Overview& overview, const Output& output,
                                  GuestNames& names);

/// The lines below a row that say what is wrong and how to mend it; `of_several` if other VLANs
/// have the same.
std::vector<Table::Cell> notes_of(const std::vector<model::Problem>& problems,
                                  bool of_several = false);

/// How much a state stands out.
Table::Mark mark_of(model::State state);

}  // namespace command
