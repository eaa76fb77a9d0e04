#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "command/own_vif.hpp"
#include "command/vif.hpp"
#include "model/host_state.hpp"
#include "model/vif_spec.hpp"
#include "net/kernel.hpp"

/// The links that a vif event is about, by all the names that they can have.
namespace command {

VifLink link_of(const VifRequest& request);

/// The name that `link` shall have, or already has: its vifname, if the domain's vif spec has one.
/// Throws Error if that can't name a link.
std::string wanted_name(const std::string& link, bool tap, const model::VifSpec& spec);

/// The MTU in a spec, in bytes. Throws Error if it is none.
std::uint32_t parse_mtu(const std::string& text);

/// Throws Error if another link than `vif`, which messages call `called`, has the name that it
/// shall have.
void refuse_taken_name(const model::Link& vif, const std::string& called, const std::string& name,
                       const model::HostState& host);

/// The name that Xen gave the link. Where a toolstack names another vif than its backend path does,
/// that one is looked for, which then is not found to be the guest's.
std::string first_name(const VifRequest& request);

/// The names under which the link may be found, each once.
std::vector<std::string> names_of(const VifRequest& request, const std::string& wanted);

/// The guest's own link. Throws Error if it is not there, or if another link has the name that it
/// shall have.
const model::Link& find_vif(const VifRequest& request, const std::string& name,
                            const model::HostState& host);

/// Links that a plugging needs to look at, read at once.
struct PortLinks {
  model::HostState host;
  std::string bridge_name;
};
PortLinks read_links(const VifRequest& request, const std::string& name, const std::string& bridge,
                     net::Kernel& kernel);

/// The name of the link that `bridge` in a spec stands for: its own, or eth1 for xenbr1 where only
/// the former is a bridge.
std::string bridge_for(const std::string& bridge, const model::HostState& host);

/// Throws Error if there is no bridge of that name. `said` is the name in the vif's spec, if there
/// is one.
const model::Link& find_bridge(const std::string& name, const std::optional<std::string>& said,
                               const model::HostState& host);

}  // namespace command
