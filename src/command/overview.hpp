#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "command/network.hpp"
#include "model/host_state.hpp"
#include "model/judgement.hpp"
#include "net/kernel.hpp"
#include "plan/realisation.hpp"

namespace command {

/// The tunnels of a VLAN.
struct TunnelView {
  std::uint32_t vni = 0;
  std::uint16_t port = 0;               ///< UDP
  std::vector<model::Address> hosts{};  ///< the other hosts, by address
};

/// A VLAN as it is, against what is configured; or those of a trunk that come on demand, together.
struct VlanView {
  std::string trunk;      ///< or the address of tunnels; "-" for a VLAN link that has lost it
  model::Vlans vids;      ///< one, or those that may come
  plan::LinkNames names;  ///< of what it is made of; "-" where it needs no such link
  plan::SegmentLinks links;
  model::Judgement judgement;
  std::vector<const model::Link*> guests;      ///< their ports, by ifindex
  const model::Segment* configured = nullptr;  ///< of the request; nullptr for one that is not
  std::optional<TunnelView> tunnel{};          ///< where tunnels carry it
};

/// What the network-script has to do with on a host. Everything points into `host`, or into the
/// request.
struct Overview {
  model::HostState host;
  std::vector<model::RemoteHost> remotes;  ///< that any tunnels lead to
  std::vector<VlanView> vlans;             ///< in the order of the configuration, others behind
  std::vector<model::Error> refused;       ///< VLANs that the configuration must not have
  std::vector<model::Problem> problems;    ///< of no configured VLAN
  bool firewall_sees_bridged = false;      ///< see net::Kernel

  /// How many VLANs are so.
  [[nodiscard]] std::size_t count(model::State state) const;
  /// How many links of guests are in VLANs; one may be in several.
  [[nodiscard]] std::size_t guest_count() const;
  /// Whether all that is configured is as it should be.
  [[nodiscard]] bool all_well() const;
};

/// How closely to look: `isolation` asks for every filter of traffic control, too, and for whatever
/// else joins VLANs (plan::joins).
enum class Depth { usual, isolation };

/// Reads the host, and judges it. Throws Error if the kernel can't be asked.
Overview read_overview(const NetworkRequest& request, net::Kernel& kernel,
                       Depth depth = Depth::usual);

}  // namespace command
