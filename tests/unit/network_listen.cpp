// What a person reads of a trunk that was listened to, and what a program does.
#include <catch2/catch.hpp>
#include <functional>
#include <map>

#include "network_host.hpp"
#include "support/frames.hpp"

namespace {

using model::ExitCode;
using support::Octets;
using unit::Texts;

/// A frame of a trunk, with the tag that was taken off.
struct Heard {
  std::size_t trunk = 0;
  Octets bytes;
  std::optional<heard::Tag> tag{};
};

/// What happens in a second.
using Second = std::vector<Heard>;

/// A pretended listener. A signal comes when all seconds are over.
class FakeListener final : public net::Listener {
 public:
  explicit FakeListener(const std::vector<Second>& seconds,
                        const std::map<std::size_t, net::Gaps>& gaps)
      : seconds_(seconds), gaps_(gaps) {}

  void add(const model::Link& trunk) override {
    if (trunk.name == "eth7") {
      throw model::Error({.action = "listen on eth7", .reason = "Operation not permitted"});
    }
  }
  bool hear(std::chrono::milliseconds, const OnFrame& on_frame) override {
    if (next_ == seconds_.size()) return false;
    for (const Heard& heard : seconds_[next_]) on_frame(heard.trunk, heard.bytes, heard.tag);
    ++next_;
    return true;
  }
  net::Gaps gaps(std::size_t trunk) override {
    const auto found = gaps_.find(trunk);
    return found == gaps_.end() ? net::Gaps{} : found->second;
  }

 private:
  const std::vector<Second>& seconds_;
  const std::map<std::size_t, net::Gaps>& gaps_;
  std::size_t next_ = 0;
};

struct Listening : unit::NetworkHost {
  explicit Listening(std::vector<model::Link> links = unit::bare_host())
      : unit::NetworkHost(std::move(links)) {}

  ExitCode listen(const command::NetworkRequest& request) {
    const auto open = [&] { return std::make_unique<FakeListener>(seconds, gaps); };
    return command::listen(request, kernel, open, report);
  }

  std::vector<Second> seconds;
  std::map<std::size_t, net::Gaps> gaps;
};

command::NetworkRequest only_trunk(const std::string& name) {
  command::NetworkRequest request;
  request.trunk = model::IfName::parse("netdev", name);
  return request;
}

Heard on_vlan(std::uint16_t vid, const std::string& sender, const std::string& target) {
  return {.bytes = support::arp_frame(support::host_mac, sender, target), .tag = support::tag(vid)};
}

/// The lines for VLANs 4 and 5 of eth1, and what was heard.
Texts lines_for(const Second& second) {
  Listening host;
  host.seconds = {second};
  CHECK(host.listen(unit::request_for({"4", "5"})) == ExitCode::done);
  return host.report.lines;
}

const std::string eth1_4_silent =
    "eth1 4 silent 0 frames 0 MACs - : no frames, which proves nothing";
const std::string eth1_5_silent =
    "eth1 5 silent 0 frames 0 MACs - : no frames, which proves nothing";

}  // namespace

TEST_CASE("VLANs that are heard are compared with the configuration", "[listen]") {
  CHECK(lines_for({on_vlan(4, "10.0.4.2", "10.0.4.1"), on_vlan(4, "10.0.4.2", "10.0.4.1"),
                   on_vlan(7, "10.0.7.2", "10.0.7.2")}) ==
        Texts{"eth1 4 heard 2 frames 1 MAC 10.0.4.0/30", eth1_5_silent,
              "eth1 7 unconfigured 1 frame 1 MAC 10.0.7.2/32 : not configured"});
}

TEST_CASE("a trunk that nothing is configured on is heard without a comparison", "[listen]") {
  Listening host;
  host.seconds = {{on_vlan(7, "10.0.7.2", "10.0.7.1")}};
  CHECK(host.listen(only_trunk("eth1")) == ExitCode::done);
  CHECK(host.report.lines == Texts{"eth1 7 heard 1 frame 1 MAC 10.0.7.0/30"});
}

TEST_CASE("silence is a result, and no failure", "[listen]") {
  CHECK(lines_for({}) == Texts{eth1_4_silent, eth1_5_silent});
}

TEST_CASE("untagged frames and 802.1ad have lines of their own", "[listen]") {
  const Octets question = support::arp_frame(support::host_mac, "192.0.2.9", "192.0.2.8");
  const Texts lines =
      lines_for({{.bytes = question},
                 {.bytes = question, .tag = heard::Tag{.protocol = 0x88a8, .control = 4}}});
  CHECK(lines ==
        Texts{eth1_4_silent, eth1_5_silent, "eth1 untagged heard 1 frame 1 MAC 192.0.2.8/31",
              "eth1 802.1ad heard 1 frame 1 MAC - : by the outer tag; these are in none of "
              "the VLANs above"});
}

