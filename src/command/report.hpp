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
  /// A failure; `about` is the link or VLAN it belongs to, and may be empty.
  virtual void error(const std::string& about, const model::Error& error) = 0;
  /// How far a long job is, for a person who watches.
  virtual void progress(std::size_t done, std::size_t total) = 0;
};

}  // namespace command
