#include "command/status_lines.hpp"

#include "command/text.hpp"
#include "model/utf8.hpp"

namespace command {
namespace {

std::string guests_text(const VlanView& vlan, GuestNames& names) {
  std::vector<std::string> texts;
  texts.reserve(vlan.guests.size());
  for (const model::Link* port : vlan.guests) texts.push_back(guest_text(*port, names));
  return texts.empty() ? "-" : joined(texts, ",");
}

std::string hosts_text(const VlanView& vlan) {
  return vlan.tunnel ? " hosts=" + std::to_string(vlan.tunnel->hosts.size()) : "";
}

}  // namespace

std::string protection_text(const model::Link& port) {
  std::string text(port.filter);
  if (port.isolated) text += text.empty() ? "isolated" : "+isolated";
  return text;
}

std::string guest_text(const model::Link& port, GuestNames& names) {
  const auto vif = model::vif_of(port);
  const auto name = vif ? names.name_of(vif->domid) : std::nullopt;
  const std::string protection = protection_text(port);
  return port.name + (name ? "=" + *name : "") + (protection.empty() ? "" : "[" + protection + "]");
}

std::string problems_text(const std::vector<model::Problem>& problems) {
  std::vector<std::string> texts;
  texts.reserve(problems.size());
  for (const model::Problem& problem : problems) texts.push_back(problem.text);
  return joined(texts, "; ");
}

std::string line_of(const VlanView& vlan, GuestNames& names) {
  const std::string problems = problems_text(vlan.judgement.problems);
  return model::printable(vlan.trunk + " " + model::text(vlan.vids) + " " + vlan.names.uplink +
                          " " + vlan.names.bridge + " " + model::word(vlan.judgement.state) + " " +
                          guests_text(vlan, names) + hosts_text(vlan) +
                          (problems.empty() ? "" : " : " + problems));
}

}  // namespace command
