#include "command/on_demand.hpp"

#include <cerrno>
#include <iterator>

#include "command/apply.hpp"
#include "command/lost_ports.hpp"
#include "plan/realisation.hpp"

namespace command {
namespace {

using model::Error;
using model::HostState;
using model::Link;

// How often VLANs are planned anew when others change the host under them.
constexpr int rounds = 8;

[[noreturn]] void take_back(const plan::Plan& attempted, const Error& failure,
                            net::Kernel& kernel) {
  std::vector<std::string> left;
  try {
    left = undo(attempted, kernel.read(), kernel);
  } catch (const Error& error) {
    for (const plan::Operation& step : attempted) left.push_back(plan::describe(step));
    left.push_back(error.sentence());
  }
  if (left.empty()) throw Error(failure);
  throw half_done(failure, left);
}

/// What takes the unused VLANs of a bridge away, of a VLAN-aware one those that were left.
plan::Plan steps_for(const Link& bridge, const LeftVlans& left, const HostState& host) {
  const bool any = left.bridge.empty();
  if (!bridge.on_demand() || (!any && bridge.name != left.bridge)) return {};
  plan::Plan steps = plan::without_unused(bridge, host);
  for (plan::Operation& step : steps) {
    auto* const leave = std::get_if<plan::SetVlans>(&step);
    if (leave == nullptr || any) continue;
    leave->to = model::together(model::without(leave->from, left.vlans), leave->to);
    if (leave->to == leave->from) return {};
  }
  return steps;
}

/// The VLANs that such steps take away; none where they take the bridge of one.
model::Vlans vlans_of(const plan::Plan& steps) {
  const auto* const leave = std::get_if<plan::SetVlans>(&steps.front());
  return leave == nullptr ? model::Vlans{} : model::without(leave->from, leave->to);
}

/// What is left of a VLAN that was to go, in words.
std::string left_text(const Job& job, const HostState& now) {
  std::string names;
  for (const plan::Operation& step : job.plan) {
    const auto* const deletion = std::get_if<plan::DeleteLink>(&step);
    if (deletion == nullptr || now.find(deletion->link.index) == nullptr) continue;
    names += (names.empty() ? "" : " and ") + deletion->link.name;
  }
  if (names.empty()) names = "VLAN " + model::text(vlans_of(job.plan));
  return "left without a guest: " + names + ": " + job.failure->sentence();
}

/// Appends a sentence for each thing that could not be done.
void take_away(int bridge, const LeftVlans& left, net::Kernel& kernel,
               std::vector<std::string>& sentences) {
  const HostState host = kernel.read();
  const Link* const there = host.find(bridge);
  if (there == nullptr) return;
  Job job{.plan = steps_for(*there, left, host)};
  if (job.plan.empty()) return;
  kernel.watch_departures();
  apply(job, kernel);
  if (job.failure && job.failure->errnum() != ENODEV) {
    const HostState now = kernel.read();
    sentences.push_back(left_text(job, now));
    for (std::string& sentence : undo(job.attempted, now, kernel)) {
      sentences.push_back(std::move(sentence));
    }
  }
  for (const LostPort& lost : set_lost_ports_down(kernel, host)) {
    sentences.push_back(lost.port.name + " has lost its bridge " + lost.bridge->name +
                        " and is down");
  }
}

}  // namespace

void bring(std::span<const model::Segment> wanted, net::Kernel& kernel, Report& report) {
  plan::Plan attempted;
  plan::Door door = plan::Door::vlan_filtering;
  for (int round = 1;; ++round) {
    Job job;
    try {
      job.plan = plan::steps_to(wanted, kernel.read(), door);
    } catch (const Error& error) {
      take_back(attempted, error, kernel);
    }
    apply(job, kernel);
    attempted.insert(attempted.end(), std::make_move_iterator(job.attempted.begin()),
                     std::make_move_iterator(job.attempted.end()));
    if (!job.failure) return;
    const bool again = round < rounds && (job.overtaken() || takes_next_door(job, door, report));
    if (!again) take_back(attempted, *job.failure, kernel);
  }
}

std::vector<std::string> take_unused_away(const LeftVlans& left, net::Kernel& kernel) {
  std::vector<std::string> sentences;
  try {
    const HostState host = kernel.read();
    for (const Link& link : host.links()) {
      const plan::Plan steps = steps_for(link, left, host);
      if (steps.empty()) continue;
      const model::Vlans vlans = vlans_of(steps);
      const auto lock = kernel.lock(link.name, vlans);
      // A guest may have come while the lock was waited for.
      take_away(link.index, {link.name, vlans}, kernel, sentences);
    }
  } catch (const Error& error) {
    sentences.push_back(error.sentence());
  }
  return sentences;
}

void print_unused(const LeftVlans& left, const Link& port, net::Kernel& kernel, Report& report) {
  std::vector<Link> links = kernel.read().links();
  for (Link& link : links) {
    if (link.index == port.index) link = port;
  }
  const HostState host(std::move(links));
  for (const Link& link : host.links()) print(steps_for(link, left, host), report);
}

Error half_done(const Error& failure, const std::vector<std::string>& left) {
  std::string text = "left as it is:";
  for (const std::string& sentence : left) text += " " + sentence + ";";
  text.pop_back();
  return Error({.action = {},
                .reason = failure.sentence(),
                .remedy = text,
                .errnum = failure.errnum(),
                .exit = model::ExitCode::partial});
}

}  // namespace command
