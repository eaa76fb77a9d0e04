#include <algorithm>

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

/// What status tells, and nobody need be woken for.
bool is_note(const Problem& problem) {
  return problem.code == ProblemCode::weaker || problem.code == ProblemCode::alone ||
         problem.code == ProblemCode::mtu;
}

bool is_well(const Overview& overview) {
  const auto has_problem = [](const VlanView& vlan) {
    const auto& problems = vlan.judgement.problems;
    return !std::all_of(problems.begin(), problems.end(), is_note);
  };
  return overview.all_well() &&
         std::none_of(overview.vlans.begin(), overview.vlans.end(), has_problem);
}

/// "eth1 4: br4 is missing"
std::string text_of(const VlanView& vlan, const Problem& problem) {
  return vlan.trunk + " " + model::text(vlan.vids) + ": " + problem.text;
}

void print_differences(const Overview& overview, Report& report) {
  for (const VlanView& vlan : overview.vlans) {
    for (const Problem& problem : vlan.judgement.problems) {
      if (is_note(problem)) continue;
      report.result(sign_of(problem.code) + text_of(vlan, problem));
    }
  }
  for (const model::Error& error : overview.refused) report.result("- " + error.sentence());
  for (const Problem& problem : overview.problems) {
    report.result(sign_of(problem.code) + problem.text);
  }
}

/// What is wrong first; empty if nothing is.
std::string first_problem(const Overview& overview) {
  for (const VlanView& vlan : overview.vlans) {
    const State state = vlan.judgement.state;
    const bool wrong = state == State::wrong || state == State::missing;
    if (wrong) return text_of(vlan, vlan.judgement.problems.front());
  }
  if (!overview.refused.empty()) return overview.refused.front().sentence();
  return overview.problems.empty() ? "" : overview.problems.front().text;
}

/// Output before a "|", performance data behind it; neither may be in the text.
std::string fit_for_nagios(std::string text) {
  std::replace(text.begin(), text.end(), '|', '/');
  return text;
}

/// One line and an exit status, as the Monitoring Plugins' guidelines have them: 0 OK, 1 WARNING, 2
/// CRITICAL.
ExitCode print_for_nagios(const Overview& overview, Report& report) {
  const std::size_t up = overview.count(State::up);
  const std::size_t unconfigured = overview.count(State::unconfigured);
  const std::size_t wrong = overview.count(State::wrong) + overview.count(State::missing) +
                            overview.refused.size() + overview.problems.size();
  const bool well = is_well(overview);
  const bool critical = wrong != 0;
  std::string text = std::string("XVLAN ") +
                     (critical ? "CRITICAL"
                      : well   ? "OK"
                               : "WARNING") +
                     " - " + counted(up, "VLAN") + " up";
  if (critical) text += ", " + counted(wrong, "problem") + ": " + first_problem(overview);
  if (unconfigured != 0) {
    text += ", " + std::to_string(unconfigured) + " not configured";
  }
  report.result(fit_for_nagios(text) + " | up=" + std::to_string(up) + " wrong=" +
                std::to_string(wrong) + " unconfigured=" + std::to_string(unconfigured) +
                " guests=" + std::to_string(overview.guest_count()));
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
