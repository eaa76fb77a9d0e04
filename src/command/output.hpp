#pragma once

#include <cstddef>

namespace command {

/// How what was asked for is shown.
struct Output {
  enum class Form {
    lines,  ///< for scripts
    table,  ///< for people
    json,   ///< for programs
  };
  Form form = Form::lines;
  bool colour = false;     ///< of a table: what is wrong
  std::size_t width = 80;  ///< of a table at most, in characters, where that can be
};

}  // namespace command
