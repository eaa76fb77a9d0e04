#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
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
  model::HostState read_ports(int bridge) override;
  std::vector<model::Address> read_ipv4(const model::Link& link) override;
  model::Vlans read_vlans(const model::Link& port) override;
  std::optional<plan::Filter> read_filter(const model::Link& link) override;
  std::vector<std::optional<net::Refusal>> run(
      std::span<const plan::Operation> operations) override;
  bool wait_for(std::span<const std::string> names, std::chrono::milliseconds timeout) override;
  bool wait_for(std::span<const model::Carrier> carriers,
                std::chrono::milliseconds timeout) override;
  void let_others_hear() override {}
  void look_for_gateways() override {}
  void watch_departures() override { watching_ = true; }
  std::vector<net::Departure> departures() override { return std::exchange(departures_, {}); }
  std::unique_ptr<net::Lock> lock(const std::string& bridge, const model::Vlans& vlans) override;
  std::optional<std::string> manager_of(const model::Link& link) override;
  std::vector<model::Redirect> read_redirects() override { return redirects; }
  std::vector<model::RemoteHost> read_remotes() override { return remotes; }
  std::optional<std::uint32_t> path_mtu(const model::Address& host) override {
    const auto found = path_mtus.find(host.host_text());
    return found == path_mtus.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<std::string> missing_control_plane() override { return missing_daemon; }
  bool firewall_sees_bridged() override { return firewall; }

  [[nodiscard]] const std::vector<model::Link>& links() const noexcept { return links_; }

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

  /// Has the operation (or one setting) of that number, from 0, refused with that errno.
  void refuse_at(int number, int errnum) { refused_numbers_[number] = errnum; }
  /// Has the kernel fall silent at the operation of that number, before or behind doing it.
  void fall_silent_at(int number, bool behind) { silences_[number] = behind; }
  /// Calls `meddle` just before the operation of that number.
  void before_number(int number, std::function<void()> meddle) {
    numbered_meddlers_[number] = std::move(meddle);
  }

  std::function<void()> after_each;  ///< called behind each operation (or setting) that was done
  int asked = 0;                     ///< how many operations (or settings) were asked for
  std::set<int> failing_dumps;       ///< readings of all links that fail, the first is 1; ENOBUFS
  std::set<int> unreadable;          ///< links that a reading by ifindex fails of, with ENOBUFS
  bool filters_vlans = true;         ///< whether its bridges can
  bool controls_traffic = true;      ///< whether it has traffic control
  bool filters_frames = true;        ///< whether it knows filters of classic BPF
  bool isolates = true;              ///< whether its bridges' ports can be isolated
  bool knows_alt_names = true;
  std::map<std::string, std::string> managers;  ///< of links, by name
  std::vector<std::string> done;                ///< every operation that was done, described
  int dumps = 0;                                ///< how often all links were read
  std::vector<std::string> looked_up;           ///< names that links were read by
  std::vector<model::Link> arriving;            ///< links that appear while somebody waits for one
  bool firewall = false;                        ///< bridge-nf-call-iptables
  std::vector<model::Redirect> redirects;
  std::vector<model::RemoteHost> remotes;
  std::map<std::string, std::uint32_t> path_mtus;  ///< by the other hosts' addresses
  std::optional<std::string> missing_daemon;       ///< of the control plane
  std::vector<std::string> locks{};  ///< "lock xenbr0 4,9", "unlock xenbr0 4,9", in order
  std::function<void()> on_lock;     ///< called just before a lock is had

 private:
  using Answer = std::optional<net::Refusal>;

  Answer run(const plan::Operation& operation);
  Answer run_part(const plan::Operation& part);
  Answer apply(const plan::CreateVlanLink& op);
  Answer apply(const plan::CreateVxlan& op);
  Answer apply(const plan::CreateBridge& op);
  Answer apply(const plan::AddAltName& op);
  Answer apply(const plan::DeleteAltName& op);
  Answer apply(const plan::SetIpv6& op);
  Answer apply(const plan::ChangeLink& op);
  Answer apply(const plan::SetUp& op);
  Answer apply(const plan::AddAddress& op);
  Answer apply(const plan::DeleteAddress& op);
  Answer apply(const plan::SetVlans& op);
  Answer apply(const plan::SetVnis& op);
  Answer apply(const plan::AddGateway& op);
  Answer apply(const plan::DeleteGateway& op);
  Answer apply(const plan::MovePort& op);
  Answer apply(const plan::ShutBridge& op);
  Answer apply(const plan::OpenBridge& op);
  Answer apply(const plan::SetFilter& op);
  Answer apply(const plan::DeleteLink& op);
  Answer apply(const plan::DeleteMarked& op);

  Answer set_mac(model::Link& link, const model::Mac& mac);
  Answer set_mtu(model::Link& link, std::uint32_t mtu);
  Answer set_name(model::Link& link, const std::string& name);
  Answer set_groups(model::Link& port, std::uint16_t groups);
  static Answer set_port_flags(model::Link& port, const plan::LinkSettings& to);
  [[nodiscard]] Answer set_isolated(model::Link& port, bool isolated) const;
  Answer set_bridge(model::Link& link, const plan::LinkRef& bridge);
  Answer set_forward_delay(model::Link& link, std::uint32_t delay);
  Answer set_default_pvid(model::Link& bridge, std::uint16_t vid);
  Answer set_up(model::Link& link, bool up);
  Answer door_answer(const plan::ShutBridge& op) const;

  model::Link* find(const plan::LinkRef& link);
  model::Link* find(const std::string& name);
  model::Link* find(int index);
  void leave_bridge(model::Link& port);
  void follow_ports(model::Link& bridge);
  void erase(int index);

  std::vector<model::Link> links_;
  std::map<int, plan::Filter> filters_;  ///< by ifindex
  std::set<int> mtu_pinned_;             ///< bridges whose MTU somebody has set
  bool watching_ = false;
  std::vector<net::Departure> departures_;
  std::map<int, int> refused_numbers_;
  std::map<int, bool> silences_;
  std::map<int, std::function<void()>> numbered_meddlers_;
  std::map<std::string, int> refusals_;
  std::map<std::string, std::function<void()>> meddlers_;
};

}  // namespace support
