#include "command/unplug.hpp"

#include <algorithm>
#include <cerrno>

#include "command/apply.hpp"
#include "command/on_demand.hpp"
#include "command/own_vif.hpp"
#include "command/vif_hooks.hpp"
#include "command/vif_links.hpp"
#include "plan/port.hpp"
#include "xen/vif_record.hpp"

namespace command {
namespace {

using model::Error;
using model::HostState;
using model::Link;

/// The link by the name that the domain's vif spec gave it, if it gave one.
std::optional<Link> find_renamed(const VifRequest& request, net::Kernel& kernel,
                                 xen::Store& store) {
  const auto record = xen::read_vif_record(store, request.backend_path);
  if (!record || !record->vif_name) return std::nullopt;
  const std::vector<std::string> names{wanted_name(request.link, request.tap, *record)};
  const HostState host = kernel.read(names);
  const Link* const link = find_own(link_of(request), host);
  return link == nullptr ? std::nullopt : std::optional(*link);
}

/// The vif of an event that is for us, and where it was; all of it nothing if it has gone.
struct Plugged {
  std::optional<Link> vif{};
  std::optional<Link> bridge{};
  model::Vlans vlans{};  ///< looked for only where somebody needs them
};

/// Nothing if the call is not for us. The link is none that is not ours to unplug. xenstore is
/// asked only where it can matter, and what it can't tell is no failure: at this time it is often
/// gone, too.
std::optional<Plugged> find_plugged(const VifRequest& request, net::Kernel& kernel,
                                    const xen::OpenStore& open_store, Report& report) {
  const HostState host = kernel.read(names_of(request, request.link));
  const Link* const link = find_own(link_of(request), host);
  Plugged found;
  if (link != nullptr) found.vif = *link;
  if (link != nullptr && !request.from_udev) return found;
  try {
    const auto store = open_store();
    if (request.from_udev && xen::udev_is_disabled(*store)) return std::nullopt;
    if (!found.vif) found.vif = find_renamed(request, kernel, *store);
  } catch (const Error& error) {
    report.warning(request.link + ": " + error.sentence());
  }
  return found;
}

/// A link that is down stays down: there is nothing to take back.
void take_off(const VifRequest& request, const Link& vif, const std::optional<Link>& bridge,
              net::Kernel& kernel, Report& report) {
  Job job{.plan = plan::detach(vif, bridge ? &*bridge : nullptr)};
  if (request.dry_run) {
    print(job.plan, report);
    return;
  }
  apply(job, kernel);
  if (!job.failure || job.failure->errnum() == ENODEV) return;
  const auto now = kernel.read(vif.index);
  if (now && now->up == vif.up && now->master == vif.master) throw Error(*job.failure);
  throw half_done(*job.failure, {vif.name + " is down, but was not taken off its bridge"});
}

/// Whether VLANs may come and go with guests. A configuration that can't be read is no reason to
/// keep a guest plugged, nor a VLAN, which has its mark.
bool any_on_demand(Configuration& configuration, Report& report) {
  try {
    const auto& trunks = configuration.trunks();
    return std::any_of(trunks.begin(), trunks.end(), [](const auto& one) { return one.on_demand; });
  } catch (const Error& error) {
    report.warning(error.sentence());
    return true;
  }
}

/// Lets a VLAN go of which the vif may have been the last guest. Where that is gone already, nobody
/// knows on which bridge it was.
void let_vlans_go(const std::optional<LeftVlans>& known, const VifRequest& request,
                  net::Kernel& kernel, Configuration& configuration, Report& report) {
  if (request.dry_run || (!known && !any_on_demand(configuration, report))) return;
  const auto left = take_unused_away(known.value_or(LeftVlans{}), kernel);
  if (left.empty()) return;
  throw half_done(
      Error({.action = {}, .reason = request.link + " is off, but its VLAN could not be removed"}),
      left);
}

/// What xenstore still says for hooks: it is often gone by now.
HookFacts remembered(const VifRequest& request, const xen::OpenStore& open_store) {
  HookFacts facts{.event = event_name(false, request.tap), .mac = request.mac.value_or("")};
  facts.spec = request.spec;
  try {
    const auto store = open_store();
    const auto record = xen::read_vif_record(*store, request.backend_path);
    if (!record) return facts;
    facts.spec = record->or_else(request.spec);
    facts.mac = xen::read_vif_mac(*store, request.backend_path).value_or(facts.mac);
  } catch (const Error&) {
    // Whatever they don't learn, hooks shall clean up.
  }
  return facts;
}

/// The name that the link has, or had; nothing if it is another one's now, which hooks must not
/// touch.
std::optional<std::string> name_for_hooks(const VifRequest& request, const HookFacts& facts,
                                          const std::optional<Link>& vif, net::Kernel& kernel) {
  if (vif) return vif->name;
  const std::vector<std::string> names{wanted_name(request.link, request.tap, facts.spec)};
  if (!kernel.read(names).links().empty()) return std::nullopt;
  return names.front();
}

/// Also where the vif has gone by itself, so that they can clean up.
void call_hooks(const std::vector<xen::Hook>& found, const VifRequest& request,
                const Plugged& plugged, net::Kernel& kernel, const xen::OpenStore& open_store,
                xen::Hooks& hooks, Report& report) {
  if (found.empty()) return;
  HookFacts facts = remembered(request, open_store);
  const auto name = name_for_hooks(request, facts, plugged.vif, kernel);
  if (!name) return;
  facts.link = *name;
  facts.bridge = plugged.bridge ? plugged.bridge->name : facts.spec.bridge.value_or("");
  const bool on_shared = plugged.bridge && plugged.bridge->gives_no_vlan();
  facts.vlan = !on_shared ? facts.spec.vlan.value_or("") : model::spec_text(plugged.vlans);
  if (plugged.vif) facts.mtu = std::to_string(plugged.vif->mtu);
  run_hooks(found, request, facts, hooks, report);
}

void print_left(const LeftVlans& left, Link vif, net::Kernel& kernel, Report& report) {
  vif.master = 0;
  print_unused(left, vif, kernel, report);
}

}  // namespace

void unplug(const VifRequest& request, net::Kernel& kernel, const xen::OpenStore& open_store,
            Configuration& configuration, xen::Hooks& hooks, Report& report) {
  auto found = find_plugged(request, kernel, open_store, report);
  if (!found) return;
  auto& [vif, bridge, vlans] = *found;
  if (vif && vif->master != 0) bridge = kernel.read(vif->master);
  const std::vector<xen::Hook> called = hooks.find();
  const bool on_demand = bridge && bridge->on_demand();
  if (on_demand || (bridge && !called.empty() && bridge->gives_no_vlan())) {
    vlans = kernel.read_vlans(*vif);
  }
  std::optional<LeftVlans> left;
  if (on_demand) left = LeftVlans{bridge->name, vlans};
  if (vif) take_off(request, *vif, bridge, kernel, report);
  if (request.dry_run && left) print_left(*left, *vif, kernel, report);
  call_hooks(called, request, *found, kernel, open_store, hooks, report);
  if (!bridge || left) let_vlans_go(left, request, kernel, configuration, report);
}

}  // namespace command
