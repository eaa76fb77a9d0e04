#include "command/announcements.hpp"

#include <algorithm>

namespace command {

void Announcements::note(const Job& job) {
  for (const plan::Operation& operation : job.attempted) {
    const auto* const step = std::get_if<plan::AddGateway>(&operation);
    if (step == nullptr || std::find(made_.begin(), made_.end(), *step) != made_.end()) continue;
    made_.push_back(*step);
  }
}

}  // namespace command
