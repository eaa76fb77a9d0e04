#include <algorithm>
#include <cerrno>
#include <iterator>
#include <optional>
#include <set>

#include "command/apply.hpp"
#include "command/lost_ports.hpp"
#include "command/network.hpp"
#include "plan/bridge.hpp"
#include "plan/port.hpp"
#include "plan/realisation.hpp"
#include "plan/tear_down.hpp"

namespace command {
namespace {

using model::Error;
using model::ExitCode;
using model::HostState;
using model::Link;

/// A stop under way.
///
/// A guest may come at any time, also between the last look at a bridge and its deletion. The
/// kernel tells which ports a deleted bridge had; a guest's then gets its bridge back.
class Stop {
 public:
  Stop(const NetworkRequest& request, net::Kernel& kernel, Report& report)
      : request_(request), kernel_(kernel), report_(report) {}

  ExitCode run() {
    if (!request_.dry_run) kernel_.watch_departures();
    host_ = kernel_.read();
    const plan::TearDown decision =
        plan::tear_down({request_.everything, request_.segments}, host_, request_.force);
    for (const std::string& sentence : decision.spared) spare(sentence);
    if (request_.dry_run) {
      print({decision.withdrawals.begin(), decision.withdrawals.end()}, report_);
      print({decision.unmapped.begin(), decision.unmapped.end()}, report_);
      print({decision.departures.begin(), decision.departures.end()}, report_);
      print({decision.deletions.begin(), decision.deletions.end()}, report_);
      deleted_ = decision.departures.size() + decision.deletions.size();
      return exit_code();
    }
    // One that stays goes with its port at the latest.
    for (const plan::DeleteGateway& step : decision.withdrawals) (void)attempt(step, kernel_);
    unmapped_ = decision.unmapped;
    for (const plan::SetVnis& step : unmapped_) unmap(step);
    for (const plan::SetVlans& step : decision.departures) take_out(step);
    if (set_guests_down(decision) && delete_all_at_once(decision)) {
      deleted_ = decision.deletions.size();
      put_back_guests();
    } else {
      delete_each(decision);
    }
    return exit_code();
  }

 private:
  [[nodiscard]] ExitCode exit_code() const {
    if (left_ == 0) return ExitCode::done;
    return deleted_ == 0 ? ExitCode::failed : ExitCode::partial;
  }

  void unmap(const plan::SetVnis& step) {
    const auto failure = attempt(step, kernel_);
    if (!failure) return;
    ++left_;
    report_.error("", *failure);
    kept_.insert(step.port.index);
    if (has_lost_vnis(step)) ++deleted_;
  }

  /// The answer may have been lost, or a part refused.
  bool has_lost_vnis(const plan::SetVnis& step) {
    try {
      const HostState now = kernel_.read();
      const Link* const port = now.find(step.port.index);
      return port == nullptr || port->vnis != step.from;
    } catch (const Error&) {
      return true;
    }
  }

  /// Gives the VLANs of a single VXLAN device their VNIs again.
  void map_again(const plan::LinkRef& port) {
    for (const plan::SetVnis& step : unmapped_) {
      if (step.port.index != port.index) continue;
      const auto failure = attempt(plan::SetVnis{step.port, step.from, step.to}, kernel_);
      if (!failure) continue;
      ++deleted_;
      report_.warning(port.name + " has lost VNIs: " + failure->sentence());
    }
  }

  /// Takes VIDs off a trunk whose bridge stays, and puts those back that a guest has entered
  /// meanwhile.
  void take_out(const plan::SetVlans& step) {
    if (kept_.contains(step.port.index)) return;
    const auto failure = attempt(step, kernel_);
    if (failure && !is_out(step)) {
      ++left_;
      report_.error("", *failure);
      map_again(step.port);
      return;
    }
    ++deleted_;
    if (!request_.force) put_back_vlans(step);
  }

  /// Whether the VIDs have left although the answer was lost.
  bool is_out(const plan::SetVlans& step) {
    try {
      const auto trunk = kernel_.read(step.port.index);
      return !trunk || model::without(kernel_.read_vlans(*trunk), step.to).empty();
    } catch (const Error&) {
      return false;
    }
  }

