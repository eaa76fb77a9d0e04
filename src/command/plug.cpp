#include "command/plug.hpp"

#include <cerrno>
#include <chrono>

#include "command/apply.hpp"
#include "command/host_checks.hpp"
#include "command/hotplug_error.hpp"
#include "command/on_demand.hpp"
#include "command/own_vif.hpp"
#include "command/protect.hpp"
#include "command/vif_hooks.hpp"
#include "command/vif_links.hpp"
#include "plan/port.hpp"
#include "plan/realisation.hpp"
#include "plan/tear_down.hpp"
#include "xen/vif_record.hpp"

namespace command {
namespace {

using model::Error;
using model::HostState;
using model::Link;
using model::VifSpec;

Error not_plugged(const VifRequest& request) {
  return Error({.action = "move " + request.link,
                .reason = "it is on no bridge",
                .remedy = "plug it: xvlan-vif online " + request.link});
}

void warn_of_unused(const VifRequest& request, const VifSpec& record,
                    std::optional<std::string> VifSpec::*key, const std::string& name,
                    Report& report) {
  const auto& typed = request.spec.*key;
  if (!typed || !(record.*key) || typed == record.*key) return;
  report.warning(request.link + ": " + name + "=" + *typed +
                 " is not used, because xenstore says " + name + "=" + *(record.*key));
}

/// What the spec says of addresses, and what the configuration does; `checked` is the kind of the
/// vif's filter.
void warn_of_addresses(const VifRequest& request, const VifSpec& spec, model::Antispoof antispoof,
                       std::string_view checked, Report& report) {
  const std::string ip = spec.ip.value_or("");
  if (antispoof == model::Antispoof::ip) {
    if (checked == model::word(antispoof)) return;
    report.warning(request.link + ": its spec has no ip=: antispoof=ip checks only its MAC");
  } else if (!ip.empty()) {
    report.warning(request.link + ": ip=" + ip +
                   " is not enforced: xvlan does not filter a guest's addresses");
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
  Plug(const VifRequest& request, net::Kernel& kernel, Configuration& configuration,
       xen::Hooks& hooks, Report& report)
      : request_(request),
        kernel_(kernel),
        configuration_(configuration),
        hooks_(hooks),
        report_(report) {}

  /// `store` is nullptr where there is none to tell.
  void run(xen::Store* store) {
    store_ = store;
    const auto record =
        store == nullptr ? std::nullopt : xen::read_vif_record(*store, request_.backend_path);
    if (!record) store = without_record(store);
    const VifSpec spec = record ? record->or_else(request_.spec) : request_.spec;
    if (record && request_.bridge_was_typed) {
      warn_of_unused(request_, *record, &VifSpec::bridge, "bridge", report_);
    }
    if (record) warn_of_unused(request_, *record, &VifSpec::vlan, "vlan", report_);
    plug(spec);
    warn_of_addresses(request_, spec, protection_.antispoof, checked_, report_);
    call_hooks();
    if (!request_.tap && store != nullptr) tell(*store, spec);
    warn_of_firewall(kernel_, report_);
    let_old_vlans_go();
  }

  /// Moves a vif that is plugged.
  void move(xen::Store* store, const std::optional<VifSpec>& record) {
    store_ = store;
    plug(moved(record.value_or(VifSpec{})));
  }

  /// Runs the hooks: a vif that moved has left its old place for them before.
  void call_hooks() {
    const std::vector<xen::Hook> found = hooks_.find();
    if (found.empty()) return;
    facts_.mtu = std::to_string(mtu_);
    facts_.mac = mac_for_hooks();
    if (request_.move) run_hooks(found, request_, facts_of_old_place(), hooks_, report_);
    run_hooks(found, request_, facts_, hooks_, report_);
  }

  /// Writes where it is now, so that the next event, a reboot and a migration agree.
  void tell_moved(xen::Store& store, const std::optional<VifSpec>& record) {
    const std::string vlan = wanted_.spec ? model::spec_text(wanted_.spec->vlans) : "";
    for (const std::string& path : {request_.backend_path, libxl_path()}) {
      if (request_.dry_run) {
        report_.result("write " + path + "/bridge=" + wanted_.bridge + ", vlan=" + vlan);
        continue;
      }
      if (!is_there(store, path)) continue;
      std::vector<xen::Node> nodes{{path + "/bridge", wanted_.bridge}};
      if (!vlan.empty() || (record && record->vlan)) nodes.emplace_back(path + "/vlan", vlan);
      store.write_together(nodes);
    }
    report_.warning(request_.link + ": the domain's configuration file is unchanged");
  }

  /// Those of which this was the last guest before it was plugged here. It is plugged all the same
  /// if they stay.
  void let_old_vlans_go() {
    if (request_.dry_run) return;
    for (const std::string& sentence : release(left_)) report_.warning(sentence);
  }

  /// Undoes the plugging, and throws its failure.
  [[noreturn]] void take_back(const Error& failure) {
    std::vector<std::string> left;
    try {
      left = undo(job_.attempted, read_again(), kernel_);
    } catch (const Error& error) {
      for (const plan::Operation& step : job_.attempted) left.push_back(plan::describe(step));
      left.push_back(error.sentence());
    }
    for (std::string& sentence : release(brought_)) left.push_back(std::move(sentence));
    if (left.empty()) throw Error(failure);
    throw half_done(failure, left);
  }

 private:
  /// The spec with what was typed. A VLAN alone is one of the trunk that the vif is on.
  VifSpec moved(VifSpec spec) {
    const VifSpec& typed = request_.spec;
    if (request_.bridge_was_typed) {
      spec.bridge = typed.bridge;
    } else if (const auto known = spec.bridge ? spec.bridge : current_bridge()) {
      const std::string name = bridge_part(*known);
      const auto segment = configuration_.named(name);
      spec.bridge = segment ? segment->trunk_bridge.name.text() : name;
    }
    spec.vlan = typed.vlan;
    return spec;
  }

  /// The name of the bridge that the vif is on.
  std::optional<std::string> current_bridge() {
    const HostState host = kernel_.read(names_of(request_, request_.link));
    const Link* const vif = find_own(link_of(request_), host);
    const auto bridge =
        vif == nullptr || vif->master == 0 ? std::nullopt : kernel_.read(vif->master);
    return bridge ? std::optional(bridge->name) : std::nullopt;
  }

  [[nodiscard]] HookFacts facts_of_old_place() const {
    HookFacts facts = facts_;
    facts.event = event_name(false, request_.tap);
    facts.link = before_.name;
    facts.bridge = old_bridge_;
    facts.vlan = model::spec_text(before_.vlans);
    return facts;
  }

  /// A hook may do without: the vif is plugged by now.
  std::string mac_for_hooks() {
    try {
      return guest_mac().value_or("");
    } catch (const Error&) {
      return {};
    }
  }

  /// What libxl keeps of the vif for a reboot or a migration (libxl__nic_from_xenstore).
  [[nodiscard]] std::string libxl_path() const {
    return "/libxl/" + std::to_string(request_.id.domid) + "/device/vif/" +
           std::to_string(request_.id.devid);
  }

  /// False also where it is closed to a driver domain.
  static bool is_there(xen::Store& store, const std::string& path) {
    try {
      return store.list(path).has_value();
    } catch (const Error& error) {
      if (error.errnum() != EACCES) throw;
      return false;
    }
  }

  xen::Store* without_record(const xen::Store* store) {
    if (store != nullptr && request_.by_hand) {
      report_.warning(request_.link + ": there is no " + request_.backend_path +
                      " in xenstore: nothing is written there");
    }
    return nullptr;
  }

  void plug(const VifSpec& spec) {
    try {
      plug_in(spec);
      lock_.reset();
    } catch (const Error& failure) {
      const std::vector<std::string> left = release(brought_);
      if (left.empty()) throw;
      throw half_done(failure, left);
    }
  }

  void plug_in(const VifSpec& spec) {
    const std::string name = wanted_name(request_.link, request_.tap, spec);
    const std::uint32_t mtu = spec.mtu ? parse_mtu(*spec.mtu) : 0;
    PortLinks links = wait_for_links(name, spec.bridge.value_or(""));
    const bool exists = links.host.find(links.bridge_name) != nullptr;
    const Attachment& wanted = wanted_ = understand(spec, exists, configuration_);
    facts_ = {.event = event_name(true, request_.tap),
              .link = name,
              .bridge = wanted.bridge,
              .vlan = wanted.spec ? model::spec_text(wanted.spec->vlans) : spec.vlan.value_or(""),
              .spec = spec};
    if (wanted.bridge != links.bridge_name && wanted.bridge != spec.bridge) {
      links = read_links(request_, name, wanted.bridge, kernel_);
    }
    if (comes_on_demand(links)) bring_vlans(name, links);
    if (brings_bridge_ && links.host.find(links.bridge_name) == nullptr) {
      report_.result("add " + request_.link + " to bridge " + links.bridge_name);
      return;
    }
    const Link& bridge = find_bridge(links.bridge_name, spec.bridge, links.host);
    check_bridge(wanted, bridge);
    if (wanted.spec) tell_vlans(*wanted.spec);
    Link vif = find_vif(request_, name, links.host);
    if (request_.move && vif.master == 0) throw not_plugged(request_);
    if (!wanted.spec && vif.master != bridge.index) tell_if_in_none(bridge);
    vif.addresses = kernel_.read_ipv4(vif);
    protection_ = protection_of(wanted, bridge, configuration_);
    auto filter = wanted_filter(spec, bridge);
    if (filter) checked_ = plan::kind_of(filter->program);
    attach({.name = spec.vif_name ? name : vif.name,
            .original = link_of(request_).original_name(),
            .mtu = spec.mtu ? mtu : wanted.mtu.value_or(bridge.mtu),
            .bridge = &bridge,
            .vlans = wanted.spec ? std::optional(wanted.spec->vlans) : std::nullopt,
            .isolated = protection_.isolated,
            .filter = std::move(filter),
            .filter_before = vif.filtered() ? kernel_.read_filter(vif) : std::nullopt},
           vif);
  }

  /// xenstore is asked for it only where a filter or a hook needs it.
  std::optional<std::string> guest_mac() {
    const auto mac =
        store_ != nullptr ? xen::read_vif_mac(*store_, request_.backend_path) : std::nullopt;
    return mac ? mac : request_.mac;
  }

  std::optional<plan::Filter> wanted_filter(const VifSpec& spec, const Link& bridge) {
    if (protection_.antispoof == model::Antispoof::no) return std::nullopt;
    return filter_for(request_.link, guest_mac(), spec.ip, wanted_, bridge, protection_);
  }

  /// A bridge of ours that is there says so itself.
  [[nodiscard]] bool comes_on_demand(const PortLinks& links) const {
    const Link* const bridge = links.host.find(links.bridge_name);
    return bridge == nullptr || !bridge->ours() ? wanted_.on_demand : bridge->on_demand();
  }

  /// Makes what is missing of the VLANs. Nobody takes them away before the vif is in them.
  void bring_vlans(const std::string& name, PortLinks& links) {
    // Who takes them away knows it by that name, not by a full one.
    if (const Link* const bridge = links.host.find(links.bridge_name)) {
      links.bridge_name = std::string(bridge->name);
    }
    if (!request_.dry_run) {
      lock_ = kernel_.lock(links.bridge_name, wanted_.spec ? wanted_.spec->vlans : model::Vlans{});
      links = read_links(request_, name, links.bridge_name, kernel_);
    }
    const std::vector<model::Segment> missing = missing_vlans(links);
    if (missing.empty()) return;
    if (request_.dry_run) {
      brings_bridge_ = true;
      print(plan::steps_to(missing, kernel_.read()), report_);
      return;
    }
    bring(missing, kernel_, report_);
    brought_ = LeftVlans{links.bridge_name, wanted_.spec ? wanted_.spec->vlans : model::Vlans{}};
    links = read_links(request_, name, links.bridge_name, kernel_);
  }

  std::vector<model::Segment> missing_vlans(const PortLinks& links) {
    std::vector<model::Segment> missing;
    const Link* const bridge = links.host.find(links.bridge_name);
    const bool whole = bridge != nullptr && is_whole(*bridge);
    if (!wanted_.spec) {
      auto segment = whole ? std::nullopt : configuration_.named(links.bridge_name);
      if (segment && segment->options.on_demand) missing.push_back(std::move(*segment));
      return missing;
    }
    if (!wanted_.trunk) return missing;
    const model::Vlans vids = whole ? missing_vids(*wanted_.trunk, *bridge) : wanted_.spec->vlans;
    for (const model::BridgeVlan& range : vids) {
      for (unsigned vid = range.first; vid <= range.last; ++vid) {
        auto segment =
            configuration_.segment(*wanted_.trunk, model::Vid::parse(std::to_string(vid)));
        if (segment) missing.push_back(std::move(*segment));
      }
    }
    return missing;
  }

  /// It comes up last when it is made, and goes first. Its VLAN link goes with a trunk, or may have
  /// been deleted.
  bool is_whole(const Link& bridge) {
    if (!bridge.up) return false;
    return wanted_.spec || plan::uplink_of(bridge, kernel_.read_ports(bridge.index)) != nullptr;
  }

  /// A trunk that was put on another bridge may be in the same VIDs there.
  model::Vlans missing_vids(const model::Carrier& trunk, const Link& bridge) {
    const std::vector<std::string> names{trunk.text()};
    const HostState host = kernel_.read(names);
    const Link* const link = host.find(trunk.text());
    const bool is_port = link != nullptr && link->master == bridge.index;
    return model::without(wanted_.spec->vlans,
                          is_port ? kernel_.read_vlans(*link) : model::Vlans{});
  }

  /// Lets VLANs go of which this was the last guest, on a bridge that may have some.
  std::vector<std::string> release(std::optional<LeftVlans>& vlans) {
    lock_.reset();
    const auto left = std::exchange(vlans, std::nullopt);
    return left ? take_unused_away(*left, kernel_) : std::vector<std::string>{};
  }

  /// What is not obvious from the spec.
  void tell_vlans(const model::VlanSpec& spec) {
    if (spec.counts) {
      report_.warning(request_.link + ": its VLANs are " + model::text(spec.vlans));
    }
    if (spec.mixes) {
      report_.warning(request_.link + ": the frames of several VLANs leave without a tag, " +
                      "so that the guest can't tell them apart");
    }
  }

  /// Somebody else's bridge for all VLANs may give its ports none.
  void tell_if_in_none(const Link& bridge) {
    if (!bridge.gives_no_vlan()) return;
    report_.warning(
        request_.link + ": it is in no VLAN of " + bridge.name +
        ", which gives its ports none: its frames go nowhere without a vlan= in its spec");
  }

  /// A toolstack may call before the backend driver has made the vif.
  PortLinks wait_for_links(const std::string& name, const std::string& bridge) {
    PortLinks links = read_links(request_, name, bridge, kernel_);
    if (find_own(link_of(request_), links.host) != nullptr) return links;
    const std::vector<std::string> first{first_name(request_)};
    if (!kernel_.wait_for(first, patience)) return links;
    return read_links(request_, name, bridge, kernel_);
  }

  void attach(const plan::Port& port, Link vif) {
    bridges_ = {port.bridge->index};
    const bool moves = vif.master != 0 && vif.master != port.bridge->index;
    const auto current = moves ? kernel_.read(vif.master) : std::nullopt;
    if (current) bridges_.push_back(current->index);
    const Link* const old = current ? &*current : vif.master != 0 ? port.bridge : nullptr;
    if (old != nullptr) old_bridge_ = old->name;
    facts_.link = port.name;
    facts_.bridge = port.bridge->name;
    const bool has_vlans = current ? current->gives_no_vlan() : port.vlans && vif.master != 0;
    if (has_vlans) vif.vlans = kernel_.read_vlans(vif);
    // If it is where it shall be, an earlier run may have been killed that had brought it there.
    if (old != nullptr && old->on_demand()) {
      left_ = moves ? LeftVlans{old->name, vif.vlans} : LeftVlans{};
    }
    before_ = vif;
    job_.plan = plan::attach(port, vif, current ? &*current : nullptr);
    job_.may_fail = may_fail;
    mtu_ = port.mtu;
    if (request_.dry_run) {
      print(job_.plan, report_);
      vif.master = port.bridge->index;
      vif.vlans = port.vlans.value_or(model::Vlans{});
      if (left_) print_unused(*left_, vif, kernel_, report_);
      return;
    }
    apply(job_, kernel_);
    if (!job_.failure && !job_.plan.empty()) job_.failure = look_again(port);
    for (const Error& error : job_.skipped) report_.warning(error.sentence());
    if (job_.failure) take_back(*job_.failure);
  }

  /// Sees which MTU the vif has got. The failure if the bridge was deleted before the vif came up:
  /// the kernel then sets up a vif that is on no bridge, and refuses nothing. Nor does Linux before
  /// 4.18 refuse to isolate a port. And what was read of a filter may have been another run's.
  std::optional<Error> look_again(const plan::Port& port) {
    const Link& bridge = *port.bridge;
    try {
      const auto now = kernel_.read(before_.index);
      if (!now) return std::nullopt;
      mtu_ = now->mtu;
      if (now->isolated != port.isolated && now->master == bridge.index) {
        return Error({.action = "isolate " + now->name + " from other guests",
                      .reason = "this kernel's bridges can't"});
      }
      if (now->filtered() != port.filter.has_value()) {
        return Error({.action = "filter the frames of " + now->name,
                      .reason = "another program plugged it meanwhile"});
      }
      if (now->master == bridge.index) return std::nullopt;
      return Error({.action = "keep " + now->name + " on bridge " + bridge.name,
                    .reason = "another program took it off meanwhile"});
    } catch (const Error& error) {
      return error;
    }
  }

  void tell(xen::Store& store, const VifSpec& spec) {
    if (request_.dry_run) {
      report_.result("write " + request_.backend_path + "/hotplug-status=connected");
      return;
    }
    try {
      if (spec.frontend) tell_mtu(store, *spec.frontend + "/mtu");
      xen::report_connected(store, request_.backend_path);
    } catch (const Error& error) {
      take_back(error);
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

  /// The links concerned, as they are now.
  HostState read_again() {
    std::vector<Link> links;
    for (const int index : bridges_) {
      if (auto bridge = kernel_.read(index)) links.push_back(std::move(*bridge));
    }
    if (auto vif = kernel_.read(before_.index)) {
      vif->addresses = kernel_.read_ipv4(*vif);
      vif->vlans = kernel_.read_vlans(*vif);
      links.push_back(std::move(*vif));
    }
    return HostState(std::move(links));
  }

  static constexpr std::chrono::seconds patience{2};

  const VifRequest& request_;
  net::Kernel& kernel_;
  Configuration& configuration_;
  xen::Hooks& hooks_;
  Report& report_;
  xen::Store* store_ = nullptr;
  Attachment wanted_;
  model::Protection protection_;  ///< of guests there
  std::string_view checked_;      ///< the kind of its filter, plan::kind_of()
  Job job_;
  Link before_;                       ///< the vif as it was found
  std::vector<int> bridges_;          ///< that it was to join and to leave
  std::string old_bridge_;            ///< that it was on, if any
  HookFacts facts_;                   ///< of the plugging
  std::uint32_t mtu_ = 0;             ///< that the vif has in the end, in bytes
  std::unique_ptr<net::Lock> lock_;   ///< of the bridge, if its VLANs come on demand
  std::optional<LeftVlans> brought_;  ///< VLANs that came for this vif
  std::optional<LeftVlans> left_;     ///< VLANs of which it may have been the last guest
  bool brings_bridge_ = false;        ///< a dry run would
};

/// A person who names the bridge needs no xenstore; anybody else does.
std::unique_ptr<xen::Store> open_for_plugging(const VifRequest& request,
                                              const xen::OpenStore& open_store, Report& report) {
  try {
    return open_store();
  } catch (const Error& error) {
    if (!request.by_hand || !(request.bridge_was_typed || request.vlan_was_typed)) throw;
    report.warning(request.link + ": " + error.sentence() + ": nothing is written to xenstore");
    return nullptr;
  }
}

/// Another try at the same xenstored may come through with the failure.
std::unique_ptr<xen::Store> open_or_tell(const VifRequest& request,
                                         const xen::OpenStore& open_store, Report& report) {
  try {
    return open_for_plugging(request, open_store, report);
  } catch (const Error& error) {
    if (!request.dry_run) report_early_failure(request.backend_path, error, open_store);
    throw;
  }
}

/// Whether the guest's emulated NIC has a tap that is plugged.
bool has_plugged_tap(const VifRequest& of_tap, net::Kernel& kernel) {
  const HostState host = kernel.read(names_of(of_tap, of_tap.link));
  const Link* const tap = find_own(link_of(of_tap), host);
  return tap != nullptr && tap->master != 0;
}

}  // namespace

void plug(const VifRequest& request, net::Kernel& kernel, const xen::OpenStore& open_store,
          Configuration& configuration, xen::Hooks& hooks, Report& report) {
  const auto store = open_or_tell(request, open_store, report);
  if (store && request.from_udev && xen::udev_is_disabled(*store)) return;
  try {
    Plug(request, kernel, configuration, hooks, report).run(store.get());
  } catch (const Error& error) {
    if (store && !request.dry_run) tell_failure(request, *store, error, report);
    throw;
  }
}

void move(const VifRequest& request, net::Kernel& kernel, const xen::OpenStore& open_store,
          Configuration& configuration, xen::Hooks& hooks, Report& report) {
  const auto store = open_for_plugging(request, open_store, report);
  const auto record =
      store ? xen::read_vif_record(*store, request.backend_path) : std::optional<VifSpec>();
  VifRequest of_tap = request;
  of_tap.tap = true;
  of_tap.link = request.id.name(true);
  const bool has_tap = has_plugged_tap(of_tap, kernel);
  Plug tap(of_tap, kernel, configuration, hooks, report);
  Plug vif(request, kernel, configuration, hooks, report);
  if (has_tap) tap.move(store.get(), record);
  try {
    vif.move(store.get(), record);
  } catch (const Error& error) {
    if (has_tap) tap.take_back(error);
    throw;
  }
  const auto let_old_vlans_go = [&] {
    vif.let_old_vlans_go();
    tap.let_old_vlans_go();
  };
  vif.call_hooks();
  if (has_tap) tap.call_hooks();
  try {
    if (record) vif.tell_moved(*store, record);
  } catch (const Error& error) {
    let_old_vlans_go();
    throw half_done(error, {request.link + " has moved"});
  }
  let_old_vlans_go();
}

}  // namespace command
