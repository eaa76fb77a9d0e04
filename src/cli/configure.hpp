#pragma once

#include "cli/options.hpp"
#include "command/network.hpp"

namespace cli {

/// What a network call means, from all its sources: the command line, the configuration file, and
/// ifcfg files where neither of these names a VLAN.
///
/// `start`, `status` and `listen` mean every VLAN that is named, and `listen netdev=` that trunk,
/// be it configured or not. `stop` deletes, so it means no more than its words say:
///
///     stop, and force=, dry-run        everything that xvlan made, configured or not
///     stop netdev=                     that trunk's VLANs, of the file or of ifcfg files
///     stop [netdev=] vlans=            those VLANs; the names of links as for start
///     stop config=FILE                 the VLANs of FILE, never of ifcfg files
///     stop ifcfg=FOLDER                the VLANs of FOLDER, never of a file
///     stop config=FILE ifcfg=FOLDER    the VLANs of FILE, or of FOLDER if FILE names none
///     stop bridge-name=, vlan-name=, bridge=
///                                      of the VLANs so found, without vlans=, those with a bridge
///                                      or a VLAN link of that name, or on the VLAN-aware bridge of
///                                      that name; also beside the other words
///     stop mtu=, wait=...              refused when nothing else is said
///
/// Throws Error with ExitCode::usage if no VLAN is named, or if the configuration is wrong.
command::NetworkRequest configure(const NetworkCall& call);

}  // namespace cli
