#pragma once

#include <string>

#include "cli/outlets.hpp"
#include "command/report.hpp"

namespace cli {

/// Results on standard output; everything else on standard error and, but for progress, in the
/// system's log. Progress shows only where standard error is a terminal.
///
/// Results wait for their reader as long as it takes: a person with a pager asked for them, and no
/// toolstack's call has any. Messages wait for theirs a second in all (Delay).
class TerminalReport final : public command::Report {
 public:
  TerminalReport();
  ~TerminalReport() override;

  void result(const std::string& line) override;
  void warning(const std::string& sentence) override;
  void progress(std::size_t done, std::size_t total) override;
  void progress(const std::string& words) override;

  /// Writes what is left of the results. False if not all of them could be written, which is told
  /// then; a reader who has gone wants no more of them.
  bool finish();

 protected:
  void failure(const std::string& sentence, const std::string& remedy) override;

 private:
  void say(int priority, const std::string& kind, const std::string& text);
  void clear_progress();
  void write_results();

  Delay delay_;
  StandardError standard_error_{delay_};
  SystemLog log_{delay_};
  std::string results_;
  bool watched_;
  bool progress_shown_ = false;
  int lost_by_ = 0;  ///< errno of a write of results that failed
};

}  // namespace cli
