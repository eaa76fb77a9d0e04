#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cli {

using OptionNames = std::span<const char* const>;

/// A command line apart: its options by name, and the words that are none.
struct Words {
  std::map<std::string, std::string> options;
  std::vector<std::string> positional;

  [[nodiscard]] std::optional<std::string> option(const std::string& name) const;
  /// Whether it is there and means yes. Throws Error with ExitCode::usage if it is neither yes nor
  /// no.
  [[nodiscard]] bool flag(const std::string& name) const;
};

/// The remedy of a command line that can't be read.
inline constexpr const char* see_help = "see xvlan --help";

bool is_among(const std::string& name, OptionNames names);

/// Takes a command line apart, whose options are those of `names` and those that every command has.
/// `key=value` and `--key=value` are the same, some flags mean yes without a value, and empty words
/// are passed over.
///
/// Throws Error with ExitCode::usage for an option that is not among them, given twice, or without
/// a value that it needs.
Words split_words(const std::vector<std::string>& all, OptionNames names);

}  // namespace cli
