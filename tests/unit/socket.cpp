#include "net/socket.hpp"

#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <thread>

#include "hosts.hpp"
#include "net/message.hpp"
#include "net/rtnl.hpp"
#include "net/sysctl.hpp"
#include "net/tc.hpp"
#include "plan/antispoof.hpp"

namespace {

using net::MessageHandle;
using unit::Texts;

/// A socket, or what has one, with a pretended kernel at the other end.
template <class T>
class Wired {
 public:
  Wired() {
    const int next = ::dup(STDERR_FILENO);  // the number that the socket will get
    ::close(next);
    subject_.emplace();
    int family = 0;
    socklen_t size = sizeof family;
    REQUIRE(::getsockopt(next, SOL_SOCKET, SO_DOMAIN, &family, &size) == 0);
    REQUIRE(family == AF_NETLINK);
    // Of Unix's sockets it is this kind that keeps messages apart and heeds no address.
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) == 0);
    REQUIRE(::dup2(ends[0], next) == next);
    ::close(ends[0]);
    kernel_.emplace(ends[1]);
  }

  T& operator*() { return *subject_; }
  T* operator->() { return &*subject_; }

  /// The kernel's next word, which may come before the question: the first request has number 1.
  void answer(std::uint32_t request, const MessageHandle& message, int flags = 0) {
    nlmsghdr* const header = nlmsg_hdr(message.get());
    header->nlmsg_seq = request;
    header->nlmsg_flags = static_cast<std::uint16_t>(flags);
    REQUIRE(::send(kernel_->get(), header, header->nlmsg_len, 0) == header->nlmsg_len);
  }

  /// The last request about a link.
  ifinfomsg last_asked() {
    ifinfomsg last{};
    hear([&](const nlmsghdr& header) {
      last = *static_cast<const ifinfomsg*>(nlmsg_data(&header));
    });
    return last;
  }

  /// The headers of all requests since it was last asked.
  std::vector<nlmsghdr> asked() {
    std::vector<nlmsghdr> headers;
    hear([&](const nlmsghdr& header) { headers.push_back(header); });
    return headers;
  }

 private:
  template <class Visit>
  void hear(const Visit& visit) {
    alignas(nlmsghdr) std::array<char, 1 << 14> bytes{};
    for (;;) {
      auto left =
          static_cast<int>(::recv(kernel_->get(), bytes.data(), bytes.size(), MSG_DONTWAIT));
      if (left <= 0) return;
      for (auto* header = reinterpret_cast<nlmsghdr*>(bytes.data()); nlmsg_ok(header, left) != 0;
           header = nlmsg_next(header, &left)) {
        visit(*header);
      }
    }
  }

  std::optional<T> subject_;
  std::optional<net::FileDescriptor> kernel_;
};

MessageHandle link(int index, const std::string& name, int master = 0, std::uint32_t group = 0) {
  ifinfomsg header{};
  header.ifi_index = index;
  MessageHandle message = net::message(RTM_NEWLINK, 0, header);
  REQUIRE(nla_put_string(message.get(), IFLA_IFNAME, name.c_str()) == 0);
  if (master != 0) REQUIRE(nla_put_s32(message.get(), IFLA_MASTER, master) == 0);
  if (group != 0) REQUIRE(nla_put_u32(message.get(), IFLA_GROUP, group) == 0);
  return message;
}

MessageHandle done() {
  return net::message(NLMSG_DONE, 0, int{0});
}

MessageHandle acknowledgement() {
  return net::message(NLMSG_ERROR, 0, nlmsgerr{});
}

/// Interrupts this thread's system calls for a while, and does `last` in the end.
class Signals {
 public:
  template <class Last>
  explicit Signals(Last last) {
    struct sigaction heard {};
    heard.sa_handler = [](int) {};  // without SA_RESTART
    REQUIRE(::sigaction(SIGUSR1, &heard, &before_) == 0);
    sender_ = std::thread([last, waiting = ::pthread_self()] {
      for (int i = 0; i < 5; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        ::pthread_kill(waiting, SIGUSR1);
      }
      last();
    });
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals() {
    sender_.join();
    (void)::sigaction(SIGUSR1, &before_, nullptr);
  }

 private:
  struct sigaction before_ {};
  std::thread sender_;
};

}  // namespace

