#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/link.hpp"
#include "model/mac.hpp"
#include "model/segment.hpp"
#include "model/vid.hpp"

namespace plan {

/// Makes an 802.1Q VLAN link, down and marked as xvlan's.
struct CreateVlanLink {
  std::string name;
  std::string trunk;
  model::Vid vid;
  std::uint32_t mtu = 0;  ///< in bytes
  bool operator==(const CreateVlanLink&) const = default;
};

/// Makes a bridge, down and marked as xvlan's, with its MAC pinned.
struct CreateBridge {
  std::string name;
  model::Mac mac;
  std::uint32_t mtu = 0;  ///< in bytes
  model::BridgeOptions options;
  bool operator==(const CreateBridge&) const = default;
};

/// Adds an alternative name (ip-link(8), altname).
struct AddAltName {
  std::string link;
  std::string alt_name;
  bool operator==(const AddAltName&) const = default;
};

/// Writes net.ipv6.conf.<link>.disable_ipv6. Switching IPv6 off drops every IPv6 address.
struct SetIpv6 {
  std::string link;
  bool enabled = false;
  bool operator==(const SetIpv6&) const = default;
};

/// Settings of a link; an empty one is left as it is. The kernel applies them in this order.
struct LinkSettings {
  std::optional<model::Mac> mac{};
  std::optional<std::uint32_t> mtu{};  ///< in bytes
  std::optional<std::string> name{};
  std::optional<std::string> bridge{};           ///< the bridge it is a port of; "" for none
  std::optional<bool> stp{};                     ///< of a bridge
  std::optional<std::uint32_t> forward_delay{};  ///< of a bridge, in hundredths of a second
  std::optional<bool> up{};
  bool operator==(const LinkSettings&) const = default;
};

/// Changes a link that is there, in one request to the kernel. `from` holds what each changed
/// setting was before, so that the change can be undone.
struct ChangeLink {
  std::string link;
  LinkSettings to{};
  LinkSettings from{};
  bool operator==(const ChangeLink&) const = default;
};

/// Takes an IPv4 address off a link.
struct DeleteAddress {
  std::string link;
  std::string address;  ///< "192.168.1.25/24"
  bool operator==(const DeleteAddress&) const = default;
};

struct DeleteLink {
  std::string name;
  bool operator==(const DeleteLink&) const = default;
};

/// Deletes every link that carries xvlan's mark, in one request.
struct DeleteMarked {
  bool operator==(const DeleteMarked&) const = default;
};

/// One request to the kernel, as a plain value.
using Operation = std::variant<CreateVlanLink, CreateBridge, AddAltName, SetIpv6, ChangeLink,
                               DeleteAddress, DeleteLink, DeleteMarked>;

/// Operations in the order in which they must run.
using Plan = std::vector<Operation>;

/// What the operation does, as in "create bridge br4": a line of a dry run, the action of an error.
std::string describe(const Operation& operation);

/// What takes the operation back; empty where nothing can (a deletion).
std::optional<Operation> inverse(const Operation& operation);

/// A change of several settings as one change for each, in the same order; any other operation as
/// it is. Running the parts tells which of them the kernel refuses.
Plan split(const Operation& operation);

/// The link that the operation creates; nullptr for any operation that creates none.
const std::string* created_link(const Operation& operation);

/// The link that the operation is about, by the name it has before the operation; empty for
/// DeleteMarked.
std::string subject(const Operation& operation);

}  // namespace plan
