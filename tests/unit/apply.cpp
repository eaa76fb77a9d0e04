// How plans are run, what is said of a refusal, and how they are taken back.
#include "command/apply.hpp"

#include <catch2/catch.hpp>
#include <cerrno>

#include "hosts.hpp"
#include "recorded_report.hpp"
#include "support/fake_kernel.hpp"

namespace {

using command::Job;
using plan::Door;
using unit::Texts;

Job ended(const plan::Operation& operation, int errnum) {
  Job job;
  job.refused = operation;
  job.failure.emplace(model::Error::Parts{.action = "x", .reason = "y", .errnum = errnum});
  return job;
}

/// What is said where the kernel refuses an operation on a complete host.
Texts said(const plan::Operation& operation, int errnum) {
  support::FakeKernel kernel(unit::complete_host());
  kernel.refuse(plan::describe(operation), errnum);
  const auto failure = command::attempt(operation, kernel);
  return failure ? unit::error_lines(*failure) : Texts{};
}

std::string hint(const plan::Operation& operation, int errnum) {
  const Texts lines = said(operation, errnum);
  return lines.size() > 1 ? lines[1] : "";
}

}  // namespace

TEST_CASE("a plan is overtaken where the host is another one by then", "[apply]") {
  CHECK_FALSE(Job{}.overtaken());
  for (const int errnum : {EEXIST, ENODEV, EINVAL}) {
    CHECK(ended(plan::SetUp{"br4"}, errnum).overtaken());
  }
  for (const int errnum : {EPERM, EBUSY, ENOENT, EOPNOTSUPP, 0}) {
    CHECK_FALSE(ended(plan::SetUp{"br4"}, errnum).overtaken());
  }
}

TEST_CASE("where a bridge can't be shut by one door the next is taken", "[apply]") {
  for (const int errnum : {EOPNOTSUPP, ENOENT}) {
    unit::RecordedReport report;
    Door door = Door::vlan_filtering;
    const Job filtering = ended(plan::ShutBridge{.bridge = "br4"}, errnum);
    CHECK(command::takes_next_door(filtering, door, report));
    CHECK(door == Door::traffic_control);
    CHECK(command::takes_next_door(filtering, door, report));  // which another has found out
    CHECK(door == Door::traffic_control);
    const Job control =
        ended(plan::ShutBridge{.bridge = "br4", .door = Door::traffic_control}, errnum);
    CHECK(command::takes_next_door(control, door, report));
    CHECK(door == Door::settings);
    const Job settings = ended(plan::ShutBridge{.bridge = "br4", .door = Door::settings}, errnum);
    CHECK_FALSE(command::takes_next_door(settings, door, report));
    CHECK(door == Door::settings);
    CHECK(report.lines ==
          Texts{"warning: this kernel's bridges can't filter VLANs: they are shut off from dom0 by "
                "traffic control, and guests' own tags pass",
                "warning: this kernel has no traffic control either: bridges are shut off from "
                "dom0 by IPv4 settings, and broadcasts still come in"});
  }
}

TEST_CASE("no other door is taken for another reason", "[apply]") {
  unit::RecordedReport report;
  Door door = Door::vlan_filtering;
  for (const int errnum : {EPERM, EBUSY, ENODEV}) {
    CHECK_FALSE(
        command::takes_next_door(ended(plan::ShutBridge{.bridge = "br4"}, errnum), door, report));
  }
  CHECK_FALSE(command::takes_next_door(ended(plan::SetUp{"br4"}, EOPNOTSUPP), door, report));
  CHECK(door == Door::vlan_filtering);
  CHECK(report.lines.empty());
}

TEST_CASE("a refusal names the operation, and what helps against it", "[apply]") {
  const plan::Operation up = plan::SetUp{"br4"};
  const plan::Operation filter =
      plan::SetFilter{.link = "eth1.4", .to = plan::Filter{.words = "mac", .program = {{}}}};
  const plan::Operation vlan = plan::CreateVlanLink{"eth1.9", "eth1", model::Vid::parse("9"), 1500};
  const plan::Operation bridge = plan::CreateBridge{"br9", {}, 1500, {}};
  CHECK(said(up, EBUSY) ==
        Texts{"error (exit status 1): cannot set br4 up: Device or resource busy"});
  const std::string root = "hint: run it as root, with the right to change the network";
  const std::string modules =
      "hint: load the modules of traffic control: modprobe sch_ingress "
      "cls_bpf";
  CHECK(hint(up, EPERM) == root);
  CHECK(hint(up, EACCES) == root);
  CHECK(hint(filter, ENOENT) == modules);
  CHECK(hint(filter, EOPNOTSUPP) == modules);
  CHECK(hint(up, ENOENT).empty());
  CHECK(hint(up, EOPNOTSUPP).empty());
  CHECK(hint(vlan, EOPNOTSUPP) == "hint: load the 8021q module: modprobe 8021q");
  CHECK(hint(bridge, EOPNOTSUPP) == "hint: load the bridge module: modprobe bridge");
  CHECK(hint(up, EXFULL) ==
        "hint: a bridge has at most 1023 ports: give each VLAN a bridge of its own, "
        "vlan-aware=no");
  CHECK(hint(up, ENETDOWN) ==
        "hint: its trunk went down meanwhile; see the kernel's log for the NIC");
  CHECK(hint(vlan, ENODEV).empty());
}

TEST_CASE("a link that could not be put back is not set up, others are told of", "[apply]") {
  std::vector<model::Link> links = unit::complete_host();
  links.push_back(unit::plugged_vif(9, "vif3.0", 3));
  links.back().mtu = 1400;
  links.back().up = false;
  const plan::Plan steps{
      plan::SetUp{links.back(), false},
      plan::ChangeLink{.link = links.back(), .to = {.mtu = 1400}, .from = {.mtu = 1500}}};
  support::FakeKernel kernel(links);
  kernel.refuse("set MTU of vif3.0 to 1500", EBUSY);
  CHECK(command::undo(steps, kernel.read(), kernel) ==
        Texts{"cannot set MTU of vif3.0 to 1500: Device or resource busy", "vif3.0 is left down"});
  CHECK_FALSE(kernel.link("vif3.0").up);
  support::FakeKernel gone(links);
  gone.refuse("set MTU of vif3.0 to 1500", ENODEV);
  CHECK(command::undo(steps, gone.read(), gone).empty());
  CHECK(gone.link("vif3.0").up);
}

TEST_CASE("what a kernel that falls silent has answered before counts", "[apply]") {
  std::vector<model::Link> links = unit::complete_host();
  links[1].up = false;
  support::FakeKernel kernel(links);
  const plan::Operation of_two =
      plan::ChangeLink{.link = links[3], .to = {.mtu = 1400, .alias = "guests"}, .from = {}};
  std::vector<Job> jobs(3);
  jobs[0].plan = {plan::SetUp{links[1]}};
  jobs[1].plan = {of_two};
  jobs[2].plan = {plan::SetUp{links[2], false}};
  kernel.refuse_at(1, EBUSY);       // the first setting, among the others
  kernel.fall_silent_at(3, false);  // and by itself
  command::apply(jobs, kernel);
  CHECK_FALSE(jobs[0].failure);
  CHECK(jobs[0].attempted.size() == 1);
  for (const std::size_t unanswered : {1U, 2U}) {
    CHECK(jobs[unanswered].failure);
    CHECK(jobs[unanswered].refused == jobs[unanswered].plan.front());
  }
}
