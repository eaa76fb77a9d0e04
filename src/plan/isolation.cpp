#include "plan/isolation.hpp"

#include <algorithm>

#include "model/shell.hpp"
#include "plan/realisation.hpp"

namespace plan {
namespace {

using model::HostState;
using model::Link;
using model::Problem;
using model::ProblemCode;
using model::Redirect;
using model::Segment;

using Links = std::vector<const Link*>;

/// "macv0 (macvlan)"
std::string named(const Link& link) {
  return link.kind.empty() ? link.name : link.name + " (" + std::string(link.kind) + ")";
}

Problem joined(const Link& link, std::string text, std::string mend) {
  return {.code = ProblemCode::joined,
          .link = link.name,
          .text = std::move(text),
          .mend = std::move(mend),
          .found = link.name};
}

bool has(const Links& links, const Link* wanted) {
  return std::find(links.begin(), links.end(), wanted) != links.end();
}

/// The two ends of a veth pair stand on each other, in the kernel's words.
bool is_pair(const Link& one, const Link& other) {
  return one.kind == "veth" && other.kind == "veth";
}

void add_uppers(std::vector<Problem>& problems, const Links& links, const HostState& host) {
  for (const Link* link : links) {
    for (const Link* upper : host.uppers(*link)) {
      if (has(links, upper)) continue;
      if (is_pair(*link, *upper)) {
        problems.push_back(joined(
            *link,
            link->name + " leads back into dom0: the other end of that veth is " + upper->name,
            "ip link set " + model::shell_word(link->name) + " nomaster"));
      } else {
        problems.push_back(joined(
            *upper, named(*upper) + " stands on " + link->name + ": some frames bypass the bridge",
            "ip link delete " + model::shell_word(upper->name)));
      }
    }
  }
}

bool is_ifb(const Link* link) {
  return link != nullptr && link->kind == "ifb";
}

/// The ifbs to which frames of these links are sent. They come back from there where they were,
/// unless a filter of the ifb itself sends them on.
Links ifbs_of(const Links& links, const HostState& host, std::span<const Redirect> redirects) {
  Links ifbs;
  for (const Redirect& redirect : redirects) {
    const Link* const target = host.find(redirect.to);
    const bool is_new = is_ifb(target) && !has(ifbs, target);
    if (is_new && has(links, host.find(redirect.from))) ifbs.push_back(target);
  }
  return ifbs;
}

/// Several filters may do the same.
void add_once(std::vector<Problem>& problems, Problem&& problem) {
  const bool known = std::find(problems.begin(), problems.end(), problem) != problems.end();
  if (!known) problems.push_back(std::move(problem));
}

std::string name_of(int index, const HostState& host) {
  const Link* const link = host.find(index);
  return link == nullptr ? "link " + std::to_string(index) : link->name;
}

void add_redirects(std::vector<Problem>& problems, const Links& links, const HostState& host,
                   std::span<const Redirect> redirects) {
  const Links ifbs = ifbs_of(links, host, redirects);
  for (const Redirect& redirect : redirects) {
    const Link* const from = host.find(redirect.from);
    if (from == nullptr || (is_ifb(host.find(redirect.to)) && !redirect.retags)) continue;
    const bool concerned = has(links, from) || has(ifbs, from) ||
                           (redirect.to != 0 && has(links, host.find(redirect.to)));
    if (!concerned) continue;
    const std::string mend = "tc filter show dev " + model::shell_word(from->name);
    if (redirect.retags) {
      add_once(problems,
               joined(*from, "traffic control changes VLAN tags of frames of " + from->name, mend));
    } else if (redirect.to == 0) {
      add_once(problems,
               {.code = ProblemCode::hidden,
                .link = from->name,
                .text = "a BPF program that is not xvlan's handles the frames of " + from->name,
                .mend = mend,
                .found = redirect.filter});
    } else {
      add_once(problems, joined(*from,
                                "traffic control sends frames of " + from->name + " to " +
                                    name_of(redirect.to, host),
                                mend));
    }
  }
}

}  // namespace

std::vector<Problem> joins(const Segment& segment, const HostState& host,
                           std::span<const Redirect> redirects) {
  const SegmentLinks links = find_links(segment, host);
  Links own = guests_of(segment, host);
  if (links.uplink != nullptr) own.push_back(links.uplink);
  const bool shared = segment.trunk_bridge.vlan_aware;
  if (links.bridge != nullptr && !shared) own.push_back(links.bridge);
  std::vector<Problem> problems;
  add_uppers(problems, own, host);
  add_redirects(problems, own, host, redirects);
  return problems;
}

std::vector<Problem> joins_of_trunk(const Segment& any, const HostState& host,
                                    std::span<const Redirect> redirects) {
  Links shared;
  std::vector<Problem> problems;
  if (const Link* const trunk = host.find(any.trunk.text())) {
    // A VLAN link on a port of a bond takes its frames before the bond sees them.
    shared = host.ports(*trunk);
    add_uppers(problems, shared, host);
    shared.push_back(trunk);
  }
  const Link* const bridge = find_links(any, host).bridge;
  if (bridge != nullptr && any.trunk_bridge.vlan_aware) {
    shared.push_back(bridge);
    // Who made a bridge may have links of his own on it.
    if (bridge->ours()) add_uppers(problems, {bridge}, host);
  }
  add_redirects(problems, shared, host, redirects);
  return problems;
}

}  // namespace plan
