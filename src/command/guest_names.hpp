#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "command/report.hpp"
#include "model/vif_id.hpp"
#include "xen/store.hpp"

namespace command {

/// What xenstore tells of guests, asked for when it is first needed. A xenstore that does not
/// answer is asked once only, which is reported; there is nothing to tell then.
class GuestNames {
 public:
  GuestNames(const xen::OpenStore& open_store, Report& report)
      : open_store_(open_store), report_(report) {}

  /// The name of a guest.
  std::optional<std::string> name_of(std::uint32_t domid);
  /// The MAC of a guest's interface, as its spec has it.
  std::optional<std::string> mac_of(const model::VifId& vif);

  /// The store; nullptr if it does not answer.
  xen::Store* store();
  /// It has failed at that.
  void give_up(const model::Error& error);

 private:
  std::optional<std::string> read(const std::string& path);

  const xen::OpenStore& open_store_;
  Report& report_;
  std::unique_ptr<xen::Store> store_;
  bool unreachable_ = false;
  std::map<std::uint32_t, std::optional<std::string>> names_;
  std::map<std::string, std::optional<std::string>> macs_;  ///< by path: a vif may be in many VLANs
};

}  // namespace command
