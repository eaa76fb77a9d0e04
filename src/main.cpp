#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "cli/configure.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "cli/terminal_report.hpp"
#include "cli/usage.hpp"
#include "cli/vif_configuration.hpp"
#include "cli/written_configuration.hpp"
#include "command/hotplug_error.hpp"
#include "command/network.hpp"
#include "command/network_import.hpp"
#include "command/vif.hpp"
#include "command/vif_status.hpp"
#include "net/listener.hpp"
#include "net/running_kernel.hpp"
#include "xen/hook_folder.hpp"
#include "xen/xenstore.hpp"

namespace {

using model::ExitCode;

/// A toolstack may close the standard files. A socket that took such a number would be written to
/// by whatever prints.
void fill_standard_files() {
  int fd = STDIN_FILENO;
  do {
    fd = ::open("/dev/null", O_RDWR);
  } while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd > STDERR_FILENO) ::close(fd);
}

std::optional<std::string> environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::unique_ptr<xen::Store> open_store() {
  return std::make_unique<xen::Xenstore>();
}

ExitCode run(const cli::NetworkCall& call, command::Report& report) {
  if (call.verb == cli::NetworkVerb::import) {
    return command::import_vlans(call.settings.netdev, cli::write_configuration,
                                 *net::running_kernel(), report);
  }
  command::NetworkRequest request = cli::configure(call);
  request.output = cli::output_for(call.json, call.no_color, environment);
  const std::unique_ptr<net::Kernel> kernel = net::running_kernel();
  switch (call.verb) {
    case cli::NetworkVerb::start:
      return command::start(request, *kernel, report);
    case cli::NetworkVerb::stop:
      return command::stop(request, *kernel, report);
    case cli::NetworkVerb::status:
      return command::status(request, *kernel, open_store, report);
    case cli::NetworkVerb::listen:
      return command::listen(request, *kernel, net::packet_listener, report);
    case cli::NetworkVerb::check:
      return command::check(request, *kernel, report);
    case cli::NetworkVerb::import:
      break;  // has no configuration
  }
  return ExitCode::usage;
}

ExitCode run(const cli::VifCall& call, command::Report& report) {
  const std::unique_ptr<net::Kernel> kernel = net::running_kernel();
  cli::VifConfiguration configuration(call.places.config_path, call.places.config_was_typed,
                                      call.places.ifcfg_folder);
  xen::HookFolder hooks;
  return command::vif(call.request, *kernel, open_store, configuration, hooks, report);
}

ExitCode run(const cli::VifStatusCall& call, command::Report& report) {
  const std::unique_ptr<net::Kernel> kernel = net::running_kernel();
  cli::VifConfiguration configuration(call.places.config_path, call.places.config_was_typed,
                                      call.places.ifcfg_folder);
  return command::vif_status(
      {.name = call.name, .output = cli::output_for(call.json, call.no_color, environment)},
      *kernel, open_store, configuration, report);
}

ExitCode run(const cli::Nothing&, command::Report&) {
  return ExitCode::done;
}

ExitCode run(const cli::Help&, command::Report& report) {
  std::string text = cli::usage_text;
  text.pop_back();
  report.result(text);
  return ExitCode::done;
}

ExitCode run(const cli::Version&, command::Report& report) {
  report.result("xvlan " XVLAN_VERSION);
  return ExitCode::done;
}

ExitCode guarded(const std::string& name, const std::vector<std::string>& words,
                 command::Report& report) {
  try {
    const cli::Call call = cli::parse(name, words, environment);
    return std::visit([&](const auto& one) { return run(one, report); }, call);
  } catch (const model::Error& error) {
    if (const auto backend = cli::waiting_backend(words, environment)) {
      command::report_early_failure(*backend, error, open_store);
    }
    if (cli::asks_for_nagios(words)) return command::tell_nagios_unknown(error, report);
    report.error("", error);
    return error.exit();
  } catch (const std::exception& error) {
    report.error("", model::Error({.action = "go on", .reason = error.what()}));
    return ExitCode::failed;
  }
}

}  // namespace

int main(int argc, char** argv) {
  fill_standard_files();
  (void)std::signal(SIGPIPE, SIG_IGN);  // a toolstack may read nothing of what is printed
  const std::string name = argc > 0 ? argv[0] : "xvlan";
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  cli::TerminalReport report;
  const ExitCode exit = guarded(name, words, report);
  return static_cast<int>(report.finish() || exit != ExitCode::done ? exit : ExitCode::failed);
}
