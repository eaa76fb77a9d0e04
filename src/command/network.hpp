#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "command/report.hpp"
#include "model/error.hpp"
#include "model/segment.hpp"
#include "net/kernel.hpp"
#include "net/listener.hpp"
#include "xen/store.hpp"

namespace command {

/// What the network-script is asked for, with its configuration.
struct NetworkRequest {
  std::vector<model::Segment> segments;
  std::optional<model::AlikeSegments> alike{};  ///< start: in place of segments
  std::vector<model::Error> refused;  ///< VLANs that the configuration names but must not have
  std::chrono::seconds wait{10};      ///< for a trunk that is not there yet
  bool dry_run = false;
  bool force = false;                    ///< stop: delete what guests use, too
  bool everything = false;               ///< stop: all that xvlan made, configured or not
  std::optional<model::IfName> trunk{};  ///< listen: the only one, even if it is not configured
  std::chrono::seconds duration{10};     ///< of listen
  bool json = false;                     ///< listen: the result as JSON
};

/// Gives every segment its VLAN link and bridge. A VLAN that can't have them costs itself only: its
/// steps are undone, its reason is reported, and the others come up. Where somebody else changes
/// the host at the same time, the segment is planned again on what is there now.
model::ExitCode start(const NetworkRequest& request, net::Kernel& kernel, Report& report);

/// Deletes what xvlan made and nobody uses; names what is left, and why.
model::ExitCode stop(const NetworkRequest& request, net::Kernel& kernel, Report& report);

/// One line for each segment, and for each bridge of ours that is not configured: trunk, VID, VLAN
/// link, bridge, state (up, wrong or missing), guests, and what is wrong.
model::ExitCode status(const NetworkRequest& request, net::Kernel& kernel,
                       const xen::OpenStore& open_store, Report& report);

/// Hears every trunk of the request and then prints what came in: VLANs, compared with the
/// configuration, untagged frames, neighbours and spanning trees. Changes nothing and sends
/// nothing. A trunk that can't be heard costs itself only.
model::ExitCode listen(const NetworkRequest& request, net::Kernel& kernel,
                       const net::OpenListener& open_listener, Report& report);

}  // namespace command