TEST_CASE("the kernel's own words stand behind the refused request, or its header", "[socket]") {
  const bool capped = GENERATE(true, false);
  ifinfomsg refused{};
  nlmsgerr verdict{};
  verdict.error = -EPERM;
  verdict.msg.nlmsg_len = NLMSG_LENGTH(sizeof refused);
  const MessageHandle message = net::message(NLMSG_ERROR, 0, verdict);
  if (!capped) net::require(nlmsg_append(message.get(), &refused, sizeof refused, NLMSG_ALIGNTO));
  net::require(nla_put_string(message.get(), NLMSGERR_ATTR_MSG, "not today"));
  Wired<net::Socket> socket;
  socket.answer(1, message, NLM_F_ACK_TLVS | (capped ? NLM_F_CAPPED : 0));
  std::vector<MessageHandle> requests;
  requests.push_back(net::message(RTM_NEWLINK, 0, refused));
  const auto refusal = socket->change(requests).front();
  REQUIRE(refusal.has_value());
  CHECK(refusal->errnum == EPERM);
  CHECK(refusal->words == "not today");
}

TEST_CASE("an answer that was left over from an earlier request is passed over", "[socket]") {
  Wired<net::Socket> socket;
  nlmsgerr late{};
  late.error = -EPERM;
  socket.answer(0, net::message(NLMSG_ERROR, 0, late));
  socket.answer(1, acknowledgement());
  std::vector<MessageHandle> requests;
  requests.push_back(net::message(RTM_NEWLINK, 0, ifinfomsg{}));
  CHECK_FALSE(socket->change(requests).front().has_value());
  requests.clear();
  requests.push_back(net::message(RTM_NEWLINK, 0, ifinfomsg{}));
  socket.answer(1, acknowledgement());
  socket.answer(2, net::message(NLMSG_ERROR, 0, late));
  CHECK(socket->change(requests).front().has_value());
}

TEST_CASE("an answer that was left over is none of a dump's, nor its end", "[socket]") {
  Wired<net::Socket> socket;
  socket.answer(0, link(2, "eth1"));
  socket.answer(0, done());
  nlmsgerr late{};
  late.error = -EPERM;
  socket.answer(0, net::message(NLMSG_ERROR, 0, late));
  socket.answer(0, link(2, "eth1"), NLM_F_DUMP_INTR);
  socket.answer(1, link(3, "br4"));
  socket.answer(1, done());
  std::vector<int> indices;
  const MessageHandle request = net::message(RTM_GETLINK, 0, ifinfomsg{});
  socket->dump(
      *request, [&] { indices.clear(); },
      [&](const nlmsghdr& header) {
        indices.push_back(static_cast<const ifinfomsg*>(NLMSG_DATA(&header))->ifi_index);
      });
  CHECK(indices == std::vector<int>{3});
}

TEST_CASE("a dump that was interrupted is not believed, and asked for again", "[socket]") {
  Wired<net::Socket> socket;
  socket.answer(1, link(2, "eth1"));
  socket.answer(1, link(3, "br4"), NLM_F_DUMP_INTR);
  socket.answer(1, done());
  socket.answer(2, link(2, "eth1"));
  socket.answer(2, done());
  std::vector<int> indices;
  const MessageHandle request = net::message(RTM_GETLINK, 0, ifinfomsg{});
  socket->dump(
      *request, [&] { indices.clear(); },
      [&](const nlmsghdr& header) {
        indices.push_back(static_cast<const ifinfomsg*>(NLMSG_DATA(&header))->ifi_index);
      });
  CHECK(indices == std::vector<int>{2});
}

TEST_CASE("a signal does not end the wait for the kernel's answer", "[socket]") {
  Wired<net::Socket> socket;
  const Signals signals([&] { socket.answer(1, acknowledgement()); });
  std::vector<MessageHandle> requests;
  requests.push_back(net::message(RTM_NEWLINK, 0, ifinfomsg{}));
  Texts refused;
  const Texts failure = unit::failure([&] {
    for (const auto& refusal : socket->change(requests)) {
      if (refusal) refused.push_back(refusal->words);
    }
  });
  CHECK(failure.empty());
  CHECK(refused.empty());
}

TEST_CASE("a signal does not end the wait for a link", "[socket]") {
  Wired<net::Socket> socket;
  const Signals signals([] {});
  CHECK(socket->wait_for_notice(std::chrono::minutes(1)));
}

TEST_CASE("a bridge that takes the request to filter VLANs, and does not, is not shut",
          "[socket]") {
  Wired<net::Rtnl> kernel;
  plan::LinkRef bridge("br4");
  bridge.index = 3;
  kernel.answer(1, acknowledgement());
  kernel.answer(2, acknowledgement());
  kernel.answer(3, link(3, "br4"));
  const plan::Operation shut = plan::ShutBridge{bridge};
  const auto refusal = kernel->run(std::span(&shut, 1)).front();
  REQUIRE(refusal.has_value());
  CHECK(refusal->errnum == EOPNOTSUPP);
}

