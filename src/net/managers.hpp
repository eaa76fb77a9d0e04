#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace net {

/// Which programs manage links, as they tell in files below /run: systemd-networkd in
/// systemd/netif/links, NetworkManager in NetworkManager/devices, a file for each ifindex.
///
/// Neither promises that format. What can't be read, or not understood, counts as not managed; a
/// program that has ended may have left its files. At most 16 kB of each are read, and nothing but
/// printable text comes out of them.
class Managers {
 public:
  explicit Managers(std::string run = "/run") : run_(std::move(run)) {}

  /// The program that manages the link with that ifindex, and the file that tells it to, where that
  /// is known: "systemd-networkd (/etc/systemd/network/20-all.network)", "NetworkManager".
  ///
  /// A link that NetworkManager only looks at ("connected (externally)") is not managed.
  [[nodiscard]] std::optional<std::string> manager_of(int index);

 private:
  [[nodiscard]] std::optional<std::string> networkd(int index) const;
  [[nodiscard]] bool network_manager(int index);
  /// Whether that connection is NetworkManager's own note of what somebody else has set up.
  bool is_external(std::string_view uuid);
  [[nodiscard]] std::set<std::string, std::less<>> external_connections() const;

  std::string run_;
  std::optional<std::set<std::string, std::less<>>> external_;  ///< read once, when asked for
};

}  // namespace net
