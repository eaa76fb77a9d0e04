#include "net/rtnl.hpp"

#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>
#include <unordered_set>

#include "model/error.hpp"
#include "net/decode.hpp"
#include "net/encode.hpp"
#include "net/gateways.hpp"
#include "net/lock_file.hpp"
#include "net/routing_daemons.hpp"
#include "net/running_kernel.hpp"
#include "net/sysctl.hpp"
#include "net/tc.hpp"
#include "net/vxlan.hpp"

namespace net {

std::unique_ptr<Kernel> running_kernel() {
  return std::make_unique<Rtnl>();
}

namespace {

// The links of all VLANs of a trunk, and as many again. Memory that is not written to costs
// nothing, but a list that grows is copied into fresh memory each time.
constexpr std::size_t links_expected = 16384;

// An ifindex that stands for every link, and for none.
constexpr int all_links = 0;
constexpr int no_link = 0;

/// Room for the notices of thousands of ports that leave their bridges at once.
constexpr int notice_buffer_bytes = 1 << 24;

Refusal no_such_link() {
  return {.errnum = ENODEV, .words = model::error_text(ENODEV)};
}

Refusal cannot_filter() {
  return {.errnum = EOPNOTSUPP, .words = "this kernel's bridges can't filter VLANs"};
}

/// Whether it was a filter to take away, which was gone, or which can't be there because somebody
/// has a block of filters in its place that several links share.
bool is_away(const plan::Operation& operation, const Refusal& refusal) {
  const auto* const filter = std::get_if<plan::SetFilter>(&operation);
  if (filter == nullptr || filter->to) return false;
  return refusal.errnum == ENOENT || refusal.errnum == EINVAL || refusal.errnum == EOPNOTSUPP;
}

bool filters_vlans(const plan::Operation& operation) {
  const auto* const shut = std::get_if<plan::ShutBridge>(&operation);
  return shut != nullptr && shut->door == plan::Door::vlan_filtering;
}

}  // namespace

model::HostState Rtnl::read() {
  std::vector<model::Link> links;
  links.reserve(links_expected);
  const MessageHandle links_dump = links_request();
  socket_.dump(
      *links_dump, [&] { links.clear(); },
      [&](const nlmsghdr& header) { decode_link(header, links); });

  // Few of thousands of links will be changed: their indices are looked up when that happens.
  indices_.clear();
  add_addresses(links);
  add_vlans(links);
  add_gateways(socket_, links, looks_for_gateways_);
  for (model::Link& link : links) {
    if (link.is_bridge()) look_behind(link);
    if (!link.filtered()) continue;
    if (const auto filter = read_filter(link)) link.filter = plan::kind_of(filter->program);
  }
  return model::HostState(std::move(links), knows_alt_names());
}

std::vector<LinkAddress> Rtnl::get_addresses() {
  std::vector<LinkAddress> addresses = get_ipv4(all_links);
  for (const LinkAddress& address : ipv6_addresses()) addresses.push_back(address);
  return addresses;
}

void Rtnl::add_addresses(std::vector<model::Link>& links) {
  std::vector<LinkAddress> addresses = get_addresses();
  std::unordered_map<int, std::vector<model::Address>> by_index;
  for (LinkAddress& entry : addresses) by_index[entry.index].push_back(entry.address);
  for (model::Link& link : links) {
    if (auto own = by_index.find(link.index); own != by_index.end()) {
      link.addresses = std::move(own->second);
    }
  }
}

void Rtnl::add_vlans(std::vector<model::Link>& links) {
  if (std::none_of(links.begin(), links.end(), [](const auto& link) { return link.is_bridge(); })) {
    return;
  }
  std::unordered_map<int, LinkVlans> by_index;
  by_index.reserve(links.size());
  const MessageHandle dump = vlans_request();
  socket_.dump(
      *dump, [&] { by_index.clear(); },
      [&](const nlmsghdr& header) {
        auto found = decode_vlans(header);
        if (found) by_index[found->index] = std::move(*found);
      });
  for (model::Link& link : links) {
    if (auto own = by_index.find(link.index); own != by_index.end()) {
      link.vlans = std::move(own->second.vlans);
      link.vnis = std::move(own->second.vnis);
    }
  }
}

/// What the dumps don't tell of a bridge.
void Rtnl::look_behind(model::Link& bridge) {
  // One that carries our mark was made with its MAC pinned: the file need not be read.
  if (!bridge.ours()) bridge.mac_pinned = mac_is_pinned(bridge.name);
  if (bridge.deaf()) return;
  read_filters(bridge.index, [&](const nlmsghdr& header) {
    bridge.ingress_dropped = bridge.ingress_dropped || is_own_filter(header);
  });
  bridge.routing_shut = ipv4_is_shut(bridge.name);
}

void Rtnl::dump_traffic_control(nl_msg& request,
                                const std::function<void(const nlmsghdr&)>& visit) {
  try {
    socket_.dump(
        request, [] {}, visit);
  } catch (const model::Error& error) {
    // A kernel without traffic control.
    if (error.errnum() != EOPNOTSUPP && error.errnum() != EINVAL) throw;
  }
}

void Rtnl::read_filters(int index, const std::function<void(const nlmsghdr&)>& visit) {
  dump_traffic_control(*ingress_filters_request(index), visit);
}

std::vector<model::Redirect> Rtnl::read_redirects() {
  std::vector<FilterPlace> places;
  std::unordered_set<int> classful;
  const auto add_places = [&](const nlmsghdr& header) {
    for (const FilterPlace& place : decode_filter_places(header)) places.push_back(place);
  };
  dump_traffic_control(*qdiscs_request(), [&](const nlmsghdr& header) {
    add_places(header);
    if (const int link = decode_classful_link(header); link != 0) classful.insert(link);
  });
  for (const int link : classful) dump_traffic_control(*classes_request(link), add_places);
  std::vector<model::Redirect> redirects;
  for (const FilterPlace& place : places) {
    dump_traffic_control(*filters_request(place), [&](const nlmsghdr& header) {
      for (model::Redirect& redirect : decode_redirects(header)) {
        redirect.from = place.index;
        if (redirect.retags) redirect.to = place.index;
        redirects.push_back(std::move(redirect));
      }
    });
  }
  return redirects;
}

std::optional<plan::Filter> Rtnl::read_filter(const model::Link& link) {
  std::optional<plan::Filter> found;
  read_filters(link.index, [&](const nlmsghdr& header) {
    plan::Program program = decode_filter(header);
    if (program.empty()) return;
    const std::string_view kind = plan::kind_of(program);
    found = plan::Filter{std::string(kind), std::move(program)};
  });
  return found;
}

/// A kernel without alternative names finds no name in a request by one, and calls it invalid.
bool Rtnl::knows_alt_names() {
  std::vector<MessageHandle> probe;
  probe.push_back(link_request("a-name-that-only-an-alternative-name-can-be"));
  const auto refusal = socket_.get(probe, [](const nlmsghdr&) {}).front();
  return !refusal || refusal->errnum != EINVAL;
}

model::HostState Rtnl::read(std::span<const std::string> names) {
  std::vector<MessageHandle> requests;
  requests.reserve(names.size());
  for (const std::string& name : names) requests.push_back(link_request(name));
  return model::HostState(get_links(requests));
}

model::HostState Rtnl::read_ports(int bridge) {
  std::vector<MessageHandle> requests;
  requests.push_back(link_request(bridge));
  std::vector<model::Link> links;
  const MessageHandle ports = links_request(bridge);
  socket_.dump(
      *ports, [&] { links = get_links(requests); },
      [&](const nlmsghdr& header) { decode_link(header, links); });
  // A kernel before 4.11 doesn't filter by master.
  std::erase_if(links, [&](const model::Link& link) {
    return link.index != bridge && link.master != bridge;
  });
  return model::HostState(std::move(links));
}

std::optional<model::Link> Rtnl::read(int index) {
  std::vector<MessageHandle> requests;
  requests.push_back(link_request(index));
  std::vector<model::Link> links = get_links(requests);
  if (links.empty()) return std::nullopt;
  return std::move(links.front());
}

std::vector<model::Link> Rtnl::get_links(std::span<const MessageHandle> requests) {
  std::vector<model::Link> links;
  const auto refusals =
      socket_.get(requests, [&](const nlmsghdr& header) { decode_link(header, links); });
  for (const auto& refusal : refusals) {
    // Linux before 5.5 finds no name in a request by alternative name, and calls it invalid.
    if (refusal && refusal->errnum != ENODEV && refusal->errnum != EINVAL) {
      throw model::Error(
          {.action = "look up a link", .reason = refusal->words, .errnum = refusal->errnum});
    }
  }
  for (model::Link& link : links) {
    if (link.parent.empty() && link.kind.empty()) link.parent = device_behind(link.name);
  }
  return links;
}

std::vector<model::Address> Rtnl::read_ipv4(const model::Link& link) {
  std::vector<model::Address> addresses;
  for (const LinkAddress& entry : get_ipv4(link.index)) addresses.push_back(entry.address);
  return addresses;
}

model::Vlans Rtnl::read_vlans(const model::Link& port) {
  model::Vlans vlans;
  try {
    const MessageHandle request = port_vlans_request(port.index);
    socket_.dump(
        *request, [&] { vlans.clear(); },
        [&](const nlmsghdr& header) { decode_port_vlans(header, port.index, vlans); });
    return vlans;
  } catch (const model::Error& error) {
    if (error.errnum() == EINVAL || error.errnum() == ENODEV) return {};  // of no bridge any more
    if (error.errnum() != EOPNOTSUPP) throw;
  }
  // Linux before 5.6 tells of all ports only.
  std::vector<model::Link> links{port};
  links.front().kind = "bridge";
  add_vlans(links);
  return links.front().vlans;
}

std::vector<LinkAddress> Rtnl::get_ipv4(int index) {
  std::vector<LinkAddress> addresses;
  const MessageHandle request = addresses_request(AF_INET, index);
  socket_.dump(
      *request, [&] { addresses.clear(); },
      [&](const nlmsghdr& header) {
        auto address = decode_ipv4(header);
        // A kernel before 4.20 doesn't filter by link.
        const bool wanted = address && (index == all_links || address->index == index);
        if (wanted) addresses.push_back(*address);
      });
  return addresses;
}

std::vector<std::optional<Refusal>> Rtnl::run(std::span<const plan::Operation> operations) {
  std::vector<std::optional<Refusal>> refusals(operations.size());
  std::vector<MessageHandle> requests;
  std::vector<std::size_t> positions;  // of each request's operation
  requests.reserve(operations.size());
  positions.reserve(operations.size());
  const auto lookup = [this](const plan::LinkRef& link) { return index_of(link); };
  for (std::size_t i = 0; i < operations.size(); ++i) {
    encode(operations[i], lookup, requests);
    if (positions.size() == requests.size()) refusals[i] = change_setting(operations[i]);
    positions.resize(requests.size(), i);
  }
  auto answers = socket_.change(requests);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto& refusal = refusals[positions[i]];
    if (answers[i] && is_away(operations[positions[i]], *answers[i])) continue;
    if (!refusal) refusal = std::move(answers[i]);
  }
  set_refused_ports_down(operations, refusals);
  check_filtering(operations, refusals);
  note_made(operations, refusals);
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const auto* const made = std::get_if<plan::CreateBridge>(&operations[i]);
    if (made != nullptr && made->options.vlan_aware && !refusals[i]) {
      refusals[i] = ensure_vlan_aware(made->name);
    }
  }
  for (const plan::Operation& operation : operations) forget(operation);
  return refusals;
}

