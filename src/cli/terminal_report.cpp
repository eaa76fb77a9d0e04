#include "cli/terminal_report.hpp"

#include <poll.h>
#include <syslog.h>
#include <unistd.h>

#include <cerrno>

#include "model/error.hpp"

namespace cli {
namespace {

/// The errno of a failure, or 0.
int write_result(const std::string& text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = ::write(STDOUT_FILENO, text.data() + written, text.size() - written);
    if (count > 0) written += static_cast<std::size_t>(count);
    if (count < 0 && errno == EAGAIN) {  // whoever started us does not want to block
      pollfd place{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
      (void)::poll(&place, 1, -1);
    } else if (count < 0 && errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace

TerminalReport::TerminalReport() : watched_(::isatty(STDERR_FILENO) == 1) {}

TerminalReport::~TerminalReport() {
  clear_progress();
  write_results();
}

bool TerminalReport::finish() {
  write_results();
  if (lost_by_ == 0 || lost_by_ == EPIPE) return true;
  error("", model::Error({.action = "write the result",
                          .reason = model::error_text(lost_by_),
                          .errnum = lost_by_}));
  return false;
}

void TerminalReport::result(const std::string& line) {
  constexpr std::size_t page = 4096;
  results_ += line + '\n';
  if (results_.size() >= page) write_results();
}

/// What follows a hole is of no use.
void TerminalReport::write_results() {
  if (lost_by_ == 0) lost_by_ = write_result(results_);
  results_.clear();
}

void TerminalReport::warning(const std::string& sentence) {
  say(LOG_WARNING, "warning", sentence);
}

void TerminalReport::failure(const std::string& sentence, const std::string& remedy) {
  say(LOG_ERR, "error", sentence);
  if (!remedy.empty()) say(LOG_NOTICE, "hint", remedy);
}

void TerminalReport::progress(std::size_t done, std::size_t total) {
  constexpr std::size_t worth_watching = 256;
  if (total < worth_watching) return;
  progress(std::to_string(done) + " of " + std::to_string(total) + " VLANs");
}

void TerminalReport::progress(const std::string& words) {
  if (!watched_) return;
  progress_shown_ = true;
  standard_error_.write("\rxvlan: " + words);
}

void TerminalReport::say(int priority, const std::string& kind, const std::string& text) {
  clear_progress();
  standard_error_.write("xvlan: " + kind + ": " + text + '\n');
  log_.write(priority, kind + ": " + text);
}

void TerminalReport::clear_progress() {
  if (!progress_shown_) return;
  progress_shown_ = false;
  standard_error_.write("\n");
}

}  // namespace cli
