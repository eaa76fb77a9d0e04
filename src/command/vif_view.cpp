#include "command/vif_view.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "command/own_vif.hpp"
#include "command/protect.hpp"
#include "command/vif_links.hpp"
#include "model/error.hpp"
#include "model/number.hpp"
#include "plan/judge.hpp"
#include "plan/port.hpp"
#include "plan/tear_down.hpp"
#include "xen/vif_record.hpp"

namespace command {
namespace {

using model::HostState;
using model::Link;
using model::Problem;
using model::ProblemCode;
using model::VifId;
using model::VifSpec;

/// A guest and one of its interfaces, in the order in which they are shown.
using Key = std::pair<std::uint32_t, std::uint32_t>;

Key key_of(const VifId& id) {
  return {id.domid, id.devid};
}

void add_numbers(std::set<std::uint32_t>& numbers,
                 const std::optional<std::vector<std::string>>& names) {
  for (const std::string& name : names.value_or(std::vector<std::string>{})) {
    if (const auto number = model::parse_number(name, 0, UINT32_MAX)) numbers.insert(*number);
  }
}

void add_from_store(std::set<Key>& keys, xen::Store& store) {
  std::set<std::uint32_t> domids;
  add_numbers(domids, store.list("backend/vif"));
  for (const std::uint32_t domid : domids) {
    std::set<std::uint32_t> devids;
    add_numbers(devids, store.list("backend/vif/" + std::to_string(domid)));
    for (const std::uint32_t devid : devids) keys.emplace(domid, devid);
  }
}

const Link* find_link(const VifId& id, bool tap, const HostState& host) {
  return find_own({.id = id, .tap = tap}, host);
}

/// The VLANs that a port is in: its own, or that of its bridge.
model::Vlans vlans_of(const Link& port, const Link* bridge, const HostState& host) {
  if (bridge == nullptr) return {};
  const Link* const uplink = plan::uplink_of(*bridge, host);
  if (uplink != nullptr && uplink->is_vlan_link()) return {model::access_vlan(uplink->vid)};
  return bridge->vlan_filtering ? port.vlans : model::Vlans{};
}

void read_store(VifView& view, GuestNames& names) {
  xen::Store* const store = names.store();
  if (store == nullptr) return;
  try {
    const std::string path = view.id.backend_path();
    view.spec = xen::read_vif_record(*store, path);
    if (!view.spec) return;
    view.mac = xen::read_vif_mac(*store, path);
    if (!view.tap) view.handshake = xen::read_handshake(*store, path);
  } catch (const model::Error& error) {
    names.give_up(error);
  }
}

Problem refused(const VifView& view, const model::Error& error) {
  return {.code = ProblemCode::refused,
          .link = view.id.name(view.tap),
          .text = error.sentence(),
          .mend = error.remedy()};
}

/// The port that the spec asks for. Throws Error where it can't be had.
plan::Port wanted_port(const VifView& view, const VifSpec& spec, const Attachment& wanted,
                       const Link& bridge, net::Kernel& kernel, Configuration& configuration) {
  const Link& vif = *view.link;
  const model::Protection protection = protection_of(wanted, bridge, configuration);
  return {.name = wanted_name(vif.name, view.tap, spec),
          .original = view.id.name(view.tap),
          .mtu = spec.mtu ? parse_mtu(*spec.mtu) : wanted.mtu.value_or(bridge.mtu),
          .bridge = &bridge,
          .vlans = wanted.spec ? std::optional(wanted.spec->vlans) : std::nullopt,
          .isolated = protection.isolated,
          .filter = filter_for(vif.name, view.mac, spec.ip, wanted, bridge, protection),
          .filter_before = vif.filtered() ? kernel.read_filter(vif) : std::nullopt};
}

/// What plugging it again would change.
void add_steps(VifView& view, const HostState& host, net::Kernel& kernel,
               Configuration& configuration) {
  const VifSpec& spec = *view.spec;
  const bool exists = spec.bridge && host.find(bridge_for(*spec.bridge, host)) != nullptr;
  const Attachment wanted = understand(spec, exists, configuration);
  const Link& bridge = find_bridge(bridge_for(wanted.bridge, host), spec.bridge, host);
  check_bridge(wanted, bridge);
  const plan::Port port = wanted_port(view, spec, wanted, bridge, kernel, configuration);
  refuse_taken_name(*view.link, view.link->name, port.name, host);
  const Link* const current = view.bridge == &bridge ? nullptr : view.bridge;
  for (const plan::Operation& step : plan::attach(port, *view.link, current)) {
    view.problems.push_back({.code = ProblemCode::drift,
                             .link = view.link->name,
                             .text = "to do: " + plan::describe(step),
                             .mend = plan::plug_again(*view.link)});
  }
}

void judge_link(VifView& view, const HostState& host, net::Kernel& kernel,
                Configuration& configuration) {
  if (view.link == nullptr) {
    view.problems.push_back({.code = ProblemCode::missing,
                             .link = view.id.name(view.tap),
                             .text = "the kernel has no " + view.id.name(view.tap)});
  } else if (!view.spec) {
    if (!view.link->up || view.bridge != nullptr) return;
    view.problems.push_back(plan::lost(*view.link, "up but on no bridge"));
  } else {
    try {
      add_steps(view, host, kernel, configuration);
    } catch (const model::Error& error) {
      view.problems.push_back(refused(view, error));
    }
  }
}

void judge_handshake(VifView& view) {
  const std::string name = view.id.name(view.tap);
  const std::string word = xen::word(view.handshake);
  std::string text;
  if (word == "failed") {
    text = "the vif-script failed: " + view.handshake.error.value_or("it did not say why");
  } else if (word == "waits-for-script") {
    text = "no vif-script has told Xen that it is plugged";
  } else {
    return;
  }
  view.problems.push_back({.code = ProblemCode::handshake,
                           .link = name,
                           .text = std::move(text),
                           .mend = "xvlan-vif online " + name});
}

VifView read_vif(const VifId& id, bool tap, const HostState& host, net::Kernel& kernel,
                 GuestNames& names, Configuration& configuration) {
  VifView view{.id = id, .tap = tap, .link = find_link(id, tap, host)};
  if (view.link != nullptr) {
    view.bridge = host.find(view.link->master);
    view.vlans = vlans_of(*view.link, view.bridge, host);
  }
  view.domain = names.name_of(id.domid);
  read_store(view, names);
  judge_link(view, host, kernel, configuration);
  judge_handshake(view);
  return view;
}

/// Those that are meant by a name.
std::set<Key> keys_of(const std::string& name, const HostState& host, GuestNames& names) {
  std::set<Key> keys;
  if (name.empty()) {
    for (const Link& link : host.links()) {
      const auto id = model::is_guest_port(link) ? model::vif_of(link) : std::nullopt;
      if (id) keys.insert(key_of(*id));
    }
    if (xen::Store* const store = names.store()) {
      try {
        add_from_store(keys, *store);
      } catch (const model::Error& error) {
        names.give_up(error);
      }
    }
    return keys;
  }
  const Link* const link = host.find(name);
  const auto id = link != nullptr ? model::vif_of(*link) : VifId::from_name(name);
  if (id) keys.insert(key_of(*id));
  return keys;
}

}  // namespace

std::vector<VifView> read_vifs(const std::string& name, const HostState& host, net::Kernel& kernel,
                               GuestNames& names, Configuration& configuration) {
  std::vector<VifView> views;
  for (const auto& [domid, devid] : keys_of(name, host, names)) {
    const VifId id{.domid = domid, .devid = devid};
    VifView vif = read_vif(id, false, host, kernel, names, configuration);
    const bool has_tap = find_link(id, true, host) != nullptr;
    if (vif.link != nullptr || vif.spec) views.push_back(std::move(vif));
    if (has_tap) views.push_back(read_vif(id, true, host, kernel, names, configuration));
  }
  return views;
}

}  // namespace command
