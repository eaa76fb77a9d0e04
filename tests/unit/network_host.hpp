#pragma once

#include <string>
#include <vector>

#include "command/network.hpp"
#include "hosts.hpp"
#include "recorded_report.hpp"
#include "support/fake_kernel.hpp"
#include "support/fake_store.hpp"

namespace unit {

inline command::NetworkRequest request_for(const Texts& vids) {
  command::NetworkRequest request;
  for (const std::string& vid : vids) request.segments.push_back(segment(vid));
  return request;
}

/// A pretended host on which commands are run.
struct NetworkHost {
  explicit NetworkHost(std::vector<model::Link> links) : kernel(std::move(links)) {}

  model::ExitCode start(const command::NetworkRequest& request) {
    return command::start(request, kernel, report);
  }
  model::ExitCode stop(const command::NetworkRequest& request) {
    return command::stop(request, kernel, report);
  }
  model::ExitCode status(const command::NetworkRequest& request) {
    return command::status(request, kernel, xenstored.door(), report);
  }
  model::ExitCode check(const command::NetworkRequest& request) {
    return command::check(request, kernel, report);
  }
  std::vector<model::Link> links() { return kernel.read().links(); }
  bool has(const std::string& name) { return kernel.read().find(name) != nullptr; }

  support::FakeKernel kernel;
  support::FakeXenstored xenstored;
  RecordedReport report;
};

inline std::vector<model::Link> host_with_trunk_down() {
  std::vector<model::Link> links = bare_host();
  links[1].up = false;
  return links;
}

/// A host with a VLAN that can't come up: a NIC has the name of its bridge.
inline std::vector<model::Link> host_with_nic_br5() {
  std::vector<model::Link> links = bare_host();
  links.push_back(nic(3, "br5"));
  return links;
}

/// What another program does.
inline void run_beside(support::FakeKernel& kernel, const plan::Operation& operation) {
  (void)kernel.run(std::span(&operation, 1));
}

inline const std::string br5_taken =
    "error: cannot bring up VLAN 5 of eth1: the name br5 is taken by a network device";

/// A complete host with a guest on VLAN 4, and VLAN 5 without one.
inline std::vector<model::Link> host_with_guest() {
  std::vector<model::Link> links = complete_host();
  links.push_back(bridge(5, "br5"));
  links.push_back(vlan_link(6, "eth1.5", links[1], 5));
  links.back().master = 5;
  links.back().vlans = {untagged};
  links.back().port_groups = plan::all_groups;
  links.push_back(plugged_vif(9, "vif3.0", 3));
  return links;
}

inline command::NetworkRequest aware_request(const Texts& vids) {
  command::NetworkRequest request;
  for (const std::string& vid : vids) request.segments.push_back(aware_segment(vid));
  return request;
}

inline command::NetworkRequest stop_all(bool force = false) {
  command::NetworkRequest request;
  request.everything = true;
  request.force = force;
  return request;
}

/// VLANs 4 and 10 on xenbr0, and a guest in VLAN 10.
inline std::vector<model::Link> aware_host_with_guest() {
  std::vector<model::Link> links = aware_host();
  links.push_back(aware_vif(9, "vif3.0", {model::access_vlan(10)}));
  return links;
}

inline std::string vlans_of(NetworkHost& host, const std::string& name) {
  return model::text(host.kernel.link(name).vlans);
}

}  // namespace unit
