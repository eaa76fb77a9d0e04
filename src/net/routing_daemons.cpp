#include "net/routing_daemons.hpp"

#include <fcntl.h>

#include "net/handle.hpp"

namespace net {
namespace {

bool holds(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return file.valid() && ::fcntl(file.get(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace

std::optional<std::string> missing_routing_daemon(const std::string& folder) {
  for (const char* const name : {"zebra", "bgpd"}) {
    if (!holds(folder + "/" + name + ".pid")) return name;
  }
  return std::nullopt;
}

}  // namespace net
