#include "command/vif.hpp"

#include <algorithm>
#include <cerrno>

#include "command/apply.hpp"
#include "model/ifname.hpp"
#include "model/number.hpp"
#include "model/vif_name.hpp"
#include "plan/vif_plan.hpp"
#include "xen/vif_record.hpp"

namespace command {
namespace {

using model::Error;
using model::ExitCode;
using model::HostState;
using model::IfName;
using model::Link;
using xen::VifRecord;

/// A stock sentence of Xen's scripts, which other programs compare byte for byte.
Error stock(std::string sentence, std::string remedy) {
  return Error({.action = {}, .reason = std::move(sentence), .remedy = std::move(remedy)});
}

bool udev_is_disabled(const VifRequest& request, xen::Store& store) {
  return request.from_udev && store.read("libxl/disable_udev").has_value();
}

/// The name the vif shall have, or already has: its vifname, if the domain's vif spec has one.
std::string wanted_name(const VifRequest& request, const VifRecord& record) {
  if (!record.vif_name) return request.link;
  const std::string name = *record.vif_name + (request.tap ? "-emu" : "");
  return IfName::parse("vifname", name).text();
}

/// Throws unless `link` is the vif that the toolstack means: after a rename, a name alone could be
/// another guest's. Kernels before 5.14 don't tell.
void require_own(const VifRequest& request, const Link& link) {
  const std::size_t numbers = request.backend_path.find("vif/");
  if (!link.parent.starts_with("vif-") || numbers == std::string::npos) return;
  std::string device = request.backend_path.substr(numbers);
  std::replace(device.begin(), device.end(), '/', '-');
  if (link.parent == device) return;
  throw Error({.action = "use " + link.name,
               .reason = "it belongs to another guest's " + link.parent,
               .remedy = "give each vif a vifname of its own"});
}

const Link& find_vif(const VifRequest& request, const std::string& name, const HostState& host) {
  const Link* const original = host.find(request.link);
  const Link* const renamed = name == request.link ? original : host.find(name);
  if (original != nullptr && renamed != nullptr && original->index != renamed->index) {
    throw stock("Cannot rename interface " + request.link + ". An interface with name " + name +
                    " already exists.",
                "give each vif a vifname of its own");
  }
  const Link* const vif = renamed != nullptr ? renamed : original;
  if (vif == nullptr) {
    throw Error({.action = "find " + request.link,
                 .reason = model::error_text(ENODEV),
                 .remedy = "the backend driver has not made it, or the guest is gone; see dmesg",
                 .errnum = ENODEV});
  }
  require_own(request, *vif);
  return *vif;
}

/// Links that a plugging needs to look at, read at once.
struct PortLinks {
  HostState host;
  std::string bridge_name;
};

/// "ethN" for "xenbrN": the bridge's name where xend's later network-bridge made it.
std::optional<std::string> alias_of(const std::string& bridge) {
  constexpr std::string_view prefix = "xenbr";
  if (!bridge.starts_with(prefix)) return std::nullopt;
  return "eth" + bridge.substr(prefix.size());
}

PortLinks read_links(const VifRequest& request, const std::string& name, const std::string& bridge,
                     net::Kernel& kernel) {
  std::vector<std::string> names{request.link};
  if (name != request.link) names.push_back(name);
  const bool can_exist = IfName::valid_to_find(bridge);
  if (can_exist) names.push_back(bridge);
  const auto alias = alias_of(bridge);
  if (alias && IfName::valid(*alias)) names.push_back(*alias);
  PortLinks links{.host = kernel.read(names), .bridge_name = bridge};
  const bool found = can_exist && links.host.find(bridge) != nullptr;
  const Link* const stand_in = alias ? links.host.find(*alias) : nullptr;
  if (!found && stand_in != nullptr && stand_in->kind == "bridge") links.bridge_name = *alias;
  return links;
}

const Link& find_bridge(const PortLinks& links) {
  const Link* const bridge = links.host.find(links.bridge_name);
  if (bridge == nullptr) {
    throw stock("Could not find bridge device " + links.bridge_name,
                "see 'network-xvlan status' for the bridges there are, and bridge= in the "
                "domain's vif spec");
  }
  if (bridge->kind != "bridge") {
    throw Error({.action = "use " + bridge->name + " as bridge",
                 .reason = bridge->kind.empty()
                               ? "it is a network device, not a bridge"
                               : "it is a link of kind " + std::string(bridge->kind),
                 .remedy = "see bridge= in the domain's vif spec"});
  }
  return *bridge;
}

std::uint32_t parse_mtu(const std::string& text) {
  const auto mtu = model::parse_number(text, model::lowest_mtu, model::highest_mtu);
  if (mtu) return *mtu;
  throw Error({.action = "use mtu=" + text,
               .reason = "an MTU is a number of bytes from " + std::to_string(model::lowest_mtu) +
                         " to " + std::to_string(model::highest_mtu),
               .remedy = "see mtu= in the domain's vif spec"});
}

std::string require_bridge(const VifRequest& request, const VifRecord& record, Report& report) {
  if (record.bridge && request.bridge_was_typed && request.bridge != record.bridge) {
    report.warning(request.link + ": bridge=" + *request.bridge +
                   " is not used, because xenstore says bridge=" + *record.bridge);
  }
  const auto bridge = record.bridge ? record.bridge : request.bridge;
  if (bridge && !bridge->empty()) return *bridge;
  throw stock("Could not find bridge, and none was specified",
              "name one: bridge=br4 in the domain's vif spec; xvlan never takes just any bridge, "
              "which would put the guest on a stranger's VLAN");
}

void warn_of_unused_keys(const VifRequest& request, const VifRecord& record, Report& report) {
  if (const auto ip = record.ip ? record.ip : request.ip; ip && !ip->empty()) {
    report.warning(request.link + ": ip=" + *ip +
                   " is not enforced: xvlan does not filter a guest's addresses");
  }
  if (const auto vlan = record.vlan ? record.vlan : request.vlan; vlan && !vlan->empty()) {
    report.warning(request.link + ": vlan=" + *vlan +
                   " is not applied: name the VLAN's bridge instead, as in bridge=br4");
  }
}

/// An old netback refuses a new MAC, or an MTU above 1500 before the guest is connected; Xen's own
/// script goes on without, and so does this.
bool may_fail(const plan::Operation& operation) {
  const auto* const change = std::get_if<plan::ChangeLink>(&operation);
  return change != nullptr && (change->to.mac || change->to.mtu);
}

/// A plugging under way.
class Plug {
 public:
  Plug(const VifRequest& request, net::Kernel& kernel, Report& report)
      : request_(request), kernel_(kernel), report_(report) {}

