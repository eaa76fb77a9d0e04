#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace support {

/// A pretended xenstored that speaks the protocol of the real one (Xen, docs/misc/xenstore.txt and
/// public/io/xs_wire.h) on a socket of its own, where libxenstore of this process finds it.
///
/// A request is written as "1: READ backend/bridge", "1: WRITE backend/mtu=1500" or, inside of a
/// transaction, "1 in 7: WRITE backend/mtu=1500". The first number counts the connections from 1,
/// the second the transactions from 7.
class WireXenstored {
 public:
  enum class Deed {
    answer,   ///< READ and DIRECTORY from `nodes`, which stay as they are; the rest with "OK"
    refuse,   ///< with `error`
    silence,  ///< never
    hang_up   ///< close the connection
  };
  struct Reaction {
    Deed deed = Deed::answer;
    std::string error{};  ///< such as "EACCES"
  };
  /// Decides about each request. Runs beside the test, in a thread that no SIGALRM goes to.
  using React = std::function<Reaction(const std::string& request)>;

  struct Answer {
    std::uint32_t type;
    std::string body;
  };

  /// With its door shut it accepts nobody, and the queue of clients before it is full.
  enum class Door { open, shut };

  /// Without `react` it answers everything.
  explicit WireXenstored(std::map<std::string, std::string> nodes = {}, React react = {},
                         Door door = Door::open);
  WireXenstored(const WireXenstored&) = delete;
  WireXenstored& operator=(const WireXenstored&) = delete;
  ~WireXenstored();

  /// What was asked until now.
  [[nodiscard]] std::vector<std::string> requests() const;

 private:
  struct Client {
    int fd;
    int number;
  };

  void start();
  void serve();
  /// False if the connection has ended.
  bool serve(const Client& client);
  Reaction note(const std::string& request);
  Answer answer_to(std::uint32_t type, const std::string& path);
  [[nodiscard]] Answer names_below(const std::string& path) const;

  std::map<std::string, std::string> nodes_;
  React react_;
  std::filesystem::path folder_;
  int listener_;
  int stop_;         ///< an eventfd
  int queued_ = -1;  ///< the client that fills the queue
  std::uint32_t transactions_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace support
