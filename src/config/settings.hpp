#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/ifname.hpp"
#include "model/mtu.hpp"
#include "model/segment.hpp"
#include "model/vid.hpp"

namespace config {

/// Templates of names, see model::NameTemplate, where none is said.
inline constexpr const char* usual_vlan_name = "%t.%v";
inline constexpr const char* usual_bridge_name = "br%v";
/// Of VXLAN links; of the only one where all VLANs share it.
inline constexpr const char* usual_vxlan_name = "vx%v";
inline constexpr const char* usual_single_name = "vxlan0";

/// What may be said wherever options stand, of one VLAN or of many. An empty member was not said.
struct SegmentSettings {
  std::optional<model::Mtu> mtu;
  std::optional<bool> multicast_snooping;  ///< see model::BridgeOptions, and the next one
  std::optional<bool> guest_tags;
  std::optional<model::Antispoof> antispoof;  ///< see model::Protection, and the next ones
  std::optional<bool> isolated;
  std::optional<bool> any_link_local;
  bool operator==(const SegmentSettings&) const = default;
};

/// What may be said of a whole host, of one trunk, or on the command line.
struct Settings : SegmentSettings {
  std::optional<model::IfName> netdev;
  std::optional<model::Vids> vlans;
  std::optional<std::string> vlan_name;    ///< template, see model::NameTemplate
  std::optional<std::string> bridge_name;  ///< template
  std::optional<bool> vlan_aware;          ///< one bridge for all VLANs of a trunk
  std::optional<bool> on_demand;           ///< VLANs come and go with guests
  /// Its name, see model::TrunkBridge. On the command line, where the trunk's bridge is not
  /// VLAN-aware, the same as `bridge_name`: Xen's network-bridge's word.
  std::optional<std::string> bridge;
  std::optional<std::uint32_t> wait;  ///< for a trunk that is not there yet, in seconds
  /// The end of VXLAN tunnels in place of a trunk, and what only that has.
  std::optional<model::Carrier> vxlan;
  std::optional<std::uint32_t> vni_base;               ///< a VLAN's VNI is this and its VID
  std::optional<std::uint16_t> port;                   ///< UDP
  std::optional<bool> vxlan_single;                    ///< one VXLAN device for all VLANs
  std::optional<std::string> vxlan_name;               ///< template of VXLAN links' names
  std::optional<std::vector<model::IfName>> underlay;  ///< see model::Tunnelled

  /// Whether a VLAN, its trunk or its end of tunnels is named.
  [[nodiscard]] bool names_any() const { return netdev || vlans || vxlan; }
  void set_carrier(const model::Carrier& carrier) {
    if (carrier.is_tunnel()) {
      vxlan = carrier;
    } else {
      netdev = *carrier.trunk();
    }
  }
  /// The trunk or the end of tunnels, if one is named.
  [[nodiscard]] std::optional<model::Carrier> carrier() const {
    return netdev ? std::optional(model::Carrier(*netdev)) : vxlan;
  }
  bool operator==(const Settings&) const = default;
};

/// What may be said of one VLAN.
struct VlanSettings : SegmentSettings {
  std::optional<model::IfName> bridge;
  std::optional<std::uint32_t> vni;  ///< of an end of VXLAN tunnels
  bool operator==(const VlanSettings&) const = default;
};

/// A `[trunk NIC]` section and its `[trunk NIC vlan VID]` sections, or those of `[vxlan ADDRESS]`.
/// In `common`, netdev is the NIC, or vxlan the end of tunnels.
struct TrunkSettings {
  Settings common;
  std::map<model::Vid, VlanSettings> vlans;
  bool operator==(const TrunkSettings&) const = default;
};

/// A configuration file, as xvlan.conf(5) describes it.
struct File {
  Settings common;  ///< what stands before the first section
  std::vector<TrunkSettings> trunks;
  bool operator==(const File&) const = default;
};

/// Sets the option `key` to `text`. False if settings have no such option.
/// Throws Error with ExitCode::usage if the value is wrong; `where` begins its message's end, for
/// example "in /etc/xen/xvlan.conf".
bool set_option(Settings& settings, std::string_view key, const std::string& text);

/// Throws Error with ExitCode::usage unless `text` is "yes" or "no".
bool parse_yes_no(std::string_view key, const std::string& text);

/// Parses the text of a configuration file; `path` is for messages.
/// Throws Error with ExitCode::usage if a section, key or value is unknown, wrong or given twice.
File parse_file(const std::string& text, const std::string& path);

/// Reads and parses a configuration file. One that is not there is an empty one, unless `required`.
File read_file(const std::string& path, bool required);

/// The segments that the file and the command line name together; the command line wins. Empty if
/// neither names any VLAN.
///
/// Throws Error with ExitCode::usage if VLANs are named without a trunk or a trunk without VLANs
/// beside others, or if two segments would share a name.
std::vector<model::Segment> name_segments(const File& file, const Settings& command_line);

/// All that name_segments gives, if they are VLANs of one trunk that are alike, and are there
/// always; else nothing. Their names are not made.
std::optional<model::AlikeSegments> name_alike(const File& file, const Settings& command_line);

/// The trunks that the file names; see name_segments.
std::vector<model::Trunk> name_trunks(const File& file);

/// Those of the segments of name_segments that have one of these VIDs: the names of the others are
/// not made.
std::vector<model::Segment> name_segments(const File& file, const model::Vids& wanted);

/// Gives segments from elsewhere what the file says before its first section and what the command
/// line says: the command line wins over the segment's own, and that over the file.
void add_settings(std::vector<model::Segment>& segments, const File& file,
                  const Settings& command_line);

/// Throws Error with ExitCode::usage if two of the segments are the same VLAN or would share a
/// link.
void refuse_shared_names(const std::vector<model::Segment>& segments);

}  // namespace config
