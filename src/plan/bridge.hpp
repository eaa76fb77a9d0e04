#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/error.hpp"
#include "model/host_state.hpp"
#include "model/segment.hpp"
#include "plan/operation.hpp"
#include "plan/vxlan.hpp"

/// What bridges of either realisation have in common.
namespace plan {

/// Whether dom0 can be reached through that bridge although nobody gave it an address.
bool is_open(const model::Link& bridge);

/// How a bridge that is not open is shut.
Door door_of(const model::Link& bridge);

/// Whether the bridge is dom0's own way into a network: it was not made by xvlan, and has an
/// address that somebody gave it, or another link stands on it.
bool is_used_by_dom0(const model::Link& bridge, const model::HostState& host);

/// The ports of a bridge that belong to guests, by ifindex.
std::vector<const model::Link*> guest_ports(const model::Link& bridge,
                                            const model::HostState& host);

/// The VIDs that guests' ports are in.
model::Vlans vlans_in_use(const model::Link& bridge, const model::HostState& host);

/// A port that is neither one of the uplinks, nullptr for one that is not there, nor a guest's: it
/// would join two networks; nullptr if there is none.
const model::Link* foreign_port(const model::Link& bridge, const model::Link* uplink,
                                const model::HostState& host, const model::Link* other = nullptr);

/// IPv6 goes with the addresses that somebody gave to a link that xvlan did not make.
bool wants_ipv6_off(const model::Link& link);

/// "cannot bring up VLAN 4 of eth1: ..."
model::Error refusal(const model::Segment& wanted, std::string reason, std::string remedy = {});

/// "cannot use eth1 as trunk: ..."
model::Error useless_trunk(const model::Carrier& trunk, std::string reason, std::string remedy,
                           int errnum = 0);

/// The same, or "cannot use 192.0.2.1 for VXLAN: ..."
model::Error useless_carrier(const model::Carrier& carrier, std::string reason, std::string remedy,
                             int errnum = 0);

/// Throws Error if there is no such link.
const model::Link& require_trunk(const model::Carrier& trunk, const model::HostState& host);

/// That the trunk is a port of another link, which takes its frames.
model::Error trunk_is_a_port(const model::Link& trunk, const model::HostState& host);

/// Who has a name, in words: "VLAN 4 of eth1", "a link of kind dummy".
std::string holder_text(const model::Link& link, const model::HostState& host);

/// Throws Error if a link has the name that one of `wanted` is to get.
void refuse_taken_name(const model::Segment& wanted, const std::string& name,
                       const model::HostState& host);

/// Gives a link that is to be made its full name, if it has one and the kernel knows such.
void add_alt_name(Plan& plan, const std::string& name, const std::string& full,
                  const model::HostState& host);

/// What speaks against the MTU of a VLAN: that it is more than what carries it allows; nothing if
/// it is not.
std::optional<model::Error> mtu_refusal(const model::Segment& wanted, const Base& base);

/// The MTU of a VLAN in bytes. Throws Error if it is more than what carries it allows.
std::uint32_t mtu_of(const model::Segment& wanted, const Base& base);

void change(Plan& plan, const LinkRef& link, LinkSettings&& to, LinkSettings&& from);

/// What is to be changed on a link that is there, in one request; nothing at first. Of thousands of
/// links of a second start nothing is.
class Mending {
 public:
  template <class T>
  void set(std::optional<T> LinkSettings::*setting, T to, T from) {
    if (!change_) change_ = ChangeLink{.link = LinkRef(std::string())};
    change_->to.*setting = std::move(to);
    change_->from.*setting = std::move(from);
  }

  template <class T>
  void set_if_other(std::optional<T> LinkSettings::*setting, T to, T from) {
    if (to != from) set(setting, std::move(to), std::move(from));
  }

  /// The link becomes a port, with these settings.
  void join(LinkSettings&& as_port) {
    if (!change_) change_ = ChangeLink{.link = LinkRef(std::string())};
    change_->to = std::move(as_port);
    change_->from.bridge = LinkRef("");
    change_->from.port_groups = std::uint16_t{0};
  }

  void append_to(Plan& plan, const model::Link& link) {
    if (change_) change(plan, link, std::move(change_->to), std::move(change_->from));
  }

 private:
  std::optional<ChangeLink> change_;
};

/// Mends a link that is there, all but setting it up: IPv6 goes off behind the change, because an
/// MTU that rises above IPv6's least brings IPv6 back. Until then the link is down.
///
/// True if it is to be set up in the end.
bool mend(Plan& plan, const model::Link& link, Mending&& mending, std::uint32_t mtu);

/// Switches STP off, if it is to go: the kernel checks a new forward delay against the old STP
/// state, so that goes first. What else the two settings need goes into `mending`.
void mend_stp(Plan& plan, Mending& mending, const model::Link& bridge,
              const model::BridgeOptions& options);

/// Has a port that is there send on the groups that it would keep for dom0; the kernel gives a new
/// one its groups when it joins.
void shut_port(Plan& plan, const model::Link& port, std::uint16_t groups = all_groups);

/// A trunk that is down comes up for its VLANs only, and without an address.
void switch_trunk_ipv6_off(Plan& plan, const model::Link& trunk);

}  // namespace plan
