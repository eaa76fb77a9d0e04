#include "xen/child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "model/error.hpp"

namespace xen {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

/// Keeps SIGCHLD, which tells of a child's end, until it is asked for; whoever started us may have
/// it ignored, and nobody is told then.
class ChildSignal {
 public:
  ChildSignal() {
    struct sigaction usual {};
    usual.sa_handler = SIG_DFL;
    ::sigaction(SIGCHLD, &usual, nullptr);
    ::sigemptyset(&signal_);
    ::sigaddset(&signal_, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &signal_, &before_);
  }
  ChildSignal(const ChildSignal&) = delete;
  ChildSignal& operator=(const ChildSignal&) = delete;
  ~ChildSignal() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

  /// Comes back early where another signal comes.
  void wait(nanoseconds at_most) const {
    constexpr std::int64_t second = 1'000'000'000;
    const timespec timeout{.tv_sec = at_most.count() / second, .tv_nsec = at_most.count() % second};
    (void)::sigtimedwait(&signal_, nullptr, &timeout);
  }

 private:
  sigset_t signal_{};
  sigset_t before_{};
};

/// How the program is started: every signal as usual and a session of its own, so that it can be
/// ended with all that it starts; and standard files that keep nobody waiting for their end.
class Start {
 public:
  explicit Start(const std::string& output) {
    ::posix_spawnattr_init(&attributes_);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    ::sigfillset(&signals);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::posix_spawnattr_setflags(&attributes_,
                               POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    ::posix_spawn_file_actions_init(&files_);
    nothing_ = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    output_ = ::open(output.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    ::posix_spawn_file_actions_adddup2(&files_, nothing_, STDIN_FILENO);
    for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
      ::posix_spawn_file_actions_adddup2(&files_, output_ >= 0 ? output_ : nothing_, fd);
    }
  }
  Start(const Start&) = delete;
  Start& operator=(const Start&) = delete;
  ~Start() {
    if (nothing_ >= 0) ::close(nothing_);
    if (output_ >= 0) ::close(output_);
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  /// Zero and the process, or the errno of the failure.
  int run(const Program& program, pid_t& process) const {
    const auto words = pointers(program.words);
    const auto environment = pointers(program.environment);
    return ::posix_spawn(&process, words.front(), &files_, &attributes_, words.data(),
                         environment.data());
  }

 private:
  /// As execve(2) takes them; it changes none.
  static std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> list;
    list.reserve(texts.size() + 1);
    for (const std::string& text : texts) list.push_back(const_cast<char*>(text.c_str()));
    list.push_back(nullptr);
    return list;
  }

  posix_spawnattr_t attributes_{};
  posix_spawn_file_actions_t files_{};
  int nothing_ = -1;
  int output_ = -1;
};

/// The status of waitpid(2); nothing if the time is over.
std::optional<int> wait_for(pid_t process, const ChildSignal& signal, nanoseconds at_most) {
  const auto until = steady_clock::now() + at_most;
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(process, &status, WNOHANG);
    if (ended != 0) return status;
    const nanoseconds rest = until - steady_clock::now();
    if (rest.count() <= 0) return std::nullopt;
    signal.wait(rest);
  }
}

std::optional<std::string> reason_of(int status) {
  if (WIFSIGNALED(status)) return "it was ended by signal " + std::to_string(WTERMSIG(status));
  if (WEXITSTATUS(status) == 0) return std::nullopt;
  return "it ended with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

std::optional<std::string> run_program(const Program& program, nanoseconds& left) {
  if (left.count() <= 0) return "there is no time left for it";
  const ChildSignal signal;
  const auto begun = steady_clock::now();
  pid_t process = 0;
  const int errnum = Start(program.output).run(program, process);
  if (errnum != 0) return "cannot run " + program.words.front() + ": " + model::error_text(errnum);
  const auto status = wait_for(process, signal, left);
  left -= steady_clock::now() - begun;
  if (status) return reason_of(*status);
  // Nobody waits for what can't be killed either, as in a read from a dead file server.
  ::kill(-process, SIGKILL);
  return "it took too long, and was killed";
}

}  // namespace xen
