#pragma once

#include <optional>
#include <string>

#include "command/attachment.hpp"
#include "model/link.hpp"
#include "plan/antispoof.hpp"

namespace command {

/// What is done about a guest on that bridge: as the configuration says, where that was asked for
/// its VLANs, and else as the bridge's mark does. For a bridge that may not have its mark yet, or
/// that somebody gave another alias, the configuration is asked here.
model::Protection protection_of(const Attachment& wanted, const model::Link& bridge,
                                Configuration& configuration);

/// The filter that a guest on that bridge gets, whose vif's spec says that MAC and `ip`; nothing
/// for Antispoof::no. With Antispoof::ip and no `ip` it is that for the MAC alone. `link` is for
/// messages.
///
/// Throws Error if the MAC is not said or is none, or if the addresses are wrong.
std::optional<plan::Filter> filter_for(const std::string& link,
                                       const std::optional<std::string>& mac,
                                       const std::optional<std::string>& ip,
                                       const Attachment& wanted, const model::Link& bridge,
                                       const model::Protection& protection);

}  // namespace command