TEST_CASE("a VLAN-aware bridge that somebody else was faster to make is not looked at, nor deleted",
          "[socket]") {
  Wired<net::Rtnl> kernel;
  nlmsgerr exists{};
  exists.error = -EEXIST;
  kernel.answer(1, net::message(NLMSG_ERROR, 0, exists));
  for (const std::uint32_t request : {2U, 4U}) kernel.answer(request, link(3, "xenbr0"));
  for (const std::uint32_t request : {3U, 5U}) kernel.answer(request, acknowledgement());
  const plan::Operation create = plan::CreateBridge{"xenbr0", {}, 1500, {.vlan_aware = true}};
  const auto refusal = kernel->run(std::span(&create, 1)).front();
  REQUIRE(refusal.has_value());
  CHECK(refusal->errnum == EEXIST);
}

TEST_CASE("the ifindex of a link that was made is known until the name is another's", "[socket]") {
  const std::string name = "not-on-this-one";
  const auto run = [](Wired<net::Rtnl>& kernel, const plan::Operation& operation) {
    CHECK_FALSE(kernel->run(std::span(&operation, 1)).front().has_value());
  };
  const auto asked_behind = [&](const std::optional<plan::Operation>& operation) {
    Wired<net::Rtnl> kernel;
    kernel.answer(1, acknowledgement());
    kernel.answer(2, link(3, name, 0, model::link_group));
    run(kernel, plan::CreateBridge{name, {}, 1500, {}});
    std::uint32_t next = 3;
    if (operation) {
      kernel.answer(next++, acknowledgement());
      run(kernel, *operation);
    }
    kernel.answer(next, acknowledgement());
    run(kernel, plan::SetUp{name});
    return kernel.last_asked().ifi_index;
  };
  CHECK(asked_behind(std::nullopt) == 3);
  CHECK(asked_behind(plan::ChangeLink{.link = name, .to = {.mtu = 1400}}) == 3);
  CHECK(asked_behind(plan::ChangeLink{.link = name, .to = {.name = "other"}}) != 3);
  CHECK(asked_behind(plan::DeleteLink{name}) != 3);
  CHECK(asked_behind(plan::DeleteMarked{}) != 3);
}

TEST_CASE("a port that its new bridge does not take is set down", "[socket]") {
  plan::LinkRef port("vif3.0");
  port.index = 9;
  plan::LinkRef from("br4");
  from.index = 3;
  plan::LinkRef to("xenbr0");
  to.index = 5;
  const plan::Operation move = plan::MovePort{port, from, to, {}, {}, true};
  const bool taken = GENERATE(true, false);
  Wired<net::Rtnl> kernel;
  for (std::uint32_t request = 1; request <= 5; ++request) {
    nlmsgerr verdict{};
    if (!taken && request == 2) verdict.error = -EINVAL;
    kernel.answer(request, net::message(NLMSG_ERROR, 0, verdict));
  }
  CHECK(kernel->run(std::span(&move, 1)).front().has_value() != taken);
  const ifinfomsg last = kernel.last_asked();
  CHECK(last.ifi_index == 9);
  CHECK(last.ifi_change == IFF_UP);
  CHECK(last.ifi_flags == (taken ? unsigned{IFF_UP} : 0U));
}

namespace {

MessageHandle refusal(int errnum) {
  nlmsgerr verdict{};
  verdict.error = -errnum;
  return net::message(NLMSG_ERROR, 0, verdict);
}

}  // namespace

TEST_CASE("a link that is not there is no failure of looking it up, any other refusal is",
          "[socket]") {
  for (const int errnum : {ENODEV, EINVAL, EPERM, ENOBUFS}) {
    INFO(errnum);
    Wired<net::Rtnl> kernel;
    for (const std::uint32_t request : {1U, 2U}) kernel.answer(request, refusal(errnum));
    const Texts names{"br4"};
    const bool absent = errnum == ENODEV || errnum == EINVAL;
    CHECK(unit::failure([&] { return kernel->read(names); }).empty() == absent);
    CHECK(unit::failure([&] { return kernel->read(7); }).empty() == absent);
  }
}

TEST_CASE("a kernel knows alternative names unless it calls the request invalid", "[socket]") {
  for (const int errnum : {ENODEV, EPERM, EINVAL}) {
    Wired<net::Rtnl> kernel;
    for (const std::uint32_t dump : {1U, 2U}) kernel.answer(dump, done());
    kernel.answer(3, refusal(errnum));
    CHECK(kernel->read().knows_alt_names() == (errnum != EINVAL));
  }
}

