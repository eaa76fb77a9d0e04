#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace model {

/// Which vif: the guest, and the interface within the guest. The one reading of names, backend
/// paths and devices, which all have these two numbers in them.
struct VifId {
  std::uint32_t domid = 0;  ///< the guest
  std::uint32_t devid = 0;  ///< the interface within the guest

  /// Reads the name that Xen gives the backend link, "vif7.0", or the tap behind an emulated NIC,
  /// "vif7.0-emu" (xen-netback's xenvif_alloc, libxl's TAP_DEVICE_SUFFIX).
  static std::optional<VifId> from_name(std::string_view name);
  /// Reads a backend path, relative or not: "backend/vif/7/0".
  static std::optional<VifId> from_path(std::string_view path);
  /// Reads the device behind a backend link, "vif-7-0" (Linux, xenbus_probe_backend.c).
  static std::optional<VifId> from_device(std::string_view device);

  /// "vif7.0", or for a tap "vif7.0-emu"
  [[nodiscard]] std::string name(bool tap = false) const;
  /// "vif-7-0"
  [[nodiscard]] std::string device() const;
  /// The backend path, relative to the backend domain's own directory, so that it is right in dom0
  /// and in a driver domain alike: "backend/vif/7/0".
  [[nodiscard]] std::string backend_path() const;
  bool operator==(const VifId&) const = default;
};

/// What the name of a tap ends in.
inline constexpr std::string_view tap_suffix = "-emu";

/// Whether a toolstack gives this name to a guest's link: "vif7.0", "vif7.0-emu", "tap7.0".
bool is_vif_name(std::string_view name);

}  // namespace model
