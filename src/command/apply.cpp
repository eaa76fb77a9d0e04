#include "command/apply.hpp"

#include <algorithm>
#include <cerrno>
#include <set>

namespace command {
namespace {

// Jobs that run side by side. More would save nothing; the progress line moves once for each.
constexpr std::size_t side_by_side = 128;

std::string remedy_for(const plan::Operation& operation, const net::Refusal& refusal) {
  switch (refusal.errnum) {
    case EPERM:
    case EACCES:
      return "run it as root, with the right to change the network";
    case EOPNOTSUPP:
      // What a NIC that takes no VLANs is refused with, by the very module.
      if (refusal.words.find("VLANs not supported") != std::string::npos) return {};
      if (std::holds_alternative<plan::CreateVlanLink>(operation)) {
        return "load the 8021q module: modprobe 8021q";
      }
      if (std::holds_alternative<plan::CreateBridge>(operation)) {
        return "load the bridge module: modprobe bridge";
      }
      return {};
    case ENETDOWN:
      return "its trunk went down meanwhile; see the kernel's log for the NIC";
    default:
      return {};
  }
}

/// Runs the settings of a refused change one by one. True if none but tolerated ones were refused.
bool run_parts(Job& job, const plan::Operation& operation, net::Kernel& kernel,
               const Tolerated& tolerated,
               const std::function<void(const model::Error&)>& skipped) {
  for (const plan::Operation& part : plan::split(operation)) {
    const auto refusal = kernel.run(std::span(&part, 1)).front();
    if (!refusal) {
      job.done.push_back(part);
    } else if (tolerated(part)) {
      skipped(refused(part, *refusal));
    } else {
      job.failure = refused(part, *refusal);
      return false;
    }
  }
  return true;
}

bool tolerate_nothing(const plan::Operation&) {
  return false;
}
void skip_nothing(const model::Error&) {}

void run_wave(std::span<Job> jobs, std::size_t step, net::Kernel& kernel) {
  std::vector<Job*> running;
  std::vector<plan::Operation> wave;
  running.reserve(jobs.size());
  wave.reserve(jobs.size());
  for (Job& job : jobs) {
    if (job.failure || step >= job.plan.size()) continue;
    running.push_back(&job);
    wave.push_back(job.plan[step]);
  }
  const auto refusals = kernel.run(wave);
  for (std::size_t i = 0; i < wave.size(); ++i) {
    if (!refusals[i]) {
      running[i]->done.push_back(std::move(wave[i]));
    } else if (plan::split(wave[i]).size() > 1) {
      run_parts(*running[i], wave[i], kernel, tolerate_nothing, skip_nothing);
    } else {
      running[i]->failure = refused(wave[i], *refusals[i]);
    }
  }
}

std::size_t longest_plan(std::span<const Job> jobs) {
  std::size_t longest = 0;
  for (const Job& job : jobs) longest = std::max(longest, job.plan.size());
  return longest;
}

}  // namespace

bool Job::overtaken() const {
  if (!failure) return false;
  switch (failure->errnum()) {
    case EEXIST:  // a twin made it first
    case ENODEV:  // somebody deleted it
    case ENOENT:
    case EINVAL:  // what the kernel says of a bridge that is gone when a port is added to it
    case EBUSY:   // somebody made it a port first
      return true;
    default:
      return false;
  }
}

void apply(std::span<Job> jobs, net::Kernel& kernel,
           const std::function<void(std::size_t)>& on_progress) {
  for (std::size_t start = 0; start < jobs.size(); start += side_by_side) {
    const auto chunk = jobs.subspan(start, std::min(side_by_side, jobs.size() - start));
    const std::size_t steps = longest_plan(chunk);
    for (Job& job : chunk) job.done.reserve(job.plan.size());
    for (std::size_t step = 0; step < steps; ++step) run_wave(chunk, step, kernel);
    on_progress(start + chunk.size());
  }
}

void apply(Job& job, net::Kernel& kernel, const Tolerated& tolerated,
           const std::function<void(const model::Error&)>& skipped) {
  for (const plan::Operation& operation : job.plan) {
    const auto refusal = kernel.run(std::span(&operation, 1)).front();
    if (!refusal) {
      job.done.push_back(operation);
    } else if (!run_parts(job, operation, kernel, tolerated, skipped)) {
      return;
    }
  }
}

std::vector<std::string> undo(const plan::Plan& done, net::Kernel& kernel) {
  std::set<std::string> created;
  for (const plan::Operation& operation : done) {
    if (const std::string* name = plan::created_link(operation)) created.insert(*name);
  }
  std::vector<std::string> left;
  const plan::Plan last_first(done.rbegin(), done.rend());
  for (const plan::Operation& operation : last_first) {
    // What was done to a link that we made goes with it.
    const bool creation = plan::created_link(operation) != nullptr;
    if (!creation && created.contains(plan::subject(operation))) continue;
    const auto back = plan::inverse(operation);
    if (!back) continue;
    const auto refusal = kernel.run(std::span(&*back, 1)).front();
    if (refusal && refusal->errnum != ENODEV) left.push_back(refused(*back, *refusal).sentence());
  }
  return left;
}

model::Error refused(const plan::Operation& operation, const net::Refusal& refusal) {
  return model::Error({.action = plan::describe(operation),
                       .reason = refusal.words,
                       .remedy = remedy_for(operation, refusal),
                       .errnum = refusal.errnum});
}

}  // namespace command
