#include <algorithm>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <cerrno>
#include <set>
#include <sstream>

#include "config/settings.hpp"
#include "config/text_file.hpp"
#include "model/error.hpp"
#include "model/number.hpp"

namespace config {
namespace {

using model::IfName;
using model::usage_error;
using model::Vid;

constexpr const char* see_sections =
    "sections are [trunk NIC], [trunk NIC vlan VID], [vxlan ADDRESS] and [vxlan ADDRESS vlan VID]";

std::uint32_t parse_wait(std::string_view key, const std::string& text) {
  constexpr std::uint32_t longest = 3600;
  if (const auto seconds = model::parse_number(text, 0, longest)) return *seconds;
  throw usage_error("use " + std::string(key) + "=" + text,
                    "it must be a number of seconds from 0 to " + std::to_string(longest));
}

/// The words of a section's title, "trunk eth1 vlan 4".
std::vector<std::string> words_of(const std::string& title) {
  std::vector<std::string> words;
  std::istringstream stream(title);
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

model::Antispoof parse_antispoof(std::string_view key, const std::string& text) {
  if (text == "no") return model::Antispoof::no;
  if (text == "mac") return model::Antispoof::mac;
  if (text == "ip") return model::Antispoof::ip;
  throw usage_error("use " + std::string(key) + "=" + text, "it must be no, mac or ip");
}

bool parse_link_local(std::string_view key, const std::string& text) {
  if (text == "eui64") return false;
  if (text == "any") return true;
  throw usage_error("use " + std::string(key) + "=" + text, "it must be eui64 or any");
}

TrunkSettings& trunk_of(File& file, const model::Carrier& carrier) {
  const auto found = std::find_if(file.trunks.begin(), file.trunks.end(), [&](const auto& trunk) {
    return trunk.common.carrier() == carrier;
  });
  if (found != file.trunks.end()) return *found;
  file.trunks.emplace_back().common.set_carrier(carrier);
  return file.trunks.back();
}

std::uint32_t parse_vni(std::string_view key, const std::string& text, std::uint32_t lowest) {
  if (const auto vni = model::parse_number(text, lowest, model::highest_vni)) return *vni;
  throw usage_error("use " + std::string(key) + "=" + text, "it must be a number from " +
                                                                std::to_string(lowest) + " to " +
                                                                std::to_string(model::highest_vni));
}

std::uint16_t parse_port(std::string_view key, const std::string& text) {
  constexpr std::uint32_t highest = 65535;
  if (const auto port = model::parse_number(text, 1, highest)) {
    return static_cast<std::uint16_t>(*port);
  }
  throw usage_error("use " + std::string(key) + "=" + text,
                    "it must be a UDP port from 1 to " + std::to_string(highest));
}

std::vector<IfName> parse_links(std::string_view key, const std::string& text) {
  std::vector<IfName> names;
  std::istringstream stream(text);
  for (std::string name; std::getline(stream, name, ',');)
    names.push_back(IfName::parse(key, name));
  if (!names.empty() && text.back() != ',') return names;
  throw usage_error("use " + std::string(key) + "=" + text, "a name is missing",
                    "name links as in " + std::string(key) + "=eth0,eth1");
}

bool set_segment_option(SegmentSettings& settings, std::string_view key, const std::string& text) {
  if (key == "mtu") {
    settings.mtu = model::Mtu::parse(key, text);
  } else if (key == "multicast-snooping") {
    settings.multicast_snooping = parse_yes_no(key, text);
  } else if (key == "guest-tags") {
    settings.guest_tags = parse_yes_no(key, text);
  } else if (key == "antispoof") {
    settings.antispoof = parse_antispoof(key, text);
  } else if (key == "isolated") {
    settings.isolated = parse_yes_no(key, text);
  } else if (key == "link-local") {
    settings.any_link_local = parse_link_local(key, text);
  } else {
    return false;
  }
  return true;
}

bool set_vlan_option(VlanSettings& vlan, std::string_view key, const std::string& text) {
  if (key == "vni") {
    vlan.vni = parse_vni(key, text, model::lowest_vni);
  } else if (key == "bridge") {
    vlan.bridge = IfName::parse(key, text);
  } else {
    return set_segment_option(vlan, key, text);
  }
  return true;
}

/// The trunk or the end of tunnels that the first words of a section's title name.
model::Carrier carrier_of(const std::vector<std::string>& words) {
  if (words[0] == "vxlan") return model::Carrier::tunnel("vxlan", words[1]);
  return IfName::parse("trunk", words[1]);
}

bool is_of_tunnels(std::string_view key) {
  return key == "vni-base" || key == "vni" || key == "port" || key == "vxlan-single" ||
         key == "vxlan-name" || key == "underlay";
}

bool set_file_option(File& file, const std::string& title, const std::string& key,
                     const std::string& text) {
  const std::vector<std::string> words = words_of(title);
  if (words.empty()) return set_option(file.common, key, text);
  const bool known = words[0] == "trunk" || words[0] == "vxlan";
  const bool of_vlan = words.size() == 4 && words[2] == "vlan";
  if (!known || (words.size() != 2 && !of_vlan)) {
    throw usage_error("read [" + title + "]", "unknown section", see_sections);
  }
  const model::Carrier carrier = carrier_of(words);
  if (!carrier.is_tunnel() && is_of_tunnels(key)) return false;
  TrunkSettings& trunk = trunk_of(file, carrier);
  if (of_vlan) return set_vlan_option(trunk.vlans[Vid::parse(words[3])], key, text);
  const bool of_whole = key == "netdev" || key == "wait" || key == "vxlan";
  const bool of_trunks = carrier.is_tunnel() && key == "vlan-name";
  return !of_whole && !of_trunks && set_option(trunk.common, key, text);
}

/// Boost names an option of a section "title.key"; a title may have dots, a key has none.
std::pair<std::string, std::string> title_and_key(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos) return {"", name};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

model::Error in_file(const model::Error& error, const std::string& path) {
  return usage_error("read " + path, error.sentence(), error.remedy());
}

/// Whether nothing but blanks, and a comment, stands beside `size` bytes of a text in their line.
bool is_alone(const std::string& text, std::size_t at, std::size_t size) {
  constexpr const char* blanks = " \t\v\f\r";
  const std::size_t before = at == 0 ? std::string::npos : text.find_last_not_of(blanks, at - 1);
  const std::size_t behind = text.find_first_not_of(blanks, at + size);
  return (before == std::string::npos || text[before] == '\n') &&
         (behind == std::string::npos || text[behind] == '\n' || text[behind] == '#');
}

std::vector<boost::program_options::option> parse_lines(const std::string& text) {
  // Boost takes the last byte of a title unseen.
  for (std::size_t at = text.find("[]"); at != std::string::npos; at = text.find("[]", at + 1)) {
    if (!is_alone(text, at, 2)) continue;
    throw usage_error("read []", "the section has no title", see_sections);
  }
  std::istringstream stream(text);
  try {
    const boost::program_options::options_description any;
    return boost::program_options::parse_config_file(stream, any, true).options;
  } catch (const boost::program_options::invalid_syntax& error) {
    throw usage_error("read the line '" + error.tokens() + "'", "it is not key = value");
  }
}

File parse_options(const std::string& text) {
  File file;
  std::set<std::string> seen;
  for (const auto& option : parse_lines(text)) {
    const auto [title, key] = title_and_key(option.string_key);
    const std::string value = option.value.empty() ? "" : option.value.front();
    const std::string where = title.empty() ? "" : " in [" + title + "]";
    if (!seen.insert(option.string_key).second) {
      throw usage_error("set " + key + where, "it is set twice");
    }
    if (!set_file_option(file, title, key, value)) {
      throw usage_error("set " + key + where, "unknown option",
                        "see xvlan.conf(5) for the options");
    }
  }
  return file;
}

}  // namespace

bool set_option(Settings& settings, std::string_view key, const std::string& text) {
  if (key == "netdev") {
    settings.netdev = IfName::parse(key, text);
  } else if (key == "vlans") {
    settings.vlans = model::Vids::parse(text);
  } else if (key == "vlan-name") {
    settings.vlan_name = text;
  } else if (key == "bridge-name") {
    settings.bridge_name = text;
  } else if (key == "vlan-aware") {
    settings.vlan_aware = parse_yes_no(key, text);
  } else if (key == "on-demand") {
    settings.on_demand = parse_yes_no(key, text);
  } else if (key == "bridge") {
    settings.bridge = IfName::parse(key, text).text();
  } else if (key == "wait") {
    settings.wait = parse_wait(key, text);
  } else if (key == "vxlan") {
    settings.vxlan = model::Carrier::tunnel(key, text);
  } else if (key == "vni-base") {
    settings.vni_base = parse_vni(key, text, 0);
  } else if (key == "port") {
    settings.port = parse_port(key, text);
  } else if (key == "vxlan-single") {
    settings.vxlan_single = parse_yes_no(key, text);
  } else if (key == "vxlan-name") {
    settings.vxlan_name = text;
  } else if (key == "underlay") {
    settings.underlay = parse_links(key, text);
  } else {
    return set_segment_option(settings, key, text);
  }
  return true;
}

bool parse_yes_no(std::string_view key, const std::string& text) {
  if (text == "yes") return true;
  if (text == "no") return false;
  throw usage_error("use " + std::string(key) + "=" + text, "it must be yes or no");
}

File parse_file(const std::string& text, const std::string& path) {
  try {
    return parse_options(text);
  } catch (const model::Error& error) {
    throw in_file(error, path);
  }
}

File read_file(const std::string& path, bool required) {
  const std::optional<std::string> text = read_text(path);
  if (text) return parse_file(*text, path);
  if (!required) return {};
  throw usage_error("read " + path, model::error_text(ENOENT));
}

}  // namespace config
