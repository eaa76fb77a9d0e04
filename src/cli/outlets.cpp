#include "cli/outlets.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <ctime>

namespace cli {
namespace {

/// Hands `text` to `put`, piece by piece, and waits where `fd` is full. False if not all went.
template <class Put>
bool deliver(const std::string& text, int fd, Delay& delay, const Put& put) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = put(text.data() + done, text.size() - done);
    if (count >= 0) {
      done += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      if (!delay.until_writable(fd)) return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

/// "<27>Nov 24 03:31:52 xvlan[4711]: ", as syslog(3) has it.
std::string log_heading(int priority) {
  std::array<char, 32> text{};
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  const std::size_t size = std::strftime(text.data(), text.size(), "%h %e %T", &local);
  return "<" + std::to_string(LOG_DAEMON | priority) + ">" + std::string(text.data(), size) +
         " xvlan[" + std::to_string(::getpid()) + "]: ";
}

}  // namespace

bool Delay::until_writable(int fd) {
  using std::chrono::steady_clock;
  pollfd place{.fd = fd, .events = POLLOUT, .revents = 0};
  int count = 0;
  do {
    const auto begun = steady_clock::now();
    const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(left_);
    count = ::poll(&place, 1, static_cast<int>(std::max<std::int64_t>(timeout.count(), 0)));
    left_ -= steady_clock::now() - begun;
  } while (count < 0 && errno == EINTR);
  return count > 0 && left_.count() > 0;
}

StandardError::~StandardError() {
  if (own_ >= 0) ::close(own_);
}

void StandardError::write(const std::string& text) {
  if (!opened_) open();
  const int fd = own_ >= 0 ? own_ : STDERR_FILENO;
  (void)deliver(text, fd, delay_,
                [this](const char* piece, std::size_t size) { return put(piece, size); });
}

/// Not to block is a property of the open file, which we share with whoever started us: ours has to
/// be another one. A plain file must not be opened again, since that would begin at its start.
void StandardError::open() {
  opened_ = true;
  struct stat status {};
  if (::fstat(STDERR_FILENO, &status) != 0) return;
  if (!S_ISFIFO(status.st_mode) && ::isatty(STDERR_FILENO) == 0) return;
  own_ = ::open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

ssize_t StandardError::put(const char* text, std::size_t size) const {
  if (own_ >= 0) return ::write(own_, text, size);
  const ssize_t sent = ::send(STDERR_FILENO, text, size, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent >= 0 || errno != ENOTSOCK) return sent;
  pollfd place{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  if (::poll(&place, 1, 0) == 0) {
    errno = EAGAIN;
    return -1;
  }
  // A pipe that has room has room for this.
  return ::write(STDERR_FILENO, text, std::min<std::size_t>(size, PIPE_BUF));
}

SystemLog::~SystemLog() {
  close();
}

void SystemLog::write(int priority, const std::string& text) {
  const std::string message = log_heading(priority) + text;
  if (socket_ >= 0 && send(message)) return;
  // The daemon may have been started anew.
  if (open()) (void)send(message);
}

bool SystemLog::open() {
  close();
  if (open(SOCK_DGRAM)) return true;
  return errno == EPROTOTYPE && open(SOCK_STREAM);
}

bool SystemLog::open(int type) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::string(_PATH_LOG).copy(address.sun_path, sizeof address.sun_path - 1);
  is_stream_ = type == SOCK_STREAM;
  socket_ = ::socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return false;
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return true;
  }
  const int errnum = errno;
  close();
  errno = errnum;
  return false;
}

bool SystemLog::send(const std::string& message) {
  // In a stream each message ends with a NUL.
  return deliver(is_stream_ ? message + '\0' : message, socket_, delay_,
                 [this](const char* piece, std::size_t size) {
                   return ::send(socket_, piece, size, MSG_NOSIGNAL);
                 });
}

void SystemLog::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

}  // namespace cli
