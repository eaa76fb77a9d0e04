#include "xen/alarm.hpp"

#include <sys/time.h>

// Xen's header is C only.
extern "C" {
#include <xentoolcore.h>
}

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>

namespace xen {
namespace {

using std::chrono::nanoseconds;

// What the signal handler knows; times in ns, by the clock that does not jump.
std::atomic<std::int64_t> deadline = 0;  // of the wait under way; 0 while there is none
std::atomic<std::int64_t> left = 0;      // what the waits on this connection may still take
std::atomic<bool> connected = false;     // the wait under way has a connection to take away
static_assert(std::atomic<std::int64_t>::is_always_lock_free, "a signal handler must not wait");

std::int64_t now() {
  return nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Has the signal sent in `delay` ns; never, if that is not above 0.
void set_timer(std::int64_t delay) {
  constexpr std::int64_t second = 1'000'000'000;
  itimerval timer{};
  if (delay > 0) {
    timer.it_value.tv_sec = delay / second;
    timer.it_value.tv_usec = delay % second / 1000 + 1;  // 0 would be never
  }
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}

/// The timer is set once for many waits, so it may go off early, or between two.
///
/// libxenstore's part in xentoolcore_restrict_all puts /dev/null in the place of its connection,
/// whereupon the read that the signal interrupted is taken up again and fails at once. A connect(2)
/// fails by the interruption itself; the signal is repeated for one that began an instant later.
extern "C" void on_alarm(int) {
  constexpr std::int64_t repeat = 100'000'000;
  const int saved = errno;
  const std::int64_t until = deadline;
  const std::int64_t rest = until == 0 ? left.load() : until - now();
  if (until != 0 && rest <= 0) {
    if (connected) (void)xentoolcore_restrict_all(0);
    set_timer(repeat);
  } else {
    set_timer(rest);
  }
  errno = saved;
}

}  // namespace

Alarm::~Alarm() {
  set_timer(0);
}

void Alarm::start() {
  left = std::min(patience_.connection, patience_.all).count();
  if (left > 0) allowance_ = nanoseconds(left);
  struct sigaction action {};
  action.sa_handler = on_alarm;  // without SA_RESTART: connect(2) must come back
  ::sigaction(SIGALRM, &action, nullptr);
  sigset_t alarm;
  ::sigemptyset(&alarm);
  ::sigaddset(&alarm, SIGALRM);
  ::sigprocmask(SIG_UNBLOCK, &alarm, nullptr);
  set_timer(left);
}

bool Alarm::rang() const noexcept {
  return left <= 0;
}

std::chrono::seconds Alarm::allowance() const noexcept {
  return std::chrono::ceil<std::chrono::seconds>(allowance_);
}

Alarm::Wait::Wait(Alarm& alarm, For purpose) noexcept : alarm_(alarm), begun_(now()) {
  connected = purpose == For::answer;
  deadline = begun_ + left;
  if (left <= 0) set_timer(1);  // the handler has stopped by now
}

Alarm::Wait::~Wait() {
  const std::int64_t ended = now();
  alarm_.patience_.all -= nanoseconds(ended - begun_);
  left = deadline - ended;
  deadline = 0;
}

}  // namespace xen