/// Some kernels set a link up before they find that its new bridge is gone (Linux, do_setlink): a
/// port that was not taken must not be up.
void Rtnl::set_refused_ports_down(std::span<const plan::Operation> operations,
                                  std::span<const std::optional<Refusal>> refusals) {
  std::vector<MessageHandle> requests;
  const auto lookup = [this](const plan::LinkRef& link) { return index_of(link); };
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const auto* const move = std::get_if<plan::MovePort>(&operations[i]);
    if (move != nullptr && refusals[i]) encode(plan::SetUp{move->port, false}, lookup, requests);
  }
  (void)socket_.change(requests);
}

/// Notes the ifindexes of links that were made just now. Somebody may have renamed or deleted one
/// since, and given its name to a link of his own, which has no mark of ours: then it counts as
/// gone.
void Rtnl::note_made(std::span<const plan::Operation> operations,
                     std::span<const std::optional<Refusal>> refusals) {
  std::vector<MessageHandle> requests;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const std::string* const name = plan::created_link(operations[i]);
    if (name == nullptr || refusals[i]) continue;
    indices_[*name] = no_link;
    requests.push_back(link_request(*name));
  }
  std::vector<model::Link> links;
  (void)socket_.get(requests, [&](const nlmsghdr& header) { decode_link(header, links); });
  for (const model::Link& link : links) {
    if (const auto made = indices_.find(link.name); made != indices_.end() && link.ours()) {
      made->second = link.index;
    }
  }
}

