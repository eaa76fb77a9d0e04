#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/link.hpp"
#include "model/protection.hpp"
#include "model/segment.hpp"
#include "model/vif_spec.hpp"
#include "model/vlan_spec.hpp"

namespace command {

/// The VLANs that the administrator has configured, for a vif whose spec can't be understood
/// without them. Nothing is read before it is asked for. Every function throws Error if the
/// configuration is wrong.
class Configuration {
 public:
  Configuration() = default;
  Configuration(const Configuration&) = delete;
  Configuration& operator=(const Configuration&) = delete;
  virtual ~Configuration() = default;

  virtual const std::vector<model::Trunk>& trunks() = 0;
  /// One of the VLANs of such a trunk.
  virtual std::optional<model::Segment> segment(const model::Carrier& trunk, model::Vid vid) = 0;
  /// The VLAN whose bridge has, or would have, that name; full or shortened.
  virtual std::optional<model::Segment> named(const std::string& bridge) = 0;
  /// What is done about a guest in those VLANs of a trunk: of each the strictest.
  virtual model::Protection protection(const model::Carrier& trunk, const model::Vlans& vlans) = 0;
};

/// Where a vif belongs.
struct Attachment {
  std::string bridge;                     ///< the name of a link
  std::optional<model::VlanSpec> spec{};  ///< its VLANs; nothing: those that the bridge gives it
  std::string said{};  ///< what the vif's spec says of VLANs: "vlan=10 with bridge=xenbr0"
  std::optional<std::uint32_t> mtu{};     ///< of its VLAN, in bytes, if one is configured
  std::optional<model::Carrier> trunk{};  ///< whose VLANs they are, if that is configured
  bool on_demand = false;                 ///< the VLANs may have to be made first
  /// Nothing where the configuration was not asked, or knows no such VLAN.
  std::optional<model::Protection> protection{};
};

/// What a vif's spec asks for. `exists` says whether there is a link with the name in `bridge`: it
/// counts before any other meaning that the name can have.
///
/// Throws Error, in words that name what the spec says, if it names no bridge and no VLAN, a VLAN
/// that the trunk does not have, or tagged VLANs of a trunk whose bridge is not VLAN-aware.
Attachment understand(const model::VifSpec& spec, bool exists, Configuration& configuration);

/// The bridge in "NAME.VID:VID", as vif-openvswitch reads it; any other text as it is.
std::string bridge_part(const std::string& text);

/// Throws Error if that bridge can't do what the vif asks for: without VLANs it must not be one
/// that carries all of a trunk's, and with VLANs it must filter them.
void check_bridge(const Attachment& wanted, const model::Link& bridge);

}  // namespace command
