#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/mac.hpp"

namespace model {

/// The link group that marks what xvlan made ("xvl" in ASCII). A group rides in the very message
/// that creates a link, so there is no instant at which a link of ours is not marked, and one
/// message can delete the whole group (Linux, IFLA_GROUP).
inline constexpr std::uint32_t link_group = 0x78766c;

/// An address that a link has.
struct Address {
  std::string text;  ///< "192.168.1.25/24"
  bool ipv6 = false;
  /// Made by the kernel itself, from the link's MAC or a router's advertisement.
  bool automatic = false;
  bool operator==(const Address&) const = default;
};

/// The same text, for as long as the program runs: links are many and their kinds are few.
std::string_view kind_named(std::string_view text);

/// One network link, as far as xvlan looks at it.
struct Link {
  int index = 0;                       ///< ifindex, 1 or more
  std::string name;                    ///< ifname
  std::vector<std::string> alt_names;  ///< alternative names (ip-link(8), altname)
  std::string_view kind;               ///< "vlan", "bridge"...; empty for a NIC or a vif
  std::string parent;                  ///< the device behind it, such as "vif-3-0"; may be empty
  bool up = false;                     ///< administratively up (IFF_UP)
  std::uint32_t mtu = 0;               ///< in bytes
  Mac mac;
  std::uint32_t group = 0;
  int master = 0;  ///< ifindex of the bridge, bond or team it is a port of; 0 if none
  int lower = 0;   ///< ifindex of the link below it; 0 if none
  /// Whether the kernel speaks IPv6 on it, that is, disable_ipv6 is 0.
  bool ipv6 = false;
  std::vector<Address> addresses;

  std::uint16_t vid = 0;  ///< of an 802.1Q VLAN link; 0 for any other link

  // Of a bridge only.
  bool stp = false;
  std::uint32_t forward_delay = 0;  ///< in hundredths of a second
  bool mac_pinned = true;           ///< its MAC was set, so that ports don't change it

  [[nodiscard]] bool ours() const noexcept { return group == link_group; }
  bool operator==(const Link&) const = default;
};

/// Whether a bridge's port belongs to a guest: it has the MAC that Xen gives every backend link, or
/// a name that Xen's toolstacks give to one (vif7.0, vif7.0-emu, tap7.0).
bool is_guest_port(const Link& link);

}  // namespace model
