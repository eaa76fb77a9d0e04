#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "net/kernel.hpp"

namespace support {

/// A pretended Linux: a list of links that operations change, and refuse to change, as Linux does.
/// tests/kernel/contract.cpp says how, and holds for the running kernel, too.
///
/// Where kernels differ it is the strictest: a link that is up can't be renamed (Linux before 6.2),
/// a vif that is up gets no new MAC (xen-netback), and a link that comes up while IPv6 is on has an
/// address at once, whether or not it has a carrier.
class FakeKernel final : public net::Kernel {
 public:
  explicit FakeKernel(std::vector<model::Link> links = {}) : links_(std::move(links)) {}

  model::HostState read() override;
  model::HostState read(std::span<const std::string> names) override;
  std::optional<model::Link> read(int index) override;
  std::vector<model::Address> read_ipv4(const model::Link& link) override;
  std::vector<std::optional<net::Refusal>> run(
      std::span<const plan::Operation> operations) override;
  bool wait_for(std::span<const std::string> names, std::chrono::milliseconds timeout) override;
  bool firewall_sees_bridged() override { return firewall; }

  /// Puts a link in, as a driver or another program does. Without an ifindex it gets the next one.
  void add(model::Link link);
  /// The link of that name, which must be there.
  model::Link& link(const std::string& name);
  /// Refuses the operation so described from now on. Of a change of several settings name one.
  void refuse(const std::string& described, int errnum) { refusals_[described] = errnum; }
  /// Calls `meddle` just before the operation (or one setting) so described is first run: what
  /// another program does at that moment.
  void before(const std::string& described, std::function<void()> meddle) {
    meddlers_[described] = std::move(meddle);
  }

  std::vector<std::string> done;      ///< every operation that was done, described
  int dumps = 0;                      ///< how often all links were read
  std::vector<model::Link> arriving;  ///< links that appear while somebody waits for one
  bool firewall = false;              ///< bridge-nf-call-iptables

 private:
  using Answer = std::optional<net::Refusal>;

  Answer run(const plan::Operation& operation);
  Answer apply(const plan::CreateVlanLink& op);
  Answer apply(const plan::CreateBridge& op);
  Answer apply(const plan::AddAltName& op);
  Answer apply(const plan::SetIpv6& op);
  Answer apply(const plan::ChangeLink& op);
  Answer apply(const plan::DeleteAddress& op);
  Answer apply(const plan::DeleteLink& op);
  Answer apply(const plan::DeleteMarked& op);

  Answer set_mac(model::Link& link, const model::Mac& mac);
  Answer set_mtu(model::Link& link, std::uint32_t mtu);
  Answer set_name(model::Link& link, const std::string& name);
  Answer set_bridge(model::Link& link, const std::string& name);
  Answer set_forward_delay(model::Link& link, std::uint32_t delay);
  Answer set_up(model::Link& link, bool up);

  model::Link* find(const std::string& name);
  model::Link* find(int index);
  void follow_ports(model::Link& bridge);
  void erase(int index);

  std::vector<model::Link> links_;
  std::set<int> mtu_pinned_;  ///< bridges whose MTU somebody has set
  std::map<std::string, int> refusals_;
  std::map<std::string, std::function<void()>> meddlers_;
};

}  // namespace support
