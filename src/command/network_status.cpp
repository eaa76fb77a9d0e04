#include <algorithm>
#include <optional>
#include <set>

#include "command/host_checks.hpp"
#include "command/network.hpp"
#include "model/vif_id.hpp"
#include "plan/bridge.hpp"
#include "plan/judge.hpp"
#include "plan/realisation.hpp"

namespace command {
namespace {

using model::ExitCode;
using model::HostState;
using model::Link;
using model::Segment;

/// The names of guests, from xenstore. One that doesn't answer is asked once only.
class Guests {
 public:
  Guests(const xen::OpenStore& open_store, Report& report)
      : open_store_(open_store), report_(report) {}

  /// "vif3.0=web", or the port's name alone where the guest's name can't be had; with what is done
  /// about it, if anything: "vif3.0=web[ip+isolated]".
  std::string text(const Link& port) {
    const auto domid = domid_of(port);
    const auto name = domid ? name_of(*domid) : std::nullopt;
    return port.name + (name ? "=" + *name : "") + guard_text(port);
  }

 private:
  static std::string guard_text(const Link& port) {
    std::string text(port.filter);
    if (port.isolated) text += text.empty() ? "isolated" : "+isolated";
    return text.empty() ? "" : "[" + text + "]";
  }

  /// A renamed vif is known by its device, or by the alias that it got with its new name.
  static std::optional<std::uint32_t> domid_of(const Link& port) {
    auto vif = model::VifId::from_device(port.parent);
    if (!vif) vif = model::VifId::from_name(port.name);
    if (!vif) vif = model::VifId::from_name(port.alias);
    return vif ? std::optional(vif->domid) : std::nullopt;
  }

  std::optional<std::string> name_of(std::uint32_t domid) {
    if (unreachable_) return std::nullopt;
    try {
      if (!store_) store_ = open_store_();
      return store_->read("/local/domain/" + std::to_string(domid) + "/name");
    } catch (const model::Error& error) {
      unreachable_ = true;
      report_.warning("guests are shown without their names: " + error.sentence());
      return std::nullopt;
    }
  }

  const xen::OpenStore& open_store_;
  Report& report_;
  std::unique_ptr<xen::Store> store_;
  bool unreachable_ = false;
};

std::string joined(const std::vector<std::string>& parts, const char* separator) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : separator) + part;
  return text;
}

std::string guests_text(const std::vector<const Link*>& ports, Guests& guests) {
  std::vector<std::string> names;
  names.reserve(ports.size());
  for (const Link* port : ports) names.push_back(guests.text(*port));
  return names.empty() ? "-" : joined(names, ",");
}

std::string problems_text(const model::Judgement& judgement) {
  std::vector<std::string> texts;
  for (const model::Problem& problem : judgement.problems) texts.push_back(problem.text);
  return texts.empty() ? "" : " : " + joined(texts, "; ");
}

std::string segment_line(const Segment& segment, const HostState& host,
                         const model::Judgement& judgement, Guests& guests) {
  const plan::LinkNames names = plan::link_names(segment, host);
  std::string line = segment.trunk.text() + " " + segment.vid.text() + " " + names.vlan_link + " " +
                     names.bridge + " " + model::word(judgement.state) + " " +
                     guests_text(plan::guests_of(segment, host), guests);
  return line + problems_text(judgement);
}

/// Once for each trunk whose VLANs come on demand: those that may come, all in one line. False if
/// something is wrong with it.
bool print_allowed(const NetworkRequest& request, const HostState& host, Report& report) {
  bool all_well = true;
  std::set<std::string> seen;
  for (const Segment& any : request.segments) {
    if (!any.options.on_demand || !seen.insert(any.trunk.text()).second) continue;
    model::Vlans allowed;
    for (const Segment& segment : request.segments) {
      const std::uint16_t vid = segment.vid.value();
      if (segment.trunk == any.trunk) allowed.push_back({.first = vid, .last = vid});
    }
    const model::Judgement judgement = plan::judge_trunk(any.trunk, request.segments, host);
    all_well = all_well && judgement.state == model::State::on_demand;
    const bool aware = any.trunk_bridge.vlan_aware;
    report.result(any.trunk.text() + " " + model::text(model::normalized(allowed)) + " - " +
                  (aware ? any.trunk_bridge.name.text() : "-") + " " +
                  model::word(judgement.state) + " -" + problems_text(judgement));
  }
  return all_well;
}