TEST_CASE("of all notices only those of ports that leave their bridges are heard", "[socket]") {
  Wired<net::Socket> socket;
  constexpr int buffer_bytes = 1 << 16;
  // The filter stands before there is a group to join, which a socket of Unix's has not.
  CHECK_THROWS_AS(socket->hear_departures(buffer_bytes), model::Error);
  std::uint32_t number = 0;
  for (const int type : {RTM_NEWLINK, RTM_DELLINK, RTM_NEWADDR}) {
    for (const int family : {AF_UNSPEC, AF_BRIDGE}) {
      ifinfomsg header{};
      header.ifi_family = static_cast<unsigned char>(family);
      header.ifi_index = 7;
      socket.answer(++number, net::message(type, 0, header));
    }
  }
  std::vector<std::uint32_t> heard;
  socket->drain([&](const nlmsghdr& header) { heard.push_back(header.nlmsg_seq); });
  CHECK(heard == std::vector<std::uint32_t>{4});
}

TEST_CASE("the ports of a bridge are its own, also where the kernel tells of all links",
          "[socket]") {
  Wired<net::Rtnl> kernel;
  kernel.answer(1, link(3, "br4"));
  kernel.answer(2, link(3, "br4"));
  kernel.answer(2, link(4, "eth1.4", 3));
  kernel.answer(2, link(5, "eth1.5", 6));
  kernel.answer(2, link(6, "br5"));
  kernel.answer(2, done());
  const model::HostState host = kernel->read_ports(3);
  CHECK(host.find("br4") != nullptr);
  CHECK(host.find("eth1.4") != nullptr);
  CHECK(host.find("eth1.5") == nullptr);
  CHECK(host.find("br5") == nullptr);
}

TEST_CASE("the addresses of a link are its own, also where the kernel tells of all links",
          "[socket]") {
  Wired<net::Rtnl> kernel;
  for (const std::uint8_t index : std::array<std::uint8_t, 2>{3, 4}) {
    ifaddrmsg header{};
    header.ifa_family = AF_INET;
    header.ifa_prefixlen = 24;
    header.ifa_index = index;
    const std::array<std::uint8_t, 4> address{192, 0, 2, index};
    const MessageHandle message = net::message(RTM_NEWADDR, 0, header);
    net::require(nla_put(message.get(), IFA_LOCAL, sizeof address, address.data()));
    kernel.answer(1, message);
  }
  kernel.answer(1, done());
  model::Link wanted;
  wanted.index = 3;
  Texts texts;
  for (const model::Address& address : kernel->read_ipv4(wanted)) texts.push_back(address.text());
  CHECK(texts == Texts{"192.0.2.3/24"});
}

TEST_CASE("a setting is written under the name that the link has by then", "[socket]") {
  int asked = 0;  // for names that no link has
  const auto name_of = [&](int) { return std::string(asked++ == 0 ? "no/link" : "no/other"); };
  const auto refusal = net::set_ipv6(7, false, name_of);
  REQUIRE(refusal.has_value());
  CHECK(refusal->words ==
        "/proc/sys/net/ipv6/conf/no/other/disable_ipv6: No such file or directory");
}

TEST_CASE("settings that can't be written are refused at the first", "[socket]") {
  const auto no_link = [](int) { return std::string("no/link"); };
  const auto refusal = net::shut_ipv4(7, no_link);
  REQUIRE(refusal.has_value());
  CHECK(refusal->errnum == ENOENT);
  CHECK(refusal->words == "/proc/sys/net/ipv4/conf/no/link/rp_filter: No such file or directory");
  CHECK_FALSE(net::ipv4_is_shut("no/link"));
  CHECK(net::shut_ipv4(7, [](int) { return std::string(); })->errnum == ENODEV);
}

TEST_CASE("a dump that is refused fails with the kernel's reason", "[socket]") {
  for (const int errnum : {EPERM, ENOBUFS}) {
    Wired<net::Socket> socket;
    socket.answer(1, refusal(errnum));
    const MessageHandle request = net::message(RTM_GETLINK, 0, ifinfomsg{});
    try {
      socket->dump(
          *request, [] {}, [](const nlmsghdr&) {});
      FAIL("it was not refused");
    } catch (const model::Error& error) {
      CHECK(error.errnum() == errnum);
    }
  }
}

namespace {

/// A bridge that filters VLANs.
MessageHandle filtering_bridge(int index, const std::string& name, std::uint16_t default_pvid = 0,
                               std::uint32_t group = model::link_group) {
  MessageHandle bridge = link(index, name, 0, group);
  nlattr* const info = nla_nest_start(bridge.get(), IFLA_LINKINFO);
  net::require(nla_put_string(bridge.get(), IFLA_INFO_KIND, "bridge"));
  nlattr* const data = nla_nest_start(bridge.get(), IFLA_INFO_DATA);
  net::require(nla_put_u8(bridge.get(), IFLA_BR_VLAN_FILTERING, 1));
  net::require(nla_put_u16(bridge.get(), IFLA_BR_VLAN_DEFAULT_PVID, default_pvid));
  nla_nest_end(bridge.get(), data);
  nla_nest_end(bridge.get(), info);
  return bridge;
}

/// The kernel's word of a link that is in VLAN 7 of its bridge.
MessageHandle in_vlan_7(int index) {
  ifinfomsg header{};
  header.ifi_family = AF_BRIDGE;
  header.ifi_index = index;
  MessageHandle vlans = net::message(RTM_NEWLINK, 0, header);
  nlattr* const list = nla_nest_start(vlans.get(), IFLA_AF_SPEC);
  const bridge_vlan_info seven{.flags = 0, .vid = 7};
  net::require(nla_put(vlans.get(), IFLA_BRIDGE_VLAN_INFO, sizeof seven, &seven));
  nla_nest_end(vlans.get(), list);
  return vlans;
}

}  // namespace

