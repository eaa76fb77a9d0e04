#include "net/tc.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "net/message.hpp"

namespace {

constexpr std::uint32_t ingress = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
constexpr std::uint32_t our_priority = 0x7876;

const tcmsg& header_of(const net::MessageHandle& request) {
  return *static_cast<const tcmsg*>(nlmsg_data(nlmsg_hdr(request.get())));
}

nlattr* find(const net::MessageHandle& request, int type) {
  return nlmsg_find_attr(nlmsg_hdr(request.get()), sizeof(tcmsg), type);
}

std::string kind_of(const net::MessageHandle& request) {
  nlattr* const kind = find(request, TCA_KIND);
  return kind == nullptr ? "" : nla_get_string(kind);
}

/// What the kernel says of a filter.
net::MessageHandle filter_answer(std::uint32_t parent, std::uint32_t priority,
                                 int type = RTM_NEWTFILTER, std::uint32_t handle = 1,
                                 std::uint32_t chain = 0) {
  tcmsg header{};
  header.tcm_handle = handle;
  header.tcm_parent = parent;
  header.tcm_info = TC_H_MAKE(priority << 16U, htons(ETH_P_ALL));
  net::MessageHandle answer = net::message(type, 0, header);
  REQUIRE(nla_put_u32(answer.get(), TCA_CHAIN, chain) == 0);
  return answer;
}

bool is_ours(const net::MessageHandle& answer) {
  return net::is_own_filter(*nlmsg_hdr(answer.get()));
}

}  // namespace

TEST_CASE("a link drops what comes in by a program of one instruction", "[tc]") {
  const auto requests = net::drop_ingress_requests(3);
  REQUIRE(requests.size() == 2);
  CHECK(nlmsg_hdr(requests[0].get())->nlmsg_type == RTM_NEWQDISC);
  // A link that was opened again still has it.
  CHECK((nlmsg_hdr(requests[0].get())->nlmsg_flags & (NLM_F_CREATE | NLM_F_EXCL)) == NLM_F_CREATE);
  CHECK(kind_of(requests[0]) == "clsact");
  CHECK(header_of(requests[0]).tcm_ifindex == 3);
  CHECK(header_of(requests[0]).tcm_parent == TC_H_CLSACT);

  CHECK(nlmsg_hdr(requests[1].get())->nlmsg_type == RTM_NEWTFILTER);
  CHECK(kind_of(requests[1]) == "bpf");
  CHECK(header_of(requests[1]).tcm_ifindex == 3);
  CHECK(header_of(requests[1]).tcm_parent == ingress);
  CHECK(header_of(requests[1]).tcm_info == TC_H_MAKE(our_priority << 16U, htons(ETH_P_ALL)));
  nlattr* const options = find(requests[1], TCA_OPTIONS);
  REQUIRE(options != nullptr);
  nlattr* const program =
      nla_find(static_cast<nlattr*>(nla_data(options)), nla_len(options), TCA_BPF_OPS);
  REQUIRE(program != nullptr);
  sock_filter instruction{};
  REQUIRE(nla_len(program) == sizeof instruction);
  std::memcpy(&instruction, nla_data(program), sizeof instruction);
  CHECK(instruction.code == (BPF_RET | BPF_K));
  CHECK(instruction.k == TC_ACT_SHOT);
  nlattr* const flags =
      nla_find(static_cast<nlattr*>(nla_data(options)), nla_len(options), TCA_BPF_FLAGS);
  REQUIRE(flags != nullptr);
  CHECK(nla_get_u32(flags) == TCA_BPF_FLAG_ACT_DIRECT);
}

TEST_CASE("a link is opened again by taking that filter away, and no other", "[tc]") {
  const net::MessageHandle request = net::let_ingress_request(3);
  CHECK(nlmsg_hdr(request.get())->nlmsg_type == RTM_DELTFILTER);
  CHECK(header_of(request).tcm_ifindex == 3);
  CHECK(header_of(request).tcm_parent == ingress);
  CHECK(header_of(request).tcm_info == TC_H_MAKE(our_priority << 16U, htons(ETH_P_ALL)));
  CHECK(header_of(request).tcm_handle == 1);
}

TEST_CASE("only the filter of our own priority at the ingress is ours", "[tc]") {
  CHECK(is_ours(filter_answer(ingress, our_priority)));
  CHECK_FALSE(is_ours(filter_answer(ingress, 1)));
  CHECK_FALSE(is_ours(filter_answer(TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS), our_priority)));
  CHECK_FALSE(is_ours(filter_answer(ingress, our_priority, RTM_DELTFILTER)));
  CHECK_FALSE(is_ours(filter_answer(ingress, our_priority, RTM_NEWTFILTER, 7)));
  CHECK_FALSE(is_ours(filter_answer(ingress, our_priority, RTM_NEWTFILTER, 1, 5)));
  CHECK_FALSE(is_ours(net::message(RTM_NEWTFILTER, 0, rtgenmsg{})));
}
