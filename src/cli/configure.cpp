#include "cli/configure.hpp"

#include <algorithm>

#include "config/ifcfg.hpp"
#include "model/error.hpp"

namespace cli {
namespace {

using config::File;
using config::Settings;
using model::Segment;
using model::usage_error;

bool stops(const NetworkCall& call) {
  return call.verb == NetworkVerb::stop;
}

/// Whether a word says which VLANs are meant.
bool is_scoped(const NetworkCall& call) {
  const Settings& typed = call.settings;
  return typed.names_any() || typed.vlan_name || typed.vxlan_name || typed.bridge_name ||
         typed.bridge || call.config_was_typed || call.ifcfg_was_typed;
}

bool says_how(const Settings& typed) {
  return typed.mtu || typed.multicast_snooping || typed.guest_tags || typed.wait ||
         typed.vlan_aware || typed.vni_base || typed.port || typed.underlay || typed.vxlan_single;
}

/// Where VLANs are looked for, beside the command line.
struct Sources {
  bool file = true;
  bool ifcfg = true;
};

Sources sources_of(const NetworkCall& call) {
  const bool both = !stops(call) || call.config_was_typed == call.ifcfg_was_typed;
  return {.file = both || call.config_was_typed, .ifcfg = both || call.ifcfg_was_typed};
}

model::Error nothing_named(const NetworkCall& call, const Sources& sources) {
  std::string places = "neither the command line";
  if (sources.file) places += " nor " + call.config_path;
  if (sources.ifcfg) places += " nor " + call.ifcfg_folder + "/ifcfg-*";
  if (call.verb == NetworkVerb::listen) {
    return usage_error("find a trunk to listen on", places + " names one", "name it: netdev=eth1");
  }
  return usage_error("find a VLAN to work on", places + " names one",
                     "name them: netdev=eth1 vlans=4,10-20");
}

/// Whether the segment is on the VLAN-aware bridge of that name.
bool is_on(const Segment& segment, const std::string& bridge) {
  return segment.trunk_bridge.vlan_aware && segment.trunk_bridge.name.text() == bridge;
}

/// Keeps the segments that have a link of that name; `name` may be a template.
void keep_named(std::vector<Segment>& segments, model::MadeName Segment::*link, const char* option,
                const std::string& name) {
  std::erase_if(segments, [&](const Segment& segment) {
    const model::NameTemplate names(option, name, segment.trunk.trunk_text());
    return names.fill(segment.vid).name != (segment.*link).name && !is_on(segment, name);
  });
  if (!segments.empty()) return;
  throw usage_error("use " + std::string(option) + "=" + name,
                    "no configured VLAN has a link of that name",
                    "name the VLAN too, as in netdev=eth1 vlans=4");
}

void keep_named(std::vector<Segment>& segments, const Settings& names) {
  if (names.vxlan_name) keep_named(segments, &Segment::uplink, "vxlan-name", *names.vxlan_name);
  if (names.vlan_name) keep_named(segments, &Segment::uplink, "vlan-name", *names.vlan_name);
  if (names.bridge_name) keep_named(segments, &Segment::bridge, "bridge-name", *names.bridge_name);
  if (names.bridge) keep_named(segments, &Segment::bridge, "bridge", *names.bridge);
}

/// Adds the VLANs that file and command line name, or else those of ifcfg files.
void add_segments(command::NetworkRequest& request, const NetworkCall& call, const File& file,
                  const Settings& command_line) {
  const Sources sources = sources_of(call);
  if (call.verb == NetworkVerb::start) request.alike = config::name_alike(file, command_line);
  if (request.alike) return;
  request.segments = config::name_segments(sources.file ? file : File{}, command_line);
  if (!request.segments.empty()) return;
  if (sources.ifcfg) {
    const auto trunk = command_line.netdev ? command_line.netdev : file.common.netdev;
    config::IfcfgSegments found =
        config::ifcfg_segments(config::read_ifcfg_folder(call.ifcfg_folder), trunk);
    request.segments = std::move(found.segments);
    request.refused = std::move(found.refused);
    config::add_settings(request.segments, file, command_line);
  }
  const bool has_answer = request.trunk || (!request.refused.empty() && !stops(call));
  if (request.segments.empty() && !has_answer) throw nothing_named(call, sources);
}

/// The vif-script knows the VLANs of the configuration only.
void refuse_on_demand(const std::vector<Segment>& typed) {
  const auto found = std::find_if(typed.begin(), typed.end(),
                                  [](const Segment& one) { return one.options.on_demand; });
  if (found == typed.end()) return;
  throw usage_error("start " + found->text(),
                    "with on-demand=yes the vif-script brings it up with its first guest",
                    "name the VLANs in xvlan.conf, and leave vlans= out here");
}

}  // namespace

command::NetworkRequest configure(const NetworkCall& call) {
  if (call.settings.on_demand) {
    throw usage_error("use on-demand= here",
                      "the vif-script makes these VLANs, and does not see this command line",
                      "set it in xvlan.conf");
  }
  command::NetworkRequest request;
  request.words = call.words;
  request.quiet = call.quiet;
  request.nagios = call.nagios;
  request.dry_run = call.dry_run;
  request.force = call.force;
  request.duration = std::chrono::seconds(call.seconds);
  if (call.verb == NetworkVerb::listen) request.trunk = call.settings.netdev;
  request.everything = stops(call) && !is_scoped(call);
  if (request.everything) {
    if (!says_how(call.settings)) return request;
    throw usage_error("stop", "the options name no VLAN",
                      "name them as in netdev=eth1 vlans=4, or give no option to stop them all");
  }
  const File file = config::read_file(call.config_path, call.config_was_typed);
  const auto wait = call.settings.wait ? call.settings.wait : file.common.wait;
  if (wait) request.wait = std::chrono::seconds(*wait);

  Settings command_line = call.settings;
  const bool selects = stops(call) && !call.settings.vlans;
  if (selects) {
    command_line.vlan_name = command_line.vxlan_name = command_line.bridge_name =
        command_line.bridge = std::nullopt;
  }
  add_segments(request, call, file, command_line);
  if (call.verb == NetworkVerb::start && call.settings.vlans) refuse_on_demand(request.segments);
  if (selects) keep_named(request.segments, call.settings);
  return request;
}

}  // namespace cli
