#pragma once

#include <optional>
#include <string>

namespace model {

/// What is said of a vif, as text: in its backend directory, on the command line and in the
/// environment. What is empty was not said.
struct VifSpec {
  std::optional<std::string> bridge{};
  std::optional<std::string> vif_name{};  ///< key `vifname`
  std::optional<std::string> mtu{};       ///< in bytes
  std::optional<std::string> ip{};
  std::optional<std::string> vlan{};
  std::optional<std::string> frontend{};  ///< the guest's directory of the vif

  /// This, and what `fallback` says where this says nothing.
  [[nodiscard]] VifSpec or_else(const VifSpec& fallback) const {
    VifSpec merged = *this;
    for (auto VifSpec::*key : {&VifSpec::bridge, &VifSpec::vif_name, &VifSpec::mtu, &VifSpec::ip,
                               &VifSpec::vlan, &VifSpec::frontend}) {
      if (!(merged.*key)) merged.*key = fallback.*key;
    }
    return merged;
  }
  bool operator==(const VifSpec&) const = default;
};

}  // namespace model
