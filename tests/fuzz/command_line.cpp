// A call: the first line is the program's name, a line "$NAME=VALUE" a variable of the environment,
// any other line a word.
#include <map>

#include "cli/options.hpp"
#include "input.hpp"
#include "model/error.hpp"

namespace {

struct Input {
  std::string name;
  std::vector<std::string> words;
  std::map<std::string, std::string> variables;
};

Input call_in(const std::string& text) {
  Input input;
  std::vector<std::string> lines = fuzz::lines_of(text);
  if (lines.empty()) return input;
  input.name = lines.front();
  lines.erase(lines.begin());
  for (const std::string& line : lines) {
    const std::size_t equals = line.find('=');
    if (line.starts_with("$") && equals != std::string::npos) {
      input.variables[line.substr(1, equals - 1)] = line.substr(equals + 1);
    } else {
      input.words.push_back(line);
    }
  }
  return input;
}

void check(const cli::NetworkCall& call) {
  if (fuzz::are_few(call.settings)) (void)config::name_segments({}, call.settings);
}

void check(const cli::VifCall& call) {
  const command::VifRequest& request = call.request;
  fuzz::require(model::IfName::valid(request.link), "a vif's name can be a link's name");
  fuzz::require(!request.backend_path.empty(), "a vif has a path in xenstore");
}

template <class Other>
void check(const Other&) {}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Input input = call_in(fuzz::text_of(data, size));
  const auto environment = [&](const char* name) -> std::optional<std::string> {
    const auto found = input.variables.find(name);
    return found == input.variables.end() ? std::nullopt : std::optional(found->second);
  };
  try {
    std::visit([](const auto& call) { check(call); },
               cli::parse(input.name, input.words, environment));
  } catch (const model::Error& error) {
    fuzz::require(error.exit() == model::ExitCode::usage, "a wrong call is a usage error");
    (void)cli::waiting_backend(input.words, environment);
  }
  return 0;
}
