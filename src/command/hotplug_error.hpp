#pragma once

#include <string>

#include "command/report.hpp"
#include "command/vif.hpp"
#include "model/error.hpp"
#include "xen/store.hpp"

/// What xenstore hears of a vif that is not plugged.
namespace command {

/// Tells xenstore of the failure. What it can't be told for is said, unless that is the failure
/// itself: a xenstored that is silent.
void tell_failure(const VifRequest& request, xen::Store& store, const model::Error& error,
                  Report& report);

/// Tells xenstore of a failure that came before there was a request. Never throws.
void report_early_failure(const std::string& backend_path, const model::Error& error,
                          const xen::OpenStore& open_store);

}  // namespace command