constexpr const char* not_configured = "made by xvlan, but not configured";

/// Those VLANs of a bridge that have no link of their own, and are not configured.
void print_unconfigured_vlans(const Link& bridge, const NetworkRequest& request,
                              const HostState& host, Guests& guests, Report& report) {
  const std::vector<Segment> vlans = plan::vlans_without_link(bridge, host);
  if (vlans.empty()) return;
  std::set<std::uint16_t> configured;
  for (const Segment& segment : request.segments) {
    if (plan::find_links(segment, host).bridge == &bridge) configured.insert(segment.vid.value());
  }
  for (const Segment& segment : vlans) {
    if (configured.contains(segment.vid.value())) continue;
    report.result(segment_line(
        segment, host,
        {.state = model::State::unconfigured,
         .problems = {{model::ProblemCode::unconfigured, bridge.name, not_configured}}},
        guests));
  }
}

void print_unconfigured(const NetworkRequest& request, const HostState& host, Guests& guests,
                        Report& report) {
  std::set<const Link*> configured;
  for (const Segment& segment : request.segments) {
    const plan::SegmentLinks links = plan::find_links(segment, host);
    configured.insert({links.vlan_link, links.bridge});
  }
  for (const Link& link : host.links()) {
    print_unconfigured_vlans(link, request, host, guests, report);
    if (!link.ours() || !link.is_vlan_link() || configured.contains(&link)) continue;
    const Link* const trunk = host.find(link.lower);
    const Link* const bridge = host.find(link.master);
    report.result((trunk == nullptr ? "-" : trunk->name) + " " + std::to_string(link.vid) + " " +
                  link.name + " " + (bridge == nullptr ? "-" : bridge->name) + " " +
                  model::word(model::State::unconfigured) + " " +
                  guests_text(bridge == nullptr ? std::vector<const Link*>{}
                                                : plan::guest_ports(*bridge, host),
                              guests) +
                  " : " + not_configured);
  }
}

/// Whether somebody has taken a guest's port off its bridge; one that dom0 routes has an address.
bool is_bare(const Link& link) {
  return model::is_guest_port(link) && link.up && link.master == 0 &&
         !model::has_given_address(link);
}

/// A bridge of ours for all VLANs gives its ports none of its own accord, whoever plugs them.
bool warn_of_lost_guests(const HostState& host, Report& report) {
  bool any = false;
  for (const Link& link : host.links()) {
    if (!is_bare(link)) continue;
    any = true;
    report.warning(link.name + " is up on no bridge: its frames go nowhere");
  }
  for (const Link& bridge : host.links()) {
    for (const Link* port : plan::guests_in_no_vlan(bridge, host)) {
      any = true;
      report.warning(port->name + " is in no VLAN of " + bridge.name + ": its frames go nowhere");
    }
  }
  return any;
}

}  // namespace

ExitCode status(const NetworkRequest& request, net::Kernel& kernel,
                const xen::OpenStore& open_store, Report& report) {
  const HostState host = kernel.read();
  Guests guests(open_store, report);
  const auto manager_of = [&](const Link& link) { return kernel.manager_of(link); };
  ExitCode exit = print_allowed(request, host, report) ? ExitCode::done : ExitCode::partial;
  for (const Segment& segment : request.segments) {
    if (!plan::is_wanted_now(segment, host)) continue;
    const model::Judgement judgement = plan::judge(segment, host, manager_of);
    if (judgement.state != model::State::up) exit = ExitCode::partial;
    report.result(segment_line(segment, host, judgement, guests));
  }
  for (const model::Error& error : request.refused) {
    exit = ExitCode::partial;
    report.error("", error);
  }
  print_unconfigured(request, host, guests, report);
  if (warn_of_lost_guests(host, report)) exit = ExitCode::partial;
  warn_of_firewall(kernel, report);
  return exit;
}

}  // namespace command
