#include "command/protect.hpp"

#include "model/error.hpp"

namespace command {
namespace {

using model::Antispoof;
using model::Error;

// fe80::/64 (RFC 4291, section 2.5.6).
constexpr model::Address link_local_prefix{.ipv6 = true, .bytes = {0xfe, 0x80}, .prefix = 64};

model::Mac mac_of(const std::string& link, const std::optional<std::string>& text) {
  const auto mac = text ? model::Mac::parse(*text) : std::nullopt;
  if (mac && mac->is_unicast()) return *mac;
  throw Error({.action = "filter the frames of " + link,
               .reason = text ? "'" + *text + "' is not a valid MAC for a guest"
                              : "its guest's MAC is not known",
               .remedy = "set mac=00:16:3e:01:fb:fe in the domain's vif spec"});
}

/// Whether a VLAN tag of the guest's own has any meaning there.
bool lets_tags_in(const Attachment& wanted, const model::Link& bridge) {
  if (bridge.guest_tags) return true;
  if (!wanted.spec) return false;
  const model::Vlans& vlans = wanted.spec->vlans;
  return vlans.size() != 1 || vlans.front() != model::access_vlan(vlans.front().first);
}

}  // namespace

model::Protection protection_of(const Attachment& wanted, const model::Link& bridge,
                                Configuration& configuration) {
  if (wanted.protection) return *wanted.protection;
  if (const auto marked = model::Protection::of_mark(bridge.alias)) return *marked;
  // One of ours comes up last, and one of somebody else's may be there before `start` has seen it:
  // both may not have their mark yet. Any other text stands where a mark may have been.
  const bool may_come = !bridge.ours() || !bridge.up;
  if (!may_come && bridge.alias.empty()) return {};
  const auto segment = configuration.named(bridge.name);
  return segment ? segment->protection : model::Protection{};
}

std::optional<plan::Filter> filter_for(const std::string& link,
                                       const std::optional<std::string>& mac,
                                       const std::optional<std::string>& ip,
                                       const Attachment& wanted, const model::Link& bridge,
                                       const model::Protection& protection) {
  if (protection.antispoof == Antispoof::no) return std::nullopt;
  plan::Guest guest{.mac = mac_of(link, mac), .tags = lets_tags_in(wanted, bridge)};
  if (protection.antispoof == Antispoof::ip) {
    guest.addresses = model::parse_guest_addresses(ip.value_or(""));
  }
  if (!guest.addresses.empty()) {
    guest.antispoof = Antispoof::ip;
    if (protection.any_link_local) guest.addresses.push_back(link_local_prefix);
  }
  return plan::filter_of(guest);
}

}  // namespace command
