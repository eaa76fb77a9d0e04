#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "model/error.hpp"
#include "model/host_state.hpp"
#include "model/segment.hpp"
#include "plan/operation.hpp"

/// The words of the unit tests: links, hosts and what a person would read of them.
namespace unit {

using Texts = std::vector<std::string>;

/// A NIC, up, with 1500 bytes and the MAC 02:00:00:00:00:<index>.
inline model::Link nic(int index, const std::string& name) {
  model::Link link;
  link.index = index;
  link.name = name;
  link.up = true;
  link.mtu = 1500;
  link.mac = {{2, 0, 0, 0, 0, static_cast<std::uint8_t>(index)}};
  link.ipv6 = true;
  return link;
}

/// What a port of a bridge of ours lets through, and at first the bridge itself.
inline constexpr model::BridgeVlan untagged{.first = 1, .last = 1, .pvid = true, .untagged = true};

inline model::Address address(const std::string& text, bool automatic = false) {
  model::Address parsed = *model::Address::parse(text);
  parsed.automatic = automatic;
  return parsed;
}

/// A VLAN link as `start` leaves it, but on no bridge.
inline model::Link vlan_link(int index, const std::string& name, const model::Link& trunk,
                             std::uint16_t vid) {
  model::Link link = nic(index, name);
  link.kind = "vlan";
  link.mac = trunk.mac;
  link.group = model::link_group;
  link.lower = trunk.index;
  link.ipv6 = false;
  link.vid = vid;
  return link;
}

/// A bridge as `start` leaves it.
inline model::Link bridge(int index, const std::string& name) {
  model::Link link = nic(index, name);
  link.kind = "bridge";
  link.mac = nic(2, "eth1").mac;
  link.group = model::link_group;
  link.ipv6 = false;
  link.vlan_filtering = true;
  link.default_pvid = model::usual_pvid;
  return link;
}

/// A bridge as `brctl addbr` leaves it.
inline model::Link plain_bridge(int index, const std::string& name) {
  model::Link link = bridge(index, name);
  link.up = false;
  link.group = 0;
  link.ipv6 = true;
  link.forward_delay = 1500;
  link.mac_pinned = false;
  link.multicast_snooping = true;
  link.vlan_filtering = false;
  link.vlans = {untagged};
  return link;
}

/// A backend link as netback leaves it, for "vif3.0" that of the guest 3.
inline model::Link new_vif(int index, const std::string& name) {
  model::Link link = nic(index, name);
  link.up = false;
  link.mac = model::guest_port_mac;
  link.parent = "vif-" + name.substr(3);
  link.parent.replace(link.parent.find('.'), 1, "-");
  return link;
}

/// The same, plugged into a bridge.
inline model::Link plugged_vif(int index, const std::string& name, int bridge_index) {
  model::Link link = new_vif(index, name);
  link.up = true;
  link.ipv6 = false;
  link.master = bridge_index;
  link.vlans = {untagged};
  link.port_groups = plan::all_groups;
  return link;
}

/// eth0 with dom0's address, and the trunk eth1.
inline std::vector<model::Link> bare_host() {
  model::Link eth0 = nic(1, "eth0");
  eth0.addresses.push_back(address("192.168.1.25/24"));
  return {eth0, nic(2, "eth1")};
}

/// A bare host after `start` with VLAN 4.
inline std::vector<model::Link> complete_host() {
  std::vector<model::Link> links = bare_host();
  links.push_back(bridge(3, "br4"));
  links.push_back(vlan_link(4, "eth1.4", links[1], 4));
  links.back().master = 3;
  links.back().vlans = {untagged};
  links.back().port_groups = plan::all_groups;
  return links;
}

/// Links sorted by name, with names' hashes for the ifindexes that they refer to: hosts that are
/// alike but for the order in which their links were made are equal.
inline std::vector<model::Link> alike(std::vector<model::Link> links) {
  const model::HostState host(links);
  const auto hash_of = [&](int index) {
    const model::Link* const link = host.find(index);
    return link == nullptr ? 0 : static_cast<int>(model::name_key(link->name) & 0x7fffffffU);
  };
  for (model::Link& link : links) {
    link.index = 0;
    link.master = hash_of(link.master);
    link.lower = hash_of(link.lower);
  }
  std::sort(links.begin(), links.end(),
            [](const model::Link& a, const model::Link& b) { return a.name < b.name; });
  return links;
}

inline model::Segment segment(const std::string& vid_text = "4",
                              const std::string& trunk_name = "eth1") {
  const auto trunk = model::IfName::parse("trunk", trunk_name);
  const auto vid = model::Vid::parse(vid_text);
  return {.trunk = trunk,
          .vid = vid,
          .uplink = model::NameTemplate("vlan-name", "%t.%v", trunk.text()).fill(vid),
          .bridge = model::NameTemplate("bridge-name", "br%v", trunk.text()).fill(vid),
          .mtu = {},
          .options = {}};
}

/// The address of a bare host, as the end of tunnels.
inline const std::string tunnels_end = "192.168.1.25";

/// VLAN 4 with VNI 10004.
inline model::Segment tunnelled_segment(const std::string& vid_text = "4",
                                        const std::string& local = tunnels_end) {
  model::Segment made = segment(vid_text);
  made.trunk = model::Carrier::tunnel("vxlan", local);
  made.uplink = model::NameTemplate("vxlan-name", "vx%v", {}).fill(made.vid);
  made.tunnelled = model::Tunnelled{.vni = 10000U + made.vid.value()};
  return made;
}

/// A VXLAN link as `start` leaves it, but on no bridge.
inline model::Link vxlan_link(int index, std::uint16_t vid) {
  model::Link link = nic(index, "vx" + std::to_string(vid));
  link.kind = "vxlan";
  link.alias = "VLAN " + std::to_string(vid);
  link.mtu = 1450;
  link.mac = {{'v', 'x', 192, 168, 1, 25}};
  link.group = model::link_group;
  link.ipv6 = false;
  link.vxlan = model::Vxlan{.vni = 10000U + vid,
                            .local = *model::Address::parse_host(tunnels_end),
                            .port = model::usual_vxlan_port};
  return link;
}

/// A bare host after `start` with VLAN 4 by tunnels.
inline std::vector<model::Link> tunnelled_host() {
  std::vector<model::Link> links = bare_host();
  model::Link uplink = vxlan_link(3, 4);
  uplink.master = 4;
  uplink.vlans = {untagged};
  uplink.port_groups = plan::all_groups;
  uplink.learns = false;
  links.push_back(uplink);
  links.push_back(bridge(4, "br4"));
  links.back().mac = uplink.mac;
  links.back().mtu = uplink.mtu;
  return links;
}

/// VLAN-aware, for all VLANs of a trunk, as `start` leaves it.
inline model::Link aware_bridge(int index, const std::string& name = "xenbr0") {
  model::Link link = bridge(index, name);
  link.default_pvid = 0;
  return link;
}

/// The same VLAN in the other realisation.
inline model::Segment aware_segment(const std::string& vid_text = "4",
                                    const std::string& trunk_name = "eth1",
                                    const std::string& bridge_name = "xenbr0") {
  model::Segment wanted = segment(vid_text, trunk_name);
  wanted.trunk_bridge = {.name = model::IfName::parse("bridge", bridge_name), .vlan_aware = true};
  return wanted;
}

/// VLANs of a trunk, each with its tag.
inline model::Vlans tagged_vlans(std::initializer_list<std::uint16_t> vids) {
  model::Vlans vlans;
  for (const std::uint16_t vid : vids) vlans.push_back({.first = vid, .last = vid});
  return model::normalized(vlans);
}

/// A bare host after `start` with VLANs 4 and 10 on a VLAN-aware bridge.
inline std::vector<model::Link> aware_host() {
  std::vector<model::Link> links = bare_host();
  links.push_back(aware_bridge(3));
  links[1].master = 3;
  links[1].vlans = tagged_vlans({4, 10});
  links[1].port_groups = std::uint16_t{0};
  return links;
}

/// A vif that is plugged there.
inline model::Link aware_vif(int index, const std::string& name, model::Vlans vlans) {
  model::Link link = plugged_vif(index, name, 3);
  link.vlans = std::move(vlans);
  return link;
}

inline Texts described(const plan::Plan& steps) {
  Texts texts;
  for (const plan::Operation& step : steps) texts.push_back(plan::describe(step));
  return texts;
}

/// What an Error says in the end: "error (exit status 2): cannot use ...", and "hint: ..." if it
/// has one.
inline Texts error_lines(const model::Error& error) {
  Texts lines{"error (exit status " + std::to_string(static_cast<int>(error.exit())) +
              "): " + error.sentence()};
  if (!error.remedy().empty()) lines.push_back("hint: " + error.remedy());
  return lines;
}

/// The Error that `call` ends with, as lines; none if it ends well.
template <class Call>
Texts failure(Call call) {
  try {
    (void)call();
    return {};
  } catch (const model::Error& error) {
    return error_lines(error);
  }
}

}  // namespace unit
