#include "xen/handshake.hpp"

namespace xen {

Handshake read_handshake(Store& store, const std::string& backend_path) {
  return {.state = store.read(backend_path + "/state"),
          .hotplug = store.read(backend_path + "/hotplug-status"),
          .error = store.read(backend_path + "/hotplug-error")};
}

const char* word(const Handshake& handshake) {
  if (handshake.hotplug == "error") return "failed";
  const std::string state = handshake.state.value_or("");
  if (state == "1" || state == "3") return "starting";
  if (state == "2")
    return handshake.hotplug == "connected" ? "waits-for-guest" : "waits-for-script";
  if (state == "4") return "connected";
  if (state == "5") return "closing";
  if (state == "6") return "closed";
  return "-";
}

}  // namespace xen
