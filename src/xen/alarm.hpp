#pragma once

#include <chrono>
#include <cstdint>

namespace xen {

/// How long xenstored may keep this program waiting, all waits together. libxl ends a script after
/// 10 s in its strictest version (Xen 4.2 to 4.5): what is left of them is for the kernel.
struct Patience {
  std::chrono::nanoseconds connection = std::chrono::seconds(5);  ///< each, its opening included
  /// All connections; goes down with each wait. More than one may take, so that a failure can be
  /// told on another.
  std::chrono::nanoseconds all = std::chrono::seconds(7);
};

/// Ends a wait for xenstored that lasts too long; libxenstore itself waits for ever.
///
/// Only the time inside of a Wait counts: what passes in between is the program's own, or the
/// kernel's. When the time is up, the signal SIGALRM takes libxenstore's connection away, and the
/// call that waits fails at once, as does every later one on that connection. The signal may also
/// come between two waits, and interrupts system calls then (EINTR), but does nothing else.
///
/// At most one Alarm lives at a time, in a program of one thread that leaves SIGALRM to it.
class Alarm {
 public:
  /// `patience` must outlive the Alarm.
  explicit Alarm(Patience& patience) noexcept : patience_(patience) {}
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  ~Alarm();

  /// Begins anew, for a connection that is about to be opened. Works whether the program was
  /// started with SIGALRM blocked, ignored or neither.
  void start();
  /// Whether the time is up, and the connection with it.
  [[nodiscard]] bool rang() const noexcept;
  /// What the connection may or might take, in whole seconds, rounded up.
  [[nodiscard]] std::chrono::seconds allowance() const noexcept;

  /// Xenstored is being waited for. Leaves errno alone.
  class Wait {
   public:
    enum class For { opening, answer };
    Wait(Alarm& alarm, For purpose) noexcept;
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    ~Wait();

   private:
    Alarm& alarm_;
    std::int64_t begun_;
  };

 private:
  Patience& patience_;
  std::chrono::nanoseconds allowance_{};
};

}  // namespace xen
