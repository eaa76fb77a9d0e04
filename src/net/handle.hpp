#pragma once

#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <unistd.h>

#include <memory>
#include <utility>

namespace net {

/// Calls the C function `release` on the pointer it is given.
template <auto release>
struct Release {
  template <class T>
  void operator()(T* object) const noexcept {
    release(object);
  }
};

using SocketHandle = std::unique_ptr<nl_sock, Release<nl_socket_free>>;
using MessageHandle = std::unique_ptr<nl_msg, Release<nlmsg_free>>;

/// An open file; closed at the end of its life.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] bool valid() const noexcept { return fd_ >= 0; }

 private:
  int fd_;
};

}  // namespace net
