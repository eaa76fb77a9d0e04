#pragma once

#include <string>
#include <vector>

#include "command/report.hpp"

namespace unit {

/// What a command says, as a person would read it.
class RecordedReport final : public command::Report {
 public:
  void result(const std::string& line) override { lines.push_back(line); }
  void warning(const std::string& sentence) override { lines.push_back("warning: " + sentence); }
  void progress(std::size_t done, std::size_t total) override {
    last_progress = std::to_string(done) + " of " + std::to_string(total);
  }
  void progress(const std::string& words) override { last_progress = words; }

  std::vector<std::string> lines;
  std::vector<std::string> hints;
  std::string last_progress;

 protected:
  void failure(const std::string& sentence, const std::string& remedy) override {
    lines.push_back("error: " + sentence);
    if (!remedy.empty()) hints.push_back(remedy);
  }
};

}  // namespace unit
