// A folder of ifcfg files: a line "=== NAME" begins the file ifcfg-NAME.
#include "config/ifcfg.hpp"

#include "input.hpp"

namespace {

std::vector<config::IfcfgFile> files_in(const std::string& input) {
  std::vector<std::pair<std::string, std::string>> texts{{"folder/ifcfg-eth1.4", ""}};
  for (const std::string& line : fuzz::lines_of(input)) {
    if (line.starts_with("=== ")) {
      texts.emplace_back("folder/ifcfg-" + line.substr(4), "");
    } else {
      texts.back().second += line + "\n";
    }
  }
  std::vector<config::IfcfgFile> files;
  for (const auto& [path, text] : texts) files.push_back(config::parse_ifcfg(text, path));
  return files;
}

bool gives_address(const config::IfcfgFile& file, const std::string& device) {
  const auto of_file = file.values.find("DEVICE");
  const auto address = file.values.find("IPADDR");
  if (of_file == file.values.end() || address == file.values.end()) return false;
  const std::string& name = of_file->second.text;
  return !address->second.text.empty() && (name == device || name.starts_with(device + ":"));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto files = files_in(fuzz::text_of(data, size));
  try {
    for (const model::Segment& segment : config::ifcfg_segments(files, {}).segments) {
      for (const config::IfcfgFile& file : files) {
        fuzz::require(!gives_address(file, segment.bridge.name.text()) &&
                          !gives_address(file, segment.uplink.name.text()),
                      "no file gives dom0 an address on a VLAN that is brought up");
      }
    }
  } catch (const model::Error& error) {
    fuzz::require(error.exit() == model::ExitCode::usage, "a wrong file is a usage error");
  }
  return 0;
}
