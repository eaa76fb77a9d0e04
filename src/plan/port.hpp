#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/link.hpp"
#include "plan/operation.hpp"

namespace plan {

/// What a guest's backend link shall be: a port of a bridge, and nothing else in dom0.
struct Port {
  std::string name;       ///< the name it shall have; differs from the link's if it has a vifname
  std::string original;   ///< the name that Xen gave it: a renamed link keeps it as its alias
  std::uint32_t mtu = 0;  ///< in bytes
  const model::Link* bridge = nullptr;
  /// Its VLANs, on a bridge that filters them; nothing: those that the bridge gives it.
  std::optional<model::Vlans> vlans{};
  bool isolated = false;
  std::optional<Filter> filter{};         ///< it shall have
  std::optional<Filter> filter_before{};  ///< it has now
};

/// The operations that make `vif` the port `wanted`: named, without any address, with Xen's MAC for
/// backends, on the bridge (taken off `current`, if it is a port of that), in its VLANs, and only
/// then up. A link that changes its name, MAC or bridge is down meanwhile, and one that gets
/// another filter together with other VLANs: at no instant is it up outside a bridge, in a VLAN
/// that it shall not be in, or in one without the filter of that. `vif.vlans` are those it is in
/// now.
///
/// Pure; what is right already is left out.
Plan attach(const Port& wanted, const model::Link& vif, const model::Link* current);

/// The operations that take `vif` down, and then off `bridge`, the one it is a port of (nullptr:
/// none).
Plan detach(const model::Link& vif, const model::Link* bridge);

/// The operations that put a port, which is down, onto the bridge of that name, into its VLANs
/// (those that the bridge gives it, if there are none), and set it up again.
Plan put_back(const model::Link& port, const std::string& bridge, const model::Vlans& vlans);

}  // namespace plan
