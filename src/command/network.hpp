#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "command/output.hpp"
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
  Output output{};                       ///< status, and listen: JSON or lines
  bool quiet = false;                    ///< check: the exit status alone
  bool nagios = false;                   ///< check: for Nagios, Icinga and their kin
  std::optional<model::IfName> trunk{};  ///< listen: the only one, even if it is not configured
  std::chrono::seconds duration{10};     ///< of listen
  /// The options that name and describe the VLANs, as they were typed, each with a blank before it:
  /// what another command needs to mean the same.
  std::string words{};
};

/// Gives every segment its VLAN link and bridge. A VLAN that can't have them costs itself only: its
/// steps are undone, its reason is reported, and the others come up. Where somebody else changes
/// the host at the same time, the segment is planned again on what is there now.
model::ExitCode start(const NetworkRequest& request, net::Kernel& kernel, Report& report);

/// Deletes what xvlan made and nobody uses; names what is left, and why.
model::ExitCode stop(const NetworkRequest& request, net::Kernel& kernel, Report& report);

/// Each segment, and each bridge of ours that is not configured: trunk, VID, VLAN link, bridge,
/// state (up, wrong or missing), guests, and what is wrong; in lines, a table or JSON.
model::ExitCode status(const NetworkRequest& request, net::Kernel& kernel,
                       const xen::OpenStore& open_store, Report& report);

/// Hears every trunk of the request and then prints what came in: VLANs, compared with the
/// configuration, untagged frames, neighbours and spanning trees. Changes nothing and sends
/// nothing. A trunk that can't be heard costs itself only.
model::ExitCode listen(const NetworkRequest& request, net::Kernel& kernel,
                       const net::OpenListener& open_listener, Report& report);

/// One line for each difference between the configuration and the host, and ExitCode::partial if
/// there is any: "- " begins what is configured and is not so, "+ " what is there and not
/// configured. Looks more closely than status: whether anything joins a VLAN to dom0, to another
/// VLAN or to another network (plan::joins).
///
/// With `nagios` prints one line for all, and answers with one of the statuses below.
model::ExitCode check(const NetworkRequest& request, net::Kernel& kernel, Report& report);

/// That a check could not be made.
model::ExitCode tell_nagios_unknown(const model::Error& error, Report& report);

/// The exit statuses of the Monitoring Plugins, which share their numbers with ours.
inline constexpr model::ExitCode nagios_ok{0};
inline constexpr model::ExitCode nagios_warning{1};
inline constexpr model::ExitCode nagios_critical{2};
inline constexpr model::ExitCode nagios_unknown{3};

}  // namespace command
