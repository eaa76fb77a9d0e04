#include "command/vif.hpp"

#include "command/plug.hpp"
#include "command/unplug.hpp"

namespace command {

model::ExitCode vif(const VifRequest& request, net::Kernel& kernel,
                    const xen::OpenStore& open_store, Configuration& configuration,
                    xen::Hooks& hooks, Report& report) {
  try {
    if (request.move) {
      move(request, kernel, open_store, configuration, hooks, report);
    } else if (request.plug) {
      plug(request, kernel, open_store, configuration, hooks, report);
    } else {
      unplug(request, kernel, open_store, configuration, hooks, report);
    }
    return model::ExitCode::done;
  } catch (const model::Error& error) {
    report.error(request.link, error);
    return error.exit();
  }
}

}  // namespace command
