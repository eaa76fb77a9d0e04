#include "net/proc.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <tuple>

#include "model/error.hpp"
#include "net/handle.hpp"

namespace net {
namespace {

constexpr char net_addr_set = '3';  // NET_ADDR_SET, linux/netdevice.h

/// The first byte of a file of one number; nothing if it can't be read.
std::optional<char> first_byte(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char byte = 0;
  if (!file.valid() || ::read(file.get(), &byte, 1) != 1) return std::nullopt;
  return byte;
}

/// The text of a file; empty if it can't be read.
std::string whole_file(const char* path) {
  const FileDescriptor file(::open(path, O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> piece;
  for (ssize_t length = 1; file.valid() && length > 0;) {
    length = ::read(file.get(), piece.data(), piece.size());
    if (length > 0) text.append(piece.data(), static_cast<std::size_t>(length));
  }
  return text;
}

}  // namespace

std::optional<Refusal> set_ipv6(const std::string& link, bool enabled) {
  const std::string path = "/proc/sys/net/ipv6/conf/" + link + "/disable_ipv6";
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.valid() && errno == ENOENT) return std::nullopt;
  const char value = enabled ? '0' : '1';
  if (file.valid() && ::write(file.get(), &value, 1) == 1) return std::nullopt;
  const int errnum = errno;
  return Refusal{.errnum = errnum, .words = path + ": " + model::error_text(errnum)};
}

std::vector<LinkAddress> ipv6_addresses() {
  std::vector<LinkAddress> addresses;
  const std::string text = whole_file("/proc/net/if_inet6");
  for (std::string_view left = text; !left.empty();) {
    const std::size_t end = std::min(left.find('\n'), left.size() - 1);
    if (auto address = decode_ipv6(left.substr(0, end))) addresses.push_back(std::move(*address));
    left.remove_prefix(end + 1);
  }
  std::sort(addresses.begin(), addresses.end(), [](const LinkAddress& a, const LinkAddress& b) {
    return std::tie(a.address.automatic, a.address.text) <
           std::tie(b.address.automatic, b.address.text);
  });
  return addresses;
}

bool mac_is_pinned(const std::string& bridge) {
  return first_byte("/sys/class/net/" + bridge + "/addr_assign_type").value_or(net_addr_set) ==
         net_addr_set;
}

bool bridge_nf_call_iptables() {
  return first_byte("/proc/sys/net/bridge/bridge-nf-call-iptables") == '1';
}

}  // namespace net
