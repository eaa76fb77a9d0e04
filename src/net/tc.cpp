#include "net/tc.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>
#include <netlink/attr.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "net/message.hpp"

namespace net {
namespace {

// "xv" in ASCII: an administrator's own filters have others, as a rule lower ones.
constexpr std::uint32_t priority = 0x7876;
// The filter at our priority has this number, so that another takes its place.
constexpr std::uint32_t number = 1;
constexpr std::uint32_t ingress = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
constexpr std::uint32_t egress = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS);

MessageHandle filter_request(int type, int flags, int index, std::size_t size = request_size) {
  tcmsg header{};
  header.tcm_ifindex = index;
  header.tcm_handle = number;
  header.tcm_parent = ingress;
  header.tcm_info = TC_H_MAKE(priority << 16U, htons(ETH_P_ALL));
  MessageHandle request = message(type, flags, header, size);
  require(nla_put_string(request.get(), TCA_KIND, "bpf"));
  return request;
}

MessageHandle clsact_request(int index) {
  tcmsg header{};
  header.tcm_ifindex = index;
  header.tcm_parent = TC_H_CLSACT;
  header.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
  MessageHandle request = message(RTM_NEWQDISC, NLM_F_CREATE, header);
  require(nla_put_string(request.get(), TCA_KIND, "clsact"));
  return request;
}

// The kernel's own form of an instruction.
static_assert(sizeof(plan::Instruction) == sizeof(sock_filter) &&
              offsetof(plan::Instruction, k) == offsetof(sock_filter, k) &&
              offsetof(plan::Instruction, on_false) == offsetof(sock_filter, jf));

constexpr std::size_t size_of(const plan::Program& program) {
  return program.size() * sizeof(plan::Instruction);
}

void put_program(nl_msg& request, const plan::Program& program) {
  nlattr* const options = nla_nest_start(&request, TCA_OPTIONS);
  require(nla_put_u16(&request, TCA_BPF_OPS_LEN, static_cast<std::uint16_t>(program.size())));
  require(nla_put(&request, TCA_BPF_OPS, static_cast<int>(size_of(program)), program.data()));
  require(nla_put_u32(&request, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT));
  nla_nest_end(&request, options);
}

const tcmsg* tc_header(const nlmsghdr& header, int type) {
  if (header.nlmsg_type != type || header.nlmsg_len < NLMSG_LENGTH(sizeof(tcmsg))) return nullptr;
  return static_cast<const tcmsg*>(NLMSG_DATA(&header));
}

const nlattr* attribute(const nlmsghdr& header, int type) {
  return nla_find(nlmsg_attrdata(&header, sizeof(tcmsg)), nlmsg_attrlen(&header, sizeof(tcmsg)),
                  type);
}

const nlattr* within(const nlattr* nest, int type) {
  if (nest == nullptr) return nullptr;
  return nla_find(static_cast<const nlattr*>(nla_data(nest)), nla_len(nest), type);
}

std::string_view text(const nlattr* attribute) {
  if (attribute == nullptr) return {};
  const auto* const bytes = static_cast<const char*>(nla_data(attribute));
  return {bytes, ::strnlen(bytes, static_cast<std::size_t>(nla_len(attribute)))};
}

/// Where filters of a kind have their actions (linux/pkt_cls.h).
struct ActionsOf {
  std::string_view kind;
  int attribute;
};

constexpr std::array actions_of{
    ActionsOf{"matchall", TCA_MATCHALL_ACT}, ActionsOf{"flower", TCA_FLOWER_ACT},
    ActionsOf{"u32", TCA_U32_ACT},           ActionsOf{"basic", TCA_BASIC_ACT},
    ActionsOf{"bpf", TCA_BPF_ACT},           ActionsOf{"fw", TCA_FW_ACT},
    ActionsOf{"route", TCA_ROUTE4_ACT},      ActionsOf{"flow", TCA_FLOW_ACT},
    ActionsOf{"cgroup", TCA_CGROUP_ACT}};

// Of a program, which may send frames anywhere.
constexpr int anywhere = 0;

// Of an action that changes VLAN tags.
constexpr int retagged = -1;

// TCA_MIRRED_BLOCKID of Linux 6.8, which older headers lack.
constexpr int mirred_block = 4;

/// The link to which an action sends frames, `anywhere` for a program, `retagged`; nothing if it
/// sends none.
std::optional<int> target_of(const nlattr* action) {
  const std::string_view kind = text(within(action, TCA_ACT_KIND));
  if (kind == "bpf") return anywhere;
  if (kind == "vlan") return retagged;
  if (kind != "mirred") return std::nullopt;
  const nlattr* const options = within(action, TCA_ACT_OPTIONS);
  const nlattr* const found = within(options, TCA_MIRRED_PARMS);
  tc_mirred mirred{};
  if (found == nullptr || static_cast<std::size_t>(nla_len(found)) < sizeof mirred) return anywhere;
  std::memcpy(&mirred, nla_data(found), sizeof mirred);
  // The link is gone. A block of links has no number either.
  const bool nowhere = mirred.ifindex == 0 && within(options, mirred_block) == nullptr;
  if (nowhere) return std::nullopt;
  return static_cast<int>(mirred.ifindex);
}

/// The links to which a filter of that kind sends frames; see target_of.
std::vector<int> targets_of(std::string_view kind, const nlattr* options) {
  std::vector<int> targets;
  if (kind == "bpf") targets.push_back(anywhere);
  for (const ActionsOf& one : actions_of) {
    const nlattr* const actions = one.kind == kind ? within(options, one.attribute) : nullptr;
    for (int order = 1; actions != nullptr && order <= TCA_ACT_MAX_PRIO; ++order) {
      const nlattr* const action = within(actions, order);
      const auto target = action == nullptr ? std::nullopt : target_of(action);
      if (target) targets.push_back(*target);
    }
  }
  return targets;
}

}  // namespace

