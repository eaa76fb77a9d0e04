#include "net/lock_file.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <thread>

#include "model/error.hpp"
#include "model/lookup.hpp"
#include "net/handle.hpp"

namespace net {
namespace {

using std::chrono::steady_clock;

// Where /run is missing, as in old distributions, its predecessor is there.
constexpr std::array paths{"/run/xvlan.lock", "/var/run/xvlan.lock"};

// Others hold it for milliseconds, but hundreds may be waiting, each for the kernel's own lock.
// libxl ends a script after 40 s.
constexpr std::chrono::seconds patience{20};
constexpr std::chrono::milliseconds first_pause{1};
constexpr std::chrono::milliseconds longest_pause{8};

class LockFile final : public Lock {
 public:
  explicit LockFile(FileDescriptor file) : file_(std::move(file)) {}

 private:
  FileDescriptor file_;
};

model::Error cannot_lock(const std::string& bridge, int errnum, std::string remedy = {}) {
  return model::Error({.action = "lock VLANs of bridge " + bridge + " by " + paths.front(),
                       .reason = model::error_text(errnum),
                       .remedy = std::move(remedy),
                       .errnum = errnum});
}

FileDescriptor open_file(const std::string& bridge) {
  constexpr mode_t owner_only = 0600;
  for (const char* const path : paths) {
    FileDescriptor file(::open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, owner_only));
    if (file.valid()) return file;
    if (errno != ENOENT) break;
  }
  throw cannot_lock(bridge, errno);
}

/// The bytes of a bridge begin at its hash; each VID has one of them.
off_t first_byte_of(const std::string& bridge) {
  constexpr int vid_bits = 12;
  constexpr std::uint64_t bridges = std::uint64_t{1} << 18U;  // off_t may have 32 bits
  return static_cast<off_t>((model::name_key(bridge) % bridges) << vid_bits);
}

void wait_for(const FileDescriptor& file, flock bytes, const std::string& bridge) {
  const auto deadline = steady_clock::now() + patience;
  for (auto pause = first_pause; ::fcntl(file.get(), F_SETLK, &bytes) != 0;
       pause = std::min(2 * pause, longest_pause)) {
    if (errno != EAGAIN && errno != EACCES && errno != EINTR) throw cannot_lock(bridge, errno);
    if (steady_clock::now() >= deadline) {
      throw cannot_lock(bridge, ETIMEDOUT, "another xvlan holds the lock and makes no progress");
    }
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace

std::unique_ptr<Lock> lock_vlans(const std::string& bridge, const model::Vlans& vlans) {
  FileDescriptor file = open_file(bridge);
  const off_t first = first_byte_of(bridge);
  // In ascending order, whoever does it, so that no two wait for each other.
  for (const model::BridgeVlan& range : vlans.empty() ? model::Vlans{{}} : vlans) {
    flock bytes{};
    bytes.l_type = F_WRLCK;
    bytes.l_whence = SEEK_SET;
    bytes.l_start = first + range.first;
    bytes.l_len = range.last - range.first + 1;
    wait_for(file, bytes, bridge);
  }
  return std::make_unique<LockFile>(std::move(file));
}

}  // namespace net
