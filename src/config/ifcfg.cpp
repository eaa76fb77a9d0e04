#include "config/ifcfg.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string_view>
#include <unordered_map>

#include "config/text_file.hpp"
#include "model/mtu.hpp"
#include "model/number.hpp"

namespace config {
namespace {

bool is_name_byte(char byte) {
  return byte == '_' || std::isalnum(static_cast<unsigned char>(byte)) != 0;
}

/// Whether the shell takes assignments behind that word, too, and keeps them.
bool is_declaration(std::string_view word) {
  return word == "export" || word == "readonly" || word == "declare" || word == "typeset";
}

bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

/// Reads shell assignments from a text, one after the other.
class ShellReader {
 public:
  explicit ShellReader(std::string_view text) : text_(text) {}

  std::map<std::string, IfcfgValue> assignments() {
    std::map<std::string, IfcfgValue> values;
    while (!at_end()) {
      if (read_assignments(values) && take_and()) continue;
      skip_statement();
    }
    return values;
  }

 private:
  /// Reads a statement of assignments only, with or without `export` and the like. False, and
  /// nothing is set, if a command follows: assignments in front of it are for that command only.
  bool read_assignments(std::map<std::string, IfcfgValue>& values) {
    std::map<std::string, IfcfgValue> found;
    bool declared = false;
    while (!statement_ends()) {
      const int line = line_;
      const std::string name = read_name();
      const bool appends = rest().starts_with("+=");
      if ((appends || peek() == '=') && !name.empty()) {
        position_ += appends ? 2 : 1;
        found[name] = read_word();
        found[name].line = line;
        // What it is appended to may come from another file.
        found[name].expanded = found[name].expanded || appends;
      } else if (is_declaration(name) && word_ends()) {
        declared = true;
      } else if (!declared || (name.empty() && word_ends())) {
        return false;
      } else {
        (void)read_word();
      }
    }
    for (auto& [name, value] : found) values[name] = std::move(value);
    return true;
  }

  /// Goes behind "&&", which an assignment lets pass.
  bool take_and() {
    if (!rest().starts_with("&&")) return false;
    position_ += 2;
    return true;
  }

  [[nodiscard]] std::string_view rest() const { return text_.substr(position_); }
  [[nodiscard]] bool at_end() const { return position_ >= text_.size(); }
  [[nodiscard]] char peek() const { return at_end() ? '\n' : text_[position_]; }

  char next() {
    const char byte = text_[position_++];
    if (byte == '\n') ++line_;
    return byte;
  }

  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') next();
  }

  std::string read_name() {
    std::string name;
    if (is_digit(peek())) return name;
    while (is_name_byte(peek())) name += next();
    return name;
  }

  [[nodiscard]] bool word_ends() const {
    return std::string_view(" \t\n;&|<>()").find(peek()) != std::string_view::npos;
  }

  IfcfgValue read_word() {
    IfcfgValue value;
    while (!word_ends()) {
      const char byte = next();
      if (byte == '\'') {
        while (!at_end() && peek() != '\'') value.text += next();
        if (!at_end()) next();
      } else if (byte == '"') {
        read_double_quoted(value);
      } else if (byte == '\\') {
        if (!at_end()) append_escaped(value, next());
      } else {
        append(value, byte);
        if (byte == '`' || (byte == '$' && (peek() == '(' || peek() == '{'))) {
          skip_expansion(value, byte == '`' ? '`' : peek() == '(' ? ')' : '}');
        }
      }
    }
    return value;
  }

  /// Goes behind an expansion, in which blanks don't end the word. It is refused all the same, so
  /// that one inside another may end early.
  void skip_expansion(IfcfgValue& value, char end) {
    while (!at_end() && peek() != end) append(value, next());
    if (!at_end()) append(value, next());
  }

  void read_double_quoted(IfcfgValue& value) {
    while (!at_end() && peek() != '"') {
      const char byte = next();
      if (byte == '\\' && std::string_view("$`\"\\\n").find(peek()) != std::string_view::npos) {
        if (!at_end()) append_escaped(value, next());
      } else {
        append(value, byte);
      }
    }
    if (!at_end()) next();
  }

  static void append(IfcfgValue& value, char byte) {
    if (byte == '$' || byte == '`') value.expanded = true;
    value.text += byte;
  }

