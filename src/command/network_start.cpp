#include <algorithm>
#include <cerrno>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

#include "command/announcements.hpp"
#include "command/apply.hpp"
#include "command/lost_ports.hpp"
#include "command/network.hpp"
#include "command/on_demand.hpp"
#include "plan/bridge.hpp"
#include "plan/gateway.hpp"
#include "plan/judge.hpp"
#include "plan/port.hpp"
#include "plan/realisation.hpp"

namespace command {
namespace {

using model::Error;
using model::ExitCode;
using model::HostState;
using model::Segment;

// How often a segment is planned anew when others change the host under it.
constexpr int rounds = 8;

// Segments that are brought up side by side. More would save nothing, and take memory for their
// plans; the progress line moves once for each so many.
constexpr std::size_t side_by_side = 128;

struct Trunk {
  model::Carrier name;
  const model::AlikeSegments* alike = nullptr;  ///< all of its VLANs, until one must be looked at
  plan::Plan changes{};                         ///< what it took to make it ready
  bool ready = false;                           ///< it can carry VLANs
  bool in_use = false;                          ///< a VLAN of it is up
  bool converts = false;                        ///< to another realisation of its VLANs
};

Trunk* find(std::vector<Trunk>& trunks, const model::Carrier& name) {
  const auto found = std::find_if(trunks.begin(), trunks.end(),
                                  [&](const Trunk& trunk) { return trunk.name == name; });
  return found == trunks.end() ? nullptr : &*found;
}

std::vector<Trunk> trunks_of(const NetworkRequest& request) {
  std::vector<Trunk> trunks;
  for (const Segment& segment : request.segments) {
    if (find(trunks, segment.trunk) == nullptr) trunks.push_back({segment.trunk});
  }
  if (request.alike) trunks.push_back({request.alike->first.trunk, &*request.alike});
  return trunks;
}

/// A start under way.
class Start {
 public:
  Start(const NetworkRequest& request, net::Kernel& kernel, Report& report)
      : request_(request),
        kernel_(kernel),
        report_(report),
        segments_(request.segments),
        trunks_(trunks_of(request)),
        failures_(request.refused.size()) {}

  ExitCode run() {
    for (const Error& error : request_.refused) report_.error("", error);
    if (!request_.dry_run) wait_for_trunks();
    if (model::any_joined(segments_)) kernel_.look_for_gateways();
    const HostState host = prepare_trunks();
    choose_segments(host);
    warn_of_addresses(host);
    if (request_.dry_run) {
      print_plans(host);
    } else {
      converge(host);
      finish_trunks();
      take_unused_away();
      announcements_.repeat(kernel_, [this](const std::string& link, const Error& failure) {
        leave_over(link, failure);
      });
      leave_unused_trunks_as_they_were();
    }
    return exit_code();
  }

 private:
  struct Pending {
    const Segment* segment;
    Trunk* trunk;
    plan::Plan attempted;  ///< over all rounds
  };

  /// A segment that can't have its links, and why.
  struct Failed {
    Pending pending;
    Error error;
  };

  /// A trunk whose VLANs come on demand is ready for them; those that are there already are kept
  /// right, or taken away in the end.
  void choose_segments(const HostState& host) {
    for (Trunk& trunk : trunks_) {
      look_at_each(trunk, host);
      if (trunk.alike == nullptr || !trunk.ready) continue;
      trunk.in_use = true;
      successes_ += trunk.alike->vids.size();
    }
    pending_.reserve(segments_.size());
    for (const Segment& segment : segments_) {
      Trunk* const trunk = find(trunks_, segment.trunk);
      if (!trunk->ready) continue;
      if (segment.options.on_demand && !std::exchange(trunk->in_use, true)) {
        on_demand_ = true;
        ++successes_;  // a VLAN may come
      }
      if (plan::is_wanted_now(segment, host)) pending_.push_back({&segment, trunk, {}});
    }
  }