  /// `store` is nullptr where there is none to tell.
  void run(xen::Store* store) {
    const auto found =
        store == nullptr ? std::nullopt : xen::read_vif_record(*store, request_.backend_path);
    if (!found) store = without_record(store);
    const VifRecord record = found.value_or(VifRecord{});
    const std::string name = wanted_name(request_, record);
    const std::string bridge_name = require_bridge(request_, record, report_);
    const auto mtu_text = record.mtu ? record.mtu : request_.mtu;
    const std::uint32_t mtu = mtu_text ? parse_mtu(*mtu_text) : 0;

    const PortLinks links = read_links(request_, name, bridge_name, kernel_);
    const Link& bridge = find_bridge(links);
    Link vif = find_vif(request_, name, links.host);
    vif.addresses = kernel_.read_ipv4(vif);
    const plan::Port port{.name = name, .mtu = mtu_text ? mtu : bridge.mtu, .bridge = &bridge};
    attach(port, vif);
    warn_of_unused_keys(request_, record, report_);
    if (!request_.tap && store != nullptr) tell(*store, record);
    if (const std::string warning = firewall_warning(kernel_); !warning.empty()) {
      report_.warning(warning);
    }
  }

 private:
  xen::Store* without_record(const xen::Store* store) {
    if (store != nullptr && request_.by_hand) {
      report_.warning(request_.link + ": there is no " + request_.backend_path +
                      " in xenstore: nothing is written there");
    }
    return nullptr;
  }

  void attach(const plan::Port& port, const Link& vif) {
    const bool moves = vif.master != 0 && vif.master != port.bridge->index;
    const auto current = moves ? kernel_.read(vif.master) : std::nullopt;
    job_.plan = plan::attach(port, vif, current ? &*current : nullptr);
    mtu_ = port.mtu;
    if (request_.dry_run) {
      for (const plan::Operation& step : job_.plan) report_.result(plan::describe(step));
      return;
    }
    apply(job_, kernel_, may_fail, [&](const Error& error) {
      report_.warning(error.sentence());
      mtu_ = vif.mtu;
    });
    if (job_.failure) {
      take_back();
      throw Error(*job_.failure);
    }
  }

  void tell(xen::Store& store, const VifRecord& record) {
    if (request_.dry_run) {
      report_.result("write " + request_.backend_path + "/hotplug-status=connected");
      return;
    }
    try {
      if (record.frontend) tell_mtu(store, *record.frontend + "/mtu");
      xen::report_connected(store, request_.backend_path);
    } catch (const Error&) {
      take_back();
      throw;
    }
  }

  /// The guest's own directory may be closed to a driver domain: the vif works all the same.
  void tell_mtu(xen::Store& store, const std::string& path) {
    try {
      store.write({path, std::to_string(mtu_)});
    } catch (const Error& error) {
      if (error.errnum() != EACCES) throw;
      report_.warning(request_.link + ": " + error.sentence());
    }
  }