/// An operation that goes through a file rather than a request.
std::optional<Refusal> Rtnl::change_setting(const plan::Operation& operation) {
  const int index = index_of(plan::subject(operation));
  if (index <= 0) return no_such_link();
  const NameOf name_of = [this](int link) { return socket_.name_of(link); };
  const auto* const ipv6 = std::get_if<plan::SetIpv6>(&operation);
  if (ipv6 == nullptr) return shut_ipv4(index, name_of);
  auto refusal = set_ipv6(index, ipv6->enabled, name_of);
  // No file for it: a kernel that speaks no IPv6 on that link, or a /proc that doesn't show it.
  if (!refusal || refusal->errnum != ENOENT) return refusal;
  const auto link = read(index);
  if (!link) return no_such_link();
  return link->ipv6 == ipv6->enabled || !link->ipv6 ? std::nullopt : refusal;
}

/// Linux before 4.12 makes a bridge without heeding its settings. One that can't filter VLANs does
/// not stay.
std::optional<Refusal> Rtnl::ensure_vlan_aware(const std::string& name) {
  const int index = index_of(name);
  const auto is_aware = [&] {
    const auto bridge = read(index);
    return bridge && bridge->gives_no_vlan();
  };
  if (is_aware()) return std::nullopt;
  std::vector<MessageHandle> requests;
  requests.push_back(vlan_aware_request(index));
  auto refusal = std::move(socket_.change(requests).front());
  if (!refusal && is_aware()) return std::nullopt;
  requests.clear();
  encode(
      plan::DeleteLink{name}, [&](const plan::LinkRef&) { return index; }, requests);
  (void)socket_.change(requests);
  return cannot_filter();
}

