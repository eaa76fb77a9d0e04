#include "kernel/bench.hpp"
#include "support/fake_kernel.hpp"

namespace bench {
namespace {

class FakeHost final : public Host {
 public:
  FakeHost() {
    model::Link loopback;
    loopback.name = "lo";
    kernel_.add(std::move(loopback));
  }

  net::Kernel& kernel() override { return kernel_; }

  void add_nic(const std::string& name, std::uint32_t mtu) override {
    model::Link nic;
    nic.name = name;
    nic.mtu = mtu;
    nic.mac = {{2, 0, 0, 0, 0, 1}};
    nic.ipv6 = true;
    kernel_.add(std::move(nic));
  }

  void add_bridge(const std::string& name) override {
    model::Link bridge;
    bridge.name = name;
    bridge.kind = "bridge";
    bridge.mtu = 1500;
    bridge.ipv6 = true;
    bridge.forward_delay = 1500;
    bridge.mac_pinned = false;
    bridge.multicast_snooping = true;
    bridge.default_pvid = model::usual_pvid;
    bridge.vlans = {{.first = 1, .last = 1, .pvid = true, .untagged = true}};
    kernel_.add(std::move(bridge));
  }

  void add_address(const std::string& link, const std::string& address) override {
    kernel_.link(link).addresses.push_back(*model::Address::parse(address));
  }

 private:
  support::FakeKernel kernel_;
};

}  // namespace

std::unique_ptr<Host> fresh_host() {
  return std::make_unique<FakeHost>();
}

}  // namespace bench