  void take_back() {
    for (const std::string& sentence : undo(job_.done, kernel_)) report_.warning(sentence);
  }

  const VifRequest& request_;
  net::Kernel& kernel_;
  Report& report_;
  Job job_;
  std::uint32_t mtu_ = 0;  ///< that the vif has in the end, in bytes
};

/// A person who names the bridge needs no xenstore; anybody else does.
std::unique_ptr<xen::Store> open_for_plugging(const VifRequest& request,
                                              const OpenStore& open_store, Report& report) {
  try {
    return open_store();
  } catch (const Error& error) {
    if (!request.by_hand || !request.bridge_was_typed) throw;
    report.warning(request.link + ": " + error.sentence() + ": nothing is written to xenstore");
    return nullptr;
  }
}

void tell_failure(const VifRequest& request, xen::Store& store, const Error& error) {
  // Writing into a directory that the toolstack has removed would resurrect it.
  if (store.list(request.backend_path)) {
    xen::report_failed(store, request.backend_path, error.sentence());
  }
}

void plug(const VifRequest& request, net::Kernel& kernel, const OpenStore& open_store,
          Report& report) {
  const auto store = open_for_plugging(request, open_store, report);
  if (store && udev_is_disabled(request, *store)) return;
  try {
    Plug(request, kernel, report).run(store.get());
  } catch (const Error& error) {
    if (store && !request.dry_run) {
      try {
        tell_failure(request, *store, error);
      } catch (const Error& unheard) {
        // A xenstored that is silent is the failure itself, as a rule.
        if (unheard.sentence() != error.sentence()) {
          report.warning(request.link + ": " + unheard.sentence());
        }
      }
    }
    throw;
  }
}

/// The link by the name that the domain's vif spec gave it, if it gave one.
std::optional<Link> find_renamed(const VifRequest& request, net::Kernel& kernel,
                                 xen::Store& store) {
  const auto record = xen::read_vif_record(store, request.backend_path);
  if (!record || !record->vif_name) return std::nullopt;
  const std::vector<std::string> names{wanted_name(request, *record)};
  const HostState host = kernel.read(names);
  const Link* const link = host.find(names.front());
  if (link == nullptr) return std::nullopt;
  require_own(request, *link);
  return *link;
}

/// The link to unplug; nothing if it is gone or not ours to unplug. xenstore is asked only where
/// it can matter, and what it can't tell is no failure: at this time it is often gone, too.
std::optional<Link> find_plugged(const VifRequest& request, net::Kernel& kernel,
                                 const OpenStore& open_store, Report& report) {
  const std::vector<std::string> names{request.link};
  const HostState host = kernel.read(names);
  const Link* const link = host.find(request.link);
  if (link != nullptr && !request.from_udev) return *link;
  try {
    const auto store = open_store();
    if (udev_is_disabled(request, *store)) return std::nullopt;
    return link != nullptr ? std::optional(*link) : find_renamed(request, kernel, *store);
  } catch (const Error& error) {
    report.warning(request.link + ": " + error.sentence());
    return link != nullptr ? std::optional(*link) : std::nullopt;
  }
}

void unplug(const VifRequest& request, net::Kernel& kernel, const OpenStore& open_store,
            Report& report) {
  const std::optional<Link> vif = find_plugged(request, kernel, open_store, report);
  if (!vif) return;
  const auto bridge = vif->master == 0 ? std::nullopt : kernel.read(vif->master);
  Job job{.plan = plan::detach(*vif, bridge ? &*bridge : nullptr)};
  if (request.dry_run) {
    for (const plan::Operation& step : job.plan) report.result(plan::describe(step));
    return;
  }
  apply(std::span(&job, 1), kernel, [](std::size_t) {});
  if (job.failure && job.failure->errnum() != ENODEV) throw Error(*job.failure);
}

}  // namespace

ExitCode vif(const VifRequest& request, net::Kernel& kernel, const OpenStore& open_store,
             Report& report) {
  try {
    if (request.plug) {
      plug(request, kernel, open_store, report);
    } else {
      unplug(request, kernel, open_store, report);
    }
    return ExitCode::done;
  } catch (const Error& error) {
    report.error(request.link, error);
    return error.exit();
  }
}

void report_early_failure(const std::string& backend_path, const Error& error,
                          const OpenStore& open_store) {
  try {
    const auto store = open_store();
    if (store->list(backend_path)) xen::report_failed(*store, backend_path, error.sentence());
  } catch (const Error&) {
    // The caller reports the failure itself; that xenstore can't be told adds nothing.
  }
}

}  // namespace command