  /// Unless the trunk's VLANs are alike on this host.
  void look_at_each(Trunk& trunk, const HostState& host) {
    if (trunk.alike == nullptr || plan::are_alike(*trunk.alike, host)) return;
    each_ = std::exchange(trunk.alike, nullptr)->each();
    segments_ = each_;
  }

  void take_unused_away() {
    if (!on_demand_) return;
    for (const std::string& sentence : command::take_unused_away({}, kernel_)) {
      leave_over("", Error({.action = {}, .reason = sentence}));
    }
  }

  void wait_for_trunks() {
    std::vector<model::Carrier> carriers;
    carriers.reserve(trunks_.size());
    for (const Trunk& trunk : trunks_) carriers.push_back(trunk.name);
    if (!carriers.empty()) (void)kernel_.wait_for(carriers, request_.wait);
  }

  /// Answers the host as it is behind that.
  HostState prepare_trunks() {
    HostState host = part_from_trunks(kernel_.read());
    std::vector<Trunk*> trunks;
    for (Trunk& trunk : trunks_) trunks.push_back(&trunk);
    if (!prepare(trunks, host)) return host;
    std::erase_if(trunks, [](const Trunk* trunk) { return !trunk->ready; });
    // What one of them has given up another one may take.
    if (trunks.size() > 1) (void)prepare(trunks, host);
    return host;
  }

  /// False if there was nothing to do. Else `host` is as it is behind that.
  bool prepare(const std::vector<Trunk*>& trunks, HostState& host) {
    bool changed = false;
    for (Trunk* trunk : trunks) {
      const std::size_t before = trunk->changes.size();
      prepare(*trunk, host);
      changed = changed || trunk->changes.size() != before;
    }
    if (!changed) return false;
    try {
      host = kernel_.read();
    } catch (const Error& error) {
      lose_trunks(error);
    }
    return true;
  }

  /// Before all else, and whatever becomes of the rest: until then frames go round. Answers the
  /// host as it is behind that.
  HostState part_from_trunks(HostState host) {
    for (int round = 1;; ++round) {
      std::vector<Job> jobs;
      for (plan::Plan& plan : plan::part_from_trunks(segments_, host)) {
        // The port goes all the same.
        jobs.push_back({.plan = std::move(plan), .may_fail = [](const plan::Operation& step) {
                          return std::holds_alternative<plan::DeleteGateway>(step);
                        }});
      }
      if (request_.dry_run) print_partings(jobs);
      if (jobs.empty() || request_.dry_run) return host;
      command::apply(jobs, kernel_);
      leftovers_ = true;  // the host is not as it was
      const bool again = round < rounds && std::any_of(jobs.begin(), jobs.end(), is_overtaken);
      for (const Job& job : jobs) {
        if (!again && job.failure) leave_over("", *job.failure);
      }
      host = read_what_is_changed();
      if (!again) return host;
    }
  }

  HostState read_what_is_changed() {
    try {
      return kernel_.read();
    } catch (const Error& error) {
      throw Error({.action = {},
                   .reason = error.sentence(),
                   .remedy = error.remedy(),
                   .errnum = error.errnum(),
                   .exit = ExitCode::partial});
    }
  }

  static bool is_overtaken(const Job& job) { return job.overtaken(); }

  void print_partings(const std::vector<Job>& jobs) {
    for (const Job& job : jobs) {
      print(job.plan, report_);
      printed_.insert(printed_.end(), job.plan.begin(), job.plan.end());
    }
  }

  /// None of them gets any VLAN.
  void lose_trunks(const Error& error) {
    for (Trunk& trunk : trunks_) {
      if (std::exchange(trunk.ready, false)) report_lost(trunk, error);
    }
  }

  /// Makes a trunk ready, or reports once for all its VLANs why it can't carry them.
  void prepare(Trunk& trunk, const HostState& host) {
    trunk.ready = false;
    try {
      bool done = prepare_once(trunk, host, true);
      for (int round = 1; !done; ++round) {
        done = prepare_once(trunk, kernel_.read(), round + 1 < rounds);
      }
      trunk.ready = true;
    } catch (const Error& error) {
      report_lost(trunk, error);
    }
  }