TEST_CASE("a VLAN that the switch sends untagged is told", "[listen]") {
  const Octets question = support::arp_frame(support::host_mac, "10.0.4.9", "10.0.4.8");
  CHECK(lines_for({{.bytes = support::lldp_frame(
                        support::lldp("sw1", "Gi1/0/5", support::port_vlan_id(4)))},
                   {.bytes = question}}) ==
        Texts{"eth1 4 silent 0 frames 0 MACs - : the switch sends it untagged, so guests get none "
              "of it",
              eth1_5_silent,
              "eth1 untagged heard 1 frame 1 MAC 10.0.4.8/31 : the switch's native VLAN is 4",
              "eth1 neighbour lldp \"sw1\" \"Gi1/0/5\" : native VLAN 4"});
}

TEST_CASE("a VLAN that is sent untagged needs no name of the switch's", "[listen]") {
  const Octets more = Octets().add(support::port_vlan_id(5)).add(support::vlan_name(4, "servers"));
  const Texts lines =
      lines_for({{.bytes = support::lldp_frame(support::lldp("sw1", "Gi1/0/5", more))}});
  CHECK(lines.at(1) ==
        "eth1 5 silent 0 frames 0 MACs - : the switch sends it untagged, so guests get none of it");
}

TEST_CASE("what the switch announces is compared with the configuration", "[listen]") {
  const Octets more = Octets()
                          .add(support::lldp_tlv(4, Octets().text("to xen3")))
                          .add(support::vlan_name(4, "servers"))
                          .add(support::vlan_name(30, "a \"quoted\" one"));
  CHECK(lines_for({{.bytes = support::lldp_frame(support::lldp("sw1", "Gi1/0/5", more))},
                   on_vlan(4, "10.0.4.2", "10.0.4.1")}) ==
        Texts{"eth1 4 heard 1 frame 1 MAC 10.0.4.0/30 : the switch calls it \"servers\"",
              eth1_5_silent + "; the switch announces other VLANs only",
              "eth1 30 unconfigured 0 frames 0 MACs - : not configured; the switch calls it "
              "\"a 'quoted' one\"",
              "eth1 neighbour lldp \"sw1\" \"Gi1/0/5\" : port description \"to xen3\""});
}

TEST_CASE("a neighbour without a name goes by its chassis", "[listen]") {
  const Texts lines = lines_for({{.bytes = support::lldp_frame(support::lldp_head())},
                                 {.bytes = support::cdp_frame(support::cdp("sw2", "Gi0/1", 1))}});
  CHECK(lines == Texts{eth1_4_silent, eth1_5_silent,
                       "eth1 neighbour lldp \"02:5c:00:00:00:07\" \"Gi1/0/5\"",
                       "eth1 neighbour cdp \"sw2\" \"Gi0/1\" : native VLAN 1"});
}

TEST_CASE("more neighbours than eight are told of", "[listen]") {
  Second second;
  for (int i = 0; i < 9; ++i) {
    second.push_back({.bytes = support::lldp_frame(support::lldp("sw1", std::to_string(i)))});
  }
  CHECK(lines_for(second).back() == "eth1 neighbour ... : there are more");
}

TEST_CASE("the root of the spanning tree has a line, with the VLANs of PVST", "[listen]") {
  const auto pvst = [](std::uint16_t vid) {
    return Heard{.bytes = support::pvst_frame(support::pvst(2, 0x2000U | vid, vid)),
                 .tag = support::tag(vid)};
  };
  const Texts lines =
      lines_for({pvst(4),
                 pvst(5),
                 pvst(6),
                 pvst(9),
                 {.bytes = support::llc_frame(support::stp_group, support::stp_header(),
                                              support::bpdu(2, 0x8000))}});
  CHECK(lines == Texts{"eth1 4 heard 1 frame 1 MAC -", "eth1 5 heard 1 frame 1 MAC -",
                       "eth1 6 unconfigured 1 frame 1 MAC - : not configured",
                       "eth1 9 unconfigured 1 frame 1 MAC - : not configured",
                       "eth1 root 8192 02:5c:00:00:00:07 rapid-pvst 4-6,9",
                       "eth1 root 32768 02:5c:00:00:00:07 rstp"});
}

