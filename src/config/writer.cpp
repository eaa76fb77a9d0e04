#include "config/writer.hpp"

#include <algorithm>

namespace config {
namespace {

std::string text_of(const model::IfName& name) {
  return name.text();
}

std::string text_of(const std::string& text) {
  return text;
}

std::string text_of(bool yes) {
  return yes ? "yes" : "no";
}

std::string text_of(std::uint32_t number) {
  return std::to_string(number);
}

std::string text_of(std::uint16_t port) {
  return std::to_string(port);
}

std::string text_of(const model::Mtu& mtu) {
  return std::to_string(mtu.value());
}

std::string text_of(model::Antispoof antispoof) {
  return model::word(antispoof);
}

std::string text_of(const model::Vids& vids) {
  return vids.text();
}

std::string text_of(const model::Carrier& carrier) {
  return carrier.text();
}

std::string text_of(const std::vector<model::IfName>& names) {
  std::string text;
  for (const model::IfName& name : names) text += (text.empty() ? "" : ",") + name.text();
  return text;
}

/// A line for an option that was said.
template <class T>
std::string line(const char* key, const std::optional<T>& value) {
  return value ? std::string(key) + " = " + text_of(*value) + "\n" : "";
}

std::string link_local_line(const std::optional<bool>& any) {
  if (!any) return "";
  return *any ? "link-local = any\n" : "link-local = eui64\n";
}

std::string lines_of_segment(const SegmentSettings& settings) {
  return line("mtu", settings.mtu) + line("guest-tags", settings.guest_tags) +
         line("multicast-snooping", settings.multicast_snooping) +
         line("antispoof", settings.antispoof) + link_local_line(settings.any_link_local) +
         line("isolated", settings.isolated);
}

std::string lines_of_tunnels(const Settings& settings) {
  return line("vni-base", settings.vni_base) + line("port", settings.port) +
         line("vxlan-single", settings.vxlan_single) + line("vxlan-name", settings.vxlan_name) +
         line("underlay", settings.underlay);
}

/// What may be said of a trunk or of an end of tunnels; which one is elsewhere.
std::string lines_of_carrier(const Settings& settings) {
  return line("vlans", settings.vlans) + line("vlan-aware", settings.vlan_aware) +
         line("bridge", settings.bridge) + line("bridge-name", settings.bridge_name) +
         line("vlan-name", settings.vlan_name) + line("on-demand", settings.on_demand) +
         lines_of_tunnels(settings) + lines_of_segment(settings);
}

std::string sections_of(const TrunkSettings& trunk) {
  const model::Carrier carrier = *trunk.common.carrier();
  const std::string title = (carrier.is_tunnel() ? "[vxlan " : "[trunk ") + carrier.text();
  const std::string lines = lines_of_carrier(trunk.common);
  std::string text = lines.empty() ? "" : "\n" + title + "]\n" + lines;
  for (const auto& [vid, settings] : trunk.vlans) {
    text += "\n" + title + " vlan " + vid.text() + "]\n" + line("vni", settings.vni) +
            line("bridge", settings.bridge) + lines_of_segment(settings);
  }
  return text;
}

bool is_writable_byte(char byte) {
  return byte > ' ' && byte <= '~' && byte != '#';
}

}  // namespace

std::string text_of(const File& file) {
  std::string text = line("netdev", file.common.netdev) + line("vxlan", file.common.vxlan) +
                     lines_of_carrier(file.common) + line("wait", file.common.wait);
  for (const TrunkSettings& trunk : file.trunks) text += sections_of(trunk);
  return text.starts_with('\n') ? text.substr(1) : text;
}

bool is_writable(std::string_view name) {
  return std::all_of(name.begin(), name.end(), is_writable_byte) && !name.ends_with('.');
}

}  // namespace config