/// A kernel that can't filter VLANs takes the request to filter all the same. It can with all
/// bridges or with none: the first that is still there tells.
void Rtnl::check_filtering(std::span<const plan::Operation> operations,
                           std::vector<std::optional<Refusal>>& refusals) {
  std::optional<model::Link> bridge;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (refusals[i] || !filters_vlans(operations[i])) continue;
    if (!bridge) bridge = read(index_of(plan::subject(operations[i])));
    if (!bridge) {
      refusals[i] = no_such_link();
    } else if (!bridge->vlan_filtering) {
      refusals[i] = cannot_filter();
    }
  }
}

void Rtnl::let_others_hear() {
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
}

void Rtnl::watch_departures() {
  if (notices_) return;
  notices_.emplace();
  notices_->hear_departures(notice_buffer_bytes);
}

std::vector<Departure> Rtnl::departures() {
  std::vector<Departure> list;
  if (!notices_) return list;
  notices_->drain([&](const nlmsghdr& header) {
    const auto departure = decode_departure(header);
    if (departure && departure->bridge != 0) list.push_back(*departure);
  });
  return list;
}

bool Rtnl::wait_for(std::span<const std::string> names, std::chrono::milliseconds timeout) {
  return wait_until([&] { return all_exist(names); }, timeout);
}

