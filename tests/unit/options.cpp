#include "cli/options.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "hosts.hpp"

namespace {

using Variables = std::map<std::string, std::string>;
using unit::failure;
using unit::Texts;

cli::Environment environment(const Variables& variables) {
  return [variables](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

std::string text(const std::optional<std::string>& value) {
  return value.value_or("-");
}

std::string line_of(const cli::NetworkCall& call) {
  constexpr std::array verbs{"start", "stop", "status", "check", "import", "listen"};
  const config::Settings& settings = call.settings;
  std::string line = std::string("network ") + verbs.at(static_cast<std::size_t>(call.verb));
  if (settings.netdev) line += " netdev=" + settings.netdev->text();
  if (settings.vlans) {
    line += " vlans=";
    for (const model::Vid vid : *settings.vlans) line += vid.text() + ",";
  }
  if (settings.mtu) line += " mtu=" + std::to_string(settings.mtu->value());
  if (settings.vlan_name) line += " vlan-name=" + *settings.vlan_name;
  if (settings.bridge_name) line += " bridge-name=" + *settings.bridge_name;
  if (settings.bridge) line += " bridge=" + *settings.bridge;
  if (settings.vlan_aware)
    line += std::string(" vlan-aware=") + (*settings.vlan_aware ? "yes" : "no");
  if (settings.guest_tags) line += *settings.guest_tags ? " guest-tags" : " no guest-tags";
  if (settings.multicast_snooping) line += *settings.multicast_snooping ? " snooping" : " deaf";
  if (settings.wait) line += " wait=" + std::to_string(*settings.wait);
  if (call.config_was_typed) line += " config=" + call.config_path;
  if (call.ifcfg_folder != "/etc/sysconfig/network-scripts") line += " ifcfg=" + call.ifcfg_folder;
  if (call.json) line += " json";
  if (call.no_color) line += " no-color";
  if (call.quiet) line += " quiet";
  if (call.nagios) line += " nagios";
  if (call.seconds != 10) line += " seconds=" + std::to_string(call.seconds);
  return line + (call.dry_run ? " dry-run" : "") + (call.force ? " force" : "");
}

std::string line_of(const cli::VifStatusCall& call) {
  std::string line = "vif status" + (call.name.empty() ? "" : " " + call.name);
  if (call.places.config_was_typed) line += " config=" + call.places.config_path;
  if (call.places.ifcfg_folder != "/etc/sysconfig/network-scripts")
    line += " ifcfg=" + call.places.ifcfg_folder;
  return line + (call.json ? " json" : "") + (call.no_color ? " no-color" : "");
}

std::string line_of(const cli::VifCall& call) {
  const command::VifRequest& request = call.request;
  const std::string verb = request.move ? "move " : request.plug ? "plug " : "unplug ";
  std::string line =
      verb + (request.tap ? "tap " : "") + request.link + " at " + request.backend_path;
  if (request.by_hand) line += " by hand";
  if (request.from_udev) line += " from udev";
  if (request.spec.bridge) line += " bridge=" + *request.spec.bridge;
  if (request.bridge_was_typed) line += " typed";
  if (request.spec.mtu) line += " mtu=" + *request.spec.mtu;
  if (request.spec.ip) line += " ip=" + *request.spec.ip;
  if (request.spec.vlan) line += " vlan=" + *request.spec.vlan;
  if (request.vlan_was_typed) line += " typed";
  if (call.places.config_was_typed) line += " config=" + call.places.config_path;
  if (call.places.ifcfg_folder != "/etc/sysconfig/network-scripts")
    line += " ifcfg=" + call.places.ifcfg_folder;
  return line + (request.dry_run ? " dry-run" : "");
}

std::string line_of(const cli::Nothing&) {
  return "nothing";
}
std::string line_of(const cli::Help&) {
  return "help";
}
std::string line_of(const cli::Version&) {
  return "version";
}

std::string called(const std::string& name, const Texts& words, const Variables& variables = {}) {
  return std::visit([](const auto& call) { return line_of(call); },
                    cli::parse(name, words, environment(variables)));
}

std::string xvlan(const Texts& words, const Variables& variables = {}) {
  return called("/usr/sbin/xvlan", words, variables);
}

std::string vif_script(const Texts& words, const Variables& variables = {}) {
  return called("/etc/xen/scripts/vif-xvlan", words, variables);
}

/// What is wrong with a call, without the usual hint.
std::string refusal(const std::string& name, const Texts& words, const Variables& variables = {}) {
  const Texts lines = failure([&] { return called(name, words, variables); });
  const std::string prefix = "error (exit status 2): cannot ";
  REQUIRE(!lines.empty());
  REQUIRE(lines.front().starts_with(prefix));
  return lines.front().substr(prefix.size());
}

// What libxl sets for a PV guest's vif (libxl_linux.c, get_hotplug_env).
const Variables libxl{{"script", "/etc/xen/scripts/vif-xvlan"},
                      {"XENBUS_TYPE", "vif"},
                      {"XENBUS_PATH", "backend/vif/3/0"},
                      {"XENBUS_BASE_PATH", "backend"},
                      {"netdev", ""},
                      {"vif", "vif3.0"}};

Variables with(Variables variables, const Variables& more) {
  for (const auto& [name, value] : more) variables[name] = value;
  return variables;
}

}  // namespace

TEST_CASE("the name under which the program is called chooses the command", "[cli]") {
  CHECK(called("/etc/xen/scripts/network-xvlan", {"start"}) == "network start");
  CHECK(called("network-xvlan", {"start"}) == "network start");
  CHECK(called("xvlan-network", {"start"}) == "network start");
  CHECK(called("xvlan", {"network", "start"}) == "network start");
  CHECK(called("/usr/sbin/xvlan-vif", {"online", "vif3.0"}) ==
        "plug vif3.0 at backend/vif/3/0 by hand");
  CHECK(called("vif-xvlan", {"online", "vif3.0"}) == "plug vif3.0 at backend/vif/3/0 by hand");
  CHECK(called("xvlan", {"vif", "online", "vif3.0"}) == "plug vif3.0 at backend/vif/3/0 by hand");
}

TEST_CASE("options come in any order, in either form", "[cli]") {
  const std::string expected = "network start netdev=eth1 vlans=4,10,11,";
  CHECK(xvlan({"network", "start", "netdev=eth1", "vlans=4,10-11"}) == expected);
  CHECK(xvlan({"vlans=4,10-11", "network", "netdev=eth1", "start"}) == expected);
  CHECK(xvlan({"--netdev=eth1", "network", "start", "--vlans", "4,10-11"}) == expected);
  CHECK(xvlan({"network", "start", "wait=0", "mtu=9000", "vlan-name=v%v", "bridge-name=%t-%v",
               "config=/tmp/x", "ifcfg=/tmp/y", "dry-run"}) ==
        "network start mtu=9000 vlan-name=v%v bridge-name=%t-%v wait=0 config=/tmp/x "
        "ifcfg=/tmp/y dry-run");
}

TEST_CASE("empty words, which xend makes of two blanks, are passed over", "[cli]") {
  CHECK(called("network-xvlan", {"start", "", "netdev=eth1", ""}) == "network start netdev=eth1");
  CHECK(called("network-xvlan", {"", "start"}) == "network start");
}

TEST_CASE("listen has words that no other verb takes", "[cli]") {
  CHECK(xvlan({"network", "listen"}) == "network listen");
  CHECK(xvlan({"network", "listen", "netdev=eth1", "seconds=60", "json"}) ==
        "network listen netdev=eth1 json seconds=60");
  CHECK(xvlan({"--json", "network", "listen", "--seconds", "1"}) ==
        "network listen json seconds=1");
  CHECK(xvlan({"network", "listen", "json=no", "seconds=3600"}) == "network listen seconds=3600");
  CHECK(refusal("xvlan", {"network", "status", "seconds=5"}) ==
        "use seconds: only listen takes it");
  for (const char* const seconds : {"0", "3601", "", "-1", "5s"}) {
    CHECK(refusal("xvlan", {"network", "listen", std::string("seconds=") + seconds}) ==
          std::string("use seconds=") + seconds +
              ": it must be a number of seconds from 1 to 3600");
  }
}

TEST_CASE("a flag is a word, or yes or no", "[cli]") {
  CHECK(xvlan({"network", "stop", "force"}) == "network stop force");
  CHECK(xvlan({"network", "stop", "force=yes", "--dry-run"}) == "network stop dry-run force");
  CHECK(xvlan({"network", "stop", "force=no", "dry-run=no"}) == "network stop");
  CHECK(xvlan({"--force", "network", "stop"}) == "network stop force");
  CHECK(xvlan({"dry-run", "network", "--force", "stop"}) == "network stop dry-run force");
  CHECK(xvlan({"network", "start", "guest-tags", "--multicast-snooping"}) ==
        "network start guest-tags snooping");
  CHECK(xvlan({"network", "start", "--guest-tags=no", "multicast-snooping=no"}) ==
        "network start no guest-tags deaf");
  CHECK(refusal("xvlan", {"vif", "online", "vif3.0", "guest-tags"}) ==
        "use guest-tags: unknown option");
  CHECK(refusal("xvlan", {"network", "stop", "force=maybe"}) ==
        "use force=maybe: it must be yes or no");
  CHECK(refusal("xvlan", {"network", "start", "force"}) == "use force: only stop takes it");
  CHECK(refusal("xvlan", {"vif", "online", "vif3.0", "force=yes"}) ==
        "use force: only stop takes it");
}

TEST_CASE("words that only one command takes are refused elsewhere", "[cli]") {
  CHECK(xvlan({"network", "status", "json"}) == "network status json");
  CHECK(xvlan({"network", "status", "--no-color"}) == "network status no-color");
  CHECK(xvlan({"network", "check", "quiet"}) == "network check quiet");
  CHECK(xvlan({"network", "check", "--nagios"}) == "network check nagios");
  CHECK(refusal("xvlan", {"network", "start", "json"}) ==
        "use json: only status and listen take it");
  CHECK(refusal("xvlan", {"network", "check", "no-color"}) == "use no-color: only status takes it");
  CHECK(refusal("xvlan", {"network", "status", "quiet"}) == "use quiet: only check takes it");
  CHECK(refusal("xvlan", {"network", "stop", "nagios"}) == "use nagios: only check takes it");
  CHECK(refusal("xvlan", {"network", "status", "json=maybe"}) ==
        "use json=maybe: it must be yes or no");
  CHECK(refusal("xvlan-vif", {"online", "vif3.0", "json"}) == "use json: only status takes it");
  CHECK(refusal("xvlan-vif", {"offline", "vif3.0", "no-color"}) ==
        "use no-color: only status takes it");
}

TEST_CASE("vif status is about all vifs, or the one that is named", "[cli]") {
  CHECK(xvlan({"vif", "status"}) == "vif status");
  CHECK(xvlan({"vif", "status", "web", "json", "config=/tmp/x", "ifcfg=/tmp/y"}) ==
        "vif status web config=/tmp/x ifcfg=/tmp/y json");
  CHECK(called("xvlan-vif", {"status", "vif=vif3.0", "--no-color"}) ==
        "vif status vif3.0 no-color");
  CHECK(called("vif-xvlan", {"status"}, libxl) == "vif status");
  CHECK(refusal("xvlan-vif", {"status", "bridge=br4"}) == "use bridge: status does not take it");
  CHECK(refusal("xvlan-vif", {"status", "vif3.0", "vif4.0"}) ==
        "read 'vif4.0': unexpected argument");
}

TEST_CASE("the options that say which VLANs are meant can be said again, to a shell", "[cli]") {
  const auto words = [](const Texts& given) {
    return std::get<cli::NetworkCall>(cli::parse("network-xvlan", given, environment({}))).words;
  };
  CHECK(words({"status"}).empty());
  CHECK(words({"status", "vlans=4,10-20", "--netdev=eth1", "json", "no-color", "dry-run"}) ==
        " netdev=eth1 vlans=4,10-20");
  CHECK(words({"status", "config=/etc/a b'c$d", "guest-tags"}) ==
        " config='/etc/a b'\\''c$d' guest-tags=yes");
}

TEST_CASE("a call for Nagios is known as one even where nothing else of it is", "[cli]") {
  CHECK(cli::asks_for_nagios({"network", "check", "nagios", "oops"}));
  CHECK(cli::asks_for_nagios({"check", "--nagios"}));
  CHECK(cli::asks_for_nagios({"check", "nagios=yes"}));
  CHECK(cli::asks_for_nagios({"--nagios=yes", "check"}));
  CHECK_FALSE(cli::asks_for_nagios({"network", "check", "nagios=no"}));
  CHECK_FALSE(cli::asks_for_nagios({"network", "listen", "nagios"}));
  CHECK_FALSE(cli::asks_for_nagios({}));
}

TEST_CASE("values are data, whatever is in them", "[cli]") {
  CHECK(xvlan({"network", "start", "bridge-name=$(reboot)"}) ==
        "network start bridge-name=$(reboot)");
  CHECK(xvlan({"network", "start", "bridge-name=a=b"}) == "network start bridge-name=a=b");
  CHECK(vif_script({"online", "bridge=br4 reboot"}, libxl) ==
        "plug vif3.0 at backend/vif/3/0 bridge=br4 reboot typed");
  CHECK(xvlan({"vif", "online", "vif3.0", "bridge=x="}) ==
        "plug vif3.0 at backend/vif/3/0 by hand bridge=x= typed");
}

TEST_CASE("help and version are answered wherever they stand", "[cli]") {
  for (const char* const help : {"--help", "-h"}) {
    CHECK(xvlan({help}) == "help");
    CHECK(xvlan({"network", help}) == "help");
    CHECK(xvlan({"vif", "online", help}) == "help");
    CHECK(called("network-xvlan", {help}) == "help");
  }
  CHECK(xvlan({"--version"}) == "version");
}

TEST_CASE("what is no command is refused, with the ones there are", "[cli]") {
  CHECK(refusal("xvlan", {}) == "run xvlan: the commands are network and vif");
  CHECK(refusal("xvlan", {"start"}) == "run 'start': the commands are network and vif");
  CHECK(refusal("network-xvlan", {}) ==
        "run the network command: valid commands are start, stop, status, check, import, listen");
  CHECK(refusal("network-xvlan", {"restart"}) ==
        "run network restart: valid commands are start, stop, status, check, import, listen");
  CHECK(refusal("vif-xvlan", {}, libxl) ==
        "run the vif command: valid commands are online, offline, add, remove, move, status");
  CHECK(refusal("vif-xvlan", {"up"}, libxl) ==
        "run vif up: valid commands are online, offline, add, remove, move, status");
  CHECK(refusal("network-xvlan", {"start", "now"}) == "read 'now': unexpected argument");
  CHECK(refusal("vif-xvlan", {"online", "vif3.0", "br4"}) == "read 'br4': unexpected argument");
  CHECK(failure([] { return xvlan({"start"}); }).back() == "hint: see xvlan --help");
}

TEST_CASE("an option that a command doesn't have is refused by name", "[cli]") {
  CHECK(refusal("xvlan", {"network", "start", "vlan=4"}) == "use vlan: unknown option");
  CHECK(refusal("xvlan", {"network", "start", "--type_if=vif"}) == "use type_if: unknown option");
  CHECK(refusal("xvlan", {"vif", "online", "vlans=4"}) == "use vlans: unknown option");
  CHECK(refusal("xvlan", {"network", "start", "=eth1"}) ==
        "use =eth1: the name of the option is missing");
}

TEST_CASE("import takes a trunk, and refuses what it would not heed", "[cli]") {
  CHECK(called("xvlan", {"network", "import"}) == "network import");
  CHECK(called("network-xvlan", {"import", "netdev=eth1"}) == "network import netdev=eth1");
  for (const std::string& word : Texts{"vlans=4", "config=x", "dry-run", "--mtu=1500"}) {
    const std::string name = word.substr(word.find_first_not_of('-'));
    CHECK(refusal("xvlan", {"network", "import", word}) ==
          "use " + name.substr(0, name.find('=')) + ": import takes only netdev");
  }
}

TEST_CASE("an option without the value that it takes, or with one that it doesn't, is refused",
          "[cli]") {
  const auto of_network = [](const Texts& words) { return refusal("network-xvlan", words); };
  CHECK(of_network({"start", "--netdev"}) == "use netdev: its value is missing");
  CHECK(of_network({"start", "--x="}) == "use x: its value is missing");
  CHECK(of_network({"start", "--help=x"}) == "use help: it takes no value");
  // Boost's place holders are words like any other.
  for (const std::string word : {"%original_token%", "%canonical_option%", "%option%", "%prefix%",
                                 "%value%", "%invalid_line%"}) {
    CHECK(of_network({"start", "--" + word + "="}) == "use " + word + ": its value is missing");
    CHECK(of_network({"start", "--" + word + "=4"}) == "use " + word + ": unknown option");
    CHECK(of_network({"start", word + "=4"}) == "use " + word + ": unknown option");
  }
}

TEST_CASE("network-bridge's word for a bridge's name is heeded", "[cli]") {
  CHECK(xvlan({"network", "start", "bridge=xenbr0"}) == "network start bridge=xenbr0");
}

TEST_CASE("an option given twice is refused", "[cli]") {
  CHECK(refusal("xvlan", {"network", "start", "vlans=4", "vlans=5"}) ==
        "use vlans: it is given twice");
  CHECK(refusal("xvlan", {"network", "start", "vlans=4", "--vlans=4"}) ==
        "use vlans: it is given twice");
}

TEST_CASE("wrong values are refused when they are read", "[cli]") {
  CHECK(refusal("xvlan", {"network", "start", "netdev=eth1", "vlans=4,0"}) ==
        "use VLAN ID '0': a VLAN ID is a number from 1 to 4094");
  CHECK(refusal("xvlan", {"network", "start", "netdev="}) == "use netdev=: the name is empty");
  CHECK(refusal("xvlan", {"network", "start", "mtu=1"}) ==
        "use mtu=1: it must be a number of bytes from 68 to 65535");
}

TEST_CASE("libxl's call names the vif and its path", "[cli]") {
  CHECK(vif_script({"online", "type_if=vif"}, libxl) == "plug vif3.0 at backend/vif/3/0");
  CHECK(vif_script({"offline", "type_if=vif"}, libxl) == "unplug vif3.0 at backend/vif/3/0");
}

TEST_CASE("of an emulated NIC's two calls each finds its own link", "[cli]") {
  const Variables ioemu = with(libxl, {{"INTERFACE", "vif3.0-emu"}});
  CHECK(vif_script({"online", "type_if=vif"}, ioemu) == "plug vif3.0 at backend/vif/3/0");
  CHECK(vif_script({"add", "type_if=tap"}, ioemu) == "plug tap vif3.0-emu at backend/vif/3/0");
  CHECK(vif_script({"remove", "type_if=tap"}, ioemu) == "unplug tap vif3.0-emu at backend/vif/3/0");
}

TEST_CASE("events for the other kind of link do nothing", "[cli]") {
  const Variables ioemu = with(libxl, {{"INTERFACE", "vif3.0-emu"}});
  CHECK(vif_script({"online", "type_if=tap"}, ioemu) == "nothing");
  CHECK(vif_script({"offline", "type_if=tap"}, ioemu) == "nothing");
  CHECK(vif_script({"add", "type_if=vif"}, ioemu) == "nothing");
  CHECK(vif_script({"remove", "type_if=vif"}, ioemu) == "nothing");
  CHECK(vif_script({"add"}, {{"XENBUS_PATH", "backend/vif/3/0"}}) == "nothing");
}

TEST_CASE("udev's call has its own form through the ages", "[cli]") {
  const Variables kernel{{"XENBUS_PATH", "backend/vif/3/0"}, {"vif", "web"}};
  CHECK(vif_script({"online", "type_if=vif"}, with(kernel, {{"UDEV_CALL", "1"}})) ==
        "plug web at backend/vif/3/0 from udev");
  CHECK(vif_script({"online"}, kernel) == "plug web at backend/vif/3/0");
  // Before netback told the name, the path had to do.
  CHECK(vif_script({"online"}, {{"XENBUS_PATH", "backend/vif/3/0"}}) ==
        "plug vif3.0 at backend/vif/3/0");
}

TEST_CASE("XAPI names the vif in INTERFACE", "[cli]") {
  CHECK(vif_script({"online", "type_if=vif"},
                   {{"XENBUS_PATH", "backend/vif/3/0"}, {"INTERFACE", "vif3.0"}}) ==
        "plug vif3.0 at backend/vif/3/0");
}

TEST_CASE("a toolstack's path is taken as it is given", "[cli]") {
  CHECK(vif_script({"online"}, {{"XENBUS_PATH", "/local/domain/5/backend/vif/3/0"}}) ==
        "plug vif3.0 at /local/domain/5/backend/vif/3/0");
}

TEST_CASE("by hand the vif's name is enough", "[cli]") {
  CHECK(vif_script({"online", "vif3.0"}) == "plug vif3.0 at backend/vif/3/0 by hand");
  CHECK(vif_script({"online", "vif=vif3.0"}) == "plug vif3.0 at backend/vif/3/0 by hand");
  CHECK(vif_script({"add", "vif3.0-emu"}) == "plug tap vif3.0-emu at backend/vif/3/0 by hand");
  CHECK(vif_script({"online", "vif3.0-emu"}) == "plug vif3.0-emu at backend/vif/3/0 by hand");
  CHECK(vif_script({"offline", "vif3.0-emu"}) == "unplug vif3.0-emu at backend/vif/3/0 by hand");
  CHECK(vif_script({"offline", "vif3.0"}) == "unplug vif3.0 at backend/vif/3/0 by hand");
  CHECK(vif_script({"online", "vif3.0", "bridge=br4", "mtu=9000", "dry-run"}) ==
        "plug vif3.0 at backend/vif/3/0 by hand bridge=br4 typed mtu=9000 dry-run");
}

TEST_CASE("a move by hand says where to", "[cli]") {
  CHECK(xvlan({"vif", "move", "vif3.0", "vlan=9"}) ==
        "move vif3.0 at backend/vif/3/0 by hand vlan=9 typed");
  CHECK(xvlan({"vif", "move", "vif3.0", "bridge=br9"}) ==
        "move vif3.0 at backend/vif/3/0 by hand bridge=br9 typed");
  CHECK(refusal("xvlan", {"vif", "move", "vif3.0"}) ==
        "move vif3.0: neither vlan= nor bridge= says where to");
  CHECK(refusal("xvlan", {"vif", "move", "vif3.0", "vlan=", "--bridge="}) ==
        "move vif3.0: neither vlan= nor bridge= says where to");
}

TEST_CASE("a guest's MAC may be typed", "[cli]") {
  const auto mac_of = [](const Texts& words) {
    return std::get<cli::VifCall>(cli::parse("xvlan-vif", words, environment({}))).request.mac;
  };
  CHECK(mac_of({"online", "vif3.0", "mac=00:16:3e:01:fb:fe"}) == "00:16:3e:01:fb:fe");
  CHECK_FALSE(mac_of({"online", "vif3.0", "mac="}));
}

TEST_CASE("what is set to nothing was not typed", "[cli]") {
  CHECK(xvlan({"vif", "online", "vif3.0", "vlan=", "bridge=", "mtu=", "ip="}) ==
        "plug vif3.0 at backend/vif/3/0 by hand");
  CHECK(xvlan({"vif", "online", "vif3.0", "--vlan=", "--bridge=", "--mtu=", "--ip="}) ==
        "plug vif3.0 at backend/vif/3/0 by hand");
}

TEST_CASE("a vif's VLAN may be looked up in another configuration", "[cli]") {
  CHECK(xvlan({"vif", "online", "vif3.0", "config=/etc/xen/xvlan.conf"}) ==
        "plug vif3.0 at backend/vif/3/0 by hand config=/etc/xen/xvlan.conf");
  CHECK(xvlan({"vif", "online", "vif3.0", "vlan=9", "config=/etc/other.conf", "ifcfg=/etc/nics"}) ==
        "plug vif3.0 at backend/vif/3/0 by hand vlan=9 typed config=/etc/other.conf "
        "ifcfg=/etc/nics");
}

TEST_CASE("a name that was typed counts before the environment's", "[cli]") {
  CHECK(vif_script({"online", "vif9.1"}, libxl) == "plug vif9.1 at backend/vif/3/0");
}

TEST_CASE("what the toolstacks set without a value is not set", "[cli]") {
  CHECK(vif_script({"online", "bridge=", "type_if="}, with(libxl, {{"bridge", ""}, {"ip", ""}})) ==
        "plug vif3.0 at backend/vif/3/0");
  CHECK(vif_script({"online"}, with(libxl, {{"bridge", "br4"}, {"ip", "192.0.2.2"}})) ==
        "plug vif3.0 at backend/vif/3/0 bridge=br4 ip=192.0.2.2");
  CHECK(vif_script({"online", "bridge=br5"}, with(libxl, {{"bridge", "br4"}})) ==
        "plug vif3.0 at backend/vif/3/0 bridge=br5 typed");
}

TEST_CASE("an option set to nothing does not take the next word for its value", "[cli]") {
  CHECK(vif_script({"bridge=", "online", "--mtu=", "vif9.1"}, libxl) ==
        "plug vif9.1 at backend/vif/3/0");
  CHECK(refusal("xvlan", {"network", "start", "netdev=", "vlans=4"}) ==
        "use netdev=: the name is empty");
  CHECK(refusal("xvlan", {"network", "start", "netdev=", "netdev=eth1"}) ==
        "use netdev: it is given twice");
  CHECK(refusal("xvlan", {"network", "stop", "force="}) == "use force=: it must be yes or no");
  CHECK(refusal("xvlan", {"network", "stop", "farce="}) == "use farce: unknown option");
}

TEST_CASE("a vif that can't be told is an error", "[cli]") {
  CHECK(refusal("vif-xvlan", {"online"}) == "run vif online: no vif is named");
  CHECK(refusal("vif-xvlan", {"add", "type_if=tap"}, libxl) == "run vif add: no vif is named");
  CHECK(refusal("vif-xvlan", {"online"}, {{"XENBUS_PATH", "backend/vif"}}) ==
        "run vif online: no vif is named");
  CHECK(refusal("vif-xvlan", {"online", "web"}) ==
        "find the guest of web: the name is not of the form vif3.0, and XENBUS_PATH is not set");
  CHECK(refusal("vif-xvlan", {"online", "a-name-far-too-long"}) ==
        "use vif=a-name-far-too-long: the name has 19 bytes, a link's name at most 15");
  CHECK(refusal("vif-xvlan", {"online", "type_if=bond", "vif3.0"}) ==
        "use type_if=bond: it must be vif or tap");
}

TEST_CASE("a toolstack waits for an answer only when it plugs", "[cli]") {
  const auto waiting = [](const Texts& words, const Variables& variables) {
    return text(cli::waiting_backend(words, environment(variables)));
  };
  CHECK(waiting({"online", "nonsense=1"}, libxl) == "backend/vif/3/0");
  CHECK(waiting({"add"}, libxl) == "backend/vif/3/0");
  CHECK(waiting({"offline"}, libxl) == "-");
  CHECK(waiting({"online"}, {}) == "-");
}
