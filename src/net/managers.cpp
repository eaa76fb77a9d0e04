#include "net/managers.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "net/handle.hpp"

namespace net {
namespace {

constexpr std::size_t most_bytes = 16384;

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { (void)::closedir(folder); }
};

/// The first bytes of a file, up to `most_bytes`; empty if it can't be read.
std::string beginning_of(const std::string& path) {
  // Not blocking: a FIFO, which has no business there, would hold us up.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::string text;
  std::array<char, 4096> piece;
  while (file.valid() && text.size() < most_bytes) {
    const ssize_t length = ::read(file.get(), piece.data(), piece.size());
    if (length <= 0) break;
    text.append(piece.data(), static_cast<std::size_t>(length));
  }
  return text;
}

/// The value of the first line "KEY=value"; nothing if there is no such line with its end.
std::optional<std::string_view> value_of(std::string_view key, std::string_view text) {
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    const std::string_view line = text.substr(0, end);
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == '=') {
      return line.substr(key.size() + 1);
    }
    text.remove_prefix(end + 1);
  }
  return std::nullopt;
}

bool is_plain_path(std::string_view text) {
  return text.starts_with('/') &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

std::optional<std::string> Managers::manager_of(int index) {
  if (auto found = networkd(index)) return found;
  if (network_manager(index)) return "NetworkManager";
  return std::nullopt;
}

std::optional<std::string> Managers::networkd(int index) const {
  const std::string text = beginning_of(run_ + "/systemd/netif/links/" + std::to_string(index));
  const auto file = value_of("NETWORK_FILE", text);
  const auto state = value_of("ADMIN_STATE", text);
  if (!file || file->empty() || state == "unmanaged" || state == "linger") return std::nullopt;
  if (!is_plain_path(*file)) return "systemd-networkd";
  return "systemd-networkd (" + std::string(*file) + ")";
}

bool Managers::network_manager(int index) {
  const std::string text = beginning_of(run_ + "/NetworkManager/devices/" + std::to_string(index));
  if (value_of("managed", text) != "true") return false;
  // There is none as long as it waits for a lease.
  const auto uuid = value_of("connection-uuid", text);
  return !uuid || !is_external(*uuid);
}

bool Managers::is_external(std::string_view uuid) {
  if (!external_) external_ = external_connections();
  return external_->contains(uuid);
}

std::set<std::string, std::less<>> Managers::external_connections() const {
  std::set<std::string, std::less<>> uuids;
  const std::string path = run_ + "/NetworkManager/system-connections";
  const std::unique_ptr<DIR, CloseFolder> folder(::opendir(path.c_str()));
  if (!folder) return uuids;
  while (const dirent* const entry = ::readdir(folder.get())) {
    const std::string text = beginning_of(path + "/" + static_cast<const char*>(entry->d_name));
    const auto uuid = value_of("uuid", text);
    if (uuid && value_of("external", text) == "true") uuids.emplace(*uuid);
  }
  return uuids;
}

}  // namespace net
