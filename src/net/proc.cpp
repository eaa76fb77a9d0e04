#include "net/proc.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

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

bool mac_is_pinned(const std::string& bridge) {
  return first_byte("/sys/class/net/" + bridge + "/addr_assign_type").value_or(net_addr_set) ==
         net_addr_set;
}

bool bridge_nf_call_iptables() {
  return first_byte("/proc/sys/net/bridge/bridge-nf-call-iptables") == '1';
}

}  // namespace net
