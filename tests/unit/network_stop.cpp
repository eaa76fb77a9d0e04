#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>

#include "network_host.hpp"

namespace {

using Host = unit::NetworkHost;
using model::ExitCode;
using model::Link;
using unit::aware_host_with_guest;
using unit::aware_request;
using unit::bare_host;
using unit::complete_host;
using unit::host_with_guest;
using unit::request_for;
using unit::run_beside;
using unit::segment;
using unit::stop_all;
using unit::Texts;
using unit::vlans_of;

}  // namespace

TEST_CASE("stop deletes all that xvlan made in one request", "[stop]") {
  Host host(complete_host());
  command::NetworkRequest request;
  request.everything = true;
  CHECK(host.stop(request) == ExitCode::done);
  CHECK(host.kernel.done == Texts{"delete all links that xvlan made"});
  CHECK(host.links() == bare_host());
  CHECK(host.stop(request) == ExitCode::done);  // nothing there is nothing to do
  CHECK(host.report.lines.empty());
}

TEST_CASE("stop leaves the VLANs of guests, and names the guests' ports", "[stop]") {
  Host host(host_with_guest());
  command::NetworkRequest request;
  request.everything = true;
  CHECK(host.stop(request) == ExitCode::partial);
  CHECK(host.kernel.done == Texts{"set eth1.5 down", "delete br5", "delete eth1.5"});
  CHECK(host.report.lines ==
        Texts{"warning: br4 is left: it has guest port vif3.0",
              "warning: eth1.4 is left: its bridge br4 has guest port vif3.0"});
  CHECK(host.stop(request) == ExitCode::failed);  // as it was: all that is left is used
}

TEST_CASE("stop with force deletes the VLANs of guests, too", "[stop]") {
  Host host(host_with_guest());
  command::NetworkRequest request;
  request.everything = true;
  request.force = true;
  CHECK(host.stop(request) == ExitCode::done);
  CHECK(host.report.lines.empty());
  CHECK_FALSE(host.has("br4"));
  CHECK(host.has("vif3.0"));
}

TEST_CASE("stop with force deletes a named VLAN of a guest, and no other", "[stop]") {
  Host host(host_with_guest());
  command::NetworkRequest request = request_for({"4"});
  request.force = true;
  CHECK(host.stop(request) == ExitCode::done);
  CHECK_FALSE(host.has("br4"));
  CHECK_FALSE(host.kernel.link("vif3.0").up);
  CHECK(host.has("br5"));
}

TEST_CASE("stop of named VLANs leaves the others", "[stop]") {
  Host host(host_with_guest());
  CHECK(host.stop(request_for({"5", "6"})) == ExitCode::done);
  CHECK(host.kernel.done == Texts{"set eth1.5 down", "delete br5", "delete eth1.5"});
  CHECK(host.kernel.dumps == 1);
  CHECK(host.report.last_progress == "2 of 2");
}

TEST_CASE("stop of a VLAN leaves the bridge of that name that another trunk's VLAN has", "[stop]") {
  std::vector<Link> links = complete_host();
  links.push_back(unit::nic(5, "eth2"));
  Host host(links);
  command::NetworkRequest request;
  request.segments.push_back(segment("4", "eth2"));
  CHECK(host.stop(request) == ExitCode::done);
  CHECK(host.links() == links);
}

TEST_CASE("stop of a VLAN whose trunk has gone deletes its bridge", "[stop]") {
  std::vector<Link> links = bare_host();
  links[1] = unit::bridge(3, "br4");
  links.push_back(unit::bridge(4, "br5"));
  Host host(links);
  CHECK(host.stop(request_for({"4"})) == ExitCode::done);
  CHECK(host.kernel.done == Texts{"delete br4"});
}

TEST_CASE("stop deletes every VLAN that it is told to", "[stop]") {
  std::vector<Link> links = host_with_guest();
  links.pop_back();
  Host host(links);
  CHECK(host.stop(request_for({"4", "5"})) == ExitCode::done);
  CHECK(host.links() == bare_host());
}

