#include "command/guest_names.hpp"

#include <cerrno>

namespace command {

std::optional<std::string> GuestNames::name_of(std::uint32_t domid) {
  if (const auto known = names_.find(domid); known != names_.end()) return known->second;
  return names_[domid] = read("/local/domain/" + std::to_string(domid) + "/name");
}

std::optional<std::string> GuestNames::mac_of(const model::VifId& vif) {
  const std::string path = vif.backend_path() + "/mac";
  if (const auto known = macs_.find(path); known != macs_.end()) return known->second;
  return macs_[path] = read(path);
}

xen::Store* GuestNames::store() {
  if (store_ || unreachable_) return store_.get();
  try {
    store_ = open_store_();
  } catch (const model::Error& error) {
    give_up(error);
  }
  return store_.get();
}

void GuestNames::give_up(const model::Error& error) {
  unreachable_ = true;
  store_.reset();
  report_.warning("guests are shown without their names: " + error.sentence());
}

std::optional<std::string> GuestNames::read(const std::string& path) {
  xen::Store* const reachable = store();
  if (reachable == nullptr) return std::nullopt;
  try {
    return reachable->read(path);
  } catch (const model::Error& error) {
    // A driver domain may read the vifs that it serves, and not who their guests are.
    if (error.errnum() != EACCES) give_up(error);
    return std::nullopt;
  }
}

}  // namespace command
