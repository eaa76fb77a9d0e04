#include <algorithm>
#include <set>

#include "command/network.hpp"
#include "command/overview.hpp"
#include "command/text.hpp"

namespace command {
namespace {

using model::ExitCode;
using model::Problem;
using model::ProblemCode;
using model::State;

/// "-" for what is in the configuration alone, "+" for what is on the host alone.
const char* sign_of(ProblemCode code) {
  switch (code) {
    case ProblemCode::missing:
    case ProblemCode::drift:
    case ProblemCode::refused:
    case ProblemCode::unguarded:
    case ProblemCode::lost:
      return "- ";
    default:
      return "+ ";
  }
}

bool is_well(const Overview& overview) {
  const auto has_problem = [](const VlanView& vlan) {
    const auto& problems = vlan.judgement.problems;
    return std::any_of(problems.begin(), problems.end(),
                       [](const Problem& problem) { return problem.code != ProblemCode::weaker; });
  };
  return overview.all_well() &&
         std::none_of(overview.vlans.begin(), overview.vlans.end(), has_problem);
}

void print_differences(const Overview& overview, Report& report) {
  for (const VlanView& vlan : overview.vlans) {
    for (const Problem& problem : vlan.judgement.problems) {
      if (problem.code == ProblemCode::weaker) continue;
      report.result(sign_of(problem.code) + vlan.trunk + " " + model::text(vlan.vids) + ": " +
                    problem.text);
    }
  }
  for (const model::Error& error : overview.refused) report.result("- " + error.sentence());
  for (const Problem& problem : overview.problems) {
    report.result(sign_of(problem.code) + problem.text);
  }
}

struct Counts {
  std::size_t up = 0;
  std::size_t wrong = 0;
  std::size_t unconfigured = 0;
  std::size_t guests = 0;
  std::string first;  ///< what is wrong first
};

Counts counts_of(const Overview& overview) {
  Counts counts;
  std::set<const model::Link*> guests;
  const auto note = [&](const std::string& text) {
    if (counts.first.empty()) counts.first = text;
  };
  for (const VlanView& vlan : overview.vlans) {
    guests.insert(vlan.guests.begin(), vlan.guests.end());
    const State state = vlan.judgement.state;
    counts.up += state == State::up ? 1 : 0;
    counts.unconfigured += state == State::unconfigured ? 1 : 0;
    if (state != State::wrong && state != State::missing) continue;
    ++counts.wrong;
    note(vlan.trunk + " " + model::text(vlan.vids) + ": " + vlan.judgement.problems.front().text);
  }
  counts.wrong += overview.refused.size() + overview.problems.size();
  for (const model::Error& error : overview.refused) note(error.sentence());
  for (const Problem& problem : overview.problems) note(problem.text);
  counts.guests = guests.size();
  return counts;
}

/// Output before a "|", performance data behind it; neither may be in the text.
std::string fit_for_nagios(std::string text) {
  std::replace(text.begin(), text.end(), '|', '/');
  return text;
}

/// One line and an exit status, as the Monitoring Plugins' guidelines have them: 0 OK, 1 WARNING, 2
/// CRITICAL.
ExitCode print_for_nagios(const Overview& overview, Report& report) {
  const Counts counts = counts_of(overview);
  const bool well = is_well(overview);
  const bool critical = counts.wrong != 0;
  std::string text = std::string("XVLAN ") +
                     (critical ? "CRITICAL"
                      : well   ? "OK"
                               : "WARNING") +
                     " - " + counted(counts.up, "VLAN") + " up";
  if (critical) text += ", " + counted(counts.wrong, "problem") + ": " + counts.first;
  if (counts.unconfigured != 0) {
    text += ", " + std::to_string(counts.unconfigured) + " not configured";
  }
  report.result(fit_for_nagios(text) + " | up=" + std::to_string(counts.up) +
                " wrong=" + std::to_string(counts.wrong) + " unconfigured=" +
                std::to_string(counts.unconfigured) + " guests=" + std::to_string(counts.guests));
  return critical ? nagios_critical : well ? nagios_ok : nagios_warning;
}

}  // namespace

ExitCode check(const NetworkRequest& request, net::Kernel& kernel, Report& report) {
  const Overview overview = read_overview(request, kernel, Depth::isolation);
  if (request.nagios) return print_for_nagios(overview, report);
  if (!request.quiet) print_differences(overview, report);
  return is_well(overview) ? ExitCode::done : ExitCode::partial;
}

ExitCode tell_nagios_unknown(const model::Error& error, Report& report) {
  report.result(fit_for_nagios("XVLAN UNKNOWN - " + error.sentence()));
  return nagios_unknown;
}

}  // namespace command
