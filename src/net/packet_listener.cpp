#include "net/packet_listener.hpp"

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "model/error.hpp"

namespace net {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// What is looked at of a frame is its beginning, up to the end of ARP behind two tags; but all of
// LLDP and the like, which fits into the smallest of usual MTUs.
constexpr std::uint32_t short_bytes = 64;
constexpr std::uint32_t whole_bytes = 2048;

// A busy trunk brings thousands of frames between two looks. The kernel counts some 2 kB for each,
// however little of it is kept.
constexpr int buffer_bytes = 16 << 20;

model::Error cannot_listen(const model::Link& trunk, std::string reason, std::string remedy,
                           int errnum = 0) {
  return model::Error({.action = "listen on " + trunk.name,
                       .reason = std::move(reason),
                       .remedy = std::move(remedy),
                       .errnum = errnum});
}

model::Error refused(const model::Link& trunk, int errnum) {
  const bool forbidden = errnum == EPERM || errnum == EACCES;
  return cannot_listen(trunk, model::error_text(errnum), forbidden ? "run it as root" : "", errnum);
}

/// Only what comes in: a copy of every frame that goes out comes by as well.
void set_filter(const model::Link& trunk, int fd) {
  constexpr std::uint32_t reserved = 0x0180c200, cisco = 0x01000ccc;  // first bytes of groups
  constexpr auto packet_type = static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_PKTTYPE);
  std::array<sock_filter, 8> program{{
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, packet_type),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, reserved, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, cisco, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, short_bytes),
      BPF_STMT(BPF_RET | BPF_K, whole_bytes),
  }};
  const sock_fprog filter{.len = program.size(), .filter = program.data()};
  if (::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0) {
    throw refused(trunk, errno);
  }
}

/// A smaller buffer costs frames, which are counted.
void widen(int fd) {
  const int size = buffer_bytes;
  if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0) {
    (void)::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  }
}

/// Deaf, so that not even one frame comes by before the filter is there.
FileDescriptor open_socket(const model::Link& trunk) {
  FileDescriptor socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (!socket.valid()) throw refused(trunk, errno);
  set_filter(trunk, socket.get());
  widen(socket.get());
  const int yes = 1;
  if (::setsockopt(socket.get(), SOL_PACKET, PACKET_AUXDATA, &yes, sizeof yes) != 0) {
    throw refused(trunk, errno);
  }
  return socket;
}

void require_carrier(const model::Link& trunk, int fd) {
  ifreq request{};
  trunk.name.copy(request.ifr_name, sizeof request.ifr_name - 1);
  if (::ioctl(fd, SIOCGIFFLAGS, &request) != 0) throw refused(trunk, errno);
  if ((request.ifr_flags & IFF_RUNNING) != 0) return;
  throw cannot_listen(trunk, "it has no carrier", "check that its cable is plugged in");
}

void bind_to(const model::Link& trunk, int fd) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = trunk.index;
  socklen_t size = sizeof address;
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw refused(trunk, errno);
  }
  if (address.sll_hatype == ARPHRD_ETHER) return;
  throw cannot_listen(trunk, "it is not an Ethernet link",
                      "name a NIC, a bond or a team: netdev=eth1");
}

void hear_everybody(const model::Link& trunk, int fd) {
  packet_mreq request{};
  request.mr_ifindex = trunk.index;
  request.mr_type = PACKET_MR_PROMISC;
  if (::setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof request) != 0) {
    throw refused(trunk, errno);
  }
}

/// Whether whoever started the program wants it to go on at that signal, as nohup(1) does.
bool is_ignored(int signal) {
  struct sigaction action {};
  ::sigaction(signal, nullptr, &action);
  return action.sa_handler == SIG_IGN;
}

/// The tag that the kernel tells of beside a frame.
std::optional<heard::Tag> stripped_tag(msghdr& message) {
  const cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (header == nullptr || header->cmsg_type != PACKET_AUXDATA) return std::nullopt;
  tpacket_auxdata data{};
  std::memcpy(&data, CMSG_DATA(header), sizeof data);
  if ((data.tp_status & TP_STATUS_VLAN_VALID) == 0) return std::nullopt;
  const bool says_protocol = (data.tp_status & TP_STATUS_VLAN_TPID_VALID) != 0;
  return heard::Tag{.protocol = says_protocol ? data.tp_vlan_tpid : std::uint16_t{ETH_P_8021Q},
                    .control = data.tp_vlan_tci};
}

}  // namespace

