#include "cli/options.hpp"

#include <algorithm>
#include <array>

#include "cli/words.hpp"
#include "model/error.hpp"
#include "model/ifname.hpp"
#include "model/number.hpp"
#include "model/shell.hpp"
#include "model/vif_id.hpp"

namespace cli {
namespace {

using model::usage_error;

constexpr std::array network_options{"netdev",
                                     "vlans",
                                     "mtu",
                                     "vlan-name",
                                     "bridge-name",
                                     "bridge",
                                     "wait",
                                     "config",
                                     "ifcfg",
                                     "guest-tags",
                                     "multicast-snooping",
                                     "vlan-aware",
                                     "on-demand",
                                     "json",
                                     "no-color",
                                     "quiet",
                                     "nagios",
                                     "seconds",
                                     "vxlan",
                                     "vni-base",
                                     "port",
                                     "underlay",
                                     "vxlan-name",
                                     "vxlan-single"};
constexpr std::array vif_options{"vif",    "bridge", "type_if", "mtu", "ip",   "vlan",
                                 "netdev", "config", "ifcfg",   "mac", "json", "no-color"};
/// Of network import, which reads the host and no configuration.
constexpr std::array import_options{"netdev"};

/// The commands by the name under which the program is called.
enum class Command { any, network, vif };

Command command_of(const std::string& called) {
  const std::string name = called.substr(called.rfind('/') + 1);
  if (name == "network-xvlan" || name == "xvlan-network") return Command::network;
  if (name == "vif-xvlan" || name == "xvlan-vif") return Command::vif;
  return Command::any;
}

struct NamedVerb {
  const char* name;
  NetworkVerb verb;
  OptionNames options{};  ///< the only ones that it takes; empty for all
};

constexpr std::array network_verbs{NamedVerb{"start", NetworkVerb::start},
                                   NamedVerb{"stop", NetworkVerb::stop},
                                   NamedVerb{"status", NetworkVerb::status},
                                   NamedVerb{"check", NetworkVerb::check},
                                   NamedVerb{"import", NetworkVerb::import, import_options},
                                   NamedVerb{"listen", NetworkVerb::listen}};

std::string names_of_verbs() {
  std::string names;
  for (const NamedVerb& one : network_verbs) {
    names += (names.empty() ? "" : ", ") + std::string(one.name);
  }
  return names;
}

NetworkVerb parse_verb(const std::vector<std::string>& positional) {
  const std::string verb = positional.empty() ? "" : positional.front();
  if (positional.size() > 1) {
    throw usage_error("read '" + positional[1] + "'", "unexpected argument", see_help);
  }
  for (const NamedVerb& one : network_verbs) {
    if (verb == one.name) return one.verb;
  }
  throw usage_error(verb.empty() ? "run the network command" : "run network " + verb,
                    "valid commands are " + names_of_verbs(), see_help);
}

/// A word that is for some of the network commands only: one entry for each that takes it.
struct OwnWord {
  const char* name;
  NetworkVerb verb;
};

constexpr std::array own_words{
    OwnWord{"force", NetworkVerb::stop},      OwnWord{"json", NetworkVerb::status},
    OwnWord{"no-color", NetworkVerb::status}, OwnWord{"quiet", NetworkVerb::check},
    OwnWord{"nagios", NetworkVerb::check},    OwnWord{"json", NetworkVerb::listen},
    OwnWord{"seconds", NetworkVerb::listen}};

bool is_own_word(const std::string& name) {
  return std::any_of(own_words.begin(), own_words.end(),
                     [&](const OwnWord& word) { return name == word.name; });
}

const NamedVerb& named(NetworkVerb verb) {
  const auto* const found = std::find_if(network_verbs.begin(), network_verbs.end(),
                                         [&](const NamedVerb& one) { return one.verb == verb; });
  return *found;
}

/// Throws Error if it is a word that only other commands take.
void require_takes(NetworkVerb verb, const std::string& name) {
  std::string takers;
  for (const OwnWord& word : own_words) {
    if (name != word.name) continue;
    if (verb == word.verb) return;
    takers += (takers.empty() ? "" : " and ") + std::string(named(word.verb).name);
  }
  if (takers.empty()) return;
  const bool several = takers.find(' ') != std::string::npos;
  throw usage_error("use " + name, "only " + takers + (several ? " take it" : " takes it"),
                    see_help);
}

void refuse_words_of_others(const Words& words, NetworkVerb verb) {
  for (const auto& [name, value] : words.options) require_takes(verb, name);
}

std::uint32_t parse_seconds(const std::string& text) {
  const auto seconds = model::parse_number(text, 1, 3600);
  if (seconds) return *seconds;
  throw usage_error("use seconds=" + text, "it must be a number of seconds from 1 to 3600");
}

void refuse_other_options(const Words& words, const NamedVerb& verb) {
  if (verb.options.empty()) return;
  for (const auto& [name, value] : words.options) {
    if (is_among(name, verb.options)) continue;
    std::string reason = std::string(verb.name) + " takes only";
    for (const char* const one : verb.options) reason += " " + std::string(one);
    throw usage_error("use " + name, reason, see_help);
  }
}

std::string words_of_vlans(const Words& words) {
  std::string text;
  for (const auto& [name, value] : words.options) {
    if (name == "dry-run" || is_own_word(name)) continue;
    text += " " + name + "=" + model::shell_word(value);
  }
  return text;
}

Call parse_network(const Words& words) {
  NetworkCall call;
  call.verb = parse_verb(words.positional);
  refuse_words_of_others(words, call.verb);
  refuse_other_options(words, named(call.verb));
  call.dry_run = words.flag("dry-run");
  call.force = words.flag("force");
  call.json = words.flag("json");
  call.no_color = words.flag("no-color");
  call.quiet = words.flag("quiet");
  call.nagios = words.flag("nagios");
  call.words = words_of_vlans(words);
  for (const auto& [name, value] : words.options) {
    if (name == "config") {
      call.config_path = value;
      call.config_was_typed = true;
    } else if (name == "ifcfg") {
      call.ifcfg_folder = value;
      call.ifcfg_was_typed = true;
    } else if (name == "bridge") {
      call.settings.bridge = value;
    } else if (name == "seconds") {
      call.seconds = parse_seconds(value);
    } else {
      (void)config::set_option(call.settings, name, value);  // flags have been read above
    }
  }
  return call;
}

/// The first text that is not empty. The toolstacks set variables that they have no value for.
std::optional<std::string> first_given(std::initializer_list<std::optional<std::string>> texts) {
  for (const auto& text : texts) {
    if (text && !text->empty()) return text;
  }
  return std::nullopt;
}

bool is_event(const std::string& word) {
  return word == "online" || word == "offline" || word == "add" || word == "remove" ||
         word == "move";
}

bool is_tap(const std::string& event, const std::string& type, const std::string& name) {
  if (type == "tap" || type == "vif") return type == "tap";
  if (!type.empty()) throw usage_error("use type_if=" + type, "it must be vif or tap", see_help);
  return (event == "add" || event == "remove") && name.ends_with("-emu");
}

/// Which vif is meant: the one of the backend path, else the one that the name tells.
model::VifId require_id(const std::optional<std::string>& path, const std::string& link) {
  const auto id = path ? model::VifId::from_path(*path) : model::VifId::from_name(link);
  if (id) return *id;
  if (path) {
    throw usage_error("find the guest of " + link,
                      "XENBUS_PATH=" + *path + " is not of the form backend/vif/3/0");
  }
  throw usage_error("find the guest of " + link,
                    "the name is not of the form vif3.0, and XENBUS_PATH is not set",
                    "give the name that Xen gave the link, as in xvlan-vif online vif3.0");
}

/// "vif3.0" for the backend path "backend/vif/3/0".
std::optional<std::string> name_from_path(const std::optional<std::string>& path) {
  const auto id = path ? model::VifId::from_path(*path) : std::nullopt;
  return id ? std::optional(id->name()) : std::nullopt;
}

/// The vif that is named on the command line.
std::optional<std::string> typed_vif(const Words& words) {
  const auto& positional = words.positional;
  return first_given(
      {positional.size() > 1 ? std::optional(positional[1]) : std::nullopt, words.option("vif")});
}

ConfigPlaces places_of(const Words& words) {
  const auto config = words.option("config");
  return {.config_path = config.value_or(usual_config_path),
          .config_was_typed = config.has_value(),
          .ifcfg_folder = words.option("ifcfg").value_or(usual_ifcfg_folder)};
}

VifStatusCall parse_vif_status(const Words& words) {
  constexpr std::array taken{"vif", "config", "ifcfg", "json", "no-color", "dry-run"};
  for (const auto& [name, value] : words.options) {
    if (is_among(name, taken)) continue;
    throw usage_error("use " + name, "status does not take it", see_help);
  }
  return {.name = typed_vif(words).value_or(""),
          .places = places_of(words),
          .json = words.flag("json"),
          .no_color = words.flag("no-color")};
}

Call parse_vif(const Words& words, const Environment& environment) {
  const std::string event = words.positional.empty() ? "" : words.positional.front();
  if (words.positional.size() > 2) {
    throw usage_error("read '" + words.positional[2] + "'", "unexpected argument", see_help);
  }
  if (event == "status") return parse_vif_status(words);
  for (const char* const of_status : {"json", "no-color"}) {
    if (!words.option(of_status)) continue;
    throw usage_error("use " + std::string(of_status), "only status takes it", see_help);
  }
  if (!is_event(event)) {
    throw usage_error(event.empty() ? "run the vif command" : "run vif " + event,
                      "valid commands are online, offline, add, remove, move, status", see_help);
  }
  const auto typed = typed_vif(words);
  const auto type = first_given({words.option("type_if"), environment("type_if")});
  const bool tap = is_tap(event, type.value_or(""), typed.value_or(""));
  const bool of_vif = event == "online" || event == "offline" || event == "move";
  if (tap == of_vif) return Nothing{};

  const auto path = first_given({environment("XENBUS_PATH")});
  const auto link = tap ? first_given({typed, environment("INTERFACE")})
                        : first_given({typed, environment("vif"), environment("INTERFACE"),
                                       name_from_path(path)});
  if (!link) {
    throw usage_error("run vif " + event, "no vif is named",
                      "name it, as in xvlan-vif online vif3.0");
  }
  command::VifRequest request;
  request.move = event == "move";
  request.plug = event == "online" || event == "add" || request.move;
  request.tap = tap;
  request.link = model::IfName::parse("vif", *link).text();
  request.id = require_id(path, request.link);
  request.backend_path = path.value_or(request.id.backend_path());
  request.by_hand = !path;
  request.from_udev = environment("UDEV_CALL").has_value();
  request.bridge_was_typed = first_given({words.option("bridge")}).has_value();
  request.vlan_was_typed = first_given({words.option("vlan")}).has_value();
  request.spec = {.bridge = first_given({words.option("bridge"), environment("bridge")}),
                  .mtu = first_given({words.option("mtu")}),
                  .ip = first_given({words.option("ip"), environment("ip")}),
                  .vlan = first_given({words.option("vlan")})};
  request.mac = first_given({words.option("mac")});
  if (request.move && !request.bridge_was_typed && !request.vlan_was_typed) {
    throw usage_error("move " + request.link, "neither vlan= nor bridge= says where to",
                      "name a VLAN, as in xvlan-vif move vif3.0 vlan=9");
  }
  request.dry_run = words.flag("dry-run");
  if (words.flag("force")) throw usage_error("use force", "only stop takes it", see_help);
  return VifCall{.request = std::move(request), .places = places_of(words)};
}

}  // namespace

Call parse(const std::string& name, const std::vector<std::string>& words,
           const Environment& environment) {
  Command command = command_of(name);
  std::vector<std::string> rest = words;
  if (command == Command::any) {
    const auto word = std::find_if(rest.begin(), rest.end(), [](const std::string& candidate) {
      return candidate == "network" || candidate == "vif";
    });
    if (word != rest.end()) {
      command = *word == "network" ? Command::network : Command::vif;
      rest.erase(word);
    }
  }
  const OptionNames names = command == Command::network ? OptionNames(network_options)
                            : command == Command::vif   ? OptionNames(vif_options)
                                                        : OptionNames();
  const Words split = split_words(rest, names);
  if (split.option("help")) return Help{};
  if (split.option("version")) return Version{};
  if (command == Command::network) return parse_network(split);
  if (command == Command::vif) return parse_vif(split, environment);
  throw usage_error(split.positional.empty() ? "run xvlan" : "run '" + split.positional[0] + "'",
                    "the commands are network and vif", see_help);
}

std::optional<std::string> waiting_backend(const std::vector<std::string>& words,
                                           const Environment& environment) {
  const bool plugs = std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word == "online" || word == "add";
  });
  return plugs ? first_given({environment("XENBUS_PATH")}) : std::nullopt;
}

bool asks_for_nagios(const std::vector<std::string>& words) {
  if (std::find(words.begin(), words.end(), "check") == words.end()) return false;
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word == "nagios" || word == "--nagios" || word == "nagios=yes" || word == "--nagios=yes";
  });
}

}  // namespace cli
