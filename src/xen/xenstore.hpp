#pragma once

#include <cstdint>
#include <memory>

#include "xen/alarm.hpp"
#include "xen/store.hpp"

struct xs_handle;

namespace xen {

/// The running xenstored, through libxenstore.
///
/// A request that xenstored does not answer in time fails, and so does one whose connection it
/// closes; neither is asked again. The next one opens another connection, so that what has failed
/// can still be told.
class Xenstore final : public Store {
 public:
  /// Shares one Patience with all others of the process. Throws Error if xenstored can't be
  /// reached.
  Xenstore();
  /// `patience` must outlive the Xenstore.
  explicit Xenstore(Patience& patience);

  std::optional<std::vector<std::string>> list(const std::string& path) override;
  std::optional<std::string> read(const std::string& path) override;
  void write(const Node& node) override;
  void write_together(const std::vector<Node>& nodes) override;

 private:
  class Transaction;
  struct Close {
    void operator()(xs_handle* handle) const noexcept;
  };

  void connect();
  void require_connection();
  template <class Call>
  auto wait_for(const Call& call);
  void write_in(std::uint32_t transaction, const Node& node);
  [[noreturn]] void fail(const std::string& action, int errnum);

  Alarm alarm_;
  std::unique_ptr<xs_handle, Close> handle_;
  bool closed_ = false;  ///< by xenstored, or because the time was up
};

}  // namespace xen
