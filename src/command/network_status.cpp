#include <algorithm>
#include <optional>
#include <set>

#include "command/network.hpp"
#include "model/vif_name.hpp"
#include "plan/network_plan.hpp"

namespace command {
namespace {

using model::ExitCode;
using model::HostState;
using model::Link;
using model::Segment;

/// The names of guests, from xenstore. One that doesn't answer is asked once only.
class Guests {
 public:
  Guests(const OpenStore& open_store, Report& report) : open_store_(open_store), report_(report) {}

  /// "vif3.0=web", or the port's name alone where the guest's name can't be had.
  std::string text(const Link& port) {
    const auto domid = domid_of(port);
    const auto name = domid ? name_of(*domid) : std::nullopt;
    return name ? port.name + "=" + *name : port.name;
  }

 private:
  static std::optional<std::uint32_t> domid_of(const Link& port) {
    std::string name = port.name;
    // A renamed vif is known by its device, "vif-3-0".
    if (port.parent.starts_with("vif-")) {
      name = "vif" + port.parent.substr(4);
      std::replace(name.begin(), name.end(), '-', '.');
    }
    const auto vif = model::VifName::parse(name);
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

  const OpenStore& open_store_;
  Report& report_;
  std::unique_ptr<xen::Store> store_;
  bool unreachable_ = false;
};

std::string joined(const std::vector<std::string>& parts, const char* separator) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : separator) + part;
  return text;
}

std::string guests_text(const Link* bridge, const HostState& host, Guests& guests) {
  std::vector<std::string> names;
  if (bridge != nullptr) {
    for (const Link* port : plan::guest_ports(*bridge, host)) names.push_back(guests.text(*port));
  }
  return names.empty() ? "-" : joined(names, ",");
}

/// Everything wrong with a segment, in words; and the first word for its state.
struct Verdict {
  std::string state = "up";
  std::vector<std::string> complaints;
};

Verdict judge(const Segment& segment, const plan::SegmentLinks& links, const HostState& host) {
  Verdict verdict;
  try {
    plan::Plan steps = plan::prepare_trunk(segment.trunk, std::span(&segment, 1), host);
    for (plan::Operation& step : plan::bring_up(segment, host)) {
      if (std::find(steps.begin(), steps.end(), step) == steps.end()) {
        steps.push_back(std::move(step));
      }
    }
    if (!steps.empty()) verdict.state = "wrong";
    // What a missing link needs says no more than that it is missing.
    std::set<std::string> missing;
    for (const plan::Operation& step : steps) {
      if (const std::string* name = plan::created_link(step)) {
        missing.insert(*name);
        verdict.complaints.push_back(*name + " is missing");
      } else if (!missing.contains(plan::subject(step))) {
        verdict.complaints.push_back("to do: " + plan::describe(step));
      }
    }
  } catch (const model::Error& error) {
    verdict.state = "wrong";
    verdict.complaints.push_back(error.sentence());
  }
  if (links.vlan_link == nullptr || links.bridge == nullptr) verdict.state = "missing";
  for (const Link* link : {links.vlan_link, links.bridge}) {
    for (std::string& text : plan::address_texts(link)) {
      if (verdict.state == "up") verdict.state = "wrong";
      verdict.complaints.push_back(std::move(text));
    }
  }
  return verdict;
}

std::string segment_line(const Segment& segment, const plan::SegmentLinks& links,
                         const HostState& host, const Verdict& verdict, Guests& guests) {
  const std::string vlan_link =
      links.vlan_link == nullptr ? segment.vlan_link.name.text() : links.vlan_link->name;
  const std::string bridge =
      links.bridge == nullptr ? segment.bridge.name.text() : links.bridge->name;
  std::string line = segment.trunk.text() + " " + segment.vid.text() + " " + vlan_link + " " +
                     bridge + " " + verdict.state + " " + guests_text(links.bridge, host, guests);
  if (!verdict.complaints.empty()) line += " : " + joined(verdict.complaints, "; ");
  return line;
}

void print_unconfigured(const NetworkRequest& request, const HostState& host, Guests& guests,
                        Report& report) {
  std::set<const Link*> configured;
  for (const Segment& segment : request.segments) {
    const plan::SegmentLinks links = plan::find_links(segment, host);
    configured.insert({links.vlan_link, links.bridge});
  }
  for (const Link& link : host.links()) {
    if (!link.ours() || link.vid == 0 || configured.contains(&link)) continue;
    const Link* const trunk = host.find(link.lower);
    const Link* const bridge = host.find(link.master);
    report.result((trunk == nullptr ? "-" : trunk->name) + " " + std::to_string(link.vid) + " " +
                  link.name + " " + (bridge == nullptr ? "-" : bridge->name) + " unconfigured " +
                  guests_text(bridge, host, guests) + " : made by xvlan, but not configured");
  }
}

}  // namespace

std::string firewall_warning(net::Kernel& kernel) {
  if (!kernel.firewall_sees_bridged()) return {};
  return "dom0's own firewall sees the guests' frames, because bridge-nf-call-iptables is 1: a "
         "DROP policy in FORWARD cuts guests off; sysctl net.bridge.bridge-nf-call-iptables=0 ends "
         "it";
}

ExitCode status(const NetworkRequest& request, net::Kernel& kernel, const OpenStore& open_store,
                Report& report) {
  const HostState host = kernel.read();
  Guests guests(open_store, report);
  ExitCode exit = ExitCode::done;
  for (const Segment& segment : request.segments) {
    const plan::SegmentLinks links = plan::find_links(segment, host);
    const Verdict verdict = judge(segment, links, host);
    if (verdict.state != "up") exit = ExitCode::partial;
    report.result(segment_line(segment, links, host, verdict, guests));
  }
  for (const model::Error& error : request.refused) {
    exit = ExitCode::partial;
    report.error("", error);
  }
  print_unconfigured(request, host, guests, report);
  if (const std::string warning = firewall_warning(kernel); !warning.empty()) {
    report.warning(warning);
  }
  return exit;
}

}  // namespace command
