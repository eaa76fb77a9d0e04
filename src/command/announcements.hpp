#pragma once

#include <string>
#include <vector>

#include "command/apply.hpp"
#include "model/error.hpp"
#include "net/kernel.hpp"
#include "plan/operation.hpp"

namespace command {

/// What a start tells other hosts: that this one joins VLANs of tunnels to a trunk. FRR may miss an
/// entry of a port that it hears of at the same moment, so it is made a second time.
class Announcements {
 public:
  /// Notes what a job has told.
  void note(const Job& job);

  /// Tells it again, once others have had the time to hear of the ports. Calls `on_failure` with
  /// the link and the reason where an entry can't be made again.
  template <class OnFailure>
  void repeat(net::Kernel& kernel, OnFailure on_failure) const {
    if (made_.empty()) return;
    kernel.let_others_hear();
    for (const plan::AddGateway& step : made_) {
      if (attempt(plan::DeleteGateway{step.port, step.mac, step.vid}, kernel)) continue;
      if (const auto failure = attempt(step, kernel)) on_failure(step.port.name, *failure);
    }
  }

 private:
  std::vector<plan::AddGateway> made_;
};

}  // namespace command