  /// False if the plan was overtaken and is to be made anew.
  bool prepare_once(Trunk& trunk, const HostState& host, bool may_plan_again) {
    look_at_each(trunk, host);
    Job job{.plan = trunk.alike != nullptr ? plan::prepare_trunk(*trunk.alike, host)
                                           : plan::prepare_trunk(trunk.name, segments_, host)};
    trunk.converts = trunk.alike == nullptr && plan::needs_finish(trunk.name, segments_, host);
    if (request_.dry_run) {
      std::erase_if(job.plan, [&](const plan::Operation& step) {
        return std::find(printed_.begin(), printed_.end(), step) != printed_.end();
      });
      print(job.plan, report_);
      return true;
    }
    apply(job, kernel_);
    std::move(job.attempted.begin(), job.attempted.end(), std::back_inserter(trunk.changes));
    if (!job.failure) return true;
    if (may_plan_again && job.overtaken()) return false;
    throw Error(*job.failure);
  }

  void report_lost(const Trunk& trunk, const Error& error) {
    const auto one_by_one = static_cast<std::size_t>(
        std::count_if(segments_.begin(), segments_.end(),
                      [&](const Segment& segment) { return segment.trunk == trunk.name; }));
    const std::size_t lost = one_by_one + (trunk.alike == nullptr ? 0 : trunk.alike->vids.size());
    failures_ += lost;
    std::string about = std::to_string(lost) + (lost == 1 ? " VLAN" : " VLANs") + " not brought up";
    const bool waited = !request_.dry_run && request_.wait.count() > 0;
    if (error.errnum() == ENODEV && waited) {
      about += ", after " + std::to_string(request_.wait.count()) + " s of waiting";
    }
    report_.error(about, error);
  }

  void print_plans(const HostState& host) {
    for (const Pending& pending : pending_) {
      try {
        print(plan::bring_up(*pending.segment, host), report_);
      } catch (const Error& error) {
        fail(pending, error);
      }
    }
    for (const Trunk& trunk : trunks_) {
      if (trunk.converts) {
        report_.result("delete the bridges that " + trunk.name.text() + " had before");
      }
    }
    for (const Pending& pending : pending_) {
      if (!plan::is_unused(*pending.segment, host)) continue;
      report_.result("take " + pending.segment->text() + " away, because no guest is in it");
    }
  }

  void converge(const HostState& first_host) {
    converge_once(first_host, true);
    for (int round = 1; round < rounds && !pending_.empty(); ++round) {
      const bool again = round + 1 < rounds;
      try {
        converge_once(kernel_.read(), again);
      } catch (const Error& error) {
        for (Pending& pending : std::exchange(pending_, {})) fail(std::move(pending), error);
      }
    }
    take_back_failed();
  }

  /// Plans and applies all pending segments; keeps those pending that were overtaken.
  void converge_once(const HostState& host, bool may_plan_again) {
    std::vector<Pending> all = std::exchange(pending_, {});
    for (std::size_t begun = 0; begun < all.size(); begun += side_by_side) {
      const auto some = std::span(all).subspan(begun, std::min(side_by_side, all.size() - begun));
      const bool changed = converge_some(some, host, may_plan_again);
      if (changed) report_.progress(begun + some.size(), all.size());
    }
  }

  /// False if there was nothing to do.
  bool converge_some(std::span<Pending> some, const HostState& host, bool may_plan_again) {
    std::vector<Pending> planned;
    std::vector<Job> jobs;
    bool changed = false;
    for (Pending& pending : some) {
      try {
        // One that comes on demand may have gone since.
        plan::Plan steps = plan::is_wanted_now(*pending.segment, host)
                               ? plan::bring_up(*pending.segment, host, door_)
                               : plan::Plan{};
        if (steps.empty()) {
          ready(pending);
        } else if (pending.segment->options.on_demand) {
          converge_locked(std::move(pending), host, may_plan_again);
          changed = true;
        } else if (plan::cuts_guests(steps)) {
          // By itself, so that they are cut off for no longer than it takes.
          Job job{.plan = std::move(steps)};
          apply(job, kernel_);
          conclude(std::move(pending), job, false);  // or a guest's old place would be forgotten
          changed = true;
        } else {
          planned.push_back(std::move(pending));
          jobs.push_back({.plan = std::move(steps)});
        }
      } catch (const Error& error) {
        fail(std::move(pending), error);
      }
    }
    command::apply(jobs, kernel_);
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      conclude(std::move(planned[i]), jobs[i], may_plan_again);
    }
    return changed || !jobs.empty();
  }

