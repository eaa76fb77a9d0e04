// What a person sees on a terminal.
#include "cli/terminal_report.hpp"

#include <pty.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <functional>
#include <string>

namespace {

/// No more files can be opened as long as this lives: nothing gets into the host's log.
class NoMoreFiles {
 public:
  NoMoreFiles() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit none{.rlim_cur = 0, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  NoMoreFiles(const NoMoreFiles&) = delete;
  NoMoreFiles& operator=(const NoMoreFiles&) = delete;
  ~NoMoreFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

/// The number that the next file that is opened gets.
int next_file() {
  const int number = ::dup(STDIN_FILENO);
  ::close(number);
  return number;
}

using Say = std::function<void(cli::TerminalReport&)>;

/// What comes out of `far` while `near`, the other end, is standard error. Closes both.
std::string said(int near, int far, const Say& say) {
  const int before = ::dup(STDERR_FILENO);
  ::dup2(near, STDERR_FILENO);
  const int next = next_file();
  {
    cli::TerminalReport report;
    say(report);
  }
  const bool all_closed = next_file() == next;
  ::dup2(before, STDERR_FILENO);
  ::close(before);
  ::close(near);
  REQUIRE(all_closed);  // what is open still has no end
  std::string text;
  std::array<char, 4096> page{};
  for (ssize_t size = 0; (size = ::read(far, page.data(), page.size())) > 0;) {
    text.append(page.data(), static_cast<std::size_t>(size));
  }
  ::close(far);
  return text;
}

/// The same of a terminal, without its returns before ends of lines.
std::string seen(const Say& say) {
  int master = -1;
  int terminal = -1;
  REQUIRE(::openpty(&master, &terminal, nullptr, nullptr, nullptr) == 0);
  std::string text = said(terminal, master, say);
  for (std::size_t at = text.find("\r\n"); at != std::string::npos; at = text.find("\r\n")) {
    text.erase(at, 1);
  }
  return text;
}

}  // namespace

TEST_CASE("progress is one line on a terminal, and a message begins another", "[terminal]") {
  CHECK(seen([](cli::TerminalReport& report) {
          report.progress(1, 300);
          report.progress(2, 300);
        }) == "\rxvlan: 1 of 300 VLANs\rxvlan: 2 of 300 VLANs\n");
  CHECK(seen([](cli::TerminalReport& report) {
          report.progress(1, 300);
          const NoMoreFiles nothing_logged;
          report.warning("one");
          report.warning("two");
          report.progress(2, 300);
        }) ==
        "\rxvlan: 1 of 300 VLANs\nxvlan: warning: one\nxvlan: warning: two\n"
        "\rxvlan: 2 of 300 VLANs\n");
}

TEST_CASE("progress is worth watching from 256 VLANs on", "[terminal]") {
  CHECK(seen([](cli::TerminalReport& report) { report.progress(1, 255); }).empty());
  CHECK(seen([](cli::TerminalReport& report) { report.progress(1, 256); }) ==
        "\rxvlan: 1 of 256 VLANs\n");
}

TEST_CASE("progress in words is worth watching at once", "[terminal]") {
  CHECK(seen([](cli::TerminalReport& report) {
          report.progress("0 of 10 s");
          report.progress("1 of 10 s");
        }) == "\rxvlan: 0 of 10 s\rxvlan: 1 of 10 s\n");
}

TEST_CASE("a message that goes in pieces goes once, and whole", "[terminal]") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const std::string sentence(10000, 'x');
  CHECK(said(ends[1], ends[0], [&](cli::TerminalReport& report) {
          const NoMoreFiles nothing_logged;
          report.progress(1, 300);  // which is no terminal's
          report.warning(sentence);
        }) == "xvlan: warning: " + sentence + "\n");
}
