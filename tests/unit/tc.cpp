#include "net/tc.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>
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
                                 std::uint32_t chain = 0, const char* kind = "bpf") {
  tcmsg header{};
  header.tcm_handle = handle;
  header.tcm_parent = parent;
  header.tcm_info = TC_H_MAKE(priority << 16U, htons(ETH_P_ALL));
  net::MessageHandle answer = net::message(type, 0, header);
  REQUIRE(nla_put_string(answer.get(), TCA_KIND, kind) == 0);
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
  CHECK_FALSE(is_ours(filter_answer(ingress, our_priority, RTM_NEWTFILTER, 1, 0, "matchall")));
  CHECK_FALSE(is_ours(net::message(RTM_NEWTFILTER, 0, rtgenmsg{})));
}

namespace {

net::MessageHandle tc_answer(int type, const std::string& kind, std::uint32_t parent,
                             std::uint32_t handle) {
  tcmsg header{};
  header.tcm_ifindex = 7;
  header.tcm_parent = parent;
  header.tcm_handle = handle;
  net::MessageHandle answer = net::message(type, 0, header, 4096);
  REQUIRE(nla_put_string(answer.get(), TCA_KIND, kind.c_str()) == 0);
  return answer;
}

void put_action(nl_msg& answer, int order, const std::string& kind, int target) {
  nlattr* const action = nla_nest_start(&answer, order);
  REQUIRE(nla_put_string(&answer, TCA_ACT_KIND, kind.c_str()) == 0);
  nlattr* const options = nla_nest_start(&answer, TCA_ACT_OPTIONS);
  tc_mirred mirred{};
  mirred.ifindex = static_cast<std::uint32_t>(target);
  REQUIRE(nla_put(&answer, TCA_MIRRED_PARMS, target < 0 ? 4 : static_cast<int>(sizeof mirred),
                  &mirred) == 0);
  nla_nest_end(&answer, options);
  nla_nest_end(&answer, action);
}

/// A filter with two actions, the second of which sends frames to `target`.
net::MessageHandle sending_filter(const std::string& kind, int attribute, int target = 9,
                                  const std::string& action = "mirred") {
  net::MessageHandle answer = tc_answer(RTM_NEWTFILTER, kind, ingress, 1);
  nlattr* const options = nla_nest_start(answer.get(), TCA_OPTIONS);
  nlattr* const actions = nla_nest_start(answer.get(), attribute);
  put_action(*answer, 1, "gact", 0);
  put_action(*answer, 2, action, target);
  nla_nest_end(answer.get(), actions);
  nla_nest_end(answer.get(), options);
  return answer;
}

std::vector<model::Redirect> redirects(const net::MessageHandle& answer) {
  return net::decode_redirects(*nlmsg_hdr(answer.get()));
}

using Places = std::vector<std::pair<int, std::uint32_t>>;

Places places(const net::MessageHandle& answer) {
  Places found;
  for (const net::FilterPlace& place : net::decode_filter_places(*nlmsg_hdr(answer.get()))) {
    found.emplace_back(place.index, place.parent);
  }
  return found;
}

}  // namespace

TEST_CASE("filters hang at both hooks of clsact, and at any other discipline with a number",
          "[tc]") {
  const std::uint32_t egress = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS);
  const std::uint32_t ingress_qdisc = TC_H_MAKE(TC_H_INGRESS, 0);
  CHECK(places(tc_answer(RTM_NEWQDISC, "clsact", TC_H_CLSACT, 0xffff0000)) ==
        Places{{7, ingress}, {7, egress}});
  CHECK(places(tc_answer(RTM_NEWQDISC, "ingress", TC_H_INGRESS, ingress_qdisc)) ==
        Places{{7, ingress_qdisc}});
  CHECK(places(tc_answer(RTM_NEWQDISC, "prio", TC_H_ROOT, 0x10000)) == Places{{7, 0x10000}});
  CHECK(places(tc_answer(RTM_NEWQDISC, "pfifo_fast", TC_H_ROOT, 0)).empty());
  CHECK(places(tc_answer(RTM_NEWTFILTER, "clsact", TC_H_CLSACT, 0xffff0000)).empty());
  CHECK(places(tc_answer(RTM_NEWTCLASS, "htb", 0x10000, 0x10001)) == Places{{7, 0x10001}});
  const auto request = net::filters_request({.index = 7, .parent = egress});
  CHECK(nlmsg_hdr(request.get())->nlmsg_type == RTM_GETTFILTER);
  CHECK(header_of(request).tcm_ifindex == 7);
  CHECK(header_of(request).tcm_parent == egress);
}