  /// A VLAN that its last guest may take away: neither undoes what the other does.
  void converge_locked(Pending pending, const HostState& host, bool may_plan_again) {
    const Segment& segment = *pending.segment;
    const auto lock =
        kernel_.lock(plan::link_names(segment, host).bridge, plan::vlans_of_guest(segment));
    const HostState now = kernel_.read();
    Job job;
    if (plan::is_wanted_now(segment, now)) job.plan = plan::bring_up(segment, now, door_);
    const bool cuts = plan::cuts_guests(job.plan);
    apply(job, kernel_);
    conclude(std::move(pending), job, may_plan_again && !cuts);
  }

  /// Deletes the bridges that the VLANs of a trunk needed before they were converted.
  void finish_trunks() {
    for (const Trunk& trunk : trunks_) {
      if (!trunk.converts || !trunk.in_use) continue;
      try {
        finish(trunk);
      } catch (const Error& error) {
        leave_over(trunk.name.text(), error);
      }
    }
  }

  /// A guest may come to such a bridge at any time: the reading is of this moment, and one that
  /// comes still later is brought over when its bridge has gone.
  void finish(const Trunk& trunk) {
    kernel_.watch_departures();
    const HostState now = kernel_.read();
    bring_late_guests_over(now);
    for (const plan::DeleteLink& step : plan::finish_trunk(trunk.name, segments_, now)) {
      const auto failure = attempt(step, kernel_);
      if (failure && failure->errnum() != ENODEV) leave_over(trunk.name.text(), *failure);
      for (const LostPort& lost : set_lost_ports_down(kernel_, now)) {
        bring_over(lost, trunk.name);
      }
    }
  }

  /// Those that came to the old bridge of a VLAN behind its own turn.
  void bring_late_guests_over(const HostState& now) {
    for (const Segment& segment : segments_) {
      const Trunk* const trunk = find(trunks_, segment.trunk);
      if (!trunk->converts || !trunk->ready) continue;
      Job job{.plan = plan::bring_up(segment, now, door_)};
      if (!plan::cuts_guests(job.plan)) continue;
      apply(job, kernel_);
      if (!job.failure) continue;
      leave_over(segment.text(), *job.failure);
      take_back(job.attempted, read_again(), segment.text() + " is left incomplete: ");
    }
  }

  void bring_over(const LostPort& lost, const model::Carrier& trunk) {
    const auto segment = plan::segment_of_port(trunk, *lost.bridge, lost.vlans, segments_);
    const HostState now = kernel_.read();
    const model::Link* const bridge = segment ? plan::find_links(*segment, now).bridge : nullptr;
    if (bridge == nullptr) {
      leave_over(lost.port.name + " is down",
                 Error({.action = {}, .reason = "it has lost its bridge " + lost.bridge->name}));
      return;
    }
    Job job{.plan = plan::put_back(lost.port, bridge->name, plan::vlans_of_guest(*segment))};
    apply(job, kernel_);
    if (job.failure) leave_over(lost.port.name, *job.failure);
  }

  void leave_over(const std::string& about, const Error& error) {
    leftovers_ = true;
    ++failures_;
    report_.error(about, error);
  }

