#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "model/error.hpp"
#include "model/segment.hpp"

namespace config {

/// One value of an ifcfg file.
struct IfcfgValue {
  std::string text;       ///< after quoting, as the shell would have it
  int line = 0;           ///< where it stands, from 1
  bool expanded = false;  ///< holds an expansion ($ or `), which is never executed
};

/// A Red Hat ifcfg-* file: shell assignments (initscripts, sysconfig.txt). It is data here: nothing
/// of it is executed, and lines that are no assignment are passed over.
struct IfcfgFile {
  std::string path;
  std::map<std::string, IfcfgValue> values;
};

/// Reads assignments as the shell does: quotes, backslashes, comments, `export`, and the last of
/// two wins.
IfcfgFile parse_ifcfg(const std::string& text, const std::string& path);

/// The ifcfg-* files of a folder, in the order of their names, without the backups that ifup passes
/// over. A folder that is not there has none.
std::vector<IfcfgFile> read_ifcfg_folder(const std::string& folder);

/// What a set of ifcfg files asks for.
struct IfcfgSegments {
  std::vector<model::Segment> segments;
  /// One for each VLAN that xvlan will not bring up, because a file gives it an address.
  std::vector<model::Error> refused;
};

/// The segments that ifcfg files describe: files with VLAN=yes and BRIDGE=, on `trunk` if one is
/// given. A VLAN without a bridge is dom0's own and left alone; so is one with ONBOOT=no.
///
/// Throws Error with ExitCode::usage, naming file and line, if such a file has a wrong value.
IfcfgSegments ifcfg_segments(const std::vector<IfcfgFile>& files,
                             const std::optional<model::IfName>& trunk);

}  // namespace config
