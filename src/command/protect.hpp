#pragma once

#include <optional>
#include <string>

#include "command/attachment.hpp"
#include "model/link.hpp"
#include "plan/antispoof.hpp"

namespace command {

/// What is done about a guest on that bridge. Only where the bridge has the mark of guarded guests,
/// or is still being made, the configuration is read for it.
///
/// Throws Error if the bridge has the mark, and the configuration knows no such VLAN: then nobody
/// knows what the guest must not do.
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
                                       model::Antispoof antispoof);

}  // namespace command