  void conclude(Pending pending, Job& job, bool may_plan_again) {
    announcements_.note(job);
    // Where two uplinks come to one bridge, what a host tells of that waits for both.
    const bool goes_on = may_plan_again && pending.segment->other;
    if (!job.failure && !goes_on) {
      ready(pending);
      return;
    }
    pending.attempted.insert(pending.attempted.end(),
                             std::make_move_iterator(job.attempted.begin()),
                             std::make_move_iterator(job.attempted.end()));
    const bool again = !job.failure || job.overtaken() || takes_next_door(job, door_, report_);
    if (may_plan_again && again) {
      pending_.push_back(std::move(pending));
    } else {
      fail(std::move(pending), *job.failure);
    }
  }

  void ready(const Pending& pending) {
    pending.trunk->in_use = true;
    ++successes_;
  }

  void fail(Pending pending, const Error& error) {
    ++failures_;
    report_.error(pending.segment->text(), error);
    failed_.push_back({std::move(pending), error});
  }

  /// Of a bridge with two uplinks neither segment alone knows all that is to go.
  void join_failed() {
    for (auto one = failed_.begin(); one != failed_.end(); ++one) {
      if (!one->pending.segment->other) continue;
      const auto twin = std::find_if(std::next(one), failed_.end(), [&](const Failed& later) {
        return later.pending.segment->other &&
               later.pending.segment->bridge == one->pending.segment->bridge;
      });
      if (twin == failed_.end()) continue;
      plan::Plan& attempted = twin->pending.attempted;
      std::move(attempted.begin(), attempted.end(), std::back_inserter(one->pending.attempted));
      attempted.clear();
    }
  }

  /// One reading of the host serves all that failed.
  void take_back_failed() {
    join_failed();
    std::erase_if(failed_, [](const Failed& one) { return one.pending.attempted.empty(); });
    if (failed_.empty()) return;
    const auto now = read_again();
    for (const Failed& one : failed_) {
      const std::string about = one.pending.segment->text();
      take_back(one.pending.attempted, now, about + " is left incomplete: ");
    }
  }

  void leave_unused_trunks_as_they_were() {
    for (const Trunk& trunk : trunks_) {
      if (trunk.in_use || trunk.changes.empty()) continue;
      take_back(trunk.changes, read_again(), trunk.name.text() + " is left changed: ");
    }
  }

  std::optional<HostState> read_again() {
    try {
      return kernel_.read();
    } catch (const Error& error) {
      report_.error("", error);
      return std::nullopt;
    }
  }

  void take_back(const plan::Plan& attempted, const std::optional<HostState>& now,
                 const std::string& about) {
    std::vector<std::string> left;
    if (now) {
      left = undo(attempted, *now, kernel_);
    } else {
      for (const plan::Operation& step : attempted) left.push_back(plan::describe(step));
    }
    for (const std::string& sentence : left) {
      leftovers_ = true;
      report_.warning(about + sentence);
    }
  }

  void warn_of_addresses(const HostState& host) {
    const bool any = std::any_of(host.links().begin(), host.links().end(), [](const auto& link) {
      return !link.addresses.empty() && (link.is_vlan_link() || link.is_bridge());
    });
    if (!any) return;
    for (const Pending& pending : pending_) {
      for (const std::string& text : plan::given_addresses(*pending.segment, host)) {
        report_.warning(text + ": dom0 can be reached from " + pending.segment->text());
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
  std::vector<Segment> each_;          ///< those that turned out not to be alike
  std::span<const Segment> segments_;  ///< all that are looked at one by one
  std::vector<Trunk> trunks_;
  std::vector<Pending> pending_;
  std::vector<Failed> failed_;
  Announcements announcements_{};
  plan::Door door_ = plan::Door::vlan_filtering;
  plan::Plan printed_{};  ///< by a dry run, of what comes before all else
  std::size_t successes_ = 0;
  std::size_t failures_;
  bool leftovers_ = false;
  bool on_demand_ = false;  ///< some VLANs come and go with their guests
};

}  // namespace

ExitCode start(const NetworkRequest& request, net::Kernel& kernel, Report& report) {
  return Start(request, kernel, report).run();
}

}  // namespace command
