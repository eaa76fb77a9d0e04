#include "command/unplug.hpp"

#include <algorithm>
#include <cerrno>

#include "command/apply.hpp"
#include "command/on_demand.hpp"
#include "command/own_vif.hpp"
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
  const std::vector<std::string> names{wanted_name(request, *record)};
  const HostState host = kernel.read(names);
  const Link* const link = find_own(link_of(request), host);
  return link == nullptr ? std::nullopt : std::optional(*link);
}

/// The link to unplug; nothing if it is gone or not ours to unplug. xenstore is asked only where
/// it can matter, and what it can't tell is no failure: at this time it is often gone, too.
std::optional<Link> find_plugged(const VifRequest& request, net::Kernel& kernel,
                                 const xen::OpenStore& open_store, Report& report) {
  const HostState host = kernel.read(names_of(request, request.link));
  const Link* const link = find_own(link_of(request), host);
  if (link != nullptr && !request.from_udev) return *link;
  try {
    const auto store = open_store();
    if (request.from_udev && xen::udev_is_disabled(*store)) return std::nullopt;
    return link != nullptr ? std::optional(*link) : find_renamed(request, kernel, *store);
  } catch (const Error& error) {
    report.warning(request.link + ": " + error.sentence());
    return link != nullptr ? std::optional(*link) : std::nullopt;
  }
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

}  // namespace

void unplug(const VifRequest& request, net::Kernel& kernel, const xen::OpenStore& open_store,
            Configuration& configuration, Report& report) {
  const std::optional<Link> vif = find_plugged(request, kernel, open_store, report);
  const auto bridge = !vif || vif->master == 0 ? std::nullopt : kernel.read(vif->master);
  std::optional<LeftVlans> left;
  if (bridge && bridge->on_demand()) left = LeftVlans{bridge->name, kernel.read_vlans(*vif)};
  if (vif) take_off(request, *vif, bridge, kernel, report);
  if (request.dry_run && left) {
    Link off = *vif;
    off.master = 0;
    print_unused(*left, off, kernel, report);
  }
  if (!bridge || left) let_vlans_go(left, request, kernel, configuration, report);
}

}  // namespace command
