#include "command/apply.hpp"

#include <algorithm>
#include <cerrno>

#include "command/lost_ports.hpp"
#include "plan/undo.hpp"

namespace command {
namespace {

using model::Error;
using plan::Operation;

constexpr const char* load_filters =
    "load the modules of traffic control: modprobe sch_ingress cls_bpf";

std::string remedy_for(const Operation& operation, const net::Refusal& refusal) {
  switch (refusal.errnum) {
    case ENOENT:
      if (std::holds_alternative<plan::SetFilter>(operation)) return load_filters;
      return {};
    case EPERM:
    case EACCES:
      return "run it as root, with the right to change the network";
    case EOPNOTSUPP:
      // What a NIC that takes no VLANs is refused with, by the very module.
      if (refusal.words.find("VLANs not supported") != std::string::npos) return {};
      if (std::holds_alternative<plan::CreateVlanLink>(operation)) {
        return "load the 8021q module: modprobe 8021q";
      }
      if (std::holds_alternative<plan::SetFilter>(operation)) return load_filters;
      if (std::holds_alternative<plan::CreateBridge>(operation)) {
        return "load the bridge module: modprobe bridge";
      }
      return {};
    case EXFULL:
      return "a bridge has at most 1023 ports: give each VLAN a bridge of its own, vlan-aware=no";
    case ENETDOWN:
      return "its trunk went down meanwhile; see the kernel's log for the NIC";
    default:
      return {};
  }
}

Error refused(const Operation& operation, const net::Refusal& refusal) {
  return Error({.action = plan::describe(operation),
                .reason = refusal.words,
                .remedy = remedy_for(operation, refusal),
                .errnum = refusal.errnum});
}

/// The failure of an operation about which the kernel could not be asked.
Error unanswered(const Operation& operation, const Error& error) {
  return Error({.action = plan::describe(operation),
                .reason = error.sentence(),
                .remedy = error.remedy(),
                .errnum = error.errnum()});
}

void end(Job& job, Operation operation, Error failure) {
  job.refused = std::move(operation);
  job.failure = std::move(failure);
}

/// Runs the settings of a refused change one by one.
void run_parts(Job& job, const Operation& operation, net::Kernel& kernel) {
  for (const Operation& part : plan::split(operation)) {
    const auto refusal = kernel.run(std::span(&part, 1)).front();
    if (!refusal) continue;
    if (job.may_fail && job.may_fail(part)) {
      job.skipped.push_back(refused(part, *refusal));
    } else {
      end(job, part, refused(part, *refusal));
      return;
    }
  }
}

void conclude(Job& job, Operation&& operation, const std::optional<net::Refusal>& refusal,
              net::Kernel& kernel) {
  if (!refusal) {
    job.attempted.push_back(std::move(operation));
  } else if (plan::split(operation).size() > 1) {
    job.attempted.push_back(operation);
    run_parts(job, operation, kernel);
  } else if (job.may_fail && job.may_fail(operation)) {
    job.skipped.push_back(refused(operation, *refusal));
  } else {
    // A port may have left its old bridge although the new one did not take it.
    if (plan::created_link(operation) == nullptr) job.attempted.push_back(operation);
    end(job, operation, refused(operation, *refusal));
  }
}

void run_wave(std::span<Job> jobs, std::size_t step, net::Kernel& kernel) {
  std::vector<Job*> running;
  std::vector<Operation> wave;
  running.reserve(jobs.size());
  wave.reserve(jobs.size());
  for (Job& job : jobs) {
    if (job.failure || step >= job.plan.size()) continue;
    running.push_back(&job);
    wave.push_back(job.plan[step]);
  }
  std::size_t answered = 0;
  try {
    const auto refusals = kernel.run(wave);
    for (; answered < wave.size(); ++answered) {
      conclude(*running[answered], std::move(wave[answered]), refusals[answered], kernel);
    }
  } catch (const Error& error) {
    for (std::size_t i = answered; i < wave.size(); ++i) {
      const Operation& asked = running[i]->plan[step];
      running[i]->attempted.push_back(asked);
      end(*running[i], asked, unanswered(asked, error));
    }
  }
}

std::size_t longest_plan(std::span<const Job> jobs) {
  std::size_t longest = 0;
  for (const Job& job : jobs) longest = std::max(longest, job.plan.size());
  return longest;
}

/// A guest may have come to a bridge since it was looked at.
void add_lost_ports(std::vector<std::string>& left, const model::HostState& now,
                    net::Kernel& kernel) {
  try {
    for (const LostPort& lost : set_lost_ports_down(kernel, now)) {
      left.push_back(lost.port.name + " has lost its bridge " + lost.bridge->name + " and is down");
    }
  } catch (const Error& error) {
    left.push_back("a guest may have lost its bridge: " + error.sentence());
  }
}

bool sets_up(const Operation& operation) {
  const auto* const set_up = std::get_if<plan::SetUp>(&operation);
  return set_up != nullptr && set_up->up;
}

}  // namespace

bool Job::overtaken() const {
  if (!failure) return false;
  switch (failure->errnum()) {
    case EEXIST:  // a twin made it first
    case ENODEV:  // somebody deleted it
    case EINVAL:  // what the kernel says of a bridge that is gone when a port is added to it
      return true;
    default:
      return false;
  }
}

bool takes_next_door(const Job& job, plan::Door& door, Report& report) {
  const auto* const shut = std::get_if<plan::ShutBridge>(&*job.refused);
  const int errnum = job.failure->errnum();
  // ENOENT is what traffic control says of a kind of filter that is not there.
  if (shut == nullptr || (errnum != EOPNOTSUPP && errnum != ENOENT)) return false;
  if (shut->door != door) return true;  // another segment has found out
  if (door == plan::Door::settings) return false;
  const bool filters = door == plan::Door::vlan_filtering;
  door = filters ? plan::Door::traffic_control : plan::Door::settings;
  report.warning(filters ? "this kernel's bridges can't filter VLANs: they are shut off from "
                           "dom0 by traffic control, and guests' own tags pass"
                         : "this kernel has no traffic control either: bridges are shut off "
                           "from dom0 by IPv4 settings, and broadcasts still come in");
  return true;
}

void apply(std::span<Job> jobs, net::Kernel& kernel) {
  const std::size_t steps = longest_plan(jobs);
  for (Job& job : jobs) job.attempted.reserve(job.plan.size());
  for (std::size_t step = 0; step < steps; ++step) run_wave(jobs, step, kernel);
}

void apply(Job& job, net::Kernel& kernel) {
  apply(std::span(&job, 1), kernel);
}

std::vector<std::string> undo(const plan::Plan& attempted, const model::HostState& now,
                              net::Kernel& kernel) {
  std::vector<std::string> left;
  for (const Operation& step : plan::undo(attempted, now)) {
    if (!left.empty() && sets_up(step)) {
      left.push_back(plan::subject(step).name + " is left down");
      continue;
    }
    const bool deletes = std::holds_alternative<plan::DeleteLink>(step);
    if (deletes) kernel.watch_departures();
    const auto failure = attempt(step, kernel);
    if (failure && failure->errnum() != ENODEV) left.push_back(failure->sentence());
    if (deletes) add_lost_ports(left, now, kernel);
  }
  return left;
}

std::optional<Error> attempt(const Operation& operation, net::Kernel& kernel) {
  try {
    const auto refusal = kernel.run(std::span(&operation, 1)).front();
    return refusal ? std::optional(refused(operation, *refusal)) : std::nullopt;
  } catch (const Error& error) {
    return unanswered(operation, error);
  }
}

void print(const plan::Plan& steps, Report& report) {
  for (const Operation& step : steps) report.result(plan::describe(step));
}

}  // namespace command
