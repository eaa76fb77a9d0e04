#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "model/segment.hpp"

namespace config {

/// A configuration for VLANs that are there.
struct Import {
  File file;
  std::vector<std::string> left_out;  ///< a sentence for each VLAN that it can't name, and why
};

/// The opposite of name_segments: a file that names `segments`, with as few sections as that takes.
///
/// Each segment has the names of its links on the host, and those of a trunk stand side by side,
/// are realised in one way, and come on demand all or none. In the file a bridge keeps its name,
/// but for those of VLANs on a VLAN-aware bridge, which are no links. A VLAN link keeps its name
/// where one template gives those of all of its trunk; `start` finds it by trunk and VID.
///
/// Left out is what has a name that no file can hold (is_writable), or whose VLAN link would get
/// the name of another link.
Import import_segments(std::span<const model::Segment> segments);

}  // namespace config
