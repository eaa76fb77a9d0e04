#pragma once

#include <memory>

#include "xen/store.hpp"

struct xs_handle;

namespace xen {

/// The running xenstored, through libxenstore.
///
/// xenstored gets 5 s for everything it is asked, opening included (libxl ends a script after 10 s
/// in its strictest version). A timer's signal then takes the connection away, so at most one
/// Xenstore lives at a time, in a program of one thread.
class Xenstore final : public Store {
 public:
  static constexpr unsigned patience_s = 5;

  /// Throws Error if xenstored can't be reached.
  Xenstore();
  ~Xenstore() override;

  std::optional<std::vector<std::string>> list(const std::string& path) override;
  std::optional<std::string> read(const std::string& path) override;
  void write(const Node& node) override;
  void write_together(const std::vector<Node>& nodes) override;

 private:
  struct Close {
    void operator()(xs_handle* handle) const noexcept;
  };

  std::unique_ptr<xs_handle, Close> handle_;
};

}  // namespace xen
