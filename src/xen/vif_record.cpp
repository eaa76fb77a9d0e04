#include "xen/vif_record.hpp"

#include <algorithm>

namespace xen {

std::optional<model::VifSpec> read_vif_record(Store& store, const std::string& backend_path) {
  const auto keys = store.list(backend_path);
  if (!keys) return std::nullopt;
  const auto value = [&](const char* key) -> std::optional<std::string> {
    if (std::find(keys->begin(), keys->end(), key) == keys->end()) return std::nullopt;
    auto text = store.read(backend_path + "/" + key);
    if (!text || text->empty()) return std::nullopt;
    return text;
  };
  return model::VifSpec{.bridge = value("bridge"),
                        .vif_name = value("vifname"),
                        .mtu = value("mtu"),
                        .ip = value("ip"),
                        .vlan = value("vlan"),
                        .frontend = value("frontend")};
}

std::optional<std::string> read_vif_mac(Store& store, const std::string& backend_path) {
  return store.read(backend_path + "/mac");
}

bool udev_is_disabled(Store& store) {
  return store.read("libxl/disable_udev").has_value();
}

void report_connected(Store& store, const std::string& backend_path) {
  store.write({backend_path + "/hotplug-status", "connected"});
}

void report_failed(Store& store, const std::string& backend_path, const std::string& reason) {
  store.write_together(
      {{backend_path + "/hotplug-error", reason}, {backend_path + "/hotplug-status", "error"}});
}

}  // namespace xen
