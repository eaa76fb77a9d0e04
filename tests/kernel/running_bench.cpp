#include <sched.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>

#include "bench.hpp"
#include "model/error.hpp"
#include "net/running_kernel.hpp"

namespace bench {
namespace {

void require(int result, const std::string& action) {
  if (result != 0) throw std::runtime_error(action + ": " + model::error_text(errno));
}

/// Moves this process into a network namespace of its own, for which /sys is mounted anew.
void enter_fresh_namespace() {
  require(::unshare(CLONE_NEWNET | CLONE_NEWNS), "unshare");
  require(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "make mounts private");
  require(::mount("sysfs", "/sys", "sysfs", 0, nullptr), "mount /sys");
}

class RunningHost final : public Host {
 public:
  RunningHost() {
    enter_fresh_namespace();
    kernel_ = net::running_kernel();
  }

  net::Kernel& kernel() override { return *kernel_; }

  void add_nic(const std::string& name, std::uint32_t mtu) override {
    ip("link add " + name + " address 02:00:00:00:00:01 mtu " + std::to_string(mtu) +
       " type dummy");
  }
  void add_bridge(const std::string& name) override { ip("link add " + name + " type bridge"); }
  void add_address(const std::string& link, const std::string& address) override {
    ip("address add " + address + " dev " + link);
  }

 private:
  static void ip(const std::string& words) {
    if (std::system(("ip " + words).c_str()) != 0) throw std::runtime_error("ip " + words);
  }

  std::unique_ptr<net::Kernel> kernel_;
};

}  // namespace

std::unique_ptr<Host> fresh_host() {
  return std::make_unique<RunningHost>();
}

}  // namespace bench