TEST_CASE("stop leaves what somebody else made", "[stop]") {
  std::vector<Link> links = complete_host();
  links[2].group = 0;
  links[3].group = 0;
  Host host(links);
  CHECK(host.stop(request_for({"4"})) == ExitCode::done);
  CHECK(host.links() == links);
}

TEST_CASE("a link that another stop has deleted is deleted", "[stop]") {
  Host host(host_with_guest());
  host.kernel.before("delete br5", [&] {
    const plan::Operation deletion = plan::DeleteLink{"br5"};
    (void)host.kernel.run(std::span(&deletion, 1));
  });
  CHECK(host.stop(request_for({"5"})) == ExitCode::done);
  CHECK(host.report.lines.empty());
}

TEST_CASE("a bridge whose uplink another stop has deleted goes, too", "[stop]") {
  Host host(host_with_guest());
  host.kernel.before("set eth1.5 down",
                     [&] { run_beside(host.kernel, plan::DeleteLink{"eth1.5"}); });
  CHECK(host.stop(request_for({"5"})) == ExitCode::done);
  CHECK_FALSE(host.has("br5"));
  CHECK(host.report.lines.empty());
}

TEST_CASE("a bridge that can't be looked at once more is left", "[stop]") {
  Host host(host_with_guest());
  host.kernel.unreadable = {5};
  CHECK(host.stop(request_for({"5"})) == ExitCode::partial);
  CHECK(host.report.lines ==
        Texts{"warning: br5 is left: cannot look up a link: No buffer space available"});
  CHECK(host.has("br5"));
}

TEST_CASE("a stop that is refused goes on to the end, and reports everything", "[stop]") {
  Host host(complete_host());
  host.kernel.refuse("delete all links that xvlan made", EPERM);
  host.kernel.refuse("delete br4", EPERM);
  command::NetworkRequest request;
  request.everything = true;
  CHECK(host.stop(request) == ExitCode::partial);
  CHECK(host.report.lines == Texts{"error: cannot delete br4: Operation not permitted"});
  CHECK_FALSE(host.has("eth1.4"));
  CHECK(host.stop(request) == ExitCode::failed);
}

TEST_CASE("a VLAN link is up with its bridge, and not without it", "[stop]") {
  Host host(complete_host());
  const bool keeps_bridge = GENERATE(true, false);
  if (keeps_bridge) host.kernel.refuse("delete br4", EPERM);
  host.kernel.refuse("delete eth1.4", EPERM);
  host.kernel.refuse("delete all links that xvlan made", EPERM);
  CHECK(host.stop(request_for({"4"})) != ExitCode::done);
  CHECK(host.has("br4") == keeps_bridge);
  CHECK(host.kernel.link("eth1.4").up == keeps_bridge);
}

TEST_CASE("a VLAN link that somebody else made is down when its bridge has gone", "[stop]") {
  std::vector<Link> links = complete_host();
  links[3].group = 0;
  links.push_back(unit::bridge(5, "br5"));
  Host host(links);
  command::NetworkRequest request;
  request.everything = true;
  SECTION("it has no address") {
    CHECK(host.stop(request) == ExitCode::done);
    CHECK(host.kernel.done == Texts{"set eth1.4 down", "delete br4", "delete br5"});
  }
  SECTION("unless he gave it an address") {
    host.kernel.link("eth1.4").addresses = {unit::address("10.0.4.9/24")};
    CHECK(host.stop(request) == ExitCode::done);
    CHECK(host.kernel.done == Texts{"delete all links that xvlan made"});
  }
}

TEST_CASE("a dry run of stop prints the deletions and deletes nothing", "[stop]") {
  Host host(complete_host());
  command::NetworkRequest request = request_for({"4"});
  request.dry_run = true;
  CHECK(host.stop(request) == ExitCode::done);
  CHECK(host.report.lines == Texts{"delete br4", "delete eth1.4"});
  CHECK(unit::alike(host.links()) == unit::alike(complete_host()));
}

