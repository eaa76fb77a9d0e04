#include <algorithm>
#include <cerrno>
#include <iterator>

#include "command/apply.hpp"
#include "command/network.hpp"
#include "plan/network_plan.hpp"

namespace command {
namespace {

using model::Error;
using model::ExitCode;
using model::HostState;
using model::IfName;
using model::Segment;

// How often a segment is planned anew when others change the host under it.
constexpr int rounds = 8;

struct Trunk {
  IfName name;
  plan::Plan done{};    ///< what it took to make it ready
  bool ready = false;   ///< it can carry VLANs
  bool in_use = false;  ///< a VLAN of it is up
};

Trunk* find(std::vector<Trunk>& trunks, const IfName& name) {
  const auto found = std::find_if(trunks.begin(), trunks.end(),
                                  [&](const Trunk& trunk) { return trunk.name == name; });
  return found == trunks.end() ? nullptr : &*found;
}

std::vector<Trunk> trunks_of(const std::vector<Segment>& segments) {
  std::vector<Trunk> trunks;
  for (const Segment& segment : segments) {
    if (find(trunks, segment.trunk) == nullptr) trunks.push_back({segment.trunk});
  }
  return trunks;
}

/// A start under way.
class Start {
 public:
  Start(const NetworkRequest& request, net::Kernel& kernel, Report& report)
      : request_(request),
        kernel_(kernel),
        report_(report),
        trunks_(trunks_of(request.segments)),
        failures_(request.refused.size()) {}

  ExitCode run() {
    for (const Error& error : request_.refused) report_.error("", error);
    if (!request_.dry_run) wait_for_trunks();
    const HostState host = kernel_.read();
    for (Trunk& trunk : trunks_) prepare(trunk, host);
    pending_.reserve(request_.segments.size());
    for (const Segment& segment : request_.segments) {
      Trunk* const trunk = find(trunks_, segment.trunk);
      if (trunk->ready) pending_.push_back({&segment, trunk, {}});
    }
    warn_of_addresses(host);
    if (request_.dry_run) {
      print_plans(host);
    } else {
      converge(host);
      leave_unused_trunks_as_they_were();
    }
    return exit_code();
  }

 private:
  struct Pending {
    const Segment* segment;
    Trunk* trunk;
    plan::Plan done;  ///< over all rounds
  };

  void wait_for_trunks() {
    std::vector<std::string> names;
    names.reserve(trunks_.size());
    for (const Trunk& trunk : trunks_) names.push_back(trunk.name.text());
    if (!names.empty()) (void)kernel_.wait_for(names, request_.wait);
  }

  /// Sets a trunk up, or reports once for all its VLANs why it can't carry them.
  void prepare(Trunk& trunk, const HostState& host) {
    try {
      Job job{.plan = plan::prepare_trunk(trunk.name, request_.segments, host)};
      if (request_.dry_run) {
        for (const plan::Operation& step : job.plan) report_.result(plan::describe(step));
      } else {
        apply(std::span(&job, 1), kernel_, [](std::size_t) {});
        if (job.failure) {
          undo(job.done, kernel_);
          throw Error(*job.failure);
        }
      }
      trunk.done = std::move(job.done);
      trunk.ready = true;
    } catch (const Error& error) {
      const auto lost = static_cast<std::size_t>(
          std::count_if(request_.segments.begin(), request_.segments.end(),
                        [&](const Segment& segment) { return segment.trunk == trunk.name; }));
      failures_ += lost;
      std::string about =
          std::to_string(lost) + (lost == 1 ? " VLAN" : " VLANs") + " not brought up";
      const bool waited = !request_.dry_run && request_.wait.count() > 0;
      if (error.errnum() == ENODEV && waited) {
        about += ", after " + std::to_string(request_.wait.count()) + " s of waiting";
      }
      report_.error(about, error);
    }
  }

  void print_plans(const HostState& host) {
    for (const Pending& pending : pending_) {
      try {
        for (const plan::Operation& step : plan::bring_up(*pending.segment, host)) {
          report_.result(plan::describe(step));
        }
      } catch (const Error& error) {
        fail(pending, error);
      }
    }
  }

  void converge(const HostState& first_host) {
    converge_once(first_host, true);
    for (int round = 1; round < rounds && !pending_.empty(); ++round) {
      const bool again = round + 1 < rounds;
      converge_once(kernel_.read(), again);
    }
  }

  /// Plans and applies all pending segments; keeps those pending that were overtaken.
  void converge_once(const HostState& host, bool may_plan_again) {
    std::vector<Pending> planned;
    std::vector<Job> jobs;
    planned.reserve(pending_.size());
    jobs.reserve(pending_.size());
    for (Pending& pending : pending_) {
      try {
        plan::Plan steps = plan::bring_up(*pending.segment, host);
        if (steps.empty()) {
          ready(pending);
        } else {
          planned.push_back(std::move(pending));
          jobs.push_back({.plan = std::move(steps)});
        }
      } catch (const Error& error) {
        fail(pending, error);
      }
    }
    pending_.clear();
    const std::size_t total = jobs.size();
    apply(jobs, kernel_, [&](std::size_t ended) { report_.progress(ended, total); });
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      conclude(std::move(planned[i]), jobs[i], may_plan_again);
    }
  }

  void conclude(Pending pending, Job& job, bool may_plan_again) {
    pending.done.insert(pending.done.end(), std::make_move_iterator(job.done.begin()),
                        std::make_move_iterator(job.done.end()));
    if (!job.failure) {
      ready(pending);
    } else if (job.overtaken() && may_plan_again) {
      pending_.push_back(std::move(pending));
    } else {
      fail(pending, *job.failure);
    }
  }

  void ready(const Pending& pending) {
    pending.trunk->in_use = true;
    ++successes_;
  }

  void fail(const Pending& pending, const Error& error) {
    ++failures_;
    report_.error(pending.segment->text(), error);
    for (const std::string& sentence : undo(pending.done, kernel_)) {
      leftovers_ = true;
      report_.warning(pending.segment->text() + " is left half-made: " + sentence);
    }
  }

  void leave_unused_trunks_as_they_were() {
    for (const Trunk& trunk : trunks_) {
      if (!trunk.in_use) undo(trunk.done, kernel_);
    }
  }

  void warn_of_addresses(const HostState& host) {
    const bool any = std::any_of(host.links().begin(), host.links().end(), [](const auto& link) {
      return !link.addresses.empty() && (link.vid != 0 || link.kind == "bridge");
    });
    if (!any) return;
    for (const Pending& pending : pending_) {
      const plan::SegmentLinks links = plan::find_links(*pending.segment, host);
      for (const model::Link* link : {links.vlan_link, links.bridge}) {
        for (const std::string& text : plan::given_addresses(link)) {
          report_.warning(text + ": dom0 can be reached from " + pending.segment->text());
        }
      }
    }
  }

  [[nodiscard]] ExitCode exit_code() const {
    if (failures_ == 0) return ExitCode::done;
    return successes_ == 0 && !leftovers_ ? ExitCode::failed : ExitCode::partial;
  }

  const NetworkRequest& request_;
  net::Kernel& kernel_;
  Report& report_;
  std::vector<Trunk> trunks_;
  std::vector<Pending> pending_;
  std::size_t successes_ = 0;
  std::size_t failures_;
  bool leftovers_ = false;
};

}  // namespace

ExitCode start(const NetworkRequest& request, net::Kernel& kernel, Report& report) {
  return Start(request, kernel, report).run();
}

}  // namespace command