TEST_CASE("VLANs are asked for where any link is a bridge", "[socket]") {
  Wired<net::Rtnl> kernel;
  constexpr std::uint32_t of_links = 1, of_addresses = 2, of_vlans = 3, alt_names = 4;
  kernel.answer(of_links, filtering_bridge(3, "br4"));
  kernel.answer(of_links, link(4, "eth1.4", 3));
  for (const std::uint32_t dump : {of_links, of_addresses}) kernel.answer(dump, done());
  kernel.answer(of_vlans, in_vlan_7(4));
  kernel.answer(of_vlans, done());
  kernel.answer(alt_names, refusal(ENODEV));
  const model::HostState host = kernel->read();
  CHECK(model::text(host.find("eth1.4")->vlans) == "7");
}

namespace {

std::vector<MessageHandle> changes(std::size_t count) {
  std::vector<MessageHandle> requests;
  while (requests.size() < count) requests.push_back(net::message(RTM_NEWLINK, 0, ifinfomsg{}));
  return requests;
}

/// The kernel's word of a filter of ours on that link.
MessageHandle filter(int index, const plan::Program& program) {
  return std::move(net::filter_ingress_requests(index, program).back());
}

MessageHandle address(std::uint8_t index, std::uint8_t last) {
  ifaddrmsg header{};
  header.ifa_family = AF_INET;
  header.ifa_prefixlen = 24;
  header.ifa_index = index;
  const std::array<std::uint8_t, 4> bytes{192, 0, 2, last};
  MessageHandle message = net::message(RTM_NEWADDR, 0, header);
  net::require(nla_put(message.get(), IFA_LOCAL, sizeof bytes, bytes.data()));
  return message;
}

plan::LinkRef known(const std::string& name, int index) {
  plan::LinkRef link(name);
  link.index = index;
  return link;
}

std::optional<net::Refusal> run(Wired<net::Rtnl>& kernel, const plan::Operation& operation) {
  return kernel->run(std::span(&operation, 1)).front();
}

}  // namespace

TEST_CASE("a refusal without words has those of its number", "[socket]") {
  Wired<net::Socket> socket;
  socket.answer(1, refusal(EBUSY));
  CHECK(socket->change(changes(1)).front()->words == "Device or resource busy");
}

TEST_CASE("many changes go in batches, and the last of each is acknowledged", "[socket]") {
  Wired<net::Socket> socket;
  for (std::uint32_t number = 1; number <= 130; ++number) {
    if (number == 2) socket.answer(number, refusal(EBUSY));
    if (number == 128) socket.answer(number, acknowledgement());
    if (number == 129) socket.answer(number, refusal(EEXIST));
    if (number == 130) socket.answer(number, refusal(EPERM));
  }
  const auto refusals = socket->change(changes(130));
  REQUIRE(refusals.size() == 130);
  for (std::size_t i = 0; i < refusals.size(); ++i) {
    const int expected = i == 1 ? EBUSY : i == 128 ? EEXIST : i == 129 ? EPERM : 0;
    CHECK((refusals[i] ? refusals[i]->errnum : 0) == expected);
  }
  const auto asked = socket.asked();
  REQUIRE(asked.size() == 130);
  for (const nlmsghdr& header : asked) {
    CHECK((header.nlmsg_flags & NLM_F_REQUEST) != 0);
    CHECK((header.nlmsg_flags & NLM_F_ACK) ==
          (header.nlmsg_seq == 128 || header.nlmsg_seq == 130 ? NLM_F_ACK : 0));
  }
}

TEST_CASE("many links are asked for in batches, without acknowledgement", "[socket]") {
  Wired<net::Socket> socket;
  std::vector<MessageHandle> requests;
  for (std::uint32_t number = 1; number <= 34; ++number) {
    requests.push_back(net::message(RTM_GETLINK, 0, ifinfomsg{}));
    socket.answer(number, number == 33 ? refusal(ENODEV) : link(static_cast<int>(number), "eth1"));
  }
  int found = 0;
  const auto refusals = socket->get(requests, [&](const nlmsghdr&) { ++found; });
  CHECK(found == 33);
  REQUIRE(refusals.size() == 34);
  for (std::size_t i = 0; i < refusals.size(); ++i) CHECK(refusals[i].has_value() == (i == 32));
  const auto asked = socket.asked();
  CHECK(asked.size() == 34);
  for (const nlmsghdr& header : asked) CHECK((header.nlmsg_flags & NLM_F_ACK) == 0);
}

