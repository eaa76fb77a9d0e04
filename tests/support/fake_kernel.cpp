#include "fake_kernel.hpp"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "model/error.hpp"

namespace support {
namespace {

using model::Link;
using net::Refusal;

using model::least_ipv6_mtu;

Refusal refusal(int errnum, const std::string& words = {}) {
  return {.errnum = errnum, .words = words.empty() ? model::error_text(errnum) : words};
}

const model::Address link_local = [] {
  model::Address address = *model::Address::parse("fe80::1/64");
  address.automatic = true;
  return address;
}();

bool has_name(const Link& link, const std::string& name) {
  return link.name == name ||
         std::find(link.alt_names.begin(), link.alt_names.end(), name) != link.alt_names.end();
}

Link without_addresses(Link link) {
  link.addresses.clear();
  link.vlans.clear();
  link.vnis.clear();
  link.gateways.clear();
  link.filter = {};
  return link;
}

model::Error unread() {
  return model::Error(
      {.action = "look up a link", .reason = model::error_text(ENOBUFS), .errnum = ENOBUFS});
}

}  // namespace

model::HostState FakeKernel::read() {
  if (failing_dumps.contains(++dumps)) throw unread();
  std::vector<Link> links = links_;
  for (Link& link : links) {
    const bool has_tunnels = std::any_of(links_.begin(), links_.end(), [&](const Link& other) {
      return other.is_vxlan() && other.master != 0 && other.master == link.master;
    });
    if (!has_tunnels) link.gateways.clear();
  }
  return model::HostState(std::move(links), knows_alt_names);
}

model::HostState FakeKernel::read(std::span<const std::string> names) {
  std::vector<Link> found;
  looked_up.insert(looked_up.end(), names.begin(), names.end());
  for (const std::string& name : names) {
    if (const Link* const link = find(name)) found.push_back(without_addresses(*link));
  }
  return model::HostState(std::move(found));
}

std::optional<Link> FakeKernel::read(int index) {
  if (unreadable.contains(index)) throw unread();
  const Link* const link = find(index);
  return link == nullptr ? std::nullopt : std::optional(without_addresses(*link));
}

model::HostState FakeKernel::read_ports(int bridge) {
  std::vector<Link> found;
  for (const Link& link : links_) {
    if (link.index == bridge || (bridge != 0 && link.master == bridge)) {
      found.push_back(without_addresses(link));
    }
  }
  return model::HostState(std::move(found));
}

std::unique_ptr<net::Lock> FakeKernel::lock(const std::string& bridge, const model::Vlans& vlans) {
  class Held final : public net::Lock {
   public:
    Held(std::vector<std::string>& locks, const std::string& name) : locks_(locks), name_(name) {
      locks_.push_back("lock " + name_);
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    ~Held() override { locks_.push_back("unlock " + name_); }

   private:
    std::vector<std::string>& locks_;
    std::string name_;
  };
  if (const auto meddle = std::exchange(on_lock, nullptr)) meddle();
  return std::make_unique<Held>(locks, vlans.empty() ? bridge : bridge + " " + model::text(vlans));
}

std::optional<std::string> FakeKernel::manager_of(const Link& link) {
  const auto found = managers.find(link.name);
  return found == managers.end() ? std::nullopt : std::optional(found->second);
}

std::vector<model::Address> FakeKernel::read_ipv4(const Link& wanted) {
  const Link* const link = find(wanted.index);
  if (link == nullptr) return {};
  std::vector<model::Address> addresses = link->addresses;
  std::erase_if(addresses, [](const model::Address& address) { return address.ipv6; });
  return addresses;
}

model::Vlans FakeKernel::read_vlans(const Link& port) {
  const Link* const link = find(port.index);
  return link == nullptr ? model::Vlans{} : link->vlans;
}

std::vector<std::optional<Refusal>> FakeKernel::run(std::span<const plan::Operation> operations) {
  std::vector<Answer> answers;
  for (const plan::Operation& operation : operations) answers.push_back(run(operation));
  return answers;
}

bool FakeKernel::wait_for(std::span<const std::string> names, std::chrono::milliseconds) {
  for (Link& link : arriving) add(std::move(link));
  arriving.clear();
  return std::all_of(names.begin(), names.end(),
                     [&](const std::string& name) { return find(name) != nullptr; });
}

bool FakeKernel::wait_for(std::span<const model::Carrier> carriers,
                          std::chrono::milliseconds timeout) {
  (void)wait_for(std::span<const std::string>{}, timeout);
  const model::HostState host(links_);
  return std::all_of(carriers.begin(), carriers.end(), [&](const model::Carrier& carrier) {
    return carrier.is_tunnel() ? host.find_address(carrier.local()) != nullptr
                               : host.find(carrier.text()) != nullptr;
  });
}

void FakeKernel::add(Link link) {
  for (const Link& other : links_) {
    if (link.index == 0 || other.index >= link.index) link.index = other.index + 1;
  }
  link.index = std::max(link.index, 1);
  links_.push_back(std::move(link));
}

Link& FakeKernel::link(const std::string& name) {
  Link* const found = find(name);
  if (found == nullptr) throw std::logic_error("the pretended host has no link " + name);
  return *found;
}

FakeKernel::Answer FakeKernel::run(const plan::Operation& operation) {
  // A change that is refused half-way keeps what it changed until then, as in Linux.
  for (const plan::Operation& part : plan::split(operation)) {
    if (const Answer answer = run_part(part)) return answer;
  }
  done.push_back(plan::describe(operation));
  return {};
}

FakeKernel::Answer FakeKernel::run_part(const plan::Operation& part) {
  const int number = asked++;
  const model::Error silence(
      {.action = "read the kernel's answer", .reason = "it fell silent", .errnum = ENOBUFS});
  if (const auto meddler = numbered_meddlers_.extract(number)) meddler.mapped()();
  const std::string described = plan::describe(part);
  if (const auto meddler = meddlers_.extract(described)) meddler.mapped()();
  if (const auto silent = silences_.find(number); silent != silences_.end() && !silent->second) {
    throw model::Error(silence);
  }
  if (const auto refused = refused_numbers_.find(number); refused != refused_numbers_.end()) {
    return refusal(refused->second);
  }
  if (const auto refused = refusals_.find(described); refused != refusals_.end()) {
    return refusal(refused->second);
  }
  const Answer answer = std::visit([this](const auto& op) { return apply(op); }, part);
  if (!answer && after_each) after_each();
  if (silences_.contains(number)) throw model::Error(silence);
  return answer;
}

FakeKernel::Answer FakeKernel::apply(const plan::CreateVlanLink& op) {
  if (find(op.name) != nullptr) return refusal(EEXIST);
  const Link* const trunk = find(op.trunk);
  if (trunk == nullptr) return refusal(ENODEV, "link does not exist");
  const bool taken = std::any_of(links_.begin(), links_.end(), [&](const Link& link) {
    return link.lower == trunk->index && link.is_vlan_link() && link.vid == op.vid.value();
  });
  if (taken) return refusal(EEXIST, "VLAN device already exists");
  if (op.mtu > trunk->mtu) return refusal(EINVAL);
  Link link;
  link.name = op.name;
  link.kind = "vlan";
  link.mtu = op.mtu;
  link.mac = trunk->mac;
  link.group = model::link_group;
  link.lower = trunk->index;
  link.ipv6 = op.mtu >= least_ipv6_mtu;
  link.vid = op.vid.value();
  add(std::move(link));
  return {};
}

FakeKernel::Answer FakeKernel::apply(const plan::CreateVxlan& op) {
  if (find(op.name) != nullptr) return refusal(EEXIST);
  const bool taken = std::any_of(links_.begin(), links_.end(), [&](const Link& link) {
    return link.is_vxlan() && link.vxlan->vni == op.vxlan.vni && link.vxlan->port == op.vxlan.port;
  });
  if (taken) return refusal(EEXIST, "A VXLAN device with the specified VNI already exists");
  Link link;
  link.name = op.name;
  link.kind = "vxlan";
  link.mtu = op.mtu;
  link.mac = op.mac;
  link.group = model::link_group;
  link.ipv6 = op.mtu >= least_ipv6_mtu;
  link.vxlan = op.vxlan;
  add(std::move(link));
  return {};
}

FakeKernel::Answer FakeKernel::apply(const plan::CreateBridge& op) {
  if (find(op.name) != nullptr) return refusal(EEXIST);
  if (op.options.vlan_aware && !filters_vlans) return refusal(EOPNOTSUPP);
  Link link;
  link.name = op.name;
  link.kind = "bridge";
  link.mtu = op.mtu == 1500U ? 1496U : 1500U;  // another than is wanted: only a change pins it
  link.mac = op.mac;
  link.group = op.options.on_demand ? model::on_demand_group : model::link_group;
  link.ipv6 = true;
  link.stp = op.options.stp;
  link.forward_delay = op.options.forward_delay;
  link.multicast_snooping = op.options.multicast_snooping;
  link.guest_tags = filters_vlans && op.options.guest_tags;
  link.vlan_filtering = op.options.vlan_aware;
  if (!op.options.vlan_aware) {
    link.default_pvid = model::usual_pvid;
    link.vlans = {model::access_vlan(model::usual_pvid)};
  }
  add(std::move(link));
  return {};
}

FakeKernel::Answer FakeKernel::apply(const plan::AddAltName& op) {
  Link* const link = find(op.link);
  if (link == nullptr) return refusal(ENODEV);
  if (find(op.alt_name) != nullptr) return refusal(EEXIST);
  link->alt_names.push_back(op.alt_name);
  return {};
}

FakeKernel::Answer FakeKernel::apply(const plan::DeleteAltName& op) {
  Link* const link = find(op.link);
  if (link == nullptr) return refusal(ENODEV);
  const auto erased = std::erase(link->alt_names, op.alt_name);
  return erased == 0 ? Answer(refusal(EINVAL)) : Answer();
}

FakeKernel::Answer FakeKernel::apply(const plan::SetIpv6& op) {
  Link* const link = find(op.link);
  if (link == nullptr) return refusal(ENODEV);
  if (link->mtu < least_ipv6_mtu) return {};
  link->ipv6 = op.enabled;
  if (!op.enabled) {
    std::erase_if(link->addresses, [](const model::Address& address) { return address.ipv6; });
  }
  return {};
}

FakeKernel::Answer FakeKernel::apply(const plan::ChangeLink& op) {
  Link* const link = find(op.link);
  if (link == nullptr) return refusal(ENODEV);
  const plan::LinkSettings& to = op.to;
  if (to.mac) return set_mac(*link, *to.mac);
  if (to.mtu) return set_mtu(*link, *to.mtu);
  if (to.name) return set_name(*link, *to.name);
  if (op.down) (void)set_up(*link, false);
  if (to.bridge) return set_bridge(*link, *to.bridge);
  if (to.port_groups) return set_groups(*link, *to.port_groups);
  if (to.forward_delay) return set_forward_delay(*link, *to.forward_delay);
  if (to.default_pvid) return set_default_pvid(*link, *to.default_pvid);
  if (to.stp) link->stp = *to.stp;
  if (to.multicast_snooping) link->multicast_snooping = *to.multicast_snooping;
  if (to.guest_tags) link->guest_tags = filters_vlans && *to.guest_tags;
  if (to.learns || to.suppresses_arp || to.maps_vlans) return set_port_flags(*link, to);
  if (to.isolated) return set_isolated(*link, *to.isolated);
  if (to.alias) link->alias = *to.alias;
  if (to.on_demand) link->group = *to.on_demand ? model::on_demand_group : model::link_group;
  if (to.filtered) link->group = *to.filtered ? model::filtered_group : 0;
  return {};
}

FakeKernel::Answer FakeKernel::apply(const plan::SetUp& op) {
  Link* const link = find(op.link);
  if (link == nullptr) return refusal(ENODEV);
  if (op.bridge) {
    if (const Answer answer = set_bridge(*link, *op.bridge)) return answer;
  }
  return set_up(*link, op.up);
}

FakeKernel::Answer FakeKernel::set_groups(Link& port, std::uint16_t groups) {
  if (port.master == 0) return refusal(EINVAL);
  port.port_groups = groups;
  return {};
}

FakeKernel::Answer FakeKernel::set_port_flags(Link& port, const plan::LinkSettings& to) {
  if (port.master == 0) return refusal(EINVAL);
  port.learns = to.learns.value_or(port.learns);
  port.suppresses_arp = to.suppresses_arp.value_or(port.suppresses_arp);
  port.maps_vlans = to.maps_vlans.value_or(port.maps_vlans);
  return {};
}

FakeKernel::Answer FakeKernel::set_isolated(Link& port, bool isolated) const {
  if (port.master == 0) return refusal(EINVAL);
  port.isolated = isolates && isolated;
  return {};
}

FakeKernel::Answer FakeKernel::apply(const plan::AddAddress& op) {
  Link* const link = find(op.link);
  if (link == nullptr) return refusal(ENODEV);
  link->addresses.push_back(op.address);
  return {};
}

FakeKernel::Answer FakeKernel::apply(const plan::SetVlans& op) {
  Link* const port = find(op.port);
  if (port == nullptr) return refusal(ENODEV);
  if (port->master == 0) return refusal(EOPNOTSUPP);
  model::Vlans vlans = model::without(port->vlans, model::without(op.from, op.to));
  // A port has one PVID; the VLAN that was it stays.
  const model::Vlans come = model::changed(op.from, op.to);
  const bool moves =
      std::any_of(come.begin(), come.end(), [](const auto& vlan) { return vlan.pvid; });
  for (model::BridgeVlan& vlan : vlans) vlan.pvid = vlan.pvid && !moves;
  port->vlans = model::together(vlans, come);
  return {};
}

FakeKernel::Answer FakeKernel::apply(const plan::SetVnis& op) {
  Link* const port = find(op.port);
  if (port == nullptr) return refusal(ENODEV);
  if (port->master == 0) return refusal(EOPNOTSUPP);
  model::Vnis vnis = model::without(port->vnis, model::without(op.from, op.to));
  for (const model::VlanVni& one : model::without(op.to, op.from)) {
    for (unsigned vid = one.first; vid <= one.last; ++vid) {
      if (!model::contains(port->vlans, static_cast<std::uint16_t>(vid))) return refusal(EINVAL);
    }
    vnis.push_back(one);
  }
  port->vnis = model::normalized(vnis);
  return {};
}

FakeKernel::Answer FakeKernel::apply(const plan::AddGateway& op) {
  Link* const port = find(op.port);
  if (port == nullptr) return refusal(ENODEV);
  if (port->master == 0) return refusal(EOPNOTSUPP);
  if (!model::contains(port->vlans, op.vid)) return refusal(EINVAL);
  (void)std::erase(port->gateways, model::Gateway{.vid = op.vid, .mac = op.mac});
  port->gateways.push_back({.vid = op.vid, .mac = op.mac});
  return {};
}

FakeKernel::Answer FakeKernel::apply(const plan::DeleteGateway& op) {
  Link* const port = find(op.port);
  if (port == nullptr) return refusal(ENODEV);
  const auto erased = std::erase(port->gateways, model::Gateway{.vid = op.vid, .mac = op.mac});
  return erased == 0 ? Answer(refusal(ENOENT)) : Answer();
}

FakeKernel::Answer FakeKernel::apply(const plan::MovePort& op) {
  Link* const port = find(op.port);
  if (port == nullptr) return refusal(ENODEV);
  (void)set_up(*port, false);
  if (const Answer answer = set_bridge(*port, op.to)) return answer;
  (void)set_groups(*port, plan::all_groups);
  port->isolated = isolates && op.isolated;
  if (!op.vlans.empty()) (void)apply(plan::SetVlans{op.port, op.vlans, {}});
  return op.up ? set_up(*port, true) : Answer();
}

FakeKernel::Answer FakeKernel::door_answer(const plan::ShutBridge& op) const {
  if (op.door == plan::Door::vlan_filtering && !filters_vlans) return refusal(EOPNOTSUPP);
  if (op.door == plan::Door::traffic_control && !controls_traffic) return refusal(ENOENT);
  return {};
}

FakeKernel::Answer FakeKernel::apply(const plan::ShutBridge& op) {
  Link* const bridge = find(op.bridge);
  if (bridge == nullptr) return refusal(ENODEV);
  if (const Answer answer = door_answer(op)) return answer;
  switch (op.door) {
    case plan::Door::vlan_filtering:
      bridge->vlan_filtering = true;
      for (const model::BridgeVlan& vlan : op.own_vlans) std::erase(bridge->vlans, vlan);
      break;
    case plan::Door::traffic_control:
      bridge->ingress_dropped = true;
      break;
    case plan::Door::settings:
      bridge->routing_shut = true;
      break;
  }
  return {};
}

FakeKernel::Answer FakeKernel::apply(const plan::OpenBridge& op) {
  Link* const bridge = find(op.bridge);
  if (bridge == nullptr) return refusal(ENODEV);
  if (op.door == plan::Door::traffic_control) bridge->ingress_dropped = false;
  if (op.door != plan::Door::vlan_filtering) return {};
  bridge->vlan_filtering = op.filtered;
  bridge->vlans = op.own_vlans;
  return {};
}

FakeKernel::Answer FakeKernel::apply(const plan::DeleteAddress& op) {
  Link* const link = find(op.link);
  if (link == nullptr) return refusal(ENODEV);
  const auto erased = std::erase_if(
      link->addresses, [&](const model::Address& address) { return address == op.address; });
  return erased == 0 ? Answer(refusal(EADDRNOTAVAIL)) : Answer();
}

FakeKernel::Answer FakeKernel::apply(const plan::SetFilter& op) {
  Link* const link = find(op.link);
  if (link == nullptr) return refusal(ENODEV);
  if (op.to && !filters_frames) return refusal(ENOENT);
  link->filter = op.to ? plan::kind_of(op.to->program) : std::string_view();
  if (op.to) {
    filters_.insert_or_assign(link->index, *op.to);
  } else {
    filters_.erase(link->index);
  }
  return {};
}

std::optional<plan::Filter> FakeKernel::read_filter(const Link& link) {
  const auto found = filters_.find(link.index);
  if (found == filters_.end()) return std::nullopt;
  return plan::Filter{std::string(plan::kind_of(found->second.program)), found->second.program};
}

FakeKernel::Answer FakeKernel::apply(const plan::DeleteLink& op) {
  const Link* const link = find(op.link);
  if (link == nullptr) return refusal(ENODEV);
  erase(link->index);
  return {};
}

FakeKernel::Answer FakeKernel::apply(const plan::DeleteMarked&) {
  std::vector<int> marked;
  for (const Link& link : links_) {
    if (link.group == model::link_group) marked.push_back(link.index);
  }
  for (const int index : marked) erase(index);
  return marked.empty() ? Answer(refusal(ENODEV)) : Answer();
}

FakeKernel::Answer FakeKernel::set_mac(Link& link, const model::Mac& mac) {
  const bool backend = link.kind.empty() && !link.parent.empty();
  if (link.up && backend) return refusal(EBUSY);
  link.mac = mac;
  link.mac_pinned = true;
  return {};
}

FakeKernel::Answer FakeKernel::set_mtu(Link& link, std::uint32_t mtu) {
  if (link.mtu == mtu) return {};
  if (link.is_vlan_link() && mtu > find(link.lower)->mtu) return refusal(ERANGE);
  // IPv6 goes with an MTU that is too small for it, and comes back by itself.
  if (link.mtu < least_ipv6_mtu && mtu >= least_ipv6_mtu) {
    link.ipv6 = true;
    if (link.up) link.addresses.push_back(link_local);
  } else if (mtu < least_ipv6_mtu) {
    link.ipv6 = false;
  }
  link.mtu = mtu;
  if (link.is_bridge()) mtu_pinned_.insert(link.index);
  if (Link* const bridge = find(link.master)) follow_ports(*bridge);
  return {};
}

FakeKernel::Answer FakeKernel::set_name(Link& link, const std::string& name) {
  if (link.name == name) return {};
  if (find(name) != nullptr) return refusal(EEXIST);
  if (link.up) return refusal(EBUSY);
  link.name = name;
  return {};
}

FakeKernel::Answer FakeKernel::set_bridge(Link& link, const plan::LinkRef& wanted) {
  Link* const bridge = wanted.name.empty() ? nullptr : find(wanted);
  if (bridge != nullptr && link.master == bridge->index) return {};
  // The old bridge lets it go before the new one is looked for (Linux, do_set_master).
  leave_bridge(link);
  if (wanted.name.empty()) return {};
  if (bridge == nullptr) return refusal(EINVAL);
  if (!bridge->is_bridge()) return refusal(EOPNOTSUPP);
  if (link.is_bridge()) return refusal(ELOOP, "Can not enslave a bridge to a bridge");
  link.master = bridge->index;
  link.port_groups = std::uint16_t{0};
  link.isolated = false;
  if (bridge->default_pvid != 0) link.vlans = {model::access_vlan(bridge->default_pvid)};
  follow_ports(*bridge);
  return {};
}

void FakeKernel::leave_bridge(Link& port) {
  Link* const bridge = find(std::exchange(port.master, 0));
  if (bridge == nullptr) return;
  if (watching_) {
    departures_.push_back({.port = port.index, .bridge = bridge->index, .vlans = port.vlans});
  }
  port.vlans.clear();
  port.port_groups.reset();
  port.isolated = false;
  port.learns = true;
  port.suppresses_arp = port.maps_vlans = false;
  port.vnis.clear();
  port.gateways.clear();
  follow_ports(*bridge);
}

/// The new one becomes the PVID of all who are not in it yet, but for those that were not in the
/// old one; a PVID that they had goes on leaving untagged (Linux, __br_vlan_set_default_pvid).
FakeKernel::Answer FakeKernel::set_default_pvid(Link& bridge, std::uint16_t vid) {
  const std::uint16_t old = std::exchange(bridge.default_pvid, vid);
  if (old == vid) return {};
  // The bridge itself is let in, too.
  for (Link& link : links_) {
    if (link.index != bridge.index && link.master != bridge.index) continue;
    const bool leaves = old != 0 && link.is_in(old);
    const bool comes = vid != 0 && (old == 0 || leaves) && !model::contains(link.vlans, vid);
    if (vid == 0 ? !leaves : !comes) continue;
    if (comes) {
      for (model::BridgeVlan& vlan : link.vlans) vlan.pvid = false;
      link.vlans = model::together(link.vlans, {model::access_vlan(vid)});
    }
    if (leaves) link.vlans = model::without(link.vlans, {model::access_vlan(old)});
  }
  return {};
}

FakeKernel::Answer FakeKernel::set_forward_delay(Link& link, std::uint32_t delay) {
  if (link.stp && (delay < 200 || delay > 3000)) return refusal(ERANGE);
  link.forward_delay = delay;
  return {};
}

FakeKernel::Answer FakeKernel::set_up(Link& link, bool up) {
  if (link.up == up) return {};
  if (up && link.is_vlan_link() && !find(link.lower)->up) return refusal(ENETDOWN);
  link.up = up;
  if (up && link.ipv6) {
    link.addresses.push_back(link_local);
  } else {
    std::erase_if(link.addresses, [](const model::Address& address) { return address.automatic; });
  }
  // VLAN links go up and down with their trunk.
  for (Link& upper : links_) {
    if (upper.is_vlan_link() && upper.lower == link.index) (void)set_up(upper, up);
  }
  return {};
}

Link* FakeKernel::find(const plan::LinkRef& link) {
  return link.index != 0 ? find(link.index) : find(link.name);
}

Link* FakeKernel::find(const std::string& name) {
  const auto found = std::find_if(links_.begin(), links_.end(),
                                  [&](const Link& link) { return has_name(link, name); });
  return found == links_.end() ? nullptr : &*found;
}

Link* FakeKernel::find(int index) {
  const auto found = std::find_if(links_.begin(), links_.end(),
                                  [&](const Link& link) { return link.index == index; });
  return found == links_.end() ? nullptr : &*found;
}

/// Unless somebody has set them, a bridge takes the lowest MTU and the lowest MAC of its ports.
void FakeKernel::follow_ports(Link& bridge) {
  std::vector<const Link*> ports;
  for (const Link& link : links_) {
    if (link.master == bridge.index) ports.push_back(&link);
  }
  if (ports.empty()) return;
  const auto lowest = [&](auto Link::*setting) {
    const auto found = std::min_element(
        ports.begin(), ports.end(), [&](auto* a, auto* b) { return a->*setting < b->*setting; });
    return (*found)->*setting;
  };
  if (!mtu_pinned_.contains(bridge.index)) bridge.mtu = lowest(&Link::mtu);
  if (!bridge.mac_pinned) bridge.mac = lowest(&Link::mac);
}

/// Deletes a link and what stands on it; its ports are free again.
void FakeKernel::erase(int index) {
  for (Link& link : links_) {
    if (link.master == index) leave_bridge(link);
  }
  std::vector<int> uppers;
  for (const Link& link : links_) {
    if (link.lower == index) uppers.push_back(link.index);
  }
  for (const int upper : uppers) erase(upper);
  std::erase_if(links_, [&](const Link& link) { return link.index == index; });
}

}  // namespace support
