#pragma once

#include <string>
#include <string_view>

#include "model/vlans.hpp"

namespace model {

/// The VLANs that a vif asks for, in the words of xl's `vlan` (xl-network-configuration(5)):
///
///     spec = term { ("/" | ",") term }
///     term = VID ["p" | "u" | "t"] | VID "-" VID ["u"] | VID "+" STEP "x" COUNT ["u"]
///
/// p is native: in and out without a tag, the PVID. u leaves without a tag and enters with one, t
/// has its tag both ways, as has a plain VID. A plain VID that is alone is native. COUNT is the
/// number of further VLANs: 100+10x4 is 100, 110, 120, 130 and 140.
struct VlanSpec {
  Vlans vlans;
  /// Whether it has a term with "+": what that means is worth saying.
  bool counts = false;
  /// Whether frames of several VLANs leave without a tag, so that the guest can't tell them apart.
  bool mixes = false;

  /// Throws Error, which names the term, if a VID is out of 1..4094 or is there twice, a range runs
  /// backwards, two are native, or a term is of another form. `what` is where it was said, "vlan".
  static VlanSpec parse(std::string_view what, std::string_view text);
};

/// Those VLANs as xl's `vlan` has them: "5p/10/20-30".
std::string spec_text(const Vlans& vlans);

}  // namespace model
