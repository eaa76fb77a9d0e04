#include "net/socket.hpp"

#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <pthread.h>
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
    alignas(nlmsghdr) std::array<char, 4096> bytes{};
    ifinfomsg last{};
    for (;;) {
      auto left =
          static_cast<int>(::recv(kernel_->get(), bytes.data(), bytes.size(), MSG_DONTWAIT));
      if (left <= 0) return last;
      for (auto* header = reinterpret_cast<nlmsghdr*>(bytes.data()); nlmsg_ok(header, left) != 0;
           header = nlmsg_next(header, &left)) {
        last = *static_cast<const ifinfomsg*>(nlmsg_data(header));
      }
    }
  }

 private:
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

TEST_CASE("VLANs are asked for where any link is a bridge", "[socket]") {
  Wired<net::Rtnl> kernel;
  constexpr std::uint32_t of_links = 1, of_addresses = 2, of_vlans = 3, alt_names = 4;
  const MessageHandle bridge = link(3, "br4", 0, model::link_group);
  nlattr* const info = nla_nest_start(bridge.get(), IFLA_LINKINFO);
  net::require(nla_put_string(bridge.get(), IFLA_INFO_KIND, "bridge"));
  nlattr* const data = nla_nest_start(bridge.get(), IFLA_INFO_DATA);
  net::require(nla_put_u8(bridge.get(), IFLA_BR_VLAN_FILTERING, 1));
  nla_nest_end(bridge.get(), data);
  nla_nest_end(bridge.get(), info);
  ifinfomsg header{};
  header.ifi_family = AF_BRIDGE;
  header.ifi_index = 4;
  const MessageHandle vlans = net::message(RTM_NEWLINK, 0, header);
  nlattr* const list = nla_nest_start(vlans.get(), IFLA_AF_SPEC);
  const bridge_vlan_info seven{.flags = 0, .vid = 7};
  net::require(nla_put(vlans.get(), IFLA_BRIDGE_VLAN_INFO, sizeof seven, &seven));
  nla_nest_end(vlans.get(), list);
  kernel.answer(of_links, bridge);
  kernel.answer(of_links, link(4, "eth1.4", 3));
  for (const std::uint32_t dump : {of_links, of_addresses}) kernel.answer(dump, done());
  kernel.answer(of_vlans, vlans);
  kernel.answer(of_vlans, done());
  kernel.answer(alt_names, refusal(ENODEV));
  const model::HostState host = kernel->read();
  CHECK(model::text(host.find("eth1.4")->vlans) == "7");
}
