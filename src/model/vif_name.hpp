#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace model {

/// The two numbers in the name that Xen gives a guest's backend link.
struct VifName {
  std::uint32_t domid = 0;  ///< the guest
  std::uint32_t devid = 0;  ///< the interface within the guest
  bool emulated = false;    ///< "vif7.0-emu", the tap behind an emulated NIC

  /// Reads "vif7.0" or "vif7.0-emu" (xen-netback's xenvif_alloc, libxl's TAP_DEVICE_SUFFIX);
  /// nothing if `text` is neither.
  static std::optional<VifName> parse(std::string_view text);

  /// The backend path of this vif, relative to the backend domain's own directory, so that it is
  /// right in dom0 and in a driver domain alike: "backend/vif/7/0".
  [[nodiscard]] std::string backend_path() const;
  bool operator==(const VifName&) const = default;
};

}  // namespace model
