#include "net/tc.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include <cstddef>

#include "net/message.hpp"

namespace net {
namespace {

// "xv" in ASCII: an administrator's own filters have others, as a rule lower ones.
constexpr std::uint32_t priority = 0x7876;
// The filter at our priority has this number, so that another takes its place.
constexpr std::uint32_t number = 1;
constexpr std::uint32_t ingress = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);

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
  tcmsg header{};
  header.tcm_ifindex = index;
  header.tcm_parent = ingress;
  return message(RTM_GETTFILTER, 0, header);
}

bool is_own_filter(const nlmsghdr& header) {
  if (header.nlmsg_type != RTM_NEWTFILTER || header.nlmsg_len < NLMSG_LENGTH(sizeof(tcmsg))) {
    return false;
  }
  const auto* const filter = static_cast<const tcmsg*>(NLMSG_DATA(&header));
  nlattr* const chain = nla_find(nlmsg_attrdata(&header, sizeof(tcmsg)),
                                 nlmsg_attrlen(&header, sizeof(tcmsg)), TCA_CHAIN);
  return filter->tcm_parent == ingress && TC_H_MAJ(filter->tcm_info) >> 16U == priority &&
         filter->tcm_handle == number && (chain == nullptr || nla_get_u32(chain) == 0);
}

plan::Program decode_filter(const nlmsghdr& header) {
  if (!is_own_filter(header)) return {};
  nlattr* const options = nla_find(nlmsg_attrdata(&header, sizeof(tcmsg)),
                                   nlmsg_attrlen(&header, sizeof(tcmsg)), TCA_OPTIONS);
  if (options == nullptr) return {};
  nlattr* const program =
      nla_find(static_cast<nlattr*>(nla_data(options)), nla_len(options), TCA_BPF_OPS);
  if (program == nullptr) return {};
  const auto* const first = static_cast<const plan::Instruction*>(nla_data(program));
  return {first, first + static_cast<std::size_t>(nla_len(program)) / sizeof *first};
}

}  // namespace net