TEST_CASE("the fifth dump is believed even if it was interrupted", "[socket]") {
  Wired<net::Socket> socket;
  for (std::uint32_t dump = 1; dump <= 5; ++dump) {
    socket.answer(dump, link(static_cast<int>(dump), "eth1"), NLM_F_DUMP_INTR);
    socket.answer(dump, done());
  }
  std::vector<int> indices;
  const MessageHandle request = net::message(RTM_GETLINK, 0, ifinfomsg{});
  socket->dump(
      *request, [&] { indices.clear(); },
      [&](const nlmsghdr& header) {
        indices.push_back(static_cast<const ifinfomsg*>(NLMSG_DATA(&header))->ifi_index);
      });
  CHECK(indices == std::vector<int>{5});
  const auto asked = socket.asked();
  CHECK(asked.size() == 5);
  for (const nlmsghdr& header : asked) {
    CHECK((header.nlmsg_flags & (NLM_F_REQUEST | NLM_F_DUMP)) == (NLM_F_REQUEST | NLM_F_DUMP));
  }
}

TEST_CASE("a dump that an acknowledgement answers fails", "[socket]") {
  Wired<net::Socket> socket;
  socket.answer(1, acknowledgement());
  const MessageHandle request = net::message(RTM_GETLINK, 0, ifinfomsg{});
  CHECK(unit::failure([&] {
          socket->dump(
              *request, [] {}, [](const nlmsghdr&) {});
          return 0;
        }) == Texts{"error (exit status 1): cannot list the host's links: Protocol error"});
}

TEST_CASE("a link's name is found by its ifindex", "[socket]") {
  const net::Socket socket;
  CHECK(socket.name_of(1) == "lo");
  CHECK(socket.name_of(0x7fffffff).empty());
}

TEST_CASE("who waits for notices has them all, or none in time", "[socket]") {
  Wired<net::Socket> socket;
  CHECK_FALSE(socket->wait_for_notice(std::chrono::milliseconds(1)));
  for (const int index : {3, 4}) socket.answer(0, link(index, "br4"));
  CHECK(socket->wait_for_notice(std::chrono::minutes(1)));
  CHECK_FALSE(socket->wait_for_notice(std::chrono::milliseconds(1)));
}

TEST_CASE("each link has its own addresses, in their order", "[socket]") {
  Wired<net::Rtnl> kernel;
  for (const int index : {201, 202, 203}) {
    kernel.answer(1, link(index, "eth" + std::to_string(index)));
  }
  kernel.answer(1, done());
  kernel.answer(2, address(202, 9));
  kernel.answer(2, address(201, 1));
  kernel.answer(2, address(202, 2));
  kernel.answer(2, done());
  kernel.answer(3, refusal(ENODEV));
  const model::HostState host = kernel->read();
  const auto addresses_of = [&](const std::string& name) {
    Texts texts;
    for (const model::Address& one : host.find(name)->addresses) texts.push_back(one.text());
    return texts;
  };
  CHECK(addresses_of("eth201") == Texts{"192.0.2.1/24"});
  CHECK(addresses_of("eth202") == Texts{"192.0.2.9/24", "192.0.2.2/24"});
  CHECK(addresses_of("eth203").empty());
}

TEST_CASE("a guest's link that is marked is looked at for its filter", "[socket]") {
  const plan::Program mac = plan::filter_of({.mac = {{0, 22, 62, 0, 0, 1}}}).program;
  Wired<net::Rtnl> kernel;
  kernel.answer(1, link(201, "vif1.0", 0, model::filtered_group));
  kernel.answer(1, link(202, "vif2.0"));
  kernel.answer(1, link(203, "vif3.0", 0, model::filtered_group));
  kernel.answer(1, link(204, "vif4.0", 0, model::filtered_group));
  for (const std::uint32_t dump : {1U, 2U}) kernel.answer(dump, done());
  kernel.answer(3, filter(201, mac));
  kernel.answer(3, link(201, "vif1.0"));  // no filter of ours
  kernel.answer(3, done());
  kernel.answer(4, refusal(EINVAL));
  kernel.answer(5, refusal(EOPNOTSUPP));
  kernel.answer(6, refusal(ENODEV));
  const model::HostState host = kernel->read();
  CHECK(host.find("vif1.0")->filter == "mac");
  for (const char* const name : {"vif2.0", "vif3.0", "vif4.0"}) {
    CHECK(host.find(name)->filter.empty());
  }
}