  void put_back_vlans(const plan::SetVlans& step) {
    try {
      const HostState now = kernel_.read();
      const Link* const trunk = now.find(step.port.index);
      const Link* const bridge = trunk == nullptr ? nullptr : now.find(trunk->master);
      if (bridge == nullptr) return;
      const model::Vlans gone = model::without(step.from, step.to);
      const model::Vlans used = model::common(plan::vlans_in_use(*bridge, now), gone);
      if (used.empty()) return;
      const auto failure = attempt(
          plan::SetVlans{step.port, model::together(trunk->vlans, used), trunk->vlans}, kernel_);
      if (!failure) map_again(step.port);
      spare(failure ? failure->sentence()
                    : "VLAN " + model::text(used) + " of " + trunk->name +
                          " is put back: a guest came in as it was taken out");
    } catch (const Error& error) {
      spare("a guest that came meanwhile may have lost its VLAN: " + error.sentence());
    }
  }

  /// Guests that lose their bridges by force must not be left to dom0. False if one can't be set
  /// down.
  bool set_guests_down(const plan::TearDown& decision) {
    bool all_down = true;
    for (const plan::DeleteLink& step : decision.deletions) {
      const Link* const bridge = host_.find(step.link.index);
      if (bridge == nullptr || !bridge->is_bridge()) continue;
      all_down = set_ports_down(*bridge) && all_down;
    }
    return all_down;
  }

  bool set_ports_down(const Link& bridge) {
    bool all_down = true;
    for (const Link* port : plan::guest_ports(bridge, host_)) {
      const auto failure = attempt(plan::SetUp{*port, false}, kernel_);
      if (!failure || failure->errnum() == ENODEV) continue;
      report_.error("", *failure);
      kept_.insert(bridge.index);
      all_down = false;
    }
    return all_down;
  }

  /// One request for all of them, where nothing else carries the mark: unregistering many links at
  /// once shares the kernel's waits between them. The host has been read this moment, and no guest
  /// was there. True if it did.
  bool delete_all_at_once(const plan::TearDown& decision) {
    if (!decision.everything_marked || decision.deletions.size() < 2) return false;
    return !leaves_uplink(decision) && !attempt(plan::DeleteMarked{}, kernel_);
  }

  /// Whether a bridge goes and an uplink of it, which is up, stays, because it is somebody else's;
  /// or for a moment, as the kernel deletes in the order of ifindexes, and an uplink that came to
  /// the bridge of another is younger than that.
  bool leaves_uplink(const plan::TearDown& decision) {
    const auto stays = [](const Link* uplink, int bridge) {
      return !uplink->ours() || (uplink->is_vxlan() && uplink->index > bridge);
    };
    return std::any_of(decision.deletions.begin(), decision.deletions.end(),
                       [&](const plan::DeleteLink& step) {
                         const int bridge = step.link.index;
                         const auto uplinks = uplinks_to_set_down(bridge);
                         return std::any_of(uplinks.begin(), uplinks.end(),
                                            [&](const Link* one) { return stays(one, bridge); });
                       });
  }

  void delete_each(const plan::TearDown& decision) {
    std::size_t ended = 0;
    for (const plan::DeleteLink& step : decision.deletions) {
      delete_one(step);
      put_back_guests();
      report_.progress(++ended, decision.deletions.size());
    }
  }

  void delete_one(const plan::DeleteLink& step) {
    if (kept_.contains(step.link.index)) {
      ++left_;
      return;
    }
    if (const std::string reason = reason_now(step.link.index); !reason.empty()) {
      spare(reason);
      return;
    }
    const auto uplinks = uplinks_to_set_down(step.link.index);
    auto failure = set_down(uplinks);
    if (!failure) failure = attempt(step, kernel_);
    if (!failure || failure->errnum() == ENODEV || is_gone(step.link.index)) {
      ++deleted_;
      return;
    }
    ++left_;
    report_.error("", *failure);
    for (const Link* uplink : uplinks) set_up_again(*uplink, step.link.index);
  }

  std::optional<Error> set_down(const std::vector<const Link*>& uplinks) {
    for (const Link* uplink : uplinks) {
      auto failure = attempt(plan::SetUp{*uplink, false}, kernel_);
      if (failure && failure->errnum() != ENODEV) return failure;
    }
    return std::nullopt;
  }

  /// Gone is gone: the answer to a deletion may have been lost.
  bool is_gone(int index) {
    try {
      return !kernel_.read(index);
    } catch (const Error&) {
      return false;
    }
  }

