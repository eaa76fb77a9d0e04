#pragma once

#include <string>
#include <unordered_map>

#include "net/decode.hpp"
#include "net/kernel.hpp"
#include "net/socket.hpp"

namespace net {

/// The running kernel, through rtnetlink and, for what that lacks, /proc/sys and /sys.
class Rtnl final : public Kernel {
 public:
  model::HostState read() override;
  model::HostState read(std::span<const std::string> names) override;
  std::optional<model::Link> read(int index) override;
  std::vector<model::Address> read_ipv4(const model::Link& link) override;
  std::vector<std::optional<Refusal>> run(std::span<const plan::Operation> operations) override;
  bool wait_for(std::span<const std::string> names, std::chrono::milliseconds timeout) override;
  bool firewall_sees_bridged() override;

 private:
  bool all_exist(std::span<const std::string> names);
  int index_of(const std::string& name);
  void forget(const plan::Operation& operation);
  void remember(const std::vector<model::Link>& links);
  /// The IPv4 addresses of a link; of all links if `index` is 0.
  std::vector<LinkAddress> get_ipv4(int index);
  std::vector<model::Link> get_links(std::span<const MessageHandle> requests);

  Socket socket_;
  std::unordered_map<std::string, int> indices_;
};

}  // namespace net
