#pragma once

#include <string>

namespace model {

/// What traffic control does with frames of a link, by a filter that is not xvlan's (tc-mirred(8),
/// tc-bpf(8)): it sends them, or a copy, to another link; or a program decides, which can't be
/// looked into. Or it changes their VLAN tags (tc-vlan(8)), which puts them into another VLAN.
struct Redirect {
  int from = 0;         ///< ifindex
  int to = 0;           ///< ifindex; 0 for a program
  std::string filter;   ///< its kind: "matchall", "u32", "bpf"...
  bool retags = false;  ///< and then `to` is the link itself
  bool operator==(const Redirect&) const = default;
};

}  // namespace model
