#pragma once

#include <functional>
#include <string>
#include <unordered_map>

#include "net/decode.hpp"
#include "net/kernel.hpp"
#include "net/managers.hpp"
#include "net/socket.hpp"

namespace net {

/// The running kernel, through rtnetlink (links, bridge VLANs, traffic control) and, for
/// what that lacks, /proc/sys and /sys.
class Rtnl final : public Kernel {
 public:
  model::HostState read() override;
  model::HostState read(std::span<const std::string> names) override;
  std::optional<model::Link> read(int index) override;
  model::HostState read_ports(int bridge) override;
  std::vector<model::Address> read_ipv4(const model::Link& link) override;
  model::Vlans read_vlans(const model::Link& port) override;
  std::optional<plan::Filter> read_filter(const model::Link& link) override;
  std::vector<std::optional<Refusal>> run(std::span<const plan::Operation> operations) override;
  bool wait_for(std::span<const std::string> names, std::chrono::milliseconds timeout) override;
  bool wait_for(std::span<const model::Carrier> carriers,
                std::chrono::milliseconds timeout) override;
  void watch_departures() override;
  void let_others_hear() override;
  void look_for_gateways() override { looks_for_gateways_ = true; }
  std::vector<Departure> departures() override;
  std::unique_ptr<Lock> lock(const std::string& bridge, const model::Vlans& vlans) override;
  std::optional<std::string> manager_of(const model::Link& link) override;
  std::vector<model::Redirect> read_redirects() override;
  std::vector<model::RemoteHost> read_remotes() override;
  std::optional<std::uint32_t> path_mtu(const model::Address& host) override;
  std::optional<std::string> missing_control_plane() override;
  bool firewall_sees_bridged() override;

 private:
  bool all_exist(std::span<const std::string> names);
  bool all_exist(std::span<const model::Carrier> carriers);
  bool wait_until(const std::function<bool()>& done, std::chrono::milliseconds timeout);
  int index_of(const plan::LinkRef& link);
  void set_refused_ports_down(std::span<const plan::Operation> operations,
                              std::span<const std::optional<Refusal>> refusals);
  void note_made(std::span<const plan::Operation> operations,
                 std::span<const std::optional<Refusal>> refusals);
  void forget(const plan::Operation& operation);
  /// The IPv4 addresses of a link; of all links if `index` is 0.
  std::vector<LinkAddress> get_ipv4(int index);
  /// Those of all links, IPv4 and IPv6.
  std::vector<LinkAddress> get_addresses();
  std::vector<model::Link> get_links(std::span<const MessageHandle> requests);
  void add_addresses(std::vector<model::Link>& links);
  void add_vlans(std::vector<model::Link>& links);
  void look_behind(model::Link& bridge);
  void dump_traffic_control(nl_msg& request, const std::function<void(const nlmsghdr&)>& visit);
  void read_filters(int index, const std::function<void(const nlmsghdr&)>& visit);
  bool knows_alt_names();
  std::optional<Refusal> change_setting(const plan::Operation& operation);
  std::optional<Refusal> ensure_vlan_aware(const std::string& name);
  void check_filtering(std::span<const plan::Operation> operations,
                       std::vector<std::optional<Refusal>>& refusals);

  Socket socket_;
  bool looks_for_gateways_ = false;
  Managers managers_;
  std::optional<Socket> notices_;  ///< of departures
  /// Of links that this program has made, which have no ifindex in a plan; 0 for one that is gone.
  std::unordered_map<std::string, int> indices_;
};

}  // namespace net
