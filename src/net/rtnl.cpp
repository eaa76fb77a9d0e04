#include "net/rtnl.hpp"

#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "model/error.hpp"
#include "net/decode.hpp"
#include "net/encode.hpp"
#include "net/proc.hpp"
#include "net/running_kernel.hpp"

namespace net {

std::unique_ptr<Kernel> running_kernel() {
  return std::make_unique<Rtnl>();
}

namespace {

// The links of all VLANs of a trunk, and as many again. Memory that is not written to costs
// nothing, but a list that grows is copied into fresh memory each time.
constexpr std::size_t links_expected = 16384;

// An ifindex that stands for every link.
constexpr int all_links = 0;

/// Linux before 5.5 knows no alternative names; a link does its work without one.
bool unknown_to_this_kernel(const plan::Operation& operation,
                            const std::optional<Refusal>& refusal) {
  return refusal && refusal->errnum == EOPNOTSUPP &&
         std::holds_alternative<plan::AddAltName>(operation);
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
  std::vector<LinkAddress> addresses = get_ipv4(all_links);
  for (LinkAddress& address : ipv6_addresses()) addresses.push_back(std::move(address));
  std::unordered_map<int, std::vector<model::Address>> by_index;
  for (LinkAddress& entry : addresses) by_index[entry.index].push_back(std::move(entry.address));
  for (model::Link& link : links) {
    if (auto own = by_index.find(link.index); own != by_index.end()) {
      link.addresses = std::move(own->second);
    }
    // A bridge that carries our mark was made with its MAC pinned: the file need not be read.
    if (!link.ours() && link.kind == "bridge") link.mac_pinned = mac_is_pinned(link.name);
  }
  return model::HostState(std::move(links));
}

model::HostState Rtnl::read(std::span<const std::string> names) {
  std::vector<MessageHandle> requests;
  requests.reserve(names.size());
  for (const std::string& name : names) requests.push_back(link_request(name));
  std::vector<model::Link> links = get_links(requests);
  remember(links);
  return model::HostState(std::move(links));
}

std::optional<model::Link> Rtnl::read(int index) {
  std::vector<MessageHandle> requests;
  requests.push_back(link_request(index));
  std::vector<model::Link> links = get_links(requests);
  if (links.empty()) return std::nullopt;
  indices_[links.front().name] = links.front().index;
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
  return links;
}

std::vector<model::Address> Rtnl::read_ipv4(const model::Link& link) {
  std::vector<model::Address> addresses;
  for (LinkAddress& entry : get_ipv4(link.index)) addresses.push_back(std::move(entry.address));
  return addresses;
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
        if (wanted) addresses.push_back(std::move(*address));
      });
  return addresses;
}

std::vector<std::optional<Refusal>> Rtnl::run(std::span<const plan::Operation> operations) {
  const auto lookup = [this](const std::string& name) { return index_of(name); };
  std::vector<std::optional<Refusal>> refusals(operations.size());
  std::vector<MessageHandle> requests;
  std::vector<std::size_t> positions;
  requests.reserve(operations.size());
  positions.reserve(operations.size());
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (const auto* ipv6 = std::get_if<plan::SetIpv6>(&operations[i])) {
      refusals[i] = set_ipv6(ipv6->link, ipv6->enabled);
    } else {
      requests.push_back(encode(operations[i], lookup));
      positions.push_back(i);
    }
  }
  auto answers = socket_.change(requests);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const std::size_t position = positions[i];
    if (!unknown_to_this_kernel(operations[position], answers[i])) {
      refusals[position] = std::move(answers[i]);
    }
  }
  for (const plan::Operation& operation : operations) forget(operation);
  return refusals;
}

bool Rtnl::wait_for(std::span<const std::string> names, std::chrono::milliseconds timeout) {
  if (all_exist(names)) return true;
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  Socket listener;
  // Listening first, asking second: a link that comes in between is not missed.
  listener.subscribe_to_links();
  for (;;) {
    if (all_exist(names)) return true;
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

bool Rtnl::firewall_sees_bridged() {
  return bridge_nf_call_iptables();
}

int Rtnl::index_of(const std::string& name) {
  if (const auto known = indices_.find(name); known != indices_.end()) return known->second;
  const auto index = static_cast<int>(::if_nametoindex(name.c_str()));
  if (index > 0) indices_.emplace(name, index);
  return index;
}

/// A name that an operation took away or moved is looked up anew when it is next used.
void Rtnl::forget(const plan::Operation& operation) {
  const auto* const change = std::get_if<plan::ChangeLink>(&operation);
  if (std::holds_alternative<plan::DeleteMarked>(operation)) {
    indices_.clear();
  } else if (std::holds_alternative<plan::DeleteLink>(operation) ||
             (change != nullptr && change->to.name)) {
    indices_.erase(plan::subject(operation));
  }
}

void Rtnl::remember(const std::vector<model::Link>& links) {
  indices_.clear();
  for (const model::Link& link : links) {
    indices_.emplace(link.name, link.index);
    for (const std::string& name : link.alt_names) indices_.emplace(name, link.index);
  }
}

}  // namespace net
