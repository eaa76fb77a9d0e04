#include "net/socket.hpp"

#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/socket.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "model/error.hpp"
#include "net/message.hpp"

namespace net {
namespace {

constexpr std::chrono::seconds answer_timeout{10};
// An answer to every request of one batch must fit into the socket's receive buffer, and a batch
// into its send buffer. A few fit into those that libnl makes.
constexpr std::size_t change_batch_size = 128;
constexpr std::size_t get_batch_size = 32;
constexpr std::size_t narrow_batch_size = 8;
constexpr std::size_t narrow_batch_bytes = 1 << 15;
constexpr int wide_buffer_bytes = 1 << 18;
constexpr int dump_attempts = 5;

model::Error socket_error(std::string action, int errnum) {
  return model::Error(
      {.action = std::move(action), .reason = model::error_text(errnum), .errnum = errnum});
}

void set_option(int fd, int level, int option, int value) {
  // Options that an older kernel doesn't know only cost words or speed.
  (void)::setsockopt(fd, level, option, &value, sizeof value);
}

/// What an NLMSG_ERROR says; nothing if it is an acknowledgement (netlink(7)).
std::optional<Refusal> read_verdict(const nlmsghdr& header) {
  const auto* const verdict = static_cast<const nlmsgerr*>(nlmsg_data(&header));
  if (verdict->error == 0) return std::nullopt;
  Refusal refusal{.errnum = -verdict->error, .words = {}};
  if ((header.nlmsg_flags & NLM_F_ACK_TLVS) != 0) {
    // Attributes stand behind the refused request's header, or behind the whole of it.
    std::size_t offset = sizeof(nlmsgerr);
    if ((header.nlmsg_flags & NLM_F_CAPPED) == 0) offset += verdict->msg.nlmsg_len - NLMSG_HDRLEN;
    std::array<nlattr*, NLMSGERR_ATTR_MAX + 1> attributes{};
    auto* const mutable_header = const_cast<nlmsghdr*>(&header);  // libnl parses non-const only
    if (nlmsg_parse(mutable_header, static_cast<int>(offset), attributes.data(), NLMSGERR_ATTR_MAX,
                    nullptr) == 0 &&
        attributes[NLMSGERR_ATTR_MSG] != nullptr) {
      refusal.words = nla_get_string(attributes[NLMSGERR_ATTR_MSG]);
    }
  }
  if (refusal.words.empty()) refusal.words = model::error_text(refusal.errnum);
  return refusal;
}

bool is_narrow(std::span<const MessageHandle> requests) {
  if (requests.size() > narrow_batch_size) return false;
  std::size_t bytes = 0;
  for (const MessageHandle& request : requests) bytes += nlmsg_hdr(request.get())->nlmsg_len;
  return bytes <= narrow_batch_bytes;
}

/// The end of a dump says whether it is whole (Linux, netlink_dump_done): a positive errno, or 0.
int dump_failure(const nlmsghdr& end) {
  int result = 0;
  if (nlmsg_datalen(&end) < static_cast<int>(sizeof result)) return 0;
  std::memcpy(&result, nlmsg_data(&end), sizeof result);
  return result < 0 ? -result : 0;
}

}  // namespace

Socket::Socket() : socket_(nl_socket_alloc()), buffer_(std::make_unique_for_overwrite<Buffer>()) {
  if (!socket_) throw socket_error("open a netlink socket", ENOMEM);
  if (const int error = nl_connect(socket_.get(), NETLINK_ROUTE); error < 0) {
    throw model::Error({.action = "open a netlink socket", .reason = nl_geterror(error)});
  }
  set_option(fd(), SOL_NETLINK, NETLINK_EXT_ACK, 1);
  set_option(fd(), SOL_NETLINK, NETLINK_CAP_ACK, 1);
  set_option(fd(), SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
  const timeval timeout{.tv_sec = answer_timeout.count(), .tv_usec = 0};
  (void)::setsockopt(fd(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
}

void Socket::widen() {
  if (!wide_) nl_socket_set_buffer_size(socket_.get(), wide_buffer_bytes, wide_buffer_bytes);
  wide_ = true;
}

void Socket::send(std::span<const MessageHandle> requests) {
  std::vector<iovec> parts;
  parts.reserve(requests.size());
  for (const MessageHandle& request : requests) {
    nlmsghdr* const header = nlmsg_hdr(request.get());
    header->nlmsg_seq = ++sequence_;
    header->nlmsg_flags |= NLM_F_REQUEST;
    parts.push_back({.iov_base = header, .iov_len = header->nlmsg_len});
  }
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  msghdr message{};
  message.msg_name = &kernel;
  message.msg_namelen = sizeof kernel;
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  while (::sendmsg(fd(), &message, 0) < 0) {
    if (errno != EINTR) throw socket_error("ask the kernel", errno);
  }
}

void Socket::receive(const Visitor& visit) {
  // A signal that comes now and then must not make the wait begin anew each time.
  const auto deadline = std::chrono::steady_clock::now() + answer_timeout;
  for (;;) {
    const ssize_t length = ::recv(fd(), buffer_->data(), buffer_->size(), MSG_TRUNC);
    if (length > static_cast<ssize_t>(buffer_->size())) {
      throw model::Error({.action = "read the kernel's answer",
                          .reason = "what it says of one link is too long, as of a VXLAN link "
                                    "that has VNIs for thousands of single VLANs",
                          .remedy = "find that link with 'bridge vlan tunnelshow', and delete it",
                          .errnum = EMSGSIZE});
    }
    if (length < 0) {
      const bool in_time = std::chrono::steady_clock::now() < deadline;
      if (errno == EINTR && in_time) continue;
      const int errnum = errno == EAGAIN || errno == EINTR ? ETIMEDOUT : errno;
      throw socket_error("read the kernel's answer", errnum);
    }
    int left = static_cast<int>(length);
    for (auto* header = reinterpret_cast<nlmsghdr*>(buffer_->data()); nlmsg_ok(header, left) != 0;
         header = nlmsg_next(header, &left)) {
      if (!visit(*header)) return;
    }
  }
}

std::vector<std::optional<Refusal>> Socket::exchange(std::span<const MessageHandle> requests,
                                                     const Answer& on_answer,
                                                     bool acknowledge_last) {
  std::vector<std::optional<Refusal>> refusals(requests.size());
  if (requests.empty()) return refusals;
  if (acknowledge_last) nlmsg_hdr(requests.back().get())->nlmsg_flags |= NLM_F_ACK;
  if (!is_narrow(requests)) widen();
  const std::uint32_t first = sequence_ + 1;
  send(requests);
  receive([&](const nlmsghdr& header) {
    const std::uint32_t position = header.nlmsg_seq - first;
    if (position >= requests.size()) return true;  // left over from an earlier exchange
    if (header.nlmsg_type == NLMSG_ERROR) {
      refusals[position] = read_verdict(header);
    } else {
      on_answer(header);
    }
    return position + 1 != requests.size();  // the kernel answers in the order of the requests
  });
  return refusals;
}

std::vector<std::optional<Refusal>> Socket::exchange_in_batches(
    std::span<const MessageHandle> requests, std::size_t batch_size, const Answer& on_answer,
    bool acknowledge_last) {
  std::vector<std::optional<Refusal>> refusals;
  refusals.reserve(requests.size());
  for (std::size_t start = 0; start < requests.size(); start += batch_size) {
    const auto batch = requests.subspan(start, std::min(batch_size, requests.size() - start));
    for (auto& refusal : exchange(batch, on_answer, acknowledge_last)) {
      refusals.push_back(std::move(refusal));
    }
  }
  return refusals;
}

std::vector<std::optional<Refusal>> Socket::change(std::span<const MessageHandle> requests) {
  return exchange_in_batches(
      requests, change_batch_size, [](const nlmsghdr&) {}, true);
}

std::vector<std::optional<Refusal>> Socket::get(std::span<const MessageHandle> requests,
                                                const Answer& on_answer) {
  return exchange_in_batches(requests, get_batch_size, on_answer, false);
}

void Socket::dump(nl_msg& request, const std::function<void()>& restart, const Answer& on_answer) {
  for (int attempt = 0; attempt < dump_attempts; ++attempt) {
    restart();
    if (try_dump(request, on_answer)) return;
  }
  // A host that never stands still long enough: the last dump is as good as any. Whatever it
  // missed shows itself when an operation is refused, and the host is then read again.
}

bool Socket::try_dump(nl_msg& request, const Answer& on_answer) {
  nlmsghdr* const header = nlmsg_hdr(&request);
  header->nlmsg_seq = ++sequence_;
  header->nlmsg_flags |= NLM_F_REQUEST | NLM_F_DUMP;
  while (::send(fd(), header, header->nlmsg_len, 0) < 0) {
    if (errno != EINTR) throw socket_error("ask the kernel", errno);
  }
  bool consistent = true;
  receive([&](const nlmsghdr& answer) {
    if (answer.nlmsg_seq != sequence_) return true;
    if ((answer.nlmsg_flags & NLM_F_DUMP_INTR) != 0) consistent = false;
    if (answer.nlmsg_type == NLMSG_DONE) {
      if (const int failed = dump_failure(answer); failed != 0) {
        throw socket_error("list the host's links", failed);
      }
      return false;
    }
    if (answer.nlmsg_type == NLMSG_ERROR) {
      const auto refusal = read_verdict(answer);
      throw socket_error("list the host's links", refusal ? refusal->errnum : EPROTO);
    }
    on_answer(answer);
    return true;
  });
  return consistent;
}

void Socket::subscribe_to_links() {
  for (const int group : {RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR}) {
    if (const int error = nl_socket_add_membership(socket_.get(), group); error < 0) {
      throw model::Error({.action = "listen for new links", .reason = nl_geterror(error)});
    }
  }
}

std::string Socket::name_of(int index) const {
  ifreq request{};
  request.ifr_ifindex = index;
  return ::ioctl(fd(), SIOCGIFNAME, &request) == 0 ? request.ifr_name : "";
}

void Socket::hear_departures(int buffer_bytes) {
  // Of all notices only RTM_DELLINK of AF_BRIDGE: a bridge that is deleted brings many more. The
  // kernel compares numbers in network order, netlink has them in the host's.
  constexpr std::uint32_t type_at = offsetof(nlmsghdr, nlmsg_type);
  constexpr std::uint32_t family_at = NLMSG_HDRLEN;
  std::array<sock_filter, 6> program{{
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, type_at),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELLINK), 0, 3),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, family_at),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_BRIDGE, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
      BPF_STMT(BPF_RET | BPF_K, 0),
  }};
  const sock_fprog filter{.len = program.size(), .filter = program.data()};
  (void)::setsockopt(fd(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
  set_option(fd(), SOL_SOCKET, SO_RCVBUFFORCE, buffer_bytes);
  subscribe_to_links();
}

void Socket::drain(const Answer& visit) {
  for (;;) {
    const ssize_t length = ::recv(fd(), buffer_->data(), buffer_->size(), MSG_DONTWAIT);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0 && errno == EAGAIN) return;
    if (length < 0) throw socket_error("hear which ports leave their bridges", errno);
    auto left = static_cast<int>(length);
    for (auto* header = reinterpret_cast<nlmsghdr*>(buffer_->data()); nlmsg_ok(header, left) != 0;
         header = nlmsg_next(header, &left)) {
      visit(*header);
    }
  }
}

bool Socket::wait_for_notice(std::chrono::milliseconds timeout) {
  pollfd ready{.fd = fd(), .events = POLLIN, .revents = 0};
  const int count = ::poll(&ready, 1, static_cast<int>(timeout.count()));
  if (count <= 0) return count < 0 && errno == EINTR;
  // An overrun (ENOBUFS) only says that there were more notices than fit: notice enough.
  while (::recv(fd(), buffer_->data(), buffer_->size(), MSG_DONTWAIT) > 0) continue;
  return true;
}

}  // namespace net