TEST_CASE("VLANs on demand that are silent share a line", "[listen]") {
  Listening host;
  host.seconds = {{on_vlan(10, "10.0.4.2", "10.0.4.1")}};
  command::NetworkRequest request = unit::request_for({"4", "5", "6", "10"});
  for (model::Segment& segment : request.segments) segment.options.on_demand = true;
  CHECK(host.listen(request) == ExitCode::done);
  CHECK(host.report.lines ==
        Texts{"eth1 4-6 silent 0 frames 0 MACs - : no frames, which proves nothing",
              "eth1 10 heard 1 frame 1 MAC 10.0.4.0/30"});
}

TEST_CASE("more senders and subnets than are counted show", "[listen]") {
  Second second;
  for (std::uint32_t i = 0; i <= 1000; ++i) {
    const Octets source = Octets().u16(0x0200).u32(i);
    const std::string sender = "10." + std::to_string(i % 9) + ".0.1";
    second.push_back(
        {.bytes = support::arp_frame(heard::Reader(source).mac().text(), sender, sender),
         .tag = support::tag(4)});
  }
  CHECK(lines_for(second).front().starts_with("eth1 4 heard 1001 frames 1000+ MACs 10.0.0.1/32,"));
  CHECK(lines_for(second).front().ends_with(",10.7.0.1/32,..."));
}

TEST_CASE("lost frames have a line", "[listen]") {
  Listening host;
  host.gaps[0].lost = 17;
  (void)host.listen(unit::request_for({"4"}));
  CHECK(host.report.lines ==
        Texts{eth1_4_silent,
              "eth1 lost 17 frames : the host could not keep up, so all counts are too low"});
}

TEST_CASE("listening is over in time, and a signal ends it before", "[listen]") {
  Listening host;
  host.seconds.assign(20, {on_vlan(4, "10.0.4.2", "10.0.4.1")});
  command::NetworkRequest request = unit::request_for({"4"});
  request.duration = std::chrono::seconds(3);
  CHECK(host.listen(request) == ExitCode::done);
  CHECK(host.report.lines == Texts{"eth1 4 heard 3 frames 1 MAC 10.0.4.0/30"});
  CHECK(host.report.last_progress == "3 of 3 s, VLANs heard: 1");

  Listening interrupted;
  interrupted.seconds.assign(2, {on_vlan(4, "10.0.4.2", "10.0.4.1")});
  CHECK(interrupted.listen(request) == ExitCode::done);
  CHECK(interrupted.report.lines == Texts{"eth1 4 heard 2 frames 1 MAC 10.0.4.0/30"});
  CHECK(interrupted.report.last_progress == "2 of 3 s, VLANs heard: 1");
}

TEST_CASE("a trunk that can't be listened to is refused in words", "[listen]") {
  Listening none(std::vector<model::Link>{});
  CHECK(none.listen(only_trunk("eth1")) == ExitCode::failed);
  CHECK(none.report.lines == Texts{"error: cannot listen on eth1: there is no such link"});
  CHECK(none.report.hints == Texts{"'ip link' lists the links: set netdev= to one of them"});

  Listening down(unit::host_with_trunk_down());
  CHECK(down.listen(only_trunk("eth1")) == ExitCode::failed);
  CHECK(down.report.lines == Texts{"error: cannot listen on eth1: it is down"});
  CHECK(down.report.hints == Texts{"bring it up: ip link set eth1 up"});

  Listening forbidden({unit::nic(7, "eth7")});
  CHECK(forbidden.listen(only_trunk("eth7")) == ExitCode::failed);
  CHECK(forbidden.report.lines == Texts{"error: cannot listen on eth7: Operation not permitted"});
}

TEST_CASE("a trunk that can't be listened to costs itself only", "[listen]") {
  std::vector<model::Link> links = unit::bare_host();
  links.push_back(unit::nic(9, "eth2"));
  Listening host(links);
  command::NetworkRequest request = unit::request_for({"4"});
  request.segments.insert(request.segments.begin(), unit::segment("4"));
  request.segments.front().trunk = model::IfName::parse("netdev", "eth9");
  request.segments.push_back(unit::segment("5"));
  request.segments.back().trunk = model::IfName::parse("netdev", "eth2");
  host.seconds = {{{.trunk = 1,
                    .bytes = support::arp_frame(support::host_mac, "10.0.5.2", "10.0.5.1"),
                    .tag = support::tag(5)}}};
  CHECK(host.listen(request) == ExitCode::partial);
  CHECK(host.report.lines == Texts{"error: cannot listen on eth9: there is no such link",
                                   eth1_4_silent, "eth2 5 heard 1 frame 1 MAC 10.0.5.0/30"});
}