TEST_CASE("stop looks again before each bridge goes", "[stop]") {
  std::vector<Link> links = host_with_guest();
  links.pop_back();
  links.push_back(unit::nic(8, "dummy0"));  // with its mark all can't go at once
  links.back().group = model::link_group;
  Host host(links);
  host.kernel.before("delete br4", [&] { host.kernel.add(unit::plugged_vif(12, "vif7.0", 5)); });
  command::NetworkRequest request;
  request.everything = true;
  CHECK(host.stop(request) == ExitCode::partial);
  CHECK(host.report.lines ==
        Texts{"warning: br5 is left: it has guest port vif7.0",
              "warning: eth1.5 is left: its bridge br5 has guest port vif7.0"});
  CHECK_FALSE(host.has("br4"));
  CHECK(host.kernel.link("vif7.0").master == host.kernel.link("br5").index);
}

TEST_CASE("a guest that comes between the look and the deletion gets its bridge back", "[stop]") {
  const bool all_at_once = GENERATE(false, true);
  Host host(all_at_once ? complete_host() : host_with_guest());
  const std::string bridge = all_at_once ? "br4" : "br5";
  host.kernel.before(all_at_once ? "delete all links that xvlan made" : "delete br5", [&] {
    host.kernel.add(unit::plugged_vif(12, "vif7.0", host.kernel.link(bridge).index));
  });
  command::NetworkRequest request;
  request.everything = true;
  CHECK(host.stop(request) == ExitCode::partial);
  CHECK(host.report.lines.back().starts_with("warning: "));
  CHECK(host.has(bridge));
  CHECK(host.kernel.link("vif7.0").master == host.kernel.link(bridge).index);
  CHECK(host.kernel.link("vif7.0").up);
  CHECK(host.kernel.link(bridge).deaf());
  const Texts& done = host.kernel.done;
  CHECK(std::count(done.begin(), done.end(), "let vif7.0 into VLAN 1 of its bridge") == 0);
}

TEST_CASE("guests that come while their bridge is deleted all get it back", "[stop]") {
  Host host(host_with_guest());
  host.kernel.before("delete br5", [&] {
    const int br5 = host.kernel.link("br5").index;
    host.kernel.add(unit::plugged_vif(12, "vif7.0", br5));
    host.kernel.add(unit::plugged_vif(13, "vif8.0", br5));
  });
  CHECK(host.stop(request_for({"5"})) == ExitCode::partial);
  for (const char* const vif : {"vif7.0", "vif8.0"}) {
    CHECK(host.kernel.link(vif).master == host.kernel.link("br5").index);
    CHECK(host.kernel.link(vif).up);
  }
}

TEST_CASE("a port that loses a bridge which came meanwhile is left alone", "[stop]") {
  Host host(host_with_guest());
  host.kernel.before("delete br5", [&] {
    host.kernel.add(unit::bridge(30, "other"));
    host.kernel.add(unit::plugged_vif(12, "vif7.0", 30));
    run_beside(host.kernel, plan::DeleteLink{host.kernel.link("other")});
  });
  CHECK(host.stop(request_for({"5"})) == ExitCode::done);
  CHECK(host.report.lines.empty());
  CHECK(host.kernel.link("vif7.0").up);
}

TEST_CASE("a guest that has found another bridge needs none back", "[stop]") {
  Host host(host_with_guest());
  host.kernel.before("delete br5", [&] {
    host.kernel.add(unit::plugged_vif(12, "vif7.0", host.kernel.link("br5").index));
  });
  host.kernel.after_each = [&] {
    if (!host.has("br5")) host.kernel.link("vif7.0").master = 3;
  };
  CHECK(host.stop(request_for({"5"})) == ExitCode::done);
  CHECK(host.report.lines.empty());
  CHECK(host.kernel.link("vif7.0").up);
}

