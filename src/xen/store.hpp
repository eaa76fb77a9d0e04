#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace xen {

/// A node to write: path and value. The value goes as it is, without a trailing NUL or newline.
using Node = std::pair<std::string, std::string>;

/// The xenstore of this host. A relative path counts from the caller's own domain, in dom0 and in a
/// driver domain alike (Xen, docs/misc/xenstore.txt).
///
/// Absence is an answer; anything else that xenstored refuses, and a xenstored that doesn't answer
/// in time, throws Error.
class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  /// The names of the nodes below `path`; nothing if there is no such node.
  virtual std::optional<std::vector<std::string>> list(const std::string& path) = 0;
  virtual std::optional<std::string> read(const std::string& path) = 0;
  virtual void write(const Node& node) = 0;
  /// Writes all nodes in one transaction: a reader sees all of them or none.
  virtual void write_together(const std::vector<Node>& nodes) = 0;
};

/// Opens the store when it is first needed, and anew when a connection is gone. Throws Error if
/// xenstored can't be reached.
using OpenStore = std::function<std::unique_ptr<Store>()>;

}  // namespace xen
