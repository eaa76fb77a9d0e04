#include "command/own_vif.hpp"

#include <algorithm>

namespace command {

using model::Link;

namespace {

/// The alias says that Xen gave the link another name than it has now.
bool is_renamed(const Link& link) {
  return link.alias != link.name && model::VifId::from_name(link.alias);
}

}  // namespace

bool is_own(const Link& link, const VifLink& wanted) {
  if (!link.parent.empty()) return !wanted.tap && link.parent == wanted.id.device();
  const std::string original = wanted.original_name();
  // A vifname may be what Xen calls another guest's vif.
  if (is_renamed(link)) return link.alias == original;
  const auto& names = link.alt_names;
  return link.name == original || std::find(names.begin(), names.end(), original) != names.end();
}

const Link* find_own(const VifLink& wanted, const model::HostState& host) {
  const auto& links = host.links();
  const auto found = std::find_if(links.begin(), links.end(),
                                  [&](const Link& link) { return is_own(link, wanted); });
  return found == links.end() ? nullptr : &*found;
}

std::string reason_not_own(const Link& link, const VifLink& wanted) {
  if (model::VifId::from_device(link.parent)) return "it belongs to another guest's " + link.parent;
  if (is_renamed(link)) return "it is " + link.alias + ", which was renamed to that by its vifname";
  return "there is no proof that it is " + wanted.original_name() + ", it may belong to anybody";
}

}  // namespace command