bool Rtnl::wait_for(std::span<const model::Carrier> carriers, std::chrono::milliseconds timeout) {
  return wait_until([&] { return all_exist(carriers); }, timeout);
}

bool Rtnl::wait_until(const std::function<bool()>& done, std::chrono::milliseconds timeout) {
  if (done()) return true;
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  Socket listener;
  // Listening first, asking second: a link that comes in between is not missed.
  listener.subscribe_to_links();
  for (;;) {
    if (done()) return true;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !listener.wait_for_notice(left)) return false;
  }
}

bool Rtnl::all_exist(std::span<const std::string> names) {
  const model::HostState host = read(names);
  return std::all_of(names.begin(), names.end(),
                     [&](const std::string& name) { return host.find(name) != nullptr; });
}

bool Rtnl::all_exist(std::span<const model::Carrier> carriers) {
  std::vector<std::string> names;
  std::vector<model::Address> locals;
  for (const model::Carrier& carrier : carriers) {
    if (carrier.is_tunnel()) {
      locals.push_back(carrier.local());
    } else {
      names.push_back(carrier.text());
    }
  }
  if (!all_exist(names)) return false;
  if (locals.empty()) return true;
  const std::vector<LinkAddress> addresses = get_addresses();
  return std::all_of(locals.begin(), locals.end(), [&](const model::Address& local) {
    return std::any_of(addresses.begin(), addresses.end(),
                       [&](const LinkAddress& one) { return one.address.same_host(local); });
  });
}

std::vector<model::RemoteHost> Rtnl::read_remotes() {
  std::vector<model::RemoteHost> remotes;
  const MessageHandle dump = stations_request(all_links);
  socket_.dump(
      *dump, [&] { remotes.clear(); },
      [&](const nlmsghdr& header) {
        const auto station = decode_station(header);
        if (!station || !station->host || station->mac != model::Mac{}) return;
        remotes.push_back({.link = station->link, .vni = station->vni, .host = *station->host});
      });
  return remotes;
}

std::optional<std::uint32_t> Rtnl::path_mtu(const model::Address& host) {
  std::vector<MessageHandle> requests;
  requests.push_back(route_request(host));
  std::optional<Route> route;
  (void)socket_.get(requests, [&](const nlmsghdr& header) { route = decode_route(header); });
  if (!route) return std::nullopt;
  const auto link = read(route->link);
  if (!link) return std::nullopt;
  return route->mtu == 0 ? link->mtu : std::min(route->mtu, link->mtu);
}

std::optional<std::string> Rtnl::missing_control_plane() {
  return missing_routing_daemon();
}

std::unique_ptr<Lock> Rtnl::lock(const std::string& bridge, const model::Vlans& vlans) {
  return lock_vlans(bridge, vlans);
}

std::optional<std::string> Rtnl::manager_of(const model::Link& link) {
  return managers_.manager_of(link.index);
}

bool Rtnl::firewall_sees_bridged() {
  return bridge_nf_call_iptables();
}

int Rtnl::index_of(const plan::LinkRef& link) {
  if (link.index > 0) return link.index;
  if (const auto known = indices_.find(link.name); known != indices_.end()) return known->second;
  const auto index = static_cast<int>(::if_nametoindex(link.name.c_str()));
  if (index > 0) indices_.emplace(link.name, index);
  return index;
}

/// A name that an operation took away or moved is looked up anew when it is next used.
void Rtnl::forget(const plan::Operation& operation) {
  const auto* const change = std::get_if<plan::ChangeLink>(&operation);
  if (std::holds_alternative<plan::DeleteMarked>(operation)) {
    indices_.clear();
  } else if (std::holds_alternative<plan::DeleteLink>(operation) ||
             (change != nullptr && change->to.name)) {
    indices_.erase(plan::subject(operation).name);
  }
}

}  // namespace net
