#include "wire_xenstored.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include <xen/io/xs_wire.h>

namespace support {
namespace {

constexpr std::uint32_t first_transaction = 7;

int require(int result) {
  if (result < 0) throw std::runtime_error(std::strerror(errno));
  return result;
}

int open_socket() {
  return require(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

bool read_all(int fd, void* to, std::size_t length) {
  return length == 0 || ::recv(fd, to, length, MSG_WAITALL) == static_cast<ssize_t>(length);
}

void send(int fd, xsd_sockmsg header, const WireXenstored::Answer& answer) {
  header.type = answer.type;
  header.len = static_cast<std::uint32_t>(answer.body.size());
  std::string message(reinterpret_cast<const char*>(&header), sizeof header);
  message += answer.body;
  (void)::send(fd, message.data(), message.size(), MSG_NOSIGNAL);  // the client may be gone
}

std::string name_of(std::uint32_t type) {
  switch (type) {
    case XS_DIRECTORY:
      return "DIRECTORY";
    case XS_READ:
      return "READ";
    case XS_WRITE:
      return "WRITE";
    case XS_TRANSACTION_START:
      return "TRANSACTION_START";
    case XS_TRANSACTION_END:
      return "TRANSACTION_END";
    default:
      return "type " + std::to_string(type);
  }
}

/// "path\0value" as "path=value", "path\0" as "path".
std::string printed(const std::string& body) {
  const std::size_t end = body.find('\0');
  if (end == std::string::npos || end + 1 == body.size()) return body.substr(0, end);
  return body.substr(0, end) + "=" + body.substr(end + 1);
}

WireXenstored::Answer refusal(const std::string& error) {
  return {.type = XS_ERROR, .body = error + '\0'};
}

}  // namespace

WireXenstored::WireXenstored(std::map<std::string, std::string> nodes, React react, Door door)
    : nodes_(std::move(nodes)),
      react_(std::move(react)),
      listener_(open_socket()),
      stop_(require(::eventfd(0, EFD_CLOEXEC))) {
  std::string name = std::filesystem::temp_directory_path() / "xenstored.XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) require(-1);
  folder_ = name;
  const sockaddr_un address = address_of(folder_ / "socket");
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  require(::bind(listener_, generic, sizeof address));
  require(::listen(listener_, door == Door::open ? 8 : 0));
  ::setenv("XENSTORED_PATH", address.sun_path, 1);
  if (door == Door::shut) {
    queued_ = open_socket();
    require(::connect(queued_, generic, sizeof address));
  } else {
    start();
  }
}

void WireXenstored::start() {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  thread_ = std::thread([this] { serve(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

WireXenstored::~WireXenstored() {
  ::eventfd_write(stop_, 1);
  if (thread_.joinable()) thread_.join();
  for (const int fd : {listener_, stop_, queued_}) {
    if (fd >= 0) ::close(fd);
  }
  std::filesystem::remove_all(folder_);
}

std::vector<std::string> WireXenstored::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void WireXenstored::serve() {
  std::vector<Client> clients;
  int accepted = 0;
  for (;;) {
    std::vector<pollfd> ready{{.fd = stop_, .events = POLLIN, .revents = 0},
                              {.fd = listener_, .events = POLLIN, .revents = 0}};
    for (const Client& client : clients) {
      ready.push_back({.fd = client.fd, .events = POLLIN, .revents = 0});
    }
    ::poll(ready.data(), ready.size(), -1);
    if (ready[0].revents != 0) break;
    for (std::size_t n = clients.size(); n-- > 0;) {
      if (ready[n + 2].revents == 0 || serve(clients[n])) continue;
      ::close(clients[n].fd);
      clients.erase(clients.begin() + static_cast<std::ptrdiff_t>(n));
    }
    if (ready[1].revents != 0) {
      clients.push_back({.fd = ::accept(listener_, nullptr, nullptr), .number = ++accepted});
    }
  }
  for (const Client& client : clients) ::close(client.fd);
}

WireXenstored::Reaction WireXenstored::note(const std::string& request) {
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  return react_ ? react_(request) : Reaction{};
}

bool WireXenstored::serve(const Client& client) {
  xsd_sockmsg header{};
  if (!read_all(client.fd, &header, sizeof header)) return false;
  std::string body(header.len, '\0');
  if (!read_all(client.fd, body.data(), body.size())) return false;
  const std::string place = header.tx_id == 0 ? "" : " in " + std::to_string(header.tx_id);
  const Reaction reaction = note(std::to_string(client.number) + place + ": " +
                                 name_of(header.type) + " " + printed(body));
  if (reaction.deed == Deed::refuse) send(client.fd, header, refusal(reaction.error));
  if (reaction.deed == Deed::answer) {
    send(client.fd, header, answer_to(header.type, body.substr(0, body.find('\0'))));
  }
  return reaction.deed != Deed::hang_up;
}

WireXenstored::Answer WireXenstored::answer_to(std::uint32_t type, const std::string& path) {
  const auto node = nodes_.find(path);
  switch (type) {
    case XS_READ:
      return node == nodes_.end() ? refusal("ENOENT") : Answer{.type = type, .body = node->second};
    case XS_DIRECTORY:
      return names_below(path);
    case XS_TRANSACTION_START:
      return {.type = type, .body = std::to_string(first_transaction + transactions_++) + '\0'};
    default:
      return {.type = type, .body = std::string("OK") + '\0'};
  }
}

WireXenstored::Answer WireXenstored::names_below(const std::string& path) const {
  std::string names;
  for (const auto& [node, value] : nodes_) {
    if (node.starts_with(path + "/")) names += node.substr(path.size() + 1) + '\0';
  }
  if (names.empty() && !nodes_.contains(path)) return refusal("ENOENT");
  return {.type = XS_DIRECTORY, .body = names};
}

}  // namespace support