TEST_CASE("a guest that is down needs no bridge back", "[stop]") {
  Host host(host_with_guest());
  host.kernel.before("delete br5", [&] {
    Link vif = unit::plugged_vif(12, "vif7.0", host.kernel.link("br5").index);
    vif.up = false;
    host.kernel.add(vif);
  });
  CHECK(host.stop(request_for({"5"})) == ExitCode::done);
  CHECK_FALSE(host.has("br5"));
  CHECK_FALSE(host.kernel.link("vif7.0").up);
}

TEST_CASE("a bridge that is put back is shut as it was", "[stop]") {
  std::vector<Link> links = complete_host();
  links[2].vlan_filtering = false;
  links[2].ingress_dropped = true;
  Host host(links);
  host.kernel.filters_vlans = false;
  host.kernel.before("delete all links that xvlan made",
                     [&] { host.kernel.add(unit::plugged_vif(12, "vif7.0", 3)); });
  command::NetworkRequest request;
  request.everything = true;
  CHECK(host.stop(request) == ExitCode::partial);
  CHECK(host.kernel.link("br4").ingress_dropped);
  CHECK(host.kernel.link("vif7.0").up);
}

TEST_CASE("a bridge that is put back lets guests' own tags through as before", "[stop]") {
  std::vector<Link> links = complete_host();
  links[2].guest_tags = true;
  Host host(links);
  host.kernel.before("delete all links that xvlan made",
                     [&] { host.kernel.add(unit::plugged_vif(12, "vif7.0", 3)); });
  command::NetworkRequest request;
  request.everything = true;
  CHECK(host.stop(request) == ExitCode::partial);
  CHECK(host.kernel.link("br4").guest_tags);
}

TEST_CASE("a guest that came while a bridge was deleted is down where it can't come back",
          "[stop]") {
  Host host(complete_host());
  host.kernel.before("delete all links that xvlan made",
                     [&] { host.kernel.add(unit::plugged_vif(12, "vif7.0", 3)); });
  host.kernel.refuse("create bridge br4", EPERM);
  command::NetworkRequest request;
  request.everything = true;
  CHECK(host.stop(request) == ExitCode::partial);
  CHECK_FALSE(host.kernel.link("vif7.0").up);
  CHECK(host.report.lines ==
        Texts{"warning: vif7.0 lost its bridge br4 and is down: cannot create bridge br4: "
              "Operation not permitted"});
}

TEST_CASE("a guest that leaves a bridge which stays is left alone", "[stop]") {
  Host host(host_with_guest());
  host.kernel.before("delete br5", [&] {
    run_beside(host.kernel, plan::ChangeLink{.link = "vif3.0", .to = {.bridge = ""}});
  });
  command::NetworkRequest request;
  request.everything = true;
  host.stop(request);
  CHECK(host.has("br4"));
  CHECK(host.kernel.link("vif3.0").up);
  CHECK(host.kernel.link("vif3.0").master == 0);
  CHECK(host.report.lines ==
        Texts{"warning: br4 is left: it has guest port vif3.0",
              "warning: eth1.4 is left: its bridge br4 has guest port vif3.0"});
}

TEST_CASE("a port that loses somebody else's bridge meanwhile is left alone", "[stop]") {
  Host host(host_with_guest());
  host.kernel.add(unit::plain_bridge(20, "br0"));
  host.kernel.add(unit::plugged_vif(21, "vif8.0", 20));
  host.kernel.before("delete br5", [&] { run_beside(host.kernel, plan::DeleteLink{"br0"}); });
  CHECK(host.stop(request_for({"5"})) == ExitCode::done);
  CHECK(host.kernel.link("vif8.0").up);
  CHECK(host.report.lines.empty());
}

TEST_CASE("a forced stop puts no guest back, and sets those down that come meanwhile", "[stop]") {
  Host host(host_with_guest());
  host.kernel.before("delete all links that xvlan made", [&] {
    host.kernel.add(unit::plugged_vif(12, "vif7.0", host.kernel.link("br4").index));
  });
  CHECK(host.stop(stop_all(true)) == ExitCode::done);
  CHECK_FALSE(host.has("br4"));
  CHECK_FALSE(host.kernel.link("vif7.0").up);
  CHECK(host.report.lines.empty());
}