  /// Only if its bridge is still there.
  void set_up_again(const Link& uplink, int bridge) {
    try {
      if (kernel_.read(bridge)) (void)attempt(plan::SetUp{uplink}, kernel_);
    } catch (const Error& error) {
      report_.error(uplink.name + " is left down", error);
    }
  }

  /// The uplinks that would be left without their bridge, and must not be up then: dom0 would be
  /// reached by them. One that somebody gave an address is his own way into the VLAN.
  std::vector<const Link*> uplinks_to_set_down(int bridge) {
    const Link* const link = host_.find(bridge);
    if (link == nullptr || !link->is_bridge()) return {};
    std::vector<const Link*> uplinks = plan::uplinks_of(*link, host_);
    std::erase_if(uplinks, [](const Link* uplink) {
      return !uplink->up || (!uplink->ours() && model::has_given_address(*uplink));
    });
    return uplinks;
  }

  /// Why a link is spared after all: the first reading may be minutes old.
  std::string reason_now(int index) {
    if (request_.force) return {};
    try {
      const auto link = kernel_.read(index);
      if (!link) return {};
      const HostState now = read_around(*link);
      const Link* const there = now.find(index);
      return there == nullptr ? "" : plan::reason_to_spare(*there, now);
    } catch (const Error& error) {
      return link_name(index) + " is left: " + error.sentence();
    }
  }

  /// The link and what tells who uses it.
  HostState read_around(const Link& link) {
    const Link* const before = host_.find(link.index);
    if (before != nullptr && plan::is_used_by_vlans(*before, host_)) return kernel_.read();
    return kernel_.read_ports(link.is_bridge() ? link.index : link.master);
  }

  void spare(const std::string& sentence) {
    ++left_;
    report_.warning(sentence);
  }

  std::string link_name(int index) const {
    const Link* const link = host_.find(index);
    return link == nullptr ? "a link" : link->name;
  }

  void put_back_guests() {
    try {
      for (const LostPort& lost : set_lost_ports_down(kernel_, host_)) {
        if (!request_.force) put_back(lost);
      }
    } catch (const Error& error) {
      spare("a guest that came meanwhile may have lost its bridge: " + error.sentence());
    }
  }

  void put_back(const LostPort& lost) {
    const auto failure = bring_back(*lost.bridge, lost.port, lost.vlans);
    spare(failure ? lost.port.name + " lost its bridge " + lost.bridge->name +
                        " and is down: " + failure->sentence()
                  : lost.bridge->name + " is put back: " + lost.port.name +
                        " came in as it was deleted");
  }

  /// Makes the bridge again, as it was, and the port its port.
  std::optional<Error> bring_back(const Link& bridge, const Link& port, const model::Vlans& vlans) {
    try {
      const std::vector<model::Segment> segments = plan::segments_of(bridge, host_);
      if (segments.empty()) {
        return Error({.action = "bring " + bridge.name + " back", .reason = "it had no uplink"});
      }
      const model::Segment& any = segments.front();
      const HostState now = kernel_.read();
      Job job{.plan = plan::prepare_trunk(any.trunk, segments, now)};
      const auto append = [&](plan::Plan&& steps) {
        std::move(steps.begin(), steps.end(), std::back_inserter(job.plan));
      };
      append(plan::bring_up(any, now, plan::door_of(bridge)));
      const bool shared = any.trunk_bridge.vlan_aware;
      for (const model::Segment& one : segments) {
        if (shared && one.tunnelled && &one != &any) append(plan::bring_up(one, now));
      }
      append(plan::put_back(port, bridge.name, shared ? vlans : model::Vlans{}));
      apply(job, kernel_);
      return job.failure;
    } catch (const Error& error) {
      return error;
    }
  }

  const NetworkRequest& request_;
  net::Kernel& kernel_;
  Report& report_;
  HostState host_;
  std::vector<plan::SetVnis> unmapped_{};
  /// Bridges with a guest's port that can't be set down, and VXLAN devices that keep their VNIs.
  std::set<int> kept_;
  std::size_t deleted_ = 0;
  std::size_t left_ = 0;
};

}  // namespace

ExitCode stop(const NetworkRequest& request, net::Kernel& kernel, Report& report) {
  return Stop(request, kernel, report).run();
}

}  // namespace command
