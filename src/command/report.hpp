#pragma once

#include <cstddef>
#include <string>

#include "model/error.hpp"

namespace command {

/// Where a command says what it did and what it could not do.
class Report {
 public:
  Report() = default;
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;
  virtual ~Report() = default;

  /// A line of what was asked for.
  virtual void result(const std::string& line) = 0;
  /// Something the administrator should know although the command goes on.
  virtual void warning(const std::string& sentence) = 0;
  /// A failure. `about` is the link or VLAN it belongs to; it goes in front, unless it is empty or
  /// the error's sentence names it.
  void error(const std::string& about, const model::Error& error) {
    const bool said = error.sentence().find(about) != std::string::npos;
    failure(said ? error.sentence() : about + ": " + error.sentence(), error.remedy());
  }
  /// How far a long job is, for a person who watches.
  virtual void progress(std::size_t done, std::size_t total) = 0;
  /// The same in words, "4 of 10 s"; each at least as long as the one before.
  virtual void progress(const std::string& words) = 0;

 protected:
  /// A failure and, if not empty, what to do about it.
  virtual void failure(const std::string& sentence, const std::string& remedy) = 0;
};

}  // namespace command
