#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "net/handle.hpp"
#include "net/kernel.hpp"

namespace net {

/// A route netlink socket: requests out, answers back, each matched to its request by sequence
/// number (rtnetlink(7)). The kernel's errno and its extended acknowledgement are kept as they
/// come; libnl's own receive path folds many errno values into one.
///
/// Every call throws Error if the socket fails or the kernel leaves a request unanswered for 10 s.
class Socket {
 public:
  Socket();

  using Answer = std::function<void(const nlmsghdr&)>;

  /// Sends all requests at once. The kernel runs them in order, each whether or not an earlier one
  /// was refused. Answers one entry for each request: nothing where it was done.
  std::vector<std::optional<Refusal>> change(std::span<const MessageHandle> requests);

  /// Sends requests, each for one object, some at once; `on_answer` gets what was found. Answers
  /// one entry for each request, as `change`.
  std::vector<std::optional<Refusal>> get(std::span<const MessageHandle> requests,
                                          const Answer& on_answer);

  /// Sends one dump request and gives each object to `on_answer`. A dump that the kernel marks as
  /// inconsistent (NLM_F_DUMP_INTR) is asked for again; `restart` is called before each attempt.
  void dump(nl_msg& request, const std::function<void()>& restart, const Answer& on_answer);

  /// The name of the link with that ifindex; empty if there is none.
  [[nodiscard]] std::string name_of(int index) const;

  /// Asks for a notice of every port that leaves its bridge from now on, and for room for so many
  /// bytes of them.
  void hear_departures(int buffer_bytes);

  /// Gives each notice that has come to `visit`, without waiting. Throws Error (ENOBUFS) if there
  /// were more than fit.
  void drain(const Answer& visit);

  /// Asks for a notice of every change of a link, or of an address, from now on.
  void subscribe_to_links();

  /// Waits for the next such notices and drops them. False if `timeout` came first.
  bool wait_for_notice(std::chrono::milliseconds timeout);

 private:
  using Visitor = std::function<bool(const nlmsghdr&)>;

  /// Makes room for a batch of requests and their answers.
  void widen();
  void send(std::span<const MessageHandle> requests);
  /// Receives until `visit` answers false. Throws model::Error with EMSGSIZE where the buffer is
  /// too small: half an answer is none.
  void receive(const Visitor& visit);
  std::vector<std::optional<Refusal>> exchange(std::span<const MessageHandle> requests,
                                               const Answer& on_answer, bool acknowledge_last);
  std::vector<std::optional<Refusal>> exchange_in_batches(std::span<const MessageHandle> requests,
                                                          std::size_t batch_size,
                                                          const Answer& on_answer,
                                                          bool acknowledge_last);
  bool try_dump(nl_msg& request, const Answer& on_answer);
  [[nodiscard]] int fd() const { return nl_socket_get_fd(socket_.get()); }

  SocketHandle socket_;
  std::uint32_t sequence_ = 0;
  bool wide_ = false;
  /// More than the longest attribute, 64 KiB: all VLANs of a bridge's port, and their VNIs, are in
  /// one. Most of it is never touched. It costs one brk(2) more than 32 KiB would; from 128 KiB on
  /// the C library would map it by itself.
  using Buffer = std::array<char, 81920>;
  std::unique_ptr<Buffer> buffer_;
};

}  // namespace net
