#include "net/sysctl.hpp"

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

struct Setting {
  const char* family;
  const char* name;
  const char* value;  ///< one digit
};

struct Ipv4Setting {
  const char* name;
  const char* shut;
};

// Source addresses are checked by the strictest of "all" and the link's own; ARP for no address is
// answered (Linux, Documentation/networking/ip-sysctl.rst).
constexpr std::array<Ipv4Setting, 3> ipv4_settings{
    {{"rp_filter", "1"}, {"arp_ignore", "8"}, {"forwarding", "0"}}};

std::string path_of(const std::string& link, const char* family, const char* setting) {
  return std::string("/proc/sys/net/") + family + "/conf/" + link + "/" + setting;
}

Refusal refusal(int errnum, const std::string& about = {}) {
  return {.errnum = errnum,
          .words = (about.empty() ? "" : about + ": ") + model::error_text(errnum)};
}

/// A file that is open stays that of its link; the kernel refuses to write to one whose link has
/// gone or got another name (ENOENT). So the name is compared behind the opening and the writing:
/// where it is another one by then, that one counts.
std::optional<Refusal> write_setting(int index, const Setting& setting, const NameOf& name_of) {
  const std::string name = name_of(index);
  if (name.empty()) return refusal(ENODEV);
  const std::string path = path_of(name, setting.family, setting.name);
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  int errnum = errno;
  if (file.valid() && name_of(index) == name) {
    ssize_t written = 0;
    do {
      written = ::write(file.get(), setting.value, 1);
    } while (written < 0 && errno == EINTR);
    if (written == 1) return std::nullopt;
    errnum = errno;
  }
  if (name_of(index) != name) return write_setting(index, setting, name_of);
  return refusal(errnum, path);
}

}  // namespace

std::optional<Refusal> set_ipv6(int index, bool enabled, const NameOf& name_of) {
  return write_setting(index, {"ipv6", "disable_ipv6", enabled ? "0" : "1"}, name_of);
}

std::optional<Refusal> shut_ipv4(int index, const NameOf& name_of) {
  for (const Ipv4Setting& setting : ipv4_settings) {
    auto refusal = write_setting(index, {"ipv4", setting.name, setting.shut}, name_of);
    if (refusal) return refusal;
  }
  return std::nullopt;
}

bool ipv4_is_shut(const std::string& bridge) {
  return std::all_of(ipv4_settings.begin(), ipv4_settings.end(), [&](const Ipv4Setting& setting) {
    return first_byte(path_of(bridge, "ipv4", setting.name)) == setting.shut[0];
  });
}

std::string device_behind(const std::string& link) {
  std::array<char, 256> target{};
  const std::string path = "/sys/class/net/" + link + "/device";
  const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
  if (length <= 0) return {};
  const std::string_view text(target.data(), static_cast<std::size_t>(length));
  return std::string(text.substr(text.rfind('/') + 1));
}

std::vector<LinkAddress> ipv6_addresses() {
  std::vector<LinkAddress> addresses;
  const std::string text = whole_file("/proc/net/if_inet6");
  for (std::string_view left = text; !left.empty();) {
    const std::size_t end = std::min(left.find('\n'), left.size() - 1);
    if (auto address = decode_ipv6(left.substr(0, end))) addresses.push_back(*address);
    left.remove_prefix(end + 1);
  }
  std::sort(addresses.begin(), addresses.end(), [](const LinkAddress& a, const LinkAddress& b) {
    return std::tie(a.address.automatic, a.address.bytes) <
           std::tie(b.address.automatic, b.address.bytes);
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