  static void append_escaped(IfcfgValue& value, char byte) {
    if (byte != '\n') value.text += byte;  // a backslash before a line's end joins two lines
  }

  bool statement_ends() {
    skip_blanks();
    return at_end() || std::string_view("\n;#").find(peek()) != std::string_view::npos ||
           rest().starts_with("&&") || rest().starts_with("||");
  }

  /// Goes behind the statement's end; quotes may hide a line's end in what is passed over.
  void skip_statement() {
    if (peek() == '#') {
      while (!at_end() && peek() != '\n') next();
    }
    while (!at_end()) {
      if (peek() == '\n' || peek() == ';') {
        next();
        return;
      }
      if (word_ends()) {
        next();
      } else {
        (void)read_word();
      }
    }
  }

  std::string_view text_;
  std::size_t position_ = 0;
  int line_ = 1;
};

std::string lower(std::string text) {
  for (char& byte : text) {
    byte = static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
  }
  return text;
}

std::string where(const IfcfgFile& file, const std::string& key) {
  const auto found = file.values.find(key);
  return file.path + (found == file.values.end() ? "" : ":" + std::to_string(found->second.line));
}

model::Error wrong_value(const IfcfgFile& file, const std::string& key, std::string reason,
                         std::string remedy = {}) {
  return model::usage_error("use " + key + " in " + where(file, key), std::move(reason),
                            std::move(remedy));
}

/// The value of a key; empty if it is not set, or set to nothing.
std::string value_of(const IfcfgFile& file, const std::string& key) {
  const auto found = file.values.find(key);
  if (found == file.values.end()) return {};
  if (found->second.expanded) {
    throw wrong_value(file, key, "it is a shell expansion, and these files are never executed",
                      "write the value itself");
  }
  return found->second.text;
}

/// initscripts' is_true.
bool is_true(const IfcfgFile& file, const std::string& key) {
  const std::string text = lower(value_of(file, key));
  return text == "yes" || text == "y" || text == "true" || text == "t" || text == "on" ||
         text == "1";
}

/// initscripts' is_false.
bool is_false(const IfcfgFile& file, const std::string& key) {
  const std::string text = lower(value_of(file, key));
  return text == "no" || text == "n" || text == "false" || text == "f" || text == "off" ||
         text == "0";
}

/// The same, for a file that may not concern us: what is no plain value counts as not set.
bool plainly(const IfcfgFile& file, const std::string& key, std::string_view wanted) {
  const auto found = file.values.find(key);
  return found != file.values.end() && lower(found->second.text) == wanted;
}

/// "eth1.4" of the file ifcfg-eth1.4.
std::string name_of(const IfcfgFile& file) {
  const std::string name = file.path.substr(file.path.rfind('/') + 1);
  return name.substr(std::min(name.size(), std::string_view("ifcfg-").size()));
}

std::string device_of(const IfcfgFile& file) {
  std::string device = value_of(file, "DEVICE");
  return device.empty() ? name_of(file) : device;
}

std::string up_to(const std::string& text, std::size_t end) {
  return text.substr(0, std::min(end, text.size()));
}

/// Whether the file gives a device further addresses: an alias, eth0:1, or a range of them,
/// ifcfg-eth0-range0 (initscripts, ifup-aliases).
bool is_alias(const IfcfgFile& file) {
  const std::string name = name_of(file);
  return name.find(':') != std::string::npos || name.find("-range") != std::string::npos ||
         device_of(file).find(':') != std::string::npos;
}

/// The devices that a file may configure: that of DEVICE or of its name, and for an alias or a
/// clone (ifcfg-eth0-home) the one that it belongs to. Never throws: the file may not concern us.
std::set<std::string> devices_of(const IfcfgFile& file) {
  const std::string name = name_of(file);
  const auto device = file.values.find("DEVICE");
  std::set<std::string> devices{up_to(name, name.find(':')), up_to(name, name.find("-range"))};
  if (device != file.values.end() && !device->second.text.empty()) {
    devices.erase(name);
    devices.insert(up_to(device->second.text, device->second.text.find(':')));
  } else {
    devices.insert(up_to(name, name.rfind('-')));
  }
  return devices;
}

/// The files by the devices that they may configure.
class DeviceFiles {
 public:
  explicit DeviceFiles(const std::vector<IfcfgFile>& files) {
    for (const IfcfgFile& file : files) {
      for (const std::string& device : devices_of(file)) by_device_[device].push_back(&file);
    }
  }

