#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "xen/store.hpp"

namespace xen {

/// What the toolstack wrote about a vif into its backend directory (Xen,
/// tools/libs/light/libxl_nic.c; xend, server/netif.py). A key that is absent or empty is empty.
struct VifRecord {
  std::optional<std::string> bridge;
  std::optional<std::string> vif_name;  ///< key `vifname`
  std::optional<std::string> mtu;       ///< in bytes
  std::optional<std::string> ip;
  std::optional<std::string> vlan;
  std::optional<std::string> frontend;  ///< the guest's directory of the vif
};

/// Reads the record at `backend_path`; nothing if there is no such directory. Asks only for the
/// keys that are there.
std::optional<VifRecord> read_vif_record(Store& store, const std::string& backend_path);

/// Tells the toolstack and netback that the vif is plugged. netback compares all nine bytes (Linux,
/// hotplug_status_changed in drivers/net/xen-netback/xenbus.c).
void report_connected(Store& store, const std::string& backend_path);

/// Tells the toolstack why the vif is not plugged. The reason is there no later than the status,
/// because whoever waits for the status reads the reason next.
void report_failed(Store& store, const std::string& backend_path, const std::string& reason);

}  // namespace xen
