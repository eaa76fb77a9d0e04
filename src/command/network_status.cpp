#include "command/guest_names.hpp"
#include "command/host_checks.hpp"
#include "command/network.hpp"
#include "command/overview.hpp"
#include "command/status_json.hpp"
#include "command/status_lines.hpp"
#include "command/status_table.hpp"

namespace command {
namespace {

void print_refused(const Overview& overview, Report& report) {
  for (const model::Error& error : overview.refused) report.error("", error);
}

void print_lines(const Overview& overview, GuestNames& names, Report& report) {
  for (const VlanView& vlan : overview.vlans) report.result(line_of(vlan, names));
  print_refused(overview, report);
  for (const model::Problem& problem : overview.problems) report.warning(problem.text);
  if (overview.firewall_sees_bridged) warn_of_firewall(report);
}

void print_table(const Overview& overview, const Output& output, GuestNames& names,
                 Report& report) {
  for (const std::string& line : table_of(overview, output, names)) report.result(line);
  print_refused(overview, report);
  if (overview.firewall_sees_bridged) warn_of_firewall(report);
}

}  // namespace

model::ExitCode status(const NetworkRequest& request, net::Kernel& kernel,
                       const xen::OpenStore& open_store, Report& report) {
  const Overview overview = read_overview(request, kernel);
  GuestNames names(open_store, report);
  switch (request.output.form) {
    case Output::Form::lines:
      print_lines(overview, names, report);
      break;
    case Output::Form::table:
      print_table(overview, request.output, names, report);
      break;
    case Output::Form::json:
      report.result(json_of(overview, names).text());
      break;
  }
  return overview.all_well() ? model::ExitCode::done : model::ExitCode::partial;
}

}  // namespace command
