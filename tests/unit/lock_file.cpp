#include "net/lock_file.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <functional>

#include "hosts.hpp"
#include "net/handle.hpp"

namespace {

/// What `act` prints in a process of its own.
std::string in_child(const std::function<std::string()>& act) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    std::string text;
    try {
      text = act();
    } catch (const model::Error& error) {
      text = error.sentence();
    }
    const bool told = ::write(ends[1], text.data(), text.size()) == std::ssize(text);
    ::_exit(told ? 0 : 1);
  }
  ::close(ends[1]);
  const net::FileDescriptor reader(ends[0]);
  std::string text;
  std::array<char, 256> piece{};
  for (ssize_t size = 1; size > 0;) {
    size = ::read(reader.get(), piece.data(), piece.size());
    if (size > 0) text.append(piece.data(), static_cast<std::size_t>(size));
  }
  (void)::waitpid(child, nullptr, 0);
  return text;
}

/// The machine's own /run stays out of it.
bool hide_run() {
  const int spaces = CLONE_NEWNS | (::geteuid() == 0 ? 0 : CLONE_NEWUSER);
  return ::unshare(spaces) == 0 &&
         ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("tmpfs", "/run", "tmpfs", 0, nullptr) == 0;
}

/// The bytes that another process has locked, each range by its first and last: "4-4 9-10 ".
std::string locked_bytes() {
  constexpr off_t bytes_of_bridge = 4096;
  const net::FileDescriptor file(::open("/run/xvlan.lock", O_RDWR | O_CLOEXEC));
  std::string text;
  for (off_t at = 0;;) {
    struct flock bytes {};
    bytes.l_type = F_WRLCK;
    bytes.l_whence = SEEK_SET;
    bytes.l_start = at;
    if (::fcntl(file.get(), F_GETLK, &bytes) != 0) return "?";
    if (bytes.l_type == F_UNLCK) return text;
    text += std::to_string(bytes.l_start % bytes_of_bridge) + "-";
    if (bytes.l_len == 0) return text + "the end";
    at = bytes.l_start + bytes.l_len;
    text += std::to_string((at - 1) % bytes_of_bridge) + " ";
  }
}

/// What others see locked while `bridge` is locked for such VLANs, and behind that.
std::string locked(const std::string& bridge, const model::Vlans& vlans) {
  return in_child([&]() -> std::string {
    if (!hide_run()) return "no /run of its own";
    auto lock = net::lock_vlans(bridge, vlans);
    const std::string held = in_child(locked_bytes);
    lock.reset();
    return held + in_child(locked_bytes);
  });
}

}  // namespace

TEST_CASE("a lock takes the bytes of its VLANs, no others, and lets them go", "[lock]") {
  CHECK(locked("xenbr0", {model::access_vlan(4)}) == "4-4 ");
  CHECK(locked("xenbr0", {model::access_vlan(4), {.first = 9, .last = 10}}) == "4-4 9-10 ");
  CHECK(locked("xenbr0", {{.first = 1, .last = 4094}}) == "1-4094 ");
  CHECK(locked("br4", {}) == "0-0 ");
}