TEST_CASE("filters that can't be read are none only where the kernel has no traffic control",
          "[socket]") {
  model::Link vif;
  vif.index = 201;
  for (const int errnum : {EOPNOTSUPP, EINVAL, EPERM}) {
    Wired<net::Rtnl> kernel;
    kernel.answer(1, refusal(errnum));
    CHECK(unit::failure([&] { return kernel->read_filter(vif); }).empty() == (errnum != EPERM));
  }
}

TEST_CASE("a bridge with VLANs of its own is looked at for what shuts it", "[socket]") {
  const bool dropped = GENERATE(true, false);
  Wired<net::Rtnl> kernel;
  kernel.answer(1, filtering_bridge(203, "not-on-this-one"));
  for (const std::uint32_t dump : {1U, 2U}) kernel.answer(dump, done());
  kernel.answer(3, in_vlan_7(203));
  kernel.answer(3, done());
  if (dropped) kernel.answer(4, filter(203, {{}}));
  kernel.answer(4, link(203, "not-on-this-one"));
  kernel.answer(4, done());
  kernel.answer(5, refusal(ENODEV));
  const model::HostState host = kernel->read();
  const model::Link* const bridge = host.find("not-on-this-one");
  CHECK(bridge->ingress_dropped == dropped);
  CHECK(bridge->mac_pinned);
  CHECK_FALSE(bridge->routing_shut);
}

TEST_CASE("a filter that is gone already is taken away, others are not", "[socket]") {
  const plan::LinkRef vif = known("vif1.0", 201);
  const plan::Filter mac = plan::filter_of({.mac = {{0, 22, 62, 0, 0, 1}}});
  for (const int errnum : {ENOENT, EINVAL, EPERM}) {
    INFO(errnum);
    Wired<net::Rtnl> kernel;
    kernel.answer(1, refusal(errnum));
    CHECK(run(kernel, plan::SetFilter{.link = vif}).has_value() == (errnum == EPERM));
    kernel.answer(2, refusal(errnum));
    kernel.answer(3, acknowledgement());
    CHECK(run(kernel, plan::SetFilter{.link = vif, .to = mac})->errnum == errnum);
    kernel.answer(4, refusal(errnum));
    CHECK(run(kernel, plan::DeleteLink{vif})->errnum == errnum);
  }
}

TEST_CASE("each operation has the first refusal of its own requests", "[socket]") {
  const plan::LinkRef port = known("vif1.0", 201);
  const model::Vlans four{model::access_vlan(4)};
  const model::Vlans five{model::access_vlan(5)};
  Wired<net::Rtnl> kernel;
  kernel.answer(1, acknowledgement());
  kernel.answer(2, refusal(EBUSY));
  kernel.answer(3, refusal(EPERM));
  kernel.answer(4, acknowledgement());
  const std::vector<plan::Operation> operations{plan::SetUp{port}, plan::SetVlans{port, five, four},
                                                plan::SetUp{port, false}};
  const auto refusals = kernel->run(operations);
  REQUIRE(refusals.size() == 3);
  CHECK_FALSE(refusals[0].has_value());
  CHECK(refusals[1]->errnum == EBUSY);
  CHECK_FALSE(refusals[2].has_value());
}

TEST_CASE("a setting of a link that is not there is refused", "[socket]") {
  Wired<net::Rtnl> kernel;
  const auto refused = run(kernel, plan::SetIpv6{"no/link", false});
  REQUIRE(refused.has_value());
  CHECK(refused->errnum == ENODEV);
  CHECK(refused->words == "No such device");
}

TEST_CASE("where a kernel can't tell of one port's VLANs it tells of all", "[socket]") {
  model::Link port;
  port.index = 204;
  Wired<net::Rtnl> kernel;
  kernel.answer(1, refusal(EOPNOTSUPP));
  for (const int index : {203, 204}) {
    ifinfomsg header{};
    header.ifi_family = AF_BRIDGE;
    header.ifi_index = index;
    const MessageHandle vlans = net::message(RTM_NEWLINK, 0, header);
    nlattr* const list = nla_nest_start(vlans.get(), IFLA_AF_SPEC);
    const bridge_vlan_info one{.flags = 0, .vid = static_cast<std::uint16_t>(index)};
    net::require(nla_put(vlans.get(), IFLA_BRIDGE_VLAN_INFO, sizeof one, &one));
    nla_nest_end(vlans.get(), list);
    kernel.answer(2, vlans);
  }
  kernel.answer(2, done());
  CHECK(model::text(kernel->read_vlans(port)) == "204");
  kernel.answer(3, refusal(EPERM));
  CHECK_FALSE(unit::failure([&] { return kernel->read_vlans(port); }).empty());
}

