// xvlan.conf: the input is the file.
#include <algorithm>

#include "config/writer.hpp"
#include "input.hpp"
#include "model/error.hpp"

namespace {

void check(const model::Segment& segment) {
  const auto short_enough = [](const model::MadeName& made) {
    return model::IfName::valid(made.name.text()) &&
           (made.full.empty() || model::IfName::valid_to_find(made.full));
  };
  fuzz::require(short_enough(segment.uplink) && short_enough(segment.bridge),
                "what is named can be a link's name");
  fuzz::require(!segment.mtu || model::Mtu::read(std::to_string(*segment.mtu)),
                "an MTU is within its range");
}

/// Whether a file could hold the names of all trunks as they are; addresses it can.
bool is_writable(const config::File& file) {
  return std::all_of(file.trunks.begin(), file.trunks.end(), [](const auto& trunk) {
    return config::is_writable(trunk.common.carrier()->text());
  });
}

bool few_vlans(const config::File& file) {
  return fuzz::are_few(file.common) &&
         std::all_of(file.trunks.begin(), file.trunks.end(),
                     [](const auto& trunk) { return fuzz::are_few(trunk.common); });
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const config::File file = config::parse_file(fuzz::text_of(data, size), "xvlan.conf");
    fuzz::require(!is_writable(file) || config::parse_file(config::text_of(file), "text") == file,
                  "what is written is what was read");
    if (!few_vlans(file)) return 0;
    for (const model::Segment& segment : config::name_segments(file, config::Settings{}))
      check(segment);
  } catch (const model::Error& error) {
    fuzz::require(error.exit() == model::ExitCode::usage, "a wrong file is a usage error");
  }
  return 0;
}
