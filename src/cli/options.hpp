#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "command/vif.hpp"
#include "config/settings.hpp"

namespace cli {

/// A variable of the environment; nothing if it is not set.
using Environment = std::function<std::optional<std::string>(const char*)>;

inline constexpr const char* usual_config_path = "/etc/xen/xvlan.conf";
inline constexpr const char* usual_ifcfg_folder = "/etc/sysconfig/network-scripts";

enum class NetworkVerb { start, stop, status, check, import, listen };

/// `network start|stop|status|check|import|listen`, as it was typed.
struct NetworkCall {
  NetworkVerb verb = NetworkVerb::status;
  config::Settings settings;
  std::string config_path = usual_config_path;
  bool config_was_typed = false;
  std::string ifcfg_folder = usual_ifcfg_folder;
  bool ifcfg_was_typed = false;
  bool dry_run = false;
  bool force = false;
  bool json = false;
  std::uint32_t seconds = 10;  ///< to listen
  bool no_color = false;
  bool quiet = false;
  bool nagios = false;
  /// The options that say which VLANs are meant and how they are, each with a blank before it, fit
  /// for a shell.
  std::string words;
};

/// A call that succeeds without doing anything: a pairing of event and kind of link that Xen's
/// scripts pass over in silence (vif-common.sh).
struct Nothing {};
struct Help {};
struct Version {};

/// Where the vif-script finds the configuration.
struct ConfigPlaces {
  std::string config_path = usual_config_path;
  bool config_was_typed = false;
  std::string ifcfg_folder = usual_ifcfg_folder;
};

/// `vif online|offline|add|remove|move`.
struct VifCall {
  command::VifRequest request;
  ConfigPlaces places;
};

/// `vif status`.
struct VifStatusCall {
  std::string name;  ///< empty for all
  ConfigPlaces places;
  bool json = false;
  bool no_color = false;
};

using Call = std::variant<NetworkCall, VifCall, VifStatusCall, Nothing, Help, Version>;

/// Reads a command line. `name` is argv[0]: a link's name chooses the command (network-xvlan,
/// vif-xvlan, xvlan-vif). `words` is the rest. `key=value` and `--key=value` mean the same; empty
/// words are passed over, as xend makes them from two blanks.
///
/// Throws Error with ExitCode::usage for anything it doesn't know or that is said twice.
Call parse(const std::string& name, const std::vector<std::string>& words,
           const Environment& environment);

/// The backend path for which a toolstack waits when a call can't even be read: XENBUS_PATH, if the
/// call is to plug a vif.
std::optional<std::string> waiting_backend(const std::vector<std::string>& words,
                                           const Environment& environment);

/// Whether a call, which may be wrong otherwise, is a check that is to answer as Nagios wants it.
bool asks_for_nagios(const std::vector<std::string>& words);

}  // namespace cli