  [[nodiscard]] const std::vector<const IfcfgFile*>& of(const std::string& device) const {
    static const std::vector<const IfcfgFile*> none;
    const auto found = by_device_.find(device);
    return found == by_device_.end() ? none : found->second;
  }

 private:
  std::unordered_map<std::string, std::vector<const IfcfgFile*>> by_device_;
};

/// Rethrows what a parser of one value says, with the place of the value.
template <class Parse>
auto parse_at(const IfcfgFile& file, const std::string& key, Parse parse) {
  try {
    return parse();
  } catch (const model::Error& error) {
    throw wrong_value(file, key, error.sentence(), error.remedy());
  }
}

std::uint32_t parse_number_at(const IfcfgFile& file, const std::string& key, std::uint32_t lowest,
                              std::uint32_t highest) {
  const std::string text = value_of(file, key);
  const auto value = model::parse_number(text, lowest, highest);
  if (value) return *value;
  throw wrong_value(file, key,
                    "'" + text + "' is not a number from " + std::to_string(lowest) + " to " +
                        std::to_string(highest));
}

/// A VLAN link's own numbers, as initscripts' ifup takes them from the name and the keys.
struct VlanKeys {
  model::IfName trunk;
  model::Vid vid;
};

VlanKeys vlan_keys(const IfcfgFile& file, const std::string& device) {
  std::string trunk = value_of(file, "PHYSDEV");
  std::string vid = value_of(file, "VLAN_ID");
  const std::size_t dot = device.rfind('.');
  if (dot != std::string::npos) {
    const std::string above = device.substr(0, dot);
    if (trunk.empty()) trunk = above;
    if (trunk != above) {
      throw wrong_value(
          file, "PHYSDEV",
          "the name of " + device + " says that its trunk is " + above + ", PHYSDEV says " + trunk);
    }
    if (vid.empty()) vid = device.substr(dot + 1);
  } else if (device.starts_with("vlan") && vid.empty()) {
    vid = device.substr(4);
  }
  if (trunk.empty()) {
    throw wrong_value(file, "DEVICE", device + " does not name its trunk", "name it with PHYSDEV=");
  }
  if (vid.empty()) {
    throw wrong_value(file, "DEVICE", device + " does not name its VLAN ID",
                      "name it with VLAN_ID=");
  }
  const std::string vid_key = value_of(file, "VLAN_ID").empty() ? "DEVICE" : "VLAN_ID";
  return VlanKeys{
      .trunk = parse_at(file, "PHYSDEV", [&] { return model::IfName::parse("PHYSDEV", trunk); }),
      .vid = parse_at(file, vid_key, [&] { return model::Vid::parse(vid); })};
}

/// The key by which a file gives the link an address in dom0; empty if there is none.
std::string address_key(const IfcfgFile& file) {
  for (const auto& [key, value] : file.values) {
    const bool address = key.starts_with("IPADDR") || key.starts_with("IPV6ADDR");
    if (address && !value.text.empty()) return key;
  }
  const std::string protocol = lower(value_of(file, "BOOTPROTO"));
  if (!protocol.empty() && protocol != "none" && protocol != "static") return "BOOTPROTO";
  if (is_true(file, "DHCPV6C")) return "DHCPV6C";
  return {};
}

model::Error address_refusal(const VlanKeys& keys, const IfcfgFile& file, const std::string& key) {
  return model::Error(
      {.action = "bring up VLAN " + keys.vid.text() + " of " + keys.trunk.text(),
       .reason = where(file, key) + ": " + key + "=" + file.values.at(key).text +
                 " gives dom0 an address on a guests' VLAN",
       .remedy = "remove " + key + "; xvlan does not manage bridges that dom0 itself uses"});
}

std::optional<std::uint32_t> own_mtu(const IfcfgFile& file) {
  const std::string text = value_of(file, "MTU");
  if (text.empty()) return std::nullopt;
  return parse_at(file, "MTU", [&] { return model::Mtu::parse("MTU", text).value(); });
}

std::optional<std::uint32_t> mtu_of(const IfcfgFile& vlan, const IfcfgFile* bridge) {
  const auto of_vlan = own_mtu(vlan);
  const auto of_bridge = bridge == nullptr ? std::nullopt : own_mtu(*bridge);
  if (of_vlan && of_bridge && of_vlan != of_bridge) {
    throw wrong_value(*bridge, "MTU", "it differs from the MTU in " + where(vlan, "MTU"));
  }
  return of_bridge ? of_bridge : of_vlan;
}

model::BridgeOptions bridge_options(const IfcfgFile* bridge) {
  model::BridgeOptions options;
  if (bridge == nullptr) return options;
  options.stp = is_true(*bridge, "STP");
  // With STP the kernel takes 2 to 30 s and has 15 s by itself (Linux, br_set_forward_delay).
  const bool given = !value_of(*bridge, "DELAY").empty();
  const std::uint32_t usual = options.stp ? 15 : 0;
  const std::uint32_t seconds =
      given ? parse_number_at(*bridge, "DELAY", options.stp ? 2 : 0, options.stp ? 30 : 255)
            : usual;
  options.forward_delay = seconds * 100;
  return options;
}

const IfcfgFile* find_bridge(const DeviceFiles& files, const std::string& name) {
  for (const IfcfgFile* const file : files.of(name)) {
    if (plainly(*file, "TYPE", "bridge") && device_of(*file) == name) return file;
  }
  return nullptr;
}

/// Why dom0 would have an address on the VLAN link or the bridge; nothing if it would not.
std::optional<model::Error> address_on(const VlanKeys& keys, const DeviceFiles& files,
                                       std::initializer_list<std::string> devices) {
  for (const std::string& device : devices) {
    for (const IfcfgFile* const file : files.of(device)) {
      const std::string key = address_key(*file);
      if (!key.empty()) return address_refusal(keys, *file, key);
    }
  }
  return std::nullopt;
}

bool is_backup(const std::string& name) {
  constexpr std::array<std::string_view, 8> endings{"~",       ".bak",     ".old",     ".orig",
                                                    ".rpmnew", ".rpmorig", ".rpmsave", ".swp"};
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

void add_segment(IfcfgSegments& result, const DeviceFiles& files, const IfcfgFile& file,
                 const std::optional<model::IfName>& only_trunk) {
  const std::string device = device_of(file);
  const std::string bridge_name = value_of(file, "BRIDGE");
  if (is_alias(file) || bridge_name.empty() || is_false(file, "ONBOOT")) return;
  const VlanKeys keys = vlan_keys(file, device);
  if (only_trunk && keys.trunk != *only_trunk) return;
  const IfcfgFile* const bridge = find_bridge(files, bridge_name);
  if (bridge != nullptr && is_false(*bridge, "ONBOOT")) return;
  if (auto refusal = address_on(keys, files, {device, bridge_name})) {
    result.refused.push_back(std::move(*refusal));
    return;
  }
  const auto name = [&](const char* key, const std::string& text) {
    return model::MadeName{
        .name = parse_at(file, key, [&] { return model::IfName::parse(key, text); }), .full = {}};
  };
  result.segments.push_back(model::Segment{.trunk = keys.trunk,
                                           .vid = keys.vid,
                                           .uplink = name("DEVICE", device),
                                           .bridge = name("BRIDGE", bridge_name),
                                           .mtu = mtu_of(file, bridge),
                                           .options = bridge_options(bridge)});
}

}  // namespace

IfcfgFile parse_ifcfg(const std::string& text, const std::string& path) {
  return IfcfgFile{.path = path, .values = ShellReader(text).assignments()};
}

std::vector<IfcfgFile> read_ifcfg_folder(const std::string& folder) {
  std::vector<IfcfgFile> files;
  for (const std::string& name : names_in(folder)) {
    if (!name.starts_with("ifcfg-") || is_backup(name)) continue;
    const std::string path = folder + "/" + name;
    if (const auto text = read_regular(path)) files.push_back(parse_ifcfg(*text, path));
  }
  return files;
}

IfcfgSegments ifcfg_segments(const std::vector<IfcfgFile>& files,
                             const std::optional<model::IfName>& trunk) {
  IfcfgSegments result;
  const DeviceFiles by_device(files);
  for (const IfcfgFile& file : files) {
    const bool vlan = plainly(file, "TYPE", "vlan") || is_true(file, "VLAN");
    if (vlan) add_segment(result, by_device, file, trunk);
  }
  refuse_shared_names(result.segments);
  return result;
}

}  // namespace config
