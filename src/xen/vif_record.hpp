#pragma once

#include <optional>
#include <string>

#include "model/vif_spec.hpp"
#include "xen/store.hpp"

namespace xen {

/// Reads what the toolstack wrote about a vif into its backend directory (Xen,
/// tools/libs/light/libxl_nic.c; xend, server/netif.py); nothing if there is no such directory. A
/// key that is absent or empty was not said. Asks only for the keys that are there.
std::optional<model::VifSpec> read_vif_record(Store& store, const std::string& backend_path);

/// The guest's MAC, from the same directory, which the guest can't write; nothing if it was not
/// said.
std::optional<std::string> read_vif_mac(Store& store, const std::string& backend_path);

/// Whether udev's calls are not for us, because libxl calls the scripts itself (Xen,
/// DISABLE_UDEV_PATH in tools/libs/light/libxl_internal.h).
bool udev_is_disabled(Store& store);

/// Tells the toolstack and netback that the vif is plugged. netback compares all nine bytes (Linux,
/// hotplug_status_changed in drivers/net/xen-netback/xenbus.c).
void report_connected(Store& store, const std::string& backend_path);

/// Tells the toolstack why the vif is not plugged. The reason is there no later than the status,
/// because whoever waits for the status reads the reason next.
void report_failed(Store& store, const std::string& backend_path, const std::string& reason);

}  // namespace xen