TEST_CASE("a trunk that goes down meanwhile is told of", "[listen]") {
  Listening host;
  host.gaps[0].went_down = true;
  CHECK(host.listen(unit::request_for({"4"})) == ExitCode::partial);
  CHECK(host.report.lines ==
        Texts{eth1_4_silent, "warning: eth1 went down meanwhile, so the result is incomplete"});
}

TEST_CASE("a VLAN that the configuration must not have is told of", "[listen]") {
  Listening host;
  command::NetworkRequest request = unit::request_for({"4"});
  request.refused.push_back(model::Error({.action = "use VLAN 5", .reason = "no"}));
  CHECK(host.listen(request) == ExitCode::partial);
  CHECK(host.report.lines == Texts{"error: cannot use VLAN 5: no", eth1_4_silent});
}

TEST_CASE("the result as JSON is one object", "[listen]") {
  Listening host;
  const Octets more = Octets()
                          .add(support::lldp_tlv(4, Octets().text("to xen3")))
                          .add(support::port_vlan_id(1))
                          .add(support::vlan_name(4, "servers"));
  host.seconds = {{on_vlan(4, "10.0.4.2", "10.0.4.1"),
                   on_vlan(7, "10.0.7.2", "10.0.7.2"),
                   {.bytes = support::lldp_frame(support::lldp("sw1", "Gi1/0/5", more))},
                   {.bytes = support::pvst_frame(support::pvst(2, 0x2001, 1))}}};
  host.gaps[0] = {.lost = 5'000'000'000, .went_down = true};
  command::NetworkRequest request = unit::request_for({"4", "5"});
  request.output.form = command::Output::Form::json;
  CHECK(host.listen(request) == ExitCode::partial);
  CHECK(
      host.report.lines.front() ==
      R"({"format":1,"seconds":1,"trunks":[{"ifname":"eth1","vlans":[)"
      R"({"vlan":4,"state":"heard","name":"servers","frames":1,"macs":1,"subnets":["10.0.4.0/30"]},)"
      R"({"vlan":5,"state":"silent","frames":0,"macs":0},)"
      R"({"vlan":7,"state":"unconfigured","frames":1,"macs":1,"subnets":["10.0.7.2/32"]}],)"
      R"("untagged":{"frames":0,"macs":0},)"
      R"("neighbours":[{"protocol":"lldp","chassis":"02:5c:00:00:00:07","system":"sw1",)"
      R"("port":"Gi1/0/5","port_description":"to xen3","native_vlan":1,)"
      R"("vlans":[{"vlan":4,"name":"servers"}]}],)"
      R"("roots":[{"vlan":1,"protocol":"rapid-pvst","priority":8192,)"
      R"("address":"02:5c:00:00:00:07"}],"lost":5000000000,"went_down":true}]})");
}

TEST_CASE("JSON tells what is more, native or tagged twice where there is such", "[listen]") {
  Listening host;
  Second second;
  for (std::uint32_t i = 0; i <= 1000; ++i) {
    const Octets source = Octets().u16(0x0200).u32(i);
    second.push_back({.bytes = support::frame(support::everybody,
                                              heard::Reader(source).mac().text(), 0x88b5, {}),
                      .tag = support::tag(4)});
  }
  for (int i = 1; i <= 9; ++i) {
    const std::string sender = "10." + std::to_string(i) + ".0.1";
    second.push_back(on_vlan(5, sender, sender));
    second.push_back({.bytes = support::cdp_frame(support::cdp("sw1", std::to_string(i), 6))});
  }
  second.push_back({.bytes = support::arp_frame(support::host_mac, "10.0.4.2", "10.0.4.1"),
                    .tag = heard::Tag{.protocol = 0x88a8, .control = 4}});
  host.seconds = {second};
  command::NetworkRequest request = unit::request_for({"4", "5", "6"});
  request.output.form = command::Output::Form::json;
  CHECK(host.listen(request) == ExitCode::done);
  const std::string& json = host.report.lines.front();
  for (const char* const part :
       {R"({"vlan":4,"state":"heard","frames":1001,"macs":1000,"more_macs":true})",
        R"("10.8.0.1/32"],"more_subnets":true})",
        R"({"vlan":6,"state":"silent","native":true,"frames":0,"macs":0})",
        R"("802.1ad":{"frames":1,"macs":1})", R"("more_neighbours":true)"}) {
    CHECK_THAT(json, Catch::Contains(part));
  }
}
