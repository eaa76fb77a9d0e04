#pragma once

#include <csignal>
#include <vector>

#include "net/handle.hpp"
#include "net/listener.hpp"

namespace net {

/// Takes SIGINT and SIGTERM, but for one that was ignored when the program was started, and shows
/// them as a file to read.
class EndSignals {
 public:
  /// Throws Error if that can't be done.
  EndSignals() : file_(take()) {}
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;
  ~EndSignals();

  /// Readable once a signal has come.
  [[nodiscard]] int fd() const noexcept { return file_.get(); }

 private:
  FileDescriptor take();

  sigset_t before_{};
  FileDescriptor file_;
};

/// Packet sockets (packet(7)), one for each trunk, in promiscuous mode: a NIC would keep the frames
/// of VLANs that have no link yet. The mode ends with the process, however that ends.
class PacketListener final : public Listener {
 public:
  PacketListener();
  ~PacketListener() override;

  void add(const model::Link& trunk) override;
  bool hear(std::chrono::milliseconds duration, const OnFrame& on_frame) override;
  Gaps gaps(std::size_t trunk) override;

 private:
  struct Ear {
    FileDescriptor socket;
    Gaps gaps{};
  };
  class Batch;

  /// Waits until something has come, or `timeout` is over. False if a signal has.
  bool wait(std::chrono::milliseconds timeout);
  void take(std::size_t trunk, const OnFrame& on_frame);
  void count_lost(Ear& ear) const;

  EndSignals signals_;
  std::vector<Ear> ears_;
  std::unique_ptr<Batch> batch_;
};

}  // namespace net
