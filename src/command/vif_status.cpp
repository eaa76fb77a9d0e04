#include "command/vif_status.hpp"

#include <algorithm>

#include "command/guest_names.hpp"
#include "command/json.hpp"
#include "command/status_json.hpp"
#include "command/status_lines.hpp"
#include "command/status_table.hpp"
#include "command/table.hpp"
#include "command/text.hpp"
#include "command/vif_view.hpp"
#include "model/utf8.hpp"

namespace command {
namespace {

using model::ExitCode;

/// As a vif's spec has it: one VLAN alone is that of untagged frames.
std::string vlans_text(const model::Vlans& vlans) {
  const bool one = vlans.size() == 1 && vlans.front() == model::access_vlan(vlans.front().first);
  return one ? std::to_string(vlans.front().first) : model::text(vlans);
}

/// The columns of a line and of a table, but for what is wrong.
std::vector<std::string> columns_of(const VifView& view) {
  const auto or_dash = [](const std::string& text) { return text.empty() ? "-" : text; };
  return {view.id.name(view.tap),
          view.link == nullptr ? "-" : view.link->name,
          or_dash(view.domain.value_or("")),
          view.bridge == nullptr ? "-" : view.bridge->name,
          or_dash(vlans_text(view.vlans)),
          view.link == nullptr ? "-" : std::to_string(view.link->mtu),
          or_dash(view.link == nullptr ? "" : protection_text(*view.link)),
          xen::word(view.handshake)};
}

std::string line_of(const VifView& view) {
  const std::string problems = problems_text(view.problems);
  return model::printable(joined(columns_of(view), " ") +
                          (problems.empty() ? "" : " : " + problems));
}

std::vector<std::string> table_of(const std::vector<VifView>& views, const Output& output) {
  Table table({"VIF", "LINK", "GUEST", "BRIDGE", "VLANS", "MTU", "PROTECTION", "XEN"});
  std::size_t wrong = 0;
  std::size_t unknown = 0;
  for (const VifView& view : views) {
    const std::vector<std::string> columns = columns_of(view);
    table.add_row({columns.begin(), columns.end()});
    for (Table::Cell& note : notes_of(view.problems)) table.add_note(std::move(note));
    if (!view.problems.empty()) {
      ++wrong;
    } else if (!view.spec) {
      ++unknown;
    }
  }
  std::vector<std::string> lines = table.lines(output.colour, output.width);
  lines.emplace_back();
  const std::size_t right = views.size() - wrong - unknown;
  lines.push_back(counted(right, "vif") +
                  (right == 1 ? " as its spec says" : " as their specs say") +
                  (wrong == 0 ? "" : ", " + std::to_string(wrong) + " wrong") +
                  (unknown == 0 ? "" : ", " + std::to_string(unknown) + " without a known spec"));
  return lines;
}

JsonObject spec_json(const model::VifSpec& spec) {
  JsonObject object;
  const auto add = [&](const char* key, const std::optional<std::string>& value) {
    object.add_if_any(key, value.value_or(""));
  };
  add("bridge", spec.bridge);
  add("vlan", spec.vlan);
  add("vifname", spec.vif_name);
  add("mtu", spec.mtu);
  add("ip", spec.ip);
  return object;
}

JsonObject xen_json(const xen::Handshake& handshake) {
  JsonObject object;
  if (handshake.state) object.add("state", xen::word(handshake));
  return object.add_if_any("hotplug_status", handshake.hotplug.value_or(""))
      .add_if_any("hotplug_error", handshake.error.value_or(""));
}

JsonObject json_of(const VifView& view) {
  JsonObject object;
  object.add("vif", view.id.name(view.tap))
      .add("domid", view.id.domid)
      .add("devid", view.id.devid)
      .add_if_any("domain", view.domain.value_or(""))
      .add_if_any("guest_address", view.mac.value_or(""));
  if (view.link != nullptr) {
    object.add("ifname", view.link->name).add("up", view.link->up).add("mtu", view.link->mtu);
    if (view.bridge != nullptr) object.add("master", view.bridge->name);
    object.add_if_any("vlans", vlans_json(view.vlans))
        .add_if_any("antispoof", std::string(view.link->filter))
        .add("isolated", view.link->isolated);
  }
  if (view.spec) object.add("spec", spec_json(*view.spec));
  return object.add_if_any("xen", xen_json(view.handshake))
      .add_if_any("problems", problems_json(view.problems));
}

std::string json_text(const std::vector<VifView>& views) {
  JsonArray vifs;
  for (const VifView& view : views) vifs.add(json_of(view));
  return JsonObject().add("format", json_format).add("vifs", vifs).text();
}

void print(const std::vector<VifView>& views, const Output& output, Report& report) {
  switch (output.form) {
    case Output::Form::lines:
      for (const VifView& view : views) report.result(line_of(view));
      break;
    case Output::Form::table:
      for (const std::string& line : table_of(views, output)) report.result(line);
      break;
    case Output::Form::json:
      report.result(json_text(views));
      break;
  }
}

}  // namespace

ExitCode vif_status(const VifStatusRequest& request, net::Kernel& kernel,
                    const xen::OpenStore& open_store, Configuration& configuration,
                    Report& report) {
  const model::HostState host = kernel.read();
  GuestNames names(open_store, report);
  const auto views = read_vifs(request.name, host, kernel, names, configuration);
  if (views.empty() && !request.name.empty()) {
    throw model::Error({.action = "find " + request.name,
                        .reason = "no guest's link has that name, and xenstore knows no such vif",
                        .remedy = "'xvlan vif status' lists them all"});
  }
  print(views, request.output, report);
  const bool well = std::all_of(views.begin(), views.end(),
                                [](const VifView& view) { return view.problems.empty(); });
  return well ? ExitCode::done : ExitCode::partial;
}

}  // namespace command
