#pragma once

#include <cerrno>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "xen/store.hpp"

namespace support {

/// A pretended xenstored. Relative paths are kept as they are.
class FakeXenstored {
 public:
  /// What a program opens. Throws Error while xenstored is down.
  xen::OpenStore door();

  std::map<std::string, std::string> nodes;
  /// What was written: for each transaction, or write without one, its lines "path=value".
  std::vector<std::vector<std::string>> writes;
  std::set<std::string> closed;  ///< nodes that refuse to be written, or listed
  std::set<std::string> hidden;  ///< nodes that refuse to be read
  int refusal = EACCES;          ///< with that
  bool down = false;
  int reads = 0;   ///< how often a value was asked for
  int opened = 0;  ///< how often a program came in
};

}  // namespace support