std::vector<MessageHandle> drop_ingress_requests(int index) {
  constexpr plan::Instruction drop{.code = BPF_RET | BPF_K, .k = TC_ACT_SHOT};
  return filter_ingress_requests(index, {drop});
}

std::vector<MessageHandle> filter_ingress_requests(int index, const plan::Program& program) {
  std::vector<MessageHandle> requests;
  requests.push_back(clsact_request(index));
  requests.push_back(
      filter_request(RTM_NEWTFILTER, NLM_F_CREATE, index, size_of(program) + request_size));
  put_program(*requests.back(), program);
  return requests;
}

MessageHandle let_ingress_request(int index) {
  return filter_request(RTM_DELTFILTER, 0, index);
}

MessageHandle ingress_filters_request(int index) {
  return filters_request({.index = index, .parent = ingress});
}

MessageHandle filters_request(const FilterPlace& place) {
  tcmsg header{};
  header.tcm_ifindex = place.index;
  header.tcm_parent = place.parent;
  return message(RTM_GETTFILTER, 0, header);
}

MessageHandle qdiscs_request() {
  return message(RTM_GETQDISC, 0, tcmsg{});
}

MessageHandle classes_request(int index) {
  tcmsg header{};
  header.tcm_ifindex = index;
  return message(RTM_GETTCLASS, 0, header);
}

int decode_classful_link(const nlmsghdr& header) {
  constexpr std::array<std::string_view, 4> kinds{"htb", "hfsc", "cbq", "atm"};
  const tcmsg* const qdisc = tc_header(header, RTM_NEWQDISC);
  if (qdisc == nullptr) return 0;
  const auto* const found =
      std::find(kinds.begin(), kinds.end(), text(attribute(header, TCA_KIND)));
  return found == kinds.end() ? 0 : qdisc->tcm_ifindex;
}

std::vector<FilterPlace> decode_filter_places(const nlmsghdr& header) {
  if (const tcmsg* const of_class = tc_header(header, RTM_NEWTCLASS)) {
    return {{of_class->tcm_ifindex, of_class->tcm_handle}};
  }
  const tcmsg* const qdisc = tc_header(header, RTM_NEWQDISC);
  if (qdisc == nullptr) return {};
  const int index = qdisc->tcm_ifindex;
  const std::string_view kind = text(attribute(header, TCA_KIND));
  if (kind == "clsact") return {{index, ingress}, {index, egress}};
  if (qdisc->tcm_handle == 0) return {};
  return {{index, qdisc->tcm_handle}};
}

std::vector<model::Redirect> decode_redirects(const nlmsghdr& header) {
  const tcmsg* const filter = tc_header(header, RTM_NEWTFILTER);
  if (filter == nullptr || is_own_filter(header)) return {};
  const nlattr* const options = attribute(header, TCA_OPTIONS);
  const std::string_view kind = text(attribute(header, TCA_KIND));
  std::vector<model::Redirect> redirects;
  if (options == nullptr) return redirects;  // the list that a filter is in comes first
  for (const int target : targets_of(kind, options)) {
    redirects.push_back({.from = filter->tcm_ifindex,
                         .to = target == retagged ? filter->tcm_ifindex : target,
                         .filter = std::string(kind),
                         .retags = target == retagged});
  }
  return redirects;
}

bool is_own_filter(const nlmsghdr& header) {
  const tcmsg* const filter = tc_header(header, RTM_NEWTFILTER);
  if (filter == nullptr) return false;
  const nlattr* const chain = attribute(header, TCA_CHAIN);
  return filter->tcm_parent == ingress && TC_H_MAJ(filter->tcm_info) >> 16U == priority &&
         filter->tcm_handle == number && text(attribute(header, TCA_KIND)) == "bpf" &&
         (chain == nullptr || nla_get_u32(chain) == 0);
}

plan::Program decode_filter(const nlmsghdr& header) {
  if (!is_own_filter(header)) return {};
  const nlattr* const program = within(attribute(header, TCA_OPTIONS), TCA_BPF_OPS);
  if (program == nullptr) return {};
  const auto* const first = static_cast<const plan::Instruction*>(nla_data(program));
  return {first, first + static_cast<std::size_t>(nla_len(program)) / sizeof *first};
}

}  // namespace net