TEST_CASE("no port has left before anybody watched", "[socket]") {
  Wired<net::Rtnl> kernel;
  CHECK(kernel->departures().empty());
}

TEST_CASE("who waits for links waits for each of them", "[socket]") {
  const Texts names{"eth7001", "eth7002"};
  const int there = GENERATE(0, 1, 2);
  Wired<net::Rtnl> kernel;
  for (std::uint32_t request = 1; request <= 4; ++request) {
    const bool found = request % 2 == 1 ? there >= 1 : there == 2;
    kernel.answer(request, found ? link(201, names[(request + 1) % 2]) : refusal(ENODEV));
  }
  CHECK(kernel->wait_for(names, std::chrono::milliseconds(0)) == (there == 2));
}

TEST_CASE("a link that was made and has no mark of ours by then is another's", "[socket]") {
  const std::string name = "not-on-this-one";
  const bool ours = GENERATE(true, false);
  Wired<net::Rtnl> kernel;
  kernel.answer(1, acknowledgement());
  kernel.answer(2, link(203, name, 0, ours ? model::on_demand_group : 0));
  CHECK_FALSE(run(kernel, plan::CreateBridge{name, {}, 1500, {}}).has_value());
  kernel.answer(3, acknowledgement());
  CHECK_FALSE(run(kernel, plan::SetUp{name}).has_value());
  CHECK((kernel.last_asked().ifi_index == 203) == ours);
}

TEST_CASE("a bridge that is made and does not heed its settings gets them, or is not kept",
          "[socket]") {
  const bool heeds = GENERATE(true, false);
  const std::string name = "not-on-this-one";
  Wired<net::Rtnl> kernel;
  kernel.answer(1, acknowledgement());
  kernel.answer(2, filtering_bridge(203, name, 1));
  kernel.answer(3, filtering_bridge(203, name, 1));
  kernel.answer(4, acknowledgement());
  kernel.answer(5, filtering_bridge(203, name, heeds ? 0 : 1));
  kernel.answer(6, acknowledgement());
  const auto refused = run(kernel, plan::CreateBridge{name, {}, 1500, {.vlan_aware = true}});
  const auto asked = kernel.asked();
  CHECK(asked.size() == (heeds ? 5 : 6));
  if (heeds) {
    CHECK_FALSE(refused.has_value());
    return;
  }
  REQUIRE(refused.has_value());
  CHECK(refused->errnum == EOPNOTSUPP);
  CHECK(refused->words == "this kernel's bridges can't filter VLANs");
  CHECK(asked.back().nlmsg_type == RTM_DELLINK);
}

TEST_CASE("a bridge that heeds its settings at once is left as it is", "[socket]") {
  const std::string name = "not-on-this-one";
  Wired<net::Rtnl> kernel;
  kernel.answer(1, acknowledgement());
  for (const std::uint32_t request : {2U, 3U}) kernel.answer(request, filtering_bridge(203, name));
  CHECK_FALSE(run(kernel, plan::CreateBridge{name, {}, 1500, {.vlan_aware = true}}).has_value());
  CHECK(kernel.asked().size() == 3);
}

TEST_CASE("of several bridges that are shut, the first that is there tells whether they filter",
          "[socket]") {
  const bool filters = GENERATE(true, false);
  Wired<net::Rtnl> kernel;
  const std::vector<plan::Operation> operations{
      plan::ShutBridge{known("br4", 203)}, plan::ShutBridge{known("br5", 204)},
      plan::ShutBridge{known("br6", 205)}, plan::ShutBridge{known("br7", 206)}};
  for (std::uint32_t request = 1; request <= 8; ++request) {
    kernel.answer(request, request == 1 ? refusal(EPERM) : acknowledgement());
  }
  kernel.answer(9, refusal(ENODEV));
  kernel.answer(10, filters ? filtering_bridge(205, "br6") : link(205, "br6"));
  const auto refusals = kernel->run(operations);
  REQUIRE(refusals.size() == 4);
  CHECK(refusals[0]->errnum == EPERM);
  CHECK(refusals[1]->errnum == ENODEV);
  for (const std::size_t i : {std::size_t{2}, std::size_t{3}}) {
    REQUIRE(refusals[i].has_value() != filters);
    if (!filters) CHECK(refusals[i]->errnum == EOPNOTSUPP);
  }
  CHECK(kernel.asked().size() == 10);
}

TEST_CASE("a socket that can't be made is an error", "[socket]") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  const Texts lines = unit::failure([] { return net::Socket(); });
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  REQUIRE(lines.size() == 1);
  CHECK(lines.front().starts_with("error (exit status 1): cannot open a netlink socket: "));
}

TEST_CASE("what /sys can't tell of a link counts as usual", "[socket]") {
  CHECK(net::mac_is_pinned("no/link"));
  CHECK(net::device_behind("no/link").empty());
}
