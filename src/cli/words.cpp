#include "cli/words.hpp"

#include <algorithm>
#include <array>
#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

#include "config/settings.hpp"
#include "model/error.hpp"

namespace cli {
namespace {

namespace po = boost::program_options;

using model::usage_error;

constexpr std::array flags{"dry-run", "force"};
/// Those that mean yes without a value.
constexpr std::array bare_words{"dry-run",    "force",       "guest-tags", "multicast-snooping",
                                "vlan-aware", "json",        "no-color",   "quiet",
                                "nagios",     "vxlan-single"};

po::options_description description_of(OptionNames names) {
  po::options_description description;
  for (const OptionNames list : {names, OptionNames(flags)}) {
    for (const char* const name : list) {
      description.add_options()(name, po::value<std::string>());
    }
  }
  description.add_options()("help,h", "")("version", "");
  return description;
}

/// Xen's own form: a bare `key=value`, and a flag without a value, for which Boost would take the
/// next word.
std::pair<std::string, std::string> split_word(const std::string& word) {
  const std::string bare = word.substr(word.starts_with("--") ? 2 : 0);
  if (is_among(bare, bare_words)) return {bare, "yes"};
  const std::size_t equals = word.find('=');
  if (word.starts_with("-") || equals == std::string::npos) return {};
  return {word.substr(0, equals), word.substr(equals + 1)};
}

/// Boost's own words for an error must not be asked for: where one of its place holders stands in
/// the option, as in --x%original_token%=, it fills it in with itself, and never ends.
model::Error refused_option(const po::error_with_option_name& error, const std::string& reason) {
  const std::string name = error.get_option_name();
  const std::string key = name.substr(std::min(name.find_first_not_of('-'), name.size()));
  return usage_error("use " + key.substr(0, key.find('=')), reason, see_help);
}

std::string reason_of(po::invalid_syntax::kind_t kind) {
  switch (kind) {
    case po::invalid_syntax::missing_parameter:
    case po::invalid_syntax::empty_adjacent_parameter:
      return "its value is missing";
    case po::invalid_syntax::extra_parameter:
      return "it takes no value";
    default:
      return "it is not understood";
  }
}

std::vector<po::option> parse_words(const std::vector<std::string>& words,
                                    const po::options_description& description) {
  using namespace po::command_line_style;
  constexpr int style = allow_long | long_allow_adjacent | long_allow_next | allow_short |
                        short_allow_next | allow_dash_for_short;
  try {
    return po::command_line_parser(words)
        .options(description)
        .style(style)
        .extra_parser(split_word)
        .run()
        .options;
  } catch (const po::unknown_option& error) {
    throw refused_option(error, "unknown option");
  } catch (const po::invalid_syntax& error) {
    throw refused_option(error, reason_of(error.kind()));
  } catch (const po::error&) {
    throw usage_error("read the command line", "it is not understood", see_help);
  }
}

void set_once(Words& words, const std::string& name, const std::string& value) {
  if (!words.options.emplace(name, value).second) {
    throw usage_error("use " + name, "it is given twice", "give it once");
  }
}

/// The option that a word sets to nothing, as "bridge=" does, and nothing; both empty for any other
/// word.
std::pair<std::string, std::string> emptied_option(const std::string& word) {
  if (!word.ends_with("=")) return {};
  const std::size_t start = word.starts_with("--") ? 2 : 0;
  return {word.substr(start, word.size() - 1 - start), ""};
}

/// Sets what needs no Boost and erases it from the words: options that are set to nothing, for
/// which Boost would take the next word; and where no word has a dash, as toolstacks call, all that
/// are in Xen's own form, because Boost takes longer to be told of options than a vif event has.
void set_directly(Words& result, std::vector<std::string>& words, OptionNames names, bool dashed) {
  std::erase_if(words, [&](const std::string& word) {
    const auto [name, value] = dashed ? emptied_option(word) : split_word(word);
    if (!is_among(name, names) && !is_among(name, flags)) return false;
    set_once(result, name, value);
    return true;
  });
}

}  // namespace

std::optional<std::string> Words::option(const std::string& name) const {
  const auto found = options.find(name);
  return found == options.end() ? std::nullopt : std::optional(found->second);
}

bool Words::flag(const std::string& name) const {
  return config::parse_yes_no(name, option(name).value_or("no"));
}

bool is_among(const std::string& name, OptionNames names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Words split_words(const std::vector<std::string>& all, OptionNames names) {
  std::vector<std::string> words = all;
  std::erase(words, "");
  for (const std::string& word : words) {
    if (word.starts_with("="))
      throw usage_error("use " + word, "the name of the option is missing", see_help);
  }
  const bool dashed = std::any_of(words.begin(), words.end(),
                                  [](const std::string& word) { return word.starts_with("-"); });
  Words result;
  set_directly(result, words, names, dashed);
  const po::options_description description =
      dashed ? description_of(names) : po::options_description();
  for (const po::option& option : parse_words(words, description)) {
    if (option.position_key != -1) {
      result.positional.push_back(option.value.front());
      continue;
    }
    std::string name = option.string_key;
    if (name == "-h") name = "help";
    const std::string value = option.value.empty() ? "" : option.value.front();
    set_once(result, name, value);
  }
  return result;
}

}  // namespace cli
