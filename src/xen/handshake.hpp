#pragma once

#include <optional>
#include <string>

#include "xen/store.hpp"

namespace xen {

/// How far backend driver, guest and toolstack are with a vif (Xen, public/io/xenbus.h; Linux,
/// drivers/net/xen-netback/xenbus.c).
struct Handshake {
  std::optional<std::string> state{};    ///< of the backend driver, a number
  std::optional<std::string> hotplug{};  ///< hotplug-status, what the script has answered
  std::optional<std::string> error{};    ///< hotplug-error, why it could not
};

/// Reads it from a vif's backend directory.
Handshake read_handshake(Store& store, const std::string& backend_path);

/// It in a word: "starting", "waits-for-script", "waits-for-guest", "connected", "closing",
/// "closed", "failed"; "-" where xenstore does not tell.
const char* word(const Handshake& handshake);

}  // namespace xen
