#pragma once

#include <optional>
#include <string>
#include <vector>

#include "command/attachment.hpp"
#include "config/settings.hpp"

namespace cli {

/// What the configuration file says of VLANs or, where it names none, ifcfg files. Both are read
/// when they are first asked for.
class VifConfiguration final : public command::Configuration {
 public:
  VifConfiguration(std::string path, bool was_typed, std::string ifcfg_folder)
      : path_(std::move(path)), was_typed_(was_typed), ifcfg_folder_(std::move(ifcfg_folder)) {}

  const std::vector<model::Trunk>& trunks() override;
  std::optional<model::Segment> segment(const model::Carrier& trunk, model::Vid vid) override;
  std::optional<model::Segment> named(const std::string& bridge) override;
  model::Protection protection(const model::Carrier& trunk, const model::Vlans& vlans) override;

 private:
  void read();
  void read_ifcfg();
  /// Those with these VIDs, if the file names them; else all of the ifcfg files.
  std::vector<model::Segment> segments(const model::Vids& wanted);

  std::string path_;
  bool was_typed_;
  std::string ifcfg_folder_;
  bool was_read_ = false;
  config::File file_;
  std::vector<model::Trunk> trunks_;
  std::vector<model::Segment> from_ifcfg_;
};

}  // namespace cli
