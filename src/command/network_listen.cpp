#include <algorithm>
#include <array>
#include <set>

#include "command/heard.hpp"
#include "command/network.hpp"

namespace command {
namespace {

using model::ExitCode;
using model::IfName;
using model::Link;
using std::chrono::seconds;

using HeardTrunks = std::vector<HeardTrunk>;

/// In the order of the configuration.
std::vector<IfName> trunks_of(const NetworkRequest& request) {
  if (request.trunk) return {*request.trunk};
  std::vector<IfName> trunks;
  std::set<IfName> seen;
  for (const model::Segment& segment : request.segments) {
    const IfName* const trunk = segment.trunk.trunk();
    if (trunk != nullptr && seen.insert(*trunk).second) trunks.push_back(*trunk);
  }
  return trunks;
}

heard::Configured configured_on(const IfName& trunk, const NetworkRequest& request) {
  heard::Configured configured;
  for (const model::Segment& segment : request.segments) {
    if (segment.trunk != trunk) continue;
    model::Vids& vids = segment.options.on_demand ? configured.on_demand : configured.always;
    vids.add(segment.vid);
  }
  return configured;
}

model::Error cannot_listen(const IfName& trunk, std::string reason, std::string remedy) {
  return model::Error({.action = "listen on " + trunk.text(),
                       .reason = std::move(reason),
                       .remedy = std::move(remedy)});
}

void add_trunk(const IfName& trunk, net::Kernel& kernel, net::Listener& listener) {
  const std::array names{trunk.text()};
  const model::HostState host = kernel.read(names);
  const Link* const link = host.find(trunk.text());
  if (link == nullptr) {
    throw cannot_listen(trunk, "there is no such link",
                        "'ip link' lists the links: set netdev= to one of them");
  }
  if (!link->up) {
    throw cannot_listen(trunk, "it is down", "bring it up: ip link set " + link->name + " up");
  }
  listener.add(*link);
}

/// The trunks that can be heard, in the order in which the listener has them.
HeardTrunks add_trunks(const NetworkRequest& request, net::Kernel& kernel, net::Listener& listener,
                       Report& report) {
  HeardTrunks trunks;
  for (const IfName& trunk : trunks_of(request)) {
    try {
      add_trunk(trunk, kernel, listener);
      trunks.push_back({.name = trunk.text(), .configured = configured_on(trunk, request)});
    } catch (const model::Error& error) {
      report.error(trunk.text(), error);
    }
  }
  return trunks;
}

std::string progress_text(seconds passed, seconds duration, const HeardTrunks& trunks) {
  std::size_t vlans = 0;
  for (const HeardTrunk& trunk : trunks) vlans += trunk.traffic.vlans().size();
  return std::to_string(passed.count()) + " of " + std::to_string(duration.count()) +
         " s, VLANs heard: " + std::to_string(vlans);
}

/// How long it took, in whole seconds: a signal may end it early.
seconds hear(seconds duration, net::Listener& listener, HeardTrunks& trunks, Report& report) {
  const auto add_frame = [&](std::size_t trunk, heard::Bytes bytes,
                             const std::optional<heard::Tag>& tag) {
    if (const auto frame = heard::decode(bytes, tag)) trunks[trunk].traffic.add(*frame);
  };
  seconds passed{0};
  report.progress(progress_text(passed, duration, trunks));
  while (passed < duration && listener.hear(seconds(1), add_frame)) {
    ++passed;
    report.progress(progress_text(passed, duration, trunks));
  }
  for (std::size_t i = 0; i < trunks.size(); ++i) trunks[i].gaps = listener.gaps(i);
  return passed;
}

void print(const HeardTrunks& trunks, seconds listened, Output::Form form, Report& report) {
  if (form == Output::Form::json) {
    report.result(heard_json(trunks, listened));
    return;
  }
  for (const HeardTrunk& trunk : trunks) {
    for (const std::string& line : heard_lines(trunk)) report.result(line);
  }
}

/// Whether every trunk that was heard was up all the time.
bool check_gaps(const HeardTrunks& trunks, Report& report) {
  bool all_up = true;
  for (const HeardTrunk& trunk : trunks) {
    if (!trunk.gaps.went_down) continue;
    all_up = false;
    report.warning(trunk.name + " went down meanwhile, so the result is incomplete");
  }
  return all_up;
}

}  // namespace

ExitCode listen(const NetworkRequest& request, net::Kernel& kernel,
                const net::OpenListener& open_listener, Report& report) {
  for (const model::Error& error : request.refused) report.error("", error);
  // A signal that comes once all is heard ends the program again.
  auto listener = open_listener();
  HeardTrunks trunks = add_trunks(request, kernel, *listener, report);
  if (trunks.empty()) return ExitCode::failed;
  const seconds listened = hear(request.duration, *listener, trunks, report);
  listener.reset();
  print(trunks, listened, request.output.form, report);
  const bool all_heard = trunks.size() == trunks_of(request).size() && request.refused.empty();
  return check_gaps(trunks, report) && all_heard ? ExitCode::done : ExitCode::partial;
}

}  // namespace command