FileDescriptor EndSignals::take() {
  sigset_t taken;
  ::sigemptyset(&taken);
  for (const int signal : {SIGINT, SIGTERM}) {
    if (!is_ignored(signal)) ::sigaddset(&taken, signal);
  }
  FileDescriptor file(::signalfd(-1, &taken, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!file.valid()) {
    throw model::Error(
        {.action = "wait for signals", .reason = model::error_text(errno), .errnum = errno});
  }
  ::sigprocmask(SIG_BLOCK, &taken, &before_);
  return file;
}

EndSignals::~EndSignals() {
  // The one that ended the listening must not end the program now.
  signalfd_siginfo signal{};
  while (::read(fd(), &signal, sizeof signal) > 0) {
  }
  ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

/// Room for some frames that are received by one call.
class PacketListener::Batch {
 public:
  Batch() {
    for (std::size_t i = 0; i < size; ++i) {
      parts_[i] = {.iov_base = bytes_[i].data(), .iov_len = bytes_[i].size()};
    }
  }

  /// How many have come; -1 if there are none, or something is wrong (errno).
  int receive(int fd) {
    for (std::size_t i = 0; i < size; ++i) {
      msghdr& message = messages_[i].msg_hdr;
      message = {};
      message.msg_iov = &parts_[i];
      message.msg_iovlen = 1;
      message.msg_control = controls_[i].bytes.data();
      message.msg_controllen = controls_[i].bytes.size();
    }
    return ::recvmmsg(fd, messages_.data(), size, MSG_DONTWAIT, nullptr);
  }

  [[nodiscard]] heard::Bytes frame(std::size_t at) const {
    return heard::Bytes(bytes_[at]).first(messages_[at].msg_len);
  }
  std::optional<heard::Tag> tag(std::size_t at) { return stripped_tag(messages_[at].msg_hdr); }

 private:
  static constexpr std::size_t size = 64;

  struct Control {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(tpacket_auxdata))> bytes;
  };

  std::array<std::array<std::uint8_t, whole_bytes>, size> bytes_;
  std::array<Control, size> controls_;
  std::array<iovec, size> parts_;
  std::array<mmsghdr, size> messages_;
};

PacketListener::PacketListener() : batch_(std::make_unique<Batch>()) {}

PacketListener::~PacketListener() = default;

void PacketListener::add(const model::Link& trunk) {
  FileDescriptor socket = open_socket(trunk);
  require_carrier(trunk, socket.get());
  bind_to(trunk, socket.get());
  hear_everybody(trunk, socket.get());
  ears_.push_back({.socket = std::move(socket)});
}

bool PacketListener::hear(milliseconds duration, const OnFrame& on_frame) {
  const auto deadline = steady_clock::now() + duration;
  for (auto now = steady_clock::now(); now < deadline; now = steady_clock::now()) {
    const bool goes_on = wait(std::chrono::ceil<milliseconds>(deadline - now));
    for (std::size_t trunk = 0; trunk < ears_.size(); ++trunk) take(trunk, on_frame);
    if (!goes_on) return false;
  }
  for (Ear& ear : ears_) count_lost(ear);
  return true;
}

bool PacketListener::wait(milliseconds timeout) {
  std::vector<pollfd> places{{.fd = signals_.fd(), .events = POLLIN, .revents = 0}};
  for (const Ear& ear : ears_) {
    places.push_back({.fd = ear.socket.get(), .events = POLLIN, .revents = 0});
  }
  (void)::poll(places.data(), places.size(), static_cast<int>(timeout.count()));
  return places.front().revents == 0;
}

void PacketListener::take(std::size_t trunk, const OnFrame& on_frame) {
  Ear& ear = ears_[trunk];
  const int count = batch_->receive(ear.socket.get());
  if (count < 0 && errno == ENETDOWN) ear.gaps.went_down = true;
  for (int i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    on_frame(trunk, batch_->frame(at), batch_->tag(at));
  }
}

/// The kernel's number begins anew each time that it is asked for.
void PacketListener::count_lost(Ear& ear) const {
  tpacket_stats statistics{};
  socklen_t size = sizeof statistics;
  if (::getsockopt(ear.socket.get(), SOL_PACKET, PACKET_STATISTICS, &statistics, &size) == 0) {
    ear.gaps.lost += statistics.tp_drops;
  }
}

Gaps PacketListener::gaps(std::size_t trunk) {
  count_lost(ears_.at(trunk));
  return ears_.at(trunk).gaps;
}

std::unique_ptr<Listener> packet_listener() {
  return std::make_unique<PacketListener>();
}

}  // namespace net
