#include "net/tc.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include "net/message.hpp"

namespace net {
namespace {

// "xv" in ASCII: an administrator's own filters have others, as a rule lower ones.
constexpr std::uint32_t priority = 0x7876;
constexpr std::uint32_t ingress = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);

MessageHandle filter_request(int type, int flags, int index) {
  tcmsg header{};
  header.tcm_ifindex = index;
  header.tcm_parent = ingress;
  header.tcm_info = TC_H_MAKE(priority << 16U, htons(ETH_P_ALL));
  return message(type, flags, header);
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

/// One instruction: drop.
void put_program(nl_msg& request) {
  const sock_filter drop{.code = BPF_RET | BPF_K, .jt = 0, .jf = 0, .k = TC_ACT_SHOT};
  nlattr* const options = nla_nest_start(&request, TCA_OPTIONS);
  require(nla_put_u16(&request, TCA_BPF_OPS_LEN, 1));
  require(nla_put(&request, TCA_BPF_OPS, sizeof drop, &drop));
  require(nla_put_u32(&request, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT));
  nla_nest_end(&request, options);
}

}  // namespace

std::vector<MessageHandle> drop_ingress_requests(int index) {
  std::vector<MessageHandle> requests;
  requests.push_back(clsact_request(index));
  MessageHandle filter = filter_request(RTM_NEWTFILTER, NLM_F_CREATE, index);
  require(nla_put_string(filter.get(), TCA_KIND, "bpf"));
  put_program(*filter);
  requests.push_back(std::move(filter));
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

bool is_drop_filter(const nlmsghdr& header) {
  if (header.nlmsg_type != RTM_NEWTFILTER || header.nlmsg_len < NLMSG_LENGTH(sizeof(tcmsg))) {
    return false;
  }
  const auto* const filter = static_cast<const tcmsg*>(NLMSG_DATA(&header));
  return filter->tcm_parent == ingress && TC_H_MAJ(filter->tcm_info) >> 16U == priority;
}

}  // namespace net