TEST_CASE("guests whose bridge goes by force are down before it does", "[stop]") {
  std::vector<Link> links = host_with_guest();
  links.push_back(unit::plugged_vif(10, "vif4.0", 3));
  links.push_back(unit::plugged_vif(11, "vif5.0", 5));
  Host host(links);
  host.kernel.before("delete all links that xvlan made", [&] {
    for (const char* const vif : {"vif3.0", "vif4.0", "vif5.0"}) {
      CHECK_FALSE(host.kernel.link(vif).up);
    }
  });
  command::NetworkRequest request;
  request.everything = true;
  request.force = true;
  CHECK(host.stop(request) == ExitCode::done);
  CHECK_FALSE(host.kernel.link("vif3.0").up);
}

TEST_CASE("a bridge whose guest can't be set down is kept, even by force", "[stop]") {
  Host host(host_with_guest());
  host.kernel.refuse("set vif3.0 down", EPERM);
  command::NetworkRequest request;
  request.everything = true;
  request.force = true;
  CHECK(host.stop(request) == ExitCode::partial);
  CHECK(host.has("br4"));
  CHECK_FALSE(host.has("br5"));
}

TEST_CASE("a guest that goes as it is set down keeps no bridge", "[stop]") {
  Host host(host_with_guest());
  host.kernel.before("set vif3.0 down",
                     [&] { run_beside(host.kernel, plan::DeleteLink{"vif3.0"}); });
  CHECK(host.stop(stop_all(true)) == ExitCode::done);
  CHECK(host.report.lines.empty());
  CHECK(host.links() == bare_host());
}

TEST_CASE("a VLAN link of ours is down without its bridge, whatever address it has", "[stop]") {
  std::vector<Link> links = host_with_guest();
  links[5].addresses = {unit::address("192.0.2.1/24")};
  Host host(links);
  CHECK(host.stop(request_for({"5"})) == ExitCode::done);
  CHECK(host.kernel.done == Texts{"set eth1.5 down", "delete br5", "delete eth1.5"});
}

TEST_CASE("a VLAN link that is down already is not set down", "[stop]") {
  std::vector<Link> links = host_with_guest();
  links[5].up = false;
  Host host(links);
  CHECK(host.stop(request_for({"5"})) == ExitCode::done);
  CHECK(host.kernel.done == Texts{"delete br5", "delete eth1.5"});
}

TEST_CASE("stop deletes a VLAN-aware bridge, but for the VLANs of guests", "[stop]") {
  Host host(unit::aware_host());
  CHECK(host.stop(stop_all()) == ExitCode::done);
  CHECK(host.links() == bare_host());

  Host guests(aware_host_with_guest());
  CHECK(guests.stop(stop_all()) == ExitCode::partial);
  CHECK(guests.kernel.done == Texts{"take eth1 out of VLAN 4 of its bridge"});
  CHECK(guests.report.lines ==
        Texts{"warning: VLAN 10 of eth1 is left: guest port vif3.0 is in it"});
  CHECK(guests.stop(stop_all()) == ExitCode::failed);
  CHECK(guests.stop(stop_all(true)) == ExitCode::done);
  CHECK_FALSE(guests.has("xenbr0"));
  CHECK_FALSE(guests.kernel.link("vif3.0").up);
}

TEST_CASE("stop takes VLANs off every trunk whose bridge stays for a guest", "[stop]") {
  std::vector<Link> links = aware_host_with_guest();
  links.push_back(unit::nic(20, "eth2"));
  links.push_back(unit::aware_bridge(21, "san"));
  links[4].master = 21;
  links[4].vlans = unit::tagged_vlans({5, 6});
  links.push_back(unit::plugged_vif(22, "vif4.0", 21));
  links.back().vlans = {model::access_vlan(6)};
  Host host(links);
  CHECK(host.stop(stop_all()) == ExitCode::partial);
  CHECK(host.kernel.done ==
        Texts{"take eth1 out of VLAN 4 of its bridge", "take eth2 out of VLAN 5 of its bridge"});
}

