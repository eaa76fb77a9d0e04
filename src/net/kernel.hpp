#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/carrier.hpp"
#include "model/host_state.hpp"
#include "model/redirect.hpp"
#include "model/remote.hpp"
#include "plan/antispoof.hpp"
#include "plan/operation.hpp"

namespace net {

/// Why the kernel did not do what it was asked to.
struct Refusal {
  int errnum = 0;     ///< positive errno
  std::string words;  ///< the kernel's own text where it has one, else the C library's for errnum
};

/// A port that left its bridge, or was left by it.
struct Departure {
  int port = 0;          ///< ifindex
  int bridge = 0;        ///< ifindex
  model::Vlans vlans{};  ///< that it was in
};

/// Held for as long as it lives.
class Lock {
 public:
  Lock() = default;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  virtual ~Lock() = default;
};

/// The kernel's network links: the one door to them. The running kernel stands behind it (Rtnl),
/// or a pretended one in tests.
class Kernel {
 public:
  Kernel() = default;
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;
  virtual ~Kernel() = default;

  /// Every link with its addresses and, of bridges and their ports, its VLANs. Throws Error if the
  /// kernel can't be asked.
  virtual model::HostState read() = 0;

  /// The links of those names (or alternative names) that exist, without addresses and VLANs: one
  /// exchange with the kernel, whatever the number of links on the host. Throws Error if it can't
  /// be asked.
  virtual model::HostState read(std::span<const std::string> names) = 0;

  /// The link with that ifindex, without addresses.
  virtual std::optional<model::Link> read(int index) = 0;

  /// The bridge with that ifindex and its ports, without addresses; empty if there is none.
  virtual model::HostState read_ports(int bridge) = 0;

  /// The IPv4 addresses of one link.
  virtual std::vector<model::Address> read_ipv4(const model::Link& link) = 0;

  /// The VLANs that a bridge lets through at that port.
  virtual model::Vlans read_vlans(const model::Link& port) = 0;

  /// xvlan's filter of what comes in by that link, if it has one.
  virtual std::optional<plan::Filter> read_filter(const model::Link& link) = 0;

  /// Runs operations that don't depend on each other, so that they may be sent at once. Answers
  /// one entry for each, in their order: nothing where the kernel did it. Throws Error if the
  /// kernel can't be asked, or is silent: each of them may have been done, or not.
  virtual std::vector<std::optional<Refusal>> run(std::span<const plan::Operation> operations) = 0;

  /// Waits until links of all these names exist, without polling. False if `timeout` came first.
  virtual bool wait_for(std::span<const std::string> names, std::chrono::milliseconds timeout) = 0;

  /// The same for links of these names, and for links with the addresses of ends of tunnels.
  virtual bool wait_for(std::span<const model::Carrier> carriers,
                        std::chrono::milliseconds timeout) = 0;

  /// From now on a reading of all links tells which other hosts join VLANs to trunks, also where
  /// this host does not, or not yet.
  virtual void look_for_gateways() = 0;

  /// Gives other programs the time to hear what was changed: half a second.
  virtual void let_others_hear() = 0;

  /// Notes from now on which ports leave their bridges.
  virtual void watch_departures() = 0;

  /// The ports that have left since this was last asked.
  virtual std::vector<Departure> departures() = 0;

  /// Waits until no other xvlan holds those VLANs of a bridge of that name, be it there or not, and
  /// holds them then; none means the bridge of one VLAN. Who takes a VLAN away that came on demand,
  /// and who brings a guest into it, do so one after the other. At most one lock at a time. Throws
  /// Error if the wait takes too long, or if it can't be had.
  virtual std::unique_ptr<Lock> lock(const std::string& bridge, const model::Vlans& vlans) = 0;

  /// The program that manages a link, if one does: "systemd-networkd (/etc/.../10-all.network)".
  virtual std::optional<std::string> manager_of(const model::Link& link) = 0;

  /// What traffic control does with frames of any link, beside xvlan's own filters. What hangs at
  /// an XDP hook is not looked at.
  virtual std::vector<model::Redirect> read_redirects() = 0;

  /// The other hosts to which frames to all go through VXLAN links, as a control plane has said.
  virtual std::vector<model::RemoteHost> read_remotes() = 0;

  /// The largest packet in bytes that gets to that host in one piece, as far as this host knows:
  /// the MTU of the route to it, or of the link by which it leaves; nothing without a route.
  virtual std::optional<std::uint32_t> path_mtu(const model::Address& host) = 0;

  /// The daemon of the control plane that does not run: see missing_routing_daemon.
  virtual std::optional<std::string> missing_control_plane() = 0;

  /// Whether dom0's firewall sees the frames that bridges forward, that is,
  /// net.bridge.bridge-nf-call-iptables is 1.
  virtual bool firewall_sees_bridged() = 0;
};

}  // namespace net
