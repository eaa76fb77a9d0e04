// A vif's life: what a toolstack writes to xenstore, and what Xen calls. Lines of the input are
//
//   key=value        a node of the vif's directory in xenstore
//   +key=value       bridge, mtu, ip, vlan or mac on the command line
//   guarded NAME     a bridge whose guests can't lie
//   name NAME        what the vif is called now, if not vif3.0
//   on NAME          the bridge it is on already, up
//   down             there is no xenstored
//   closed           nobody may write the vif's hotplug-status
//   online, offline, add, remove, dry-run, udev, by-hand
#include "command/vif.hpp"

#include <algorithm>

#include "input.hpp"
#include "model/ifname.hpp"
#include "model/protection.hpp"
#include "support/fake_hooks.hpp"
#include "support/fake_kernel.hpp"
#include "support/fake_store.hpp"
#include "unit/given_configuration.hpp"
#include "unit/hosts.hpp"
#include "unit/recorded_report.hpp"

namespace {

using model::ExitCode;
using model::Link;

constexpr int vif_index = 9;
const std::string backend = "backend/vif/3/0";

struct Scene {
  Scene() : kernel(unit::complete_host()) {
    kernel.add(unit::bridge(5, "br5"));
    kernel.add(unit::bridge(6, "eth7"));
    kernel.add(unit::plugged_vif(7, "vif1.0", 5));
    Link web = unit::plugged_vif(8, "vif2.0", 5);
    web.name = "web";
    kernel.add(web);
    request.link = "vif3.0";
    request.backend_path = backend;
  }

  command::VifRequest request;
  Link vif = unit::new_vif(vif_index, "vif3.0");
  support::FakeKernel kernel;
  support::FakeXenstored xenstored;
  support::FakeHooks hooks;
  unit::GivenConfiguration configuration{{unit::segment("4"), unit::segment("5")}};
  unit::RecordedReport report;
};

void set_event(Scene& scene, const std::string& event) {
  scene.request.plug = event == "online" || event == "add";
  scene.request.tap = event == "add" || event == "remove";
}

void set_option(Scene& scene, const std::string& key, const std::string& value) {
  if (key == "bridge") {
    scene.request.spec.bridge = value;
    scene.request.bridge_was_typed = true;
  }
  if (key == "mtu") scene.request.spec.mtu = value;
  if (key == "ip") scene.request.spec.ip = value;
  if (key == "vlan") scene.request.spec.vlan = value;
  if (key == "mac") scene.request.mac = value;
}

void put_on(Scene& scene, const std::string& bridge) {
  const std::vector<std::string> names{bridge};
  const model::HostState host = scene.kernel.read(names);
  const Link* const found = host.find(bridge);
  if (found == nullptr || found->kind != "bridge") return;
  scene.vif.master = found->index;
  scene.vif.up = true;
}

void guard(Scene& scene, const std::string& bridge) {
  const bool known = bridge == "br4" || bridge == "br5";
  if (known) scene.kernel.link(bridge).alias = "xvlan: antispoof=ip isolated=yes";
}

void set_name(Scene& scene, const std::string& name) {
  const std::vector<std::string> names{name};
  const bool taken = !scene.kernel.read(names).links().empty();
  if (model::IfName::valid(name) && !taken) scene.vif.name = name;
}

void add_line(Scene& scene, const std::string& line) {
  const std::size_t equals = line.find('=');
  if (line == "online" || line == "offline" || line == "add" || line == "remove") {
    set_event(scene, line);
  } else if (line == "dry-run") {
    scene.request.dry_run = true;
  } else if (line == "udev") {
    scene.request.from_udev = true;
  } else if (line == "by-hand") {
    scene.request.by_hand = true;
  } else if (line == "down") {
    scene.xenstored.down = true;
  } else if (line == "closed") {
    scene.xenstored.closed.insert(backend + "/hotplug-status");
  } else if (line.starts_with("name ")) {
    set_name(scene, line.substr(5));
  } else if (line.starts_with("guarded ")) {
    guard(scene, line.substr(8));
  } else if (line.starts_with("on ")) {
    put_on(scene, line.substr(3));
  } else if (equals != std::string::npos && line.starts_with("+")) {
    set_option(scene, line.substr(1, equals - 1), line.substr(equals + 1));
  } else if (equals != std::string::npos) {
    scene.xenstored.nodes[backend + "/" + line.substr(0, equals)] = line.substr(equals + 1);
  }
}

std::vector<Link> links_of(Scene& scene) {
  return scene.kernel.read().links();
}

/// What a port does to a bridge that nobody has told otherwise is the kernel's.
Link apart_from_ports(Link link) {
  if (link.kind != "bridge") return link;
  link.mtu = 0;
  link.mac = {};
  return link;
}

void check_others(const std::vector<Link>& before, const std::vector<Link>& after) {
  fuzz::require(before.size() == after.size(), "no link comes or goes");
  for (std::size_t i = 0; i < before.size(); ++i) {
    fuzz::require(
        before[i].index == vif_index || apart_from_ports(before[i]) == apart_from_ports(after[i]),
        "no other link is changed");
  }
}

const Link& vif_in(const std::vector<Link>& links) {
  const auto found = std::find_if(links.begin(), links.end(),
                                  [](const Link& link) { return link.index == vif_index; });
  fuzz::require(found != links.end(), "the vif is there");
  return *found;
}

/// The bridge that the vif belongs to: xenstore wins.
std::string bridge_named(const Scene& scene) {
  const auto node = scene.xenstored.nodes.find(backend + "/bridge");
  const bool told = node != scene.xenstored.nodes.end() && !node->second.empty();
  if (told && !scene.xenstored.down) return node->second;
  return scene.request.spec.bridge.value_or("");
}

bool is_named(const Link& bridge, const std::string& name) {
  return bridge.kind == "bridge" &&
         (bridge.name == name ||
          (name.starts_with("xenbr") && bridge.name == "eth" + name.substr(5)));
}

void check_plugged(Scene& scene, const Link& vif) {
  const auto bridge = scene.kernel.read(vif.master);
  fuzz::require(bridge && is_named(*bridge, bridge_named(scene)),
                "a vif that is plugged is on the bridge that was named");
  fuzz::require(vif.up && !vif.ipv6 && vif.addresses.empty(),
                "a vif that is plugged is up and has no address");
  const bool guarded = model::Protection::of_mark(bridge->alias).has_value();
  fuzz::require(guarded == !vif.filter.empty() && guarded == vif.isolated,
                "a vif is guarded where its bridge says so, and only there");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Scene scene;
  for (const std::string& line : fuzz::lines_of(fuzz::text_of(data, size))) add_line(scene, line);
  scene.kernel.add(scene.vif);
  const std::vector<Link> before = links_of(scene);
  const ExitCode exit = command::vif(scene.request, scene.kernel, scene.xenstored.door(),
                                     scene.configuration, scene.hooks, scene.report);
  const std::vector<Link> after = links_of(scene);
  check_others(before, after);
  const bool changed = vif_in(before) != vif_in(after);
  if (exit != ExitCode::done && exit != ExitCode::partial) {
    fuzz::require(!changed, "a failure leaves the links as they were");
  }
  if (scene.request.dry_run) fuzz::require(!changed, "a dry run changes nothing");
  const bool silent = scene.request.from_udev;  // libxl may have said that it calls itself
  if (exit == ExitCode::done && scene.request.plug && !scene.request.dry_run && !silent) {
    check_plugged(scene, vif_in(after));
  }
  return 0;
}