TEST_CASE("stop with force takes a named VLAN from a guest, and says no more", "[stop]") {
  Host host(aware_host_with_guest());
  command::NetworkRequest request = aware_request({"10"});
  request.force = true;
  CHECK(host.stop(request) == ExitCode::done);
  CHECK(host.report.lines.empty());
  CHECK(vlans_of(host, "eth1") == "4");
}

TEST_CASE("a dry run of stop prints the VLANs that would go", "[stop]") {
  Host host(aware_host_with_guest());
  command::NetworkRequest request = stop_all();
  request.dry_run = true;
  CHECK(host.stop(request) == ExitCode::partial);
  CHECK(host.report.lines == Texts{"warning: VLAN 10 of eth1 is left: guest port vif3.0 is in it",
                                   "take eth1 out of VLAN 4 of its bridge"});
  CHECK(host.kernel.done.empty());
}

TEST_CASE("a guest that enters a VLAN as it is taken out gets it back", "[stop]") {
  Host host(aware_host_with_guest());
  host.kernel.before("take eth1 out of VLAN 4 of its bridge", [&] {
    host.kernel.add(unit::aware_vif(0, "vif4.0", {model::access_vlan(4)}));
  });
  CHECK(host.stop(stop_all()) == ExitCode::partial);
  CHECK(vlans_of(host, "eth1") == "4,10");
  CHECK(host.report.lines.back() ==
        "warning: VLAN 4 of eth1 is put back: a guest came in as it was taken out");
}

TEST_CASE("a VLAN that can't be put back for a guest is named, with the reason", "[stop]") {
  Host host(aware_host_with_guest());
  host.kernel.before("take eth1 out of VLAN 4 of its bridge", [&] {
    host.kernel.add(unit::aware_vif(0, "vif4.0", {model::access_vlan(4)}));
  });
  host.kernel.refuse("let eth1 into VLAN 4 of its bridge", EPERM);
  CHECK(host.stop(stop_all()) == ExitCode::partial);
  CHECK(host.report.lines.back() ==
        "warning: cannot let eth1 into VLAN 4 of its bridge: Operation not permitted");
}

TEST_CASE("a guest whose bridge had no uplink can't have it back", "[stop]") {
  std::vector<Link> links = host_with_guest();
  links.erase(links.begin() + 5);  // eth1.5
  Host host(links);
  host.kernel.before("delete br5", [&] {
    host.kernel.add(unit::plugged_vif(12, "vif7.0", host.kernel.link("br5").index));
  });
  CHECK(host.stop(request_for({"5"})) == ExitCode::partial);
  CHECK(host.report.lines == Texts{"warning: vif7.0 lost its bridge br5 and is down: cannot bring "
                                   "br5 back: it had no uplink"});
  CHECK_FALSE(host.kernel.link("vif7.0").up);
}

TEST_CASE("a guest that comes as its VLAN-aware bridge goes gets it back, with its VLANs",
          "[stop]") {
  Host host(unit::aware_host());
  const model::Vlans several{model::access_vlan(4), {.first = 10, .last = 10}};
  host.kernel.before("delete xenbr0",
                     [&] { host.kernel.add(unit::aware_vif(0, "vif3.0", several)); });
  CHECK(host.stop(stop_all()) == ExitCode::partial);
  CHECK(host.report.lines ==
        Texts{"warning: xenbr0 is put back: vif3.0 came in as it was deleted"});
  CHECK(vlans_of(host, "vif3.0") == "4p,10");
  CHECK(vlans_of(host, "eth1") == "4,10");
  CHECK(host.kernel.link("vif3.0").up);
  CHECK(host.kernel.link("xenbr0").deaf());
}

TEST_CASE("stop knows a trunk's bridge at its second look as well", "[stop]") {
  std::vector<Link> links = unit::aware_host();
  links[2].default_pvid = 1;  // somebody has changed it
  Host host(links);
  CHECK(host.stop(stop_all()) == ExitCode::done);
  CHECK(host.links() == bare_host());
}
