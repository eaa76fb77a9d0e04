#include "command/network_import.hpp"

#include <catch2/catch.hpp>

#include "cli/written_configuration.hpp"
#include "command/comment.hpp"
#include "config/settings.hpp"
#include "network_host.hpp"

namespace {

using Host = unit::NetworkHost;
using model::ExitCode;
using model::Link;
using unit::aware_host;
using unit::bare_host;
using unit::complete_host;
using unit::plain_bridge;
using unit::Texts;
using unit::vlan_link;

std::string import_of(Host& host) {
  CHECK(command::import_vlans({}, cli::write_configuration, host.kernel, host.report) ==
        ExitCode::done);
  CHECK(host.kernel.done.empty());
  std::string text;
  for (const std::string& line : std::exchange(host.report.lines, {})) text += line + "\n";
  return text;
}

/// `start` with the imported file.
Texts start_of(Host& host, const std::string& file) {
  command::NetworkRequest request;
  request.segments =
      config::name_segments(config::parse_file(file, "xvlan.conf"), config::Settings());
  CHECK(host.start(request) == ExitCode::done);
  return std::exchange(host.kernel.done, {});
}

/// A bare host on which somebody has made brN and eth1.N for each VID, by ip(8).
std::vector<Link> hand_made_host(const std::vector<std::uint16_t>& vids) {
  std::vector<Link> links = bare_host();
  int index = 10;
  for (const std::uint16_t vid : vids) {
    links.push_back(plain_bridge(index, "br" + std::to_string(vid)));
    links.back().up = true;
    links.push_back(vlan_link(index + 1, "eth1." + std::to_string(vid), links[1], vid));
    links.back().group = 0;
    links.back().ipv6 = true;
    links.back().master = index;
    links.back().vlans = {unit::untagged};
    index += 2;
  }
  return links;
}

const std::string title = "# xvlan network import: the VLANs of this host\n";

}  // namespace

TEST_CASE("import of what start has made is the file alone", "[import]") {
  Host host(complete_host());
  CHECK(import_of(host) == title + "\nnetdev = eth1\nvlans = 4\n");
}

TEST_CASE("import of a host without VLANs says so, and succeeds", "[import]") {
  Host host(bare_host());
  CHECK(import_of(host) == "# xvlan network import: no VLAN to import\n");
}

TEST_CASE("import tells all that start would do, and start does that", "[import]") {
  std::vector<Link> links = hand_made_host({4, 10});
  links[4].stp = true;
  Host host(links);
  const std::string file = import_of(host);
  CHECK(file ==
        title +
            "# start will: set forward delay of br4 to 0 s; the same for br10\n"
            "# start will: set MAC of br4 to 02:00:00:00:00:02; the same for br10\n"
            "# start will: switch IPv6 off on br4; the same for eth1.4, br10, eth1.10\n"
            "# start will: shut br4 off from dom0; the same for br10\n"
            "# start will: switch STP of br10 off\n"
            "# note: something else makes eth1.4: take it out there, and xvlan makes it at\n"
            "#   the next boot; the same for br4, eth1.10, br10\n"
            "# note: multicast snooping stays on at br4; a bridge that xvlan makes needs\n"
            "#   multicast-snooping = yes for that; the same for br10\n"
            "# note: br4 lets guests' own VLAN tags pass; start will stop them, unless you\n"
            "#   set guest-tags = yes; the same for br10\n"
            "\nnetdev = eth1\nvlans = 4,10\n");
  CHECK(start_of(host, file).size() == 9);
  const std::string again = import_of(host);
  CHECK(again.find("start will") == std::string::npos);
  CHECK(again.substr(again.find("\n\n")) == "\n\nnetdev = eth1\nvlans = 4,10\n");
  CHECK(start_of(host, again) == Texts{});
}

TEST_CASE("import says once what start does to a trunk for all of its VLANs", "[import]") {
  std::vector<Link> links = complete_host();
  links.push_back(unit::bridge(5, "br5"));
  links.push_back(vlan_link(6, "eth1.5", links[1], 5));
  links.back().master = 5;
  links.back().vlans = {unit::untagged};
  links[1].up = false;
  links[1].ipv6 = false;
  Host host(links);
  CHECK(import_of(host) == title + "# start will: set eth1 up\n\nnetdev = eth1\nvlans = 4-5\n");
}

TEST_CASE("import says under which name xvlan would make a VLAN link", "[import]") {
  std::vector<Link> links = complete_host();
  links[3].name = "uplink";
  Host host(links);
  CHECK(import_of(host) == title +
                               "# note: start uses uplink; xvlan itself would call it eth1.4\n"
                               "\nnetdev = eth1\nvlans = 4\n");
}

TEST_CASE("import says of VLANs on demand what it can't know", "[import]") {
  std::vector<Link> links = complete_host();
  links[2].group = model::on_demand_group;
  Host host(links);
  CHECK(import_of(host) ==
        title +
            "# start will: take VLAN 4 of eth1 away: it comes on demand, and has no guest\n"
            "# note: VLANs of eth1 come on demand: vlans has those that are there now; add\n"
            "#   the others that may come\n"
            "\nnetdev = eth1\nvlans = 4\non-demand = yes\n");
}

TEST_CASE("import says who is guarded on a VLAN-aware bridge", "[import]") {
  std::vector<Link> links = aware_host();
  links.push_back(unit::aware_vif(9, "vif3.0", {model::access_vlan(4)}));
  links.back().isolated = true;
  Host host(links);
  CHECK(import_of(host) ==
        title +
            "# note: vif3.0 is filtered or isolated: set antispoof or isolated for its\n"
            "#   VLANs\n"
            "\nnetdev = eth1\nvlans = 4,10\nvlan-aware = yes\nbridge = xenbr0\n");
}

TEST_CASE("import says that dom0 can be reached", "[import]") {
  std::vector<Link> links = complete_host();
  links[2].addresses = {unit::address("10.0.4.9/24")};
  Host host(links);
  CHECK(import_of(host) == title +
                               "# note: br4 has address 10.0.4.9/24: dom0 can be reached from VLAN "
                               "4 of eth1\n\nnetdev = eth1\nvlans = 4\n");
}

TEST_CASE("a name with control characters puts none into the file", "[import]") {
  std::vector<Link> links = complete_host();
  links[2].name = "b\x1b#vlans=9";
  links.push_back(plain_bridge(9, "\x1b[2J\xc3\xa4"));
  Host host(links);
  CHECK(import_of(host) ==
        "# xvlan network import: no VLAN to import\n"
        "# left out: \\x1b[2J\\xc3\\xa4: it has no uplink\n"
        "# left out: VLAN 4 of eth1, bridge b\\x1b#vlans=9: xvlan.conf can't hold such a\n"
        "#   name\n");
}

TEST_CASE("a comment is in lines of 78 characters, unless a word is longer", "[import]") {
  const std::string word(30, 'x');
  CHECK(command::comment("") == "#");
  CHECK(command::comment("a b") == "# a b");
  CHECK(command::comment("a\nb\t\x7f") == "# a\\x0ab\\x09\\x7f");
  CHECK(command::comment(word + " " + word + " " + std::string(14, 'y') + " z") ==
        "# " + word + " " + word + " " + std::string(14, 'y') + "\n#   z");
  CHECK(command::comment(word + word + word + " z") == "# " + word + word + word + "\n#   z");
}
