#include "command/vif_links.hpp"

#include <algorithm>
#include <cerrno>

#include "model/error.hpp"
#include "model/ifname.hpp"
#include "model/mtu.hpp"

namespace command {
namespace {

using model::Error;
using model::HostState;
using model::IfName;
using model::Link;
using model::VifSpec;

/// A stock sentence of Xen's scripts, which other programs compare byte for byte.
Error stock(std::string sentence, std::string remedy) {
  return Error({.action = {}, .reason = std::move(sentence), .remedy = std::move(remedy)});
}

Error not_found(const VifRequest& request, const std::string& name, const HostState& host) {
  for (const std::string& candidate : names_of(request, name)) {
    const Link* const other = host.find(candidate);
    if (other == nullptr) continue;
    return Error({.action = "use " + other->name,
                  .reason = reason_not_own(*other, link_of(request)),
                  .remedy = "give each vif its own vifname"});
  }
  return Error({.action = "find " + request.link,
                .reason = model::error_text(ENODEV),
                .remedy = "the backend driver has not made it, or the guest is gone; see dmesg",
                .errnum = ENODEV});
}

/// "ethN" for "xenbrN": the bridge's name where xend's later network-bridge made it.
std::optional<std::string> alias_of(const std::string& bridge) {
  constexpr std::string_view prefix = "xenbr";
  if (!bridge.starts_with(prefix)) return std::nullopt;
  const std::string number = bridge.substr(prefix.size());
  // "xenbr0.10" names a VLAN.
  if (number.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return "eth" + number;
}

}  // namespace

VifLink link_of(const VifRequest& request) {
  return {.id = request.id, .tap = request.tap};
}

std::string wanted_name(const std::string& link, bool tap, const VifSpec& spec) {
  if (!spec.vif_name) return link;
  const std::string name = *spec.vif_name + (tap ? std::string(model::tap_suffix) : "");
  return IfName::parse("vifname", name).text();
}

std::uint32_t parse_mtu(const std::string& text) {
  const auto mtu = model::Mtu::read(text);
  if (mtu) return mtu->value();
  throw Error({.action = "use mtu=" + text,
               .reason = "an MTU is " + model::Mtu::range(),
               .remedy = "check mtu= in the domain's vif spec"});
}

void refuse_taken_name(const Link& vif, const std::string& called, const std::string& name,
                       const HostState& host) {
  const Link* const holder = host.find(name);
  if (holder == nullptr || holder->index == vif.index) return;
  throw stock(
      "Cannot rename interface " + called + ". An interface with name " + name + " already exists.",
      "give each vif its own vifname");
}

std::string first_name(const VifRequest& request) {
  const bool by_xen = model::VifId::from_name(request.link).has_value();
  return by_xen ? request.link : link_of(request).original_name();
}

std::vector<std::string> names_of(const VifRequest& request, const std::string& wanted) {
  std::vector<std::string> names{request.link};
  for (const std::string& name : {first_name(request), wanted}) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

const Link& find_vif(const VifRequest& request, const std::string& name, const HostState& host) {
  const Link* const vif = find_own(link_of(request), host);
  if (vif == nullptr) throw not_found(request, name, host);
  refuse_taken_name(*vif, request.link, name, host);
  return *vif;
}

PortLinks read_links(const VifRequest& request, const std::string& name, const std::string& bridge,
                     net::Kernel& kernel) {
  std::vector<std::string> names = names_of(request, name);
  if (IfName::valid_to_find(bridge)) names.push_back(bridge);
  PortLinks links{.host = kernel.read(names), .bridge_name = bridge};
  const auto alias = alias_of(bridge);
  if (!alias || !IfName::valid(*alias) || links.host.find(bridge) != nullptr) return links;
  // Asked for by itself, as xenbr0 is also what a VLAN-aware bridge is named.
  names.push_back(*alias);
  links.host = kernel.read(names);
  links.bridge_name = bridge_for(bridge, links.host);
  return links;
}

std::string bridge_for(const std::string& bridge, const HostState& host) {
  const auto alias = alias_of(bridge);
  if (!alias || !IfName::valid(*alias) || host.find(bridge) != nullptr) return bridge;
  const Link* const stand_in = host.find(*alias);
  return stand_in != nullptr && stand_in->is_bridge() ? *alias : bridge;
}

const Link& find_bridge(const std::string& name, const std::optional<std::string>& said,
                        const HostState& host) {
  const Link* const bridge = host.find(name);
  if (bridge == nullptr) {
    throw stock("Could not find bridge device " + said.value_or(name),
                "'network-xvlan status' lists the bridges; check bridge= in the domain's vif spec");
  }
  if (!bridge->is_bridge()) {
    throw Error({.action = "use " + bridge->name + " as bridge",
                 .reason = bridge->kind.empty()
                               ? "it is a network device, not a bridge"
                               : "it is a link of kind " + std::string(bridge->kind),
                 .remedy = "check bridge= in the domain's vif spec"});
  }
  return *bridge;
}

}  // namespace command
