#include "command/hotplug_error.hpp"

#include <cerrno>

#include "xen/vif_record.hpp"

namespace command {

using model::Error;

namespace {

void tell_failure(const std::string& backend_path, xen::Store& store, const Error& error) {
  // Writing into a directory that the toolstack has removed would resurrect it.
  if (store.list(backend_path)) xen::report_failed(store, backend_path, error.sentence());
}

}  // namespace

void tell_failure(const VifRequest& request, xen::Store& store, const Error& error,
                  Report& report) {
  try {
    tell_failure(request.backend_path, store, error);
  } catch (const Error& unheard) {
    if (unheard.sentence() == error.sentence()) return;
    if (unheard.errnum() == ETIMEDOUT && error.errnum() == ETIMEDOUT) return;
    report.warning(request.link + ": " + unheard.sentence());
  }
}

void report_early_failure(const std::string& backend_path, const Error& error,
                          const xen::OpenStore& open_store) {
  try {
    const auto store = open_store();
    tell_failure(backend_path, *store, error);
  } catch (const Error&) {
    // The caller reports the failure itself; that xenstore can't be told adds nothing.
  }
}

}  // namespace command
