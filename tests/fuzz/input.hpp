#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "config/settings.hpp"

/// The words of the fuzz targets. libFuzzer calls LLVMFuzzerTestOneInput with one input after the
/// other; a target ends the program where the code under test breaks a promise.
namespace fuzz {

/// Ends the program, so that libFuzzer keeps the input, unless the promise is kept.
inline void require(bool kept, const char* promise) {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

inline std::string text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Whether the VLANs of one trunk are few enough to be named in no time: thousands take as long as
/// a thousand other inputs, and are named in the same way.
inline bool are_few(const config::Settings& settings) {
  return !settings.vlans || settings.vlans->size() <= 32;
}

}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
