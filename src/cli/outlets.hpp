#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>

namespace cli {

/// The time that messages may wait for their readers: all messages of the process together, 1 s. A
/// reader that is stuck, such as a full pipe's or a hung journald, costs a message and never holds
/// up what the program is there for.
class Delay {
 public:
  /// Waits until `fd` can be written to, or the time is used up. False in that case.
  bool until_writable(int fd);

 private:
  std::chrono::nanoseconds left_ = std::chrono::seconds(1);
};

/// Standard error. What it can't take is dropped.
class StandardError {
 public:
  explicit StandardError(Delay& delay) noexcept : delay_(delay) {}
  StandardError(const StandardError&) = delete;
  StandardError& operator=(const StandardError&) = delete;
  ~StandardError();

  void write(const std::string& text);

 private:
  void open();
  ssize_t put(const char* text, std::size_t size) const;

  Delay& delay_;
  bool opened_ = false;
  int own_ = -1;  ///< the same pipe or terminal, without blocking; if there is such a way
};

/// The system's log: syslog(3), but for a daemon that is stuck, before which that waits for ever.
class SystemLog {
 public:
  explicit SystemLog(Delay& delay) noexcept : delay_(delay) {}
  SystemLog(const SystemLog&) = delete;
  SystemLog& operator=(const SystemLog&) = delete;
  ~SystemLog();

  /// `priority` is one of syslog(3), without facility.
  void write(int priority, const std::string& text);

 private:
  bool open();
  bool open(int type);
  bool send(const std::string& message);
  void close();

  Delay& delay_;
  int socket_ = -1;
  bool is_stream_ = false;
};

}  // namespace cli
