#include <algorithm>
#include <cerrno>
#include <set>

#include "command/apply.hpp"
#include "command/network.hpp"
#include "plan/network_plan.hpp"

namespace command {
namespace {

using model::ExitCode;
using model::HostState;
using model::Link;

/// The links that the request means, by ifindex.
std::set<int> links_in_scope(const NetworkRequest& request, const HostState& host) {
  std::set<int> scope;
  for (const model::Segment& segment : request.segments) {
    const plan::SegmentLinks links = plan::find_links(segment, host);
    if (links.vlan_link != nullptr) scope.insert(links.vlan_link->index);
    if (links.bridge != nullptr) scope.insert(links.bridge->index);
  }
  return scope;
}

/// One request for all of them, where nothing else carries the mark: unregistering many links at
/// once shares the kernel's waits between them. True if it did.
bool delete_all_at_once(const plan::TearDown& decision, net::Kernel& kernel) {
  if (!decision.everything_marked || decision.deletions.size() < 2) return false;
  const plan::Operation all = plan::DeleteMarked{};
  return !kernel.run(std::span(&all, 1)).front().has_value();
}

std::size_t delete_each(const plan::TearDown& decision, net::Kernel& kernel, Report& report) {
  std::vector<Job> jobs;
  for (const plan::Operation& step : decision.deletions) {
    jobs.push_back({.plan = {step}});
  }
  apply(jobs, kernel, [&](std::size_t ended) { report.progress(ended, jobs.size()); });
  std::size_t failures = 0;
  for (const Job& job : jobs) {
    if (!job.failure || job.failure->errnum() == ENODEV) continue;  // gone is gone
    ++failures;
    report.error("", *job.failure);
  }
  return failures;
}

}  // namespace

ExitCode stop(const NetworkRequest& request, net::Kernel& kernel, Report& report) {
  const HostState host = kernel.read();
  const std::set<int> scope = links_in_scope(request, host);
  const auto in_scope = [&](const Link& link) {
    return request.everything || scope.contains(link.index);
  };
  const plan::TearDown decision = plan::tear_down(host, in_scope, request.force);
  for (const std::string& sentence : decision.spared) report.warning(sentence);
  std::size_t failures = 0;
  if (request.dry_run) {
    for (const plan::Operation& step : decision.deletions) report.result(plan::describe(step));
  } else if (!delete_all_at_once(decision, kernel)) {
    failures = delete_each(decision, kernel, report);
  }
  const std::size_t left = failures + decision.spared.size();
  if (left == 0) return ExitCode::done;
  return failures == decision.deletions.size() ? ExitCode::failed : ExitCode::partial;
}

}  // namespace command
