#include "command/vif.hpp"

#include "command/plug.hpp"
#include "command/unplug.hpp"

namespace command {

model::ExitCode vif(const VifRequest& request, net::Kernel& kernel,
                    const xen::OpenStore& open_store, Configuration& configuration,
                    Report& report) {
  try {
    if (request.move) {
      move(request, kernel, open_store, configuration, report);
    } else if (request.plug) {
      plug(request, kernel, open_store, configuration, report);
    } else {
      unplug(request, kernel, open_store, configuration, report);
    }
    return model::ExitCode::done;
  } catch (const model::Error& error) {
    report.error(request.link, error);
    return error.exit();
  }
}

}  // namespace command