TEST_CASE("filters hang at classes of those disciplines that ask them on the way", "[tc]") {
  const auto link_of = [](const net::MessageHandle& answer) {
    return net::decode_classful_link(*nlmsg_hdr(answer.get()));
  };
  CHECK(link_of(tc_answer(RTM_NEWQDISC, "htb", TC_H_ROOT, 0x10000)) == 7);
  CHECK(link_of(tc_answer(RTM_NEWQDISC, "hfsc", TC_H_ROOT, 0x10000)) == 7);
  CHECK(link_of(tc_answer(RTM_NEWQDISC, "fq_codel", TC_H_ROOT, 0x10000)) == 0);
  CHECK(link_of(tc_answer(RTM_NEWTFILTER, "htb", TC_H_ROOT, 0x10000)) == 0);
  const auto request = net::classes_request(7);
  CHECK(nlmsg_hdr(request.get())->nlmsg_type == RTM_GETTCLASS);
  CHECK(header_of(request).tcm_ifindex == 7);
}

TEST_CASE("the target of a filter is found among its actions, whichever its kind", "[tc]") {
  const std::vector<std::pair<std::string, int>> kinds{
      {"matchall", TCA_MATCHALL_ACT}, {"flower", TCA_FLOWER_ACT}, {"u32", TCA_U32_ACT},
      {"basic", TCA_BASIC_ACT},       {"fw", TCA_FW_ACT},         {"route", TCA_ROUTE4_ACT},
      {"flow", TCA_FLOW_ACT},         {"cgroup", TCA_CGROUP_ACT}};
  for (const auto& [kind, attribute] : kinds) {
    CAPTURE(kind);
    CHECK(redirects(sending_filter(kind, attribute)) ==
          std::vector<model::Redirect>{{.from = 7, .to = 9, .filter = kind}});
  }
  CHECK(redirects(sending_filter("matchall", TCA_MATCHALL_ACT, 9, "police")).empty());
  CHECK(redirects(sending_filter("unheard-of", TCA_MATCHALL_ACT)).empty());
}

TEST_CASE("an action that changes VLAN tags is told of", "[tc]") {
  const auto found = redirects(sending_filter("matchall", TCA_MATCHALL_ACT, 9, "vlan"));
  CHECK(found ==
        std::vector<model::Redirect>{{.from = 7, .to = 7, .filter = "matchall", .retags = true}});
}

TEST_CASE("a filter that can't be looked into may send frames anywhere", "[tc]") {
  const std::vector<model::Redirect> anywhere{{.from = 7, .to = 0, .filter = "matchall"}};
  CHECK(redirects(sending_filter("matchall", TCA_MATCHALL_ACT, 9, "bpf")) == anywhere);
  CHECK(redirects(sending_filter("matchall", TCA_MATCHALL_ACT, -1)) == anywhere);  // cut
  CHECK(redirects(sending_filter("matchall", TCA_MATCHALL_ACT, 0)).empty());  // the link is gone
  const auto program = redirects(sending_filter("bpf", TCA_BPF_ACT, 9));
  CHECK(program == std::vector<model::Redirect>{{.from = 7, .to = 0, .filter = "bpf"},
                                                {.from = 7, .to = 9, .filter = "bpf"}});
}

TEST_CASE("xvlan's own filter, and the list that a filter is in, send nothing anywhere", "[tc]") {
  CHECK(redirects(tc_answer(RTM_NEWTFILTER, "bpf", ingress, 0)).empty());
  CHECK(redirects(filter_answer(ingress, our_priority)).empty());
  net::MessageHandle own = filter_answer(ingress, our_priority);
  nla_nest_end(own.get(), nla_nest_start(own.get(), TCA_OPTIONS));
  CHECK(redirects(own).empty());
  CHECK(redirects(tc_answer(RTM_NEWQDISC, "bpf", ingress, 0)).empty());
}
