#include "command/network_import.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "command/comment.hpp"
#include "command/text.hpp"
#include "plan/bridge.hpp"
#include "plan/judge.hpp"
#include "plan/realisation.hpp"
#include "plan/survey.hpp"

namespace command {
namespace {

using model::HostState;
using model::Link;
using model::Segment;
using Segments = std::span<const Segment>;

/// Sentences about links: those that differ in the link's name only are said once, with all names.
class Sentences {
 public:
  void add(const std::string& sentence, const std::string& link) {
    if (!seen_.insert(sentence).second) return;
    const auto [place, is_new] = places_.emplace(replaced(sentence, link, "\n"), said_.size());
    if (is_new) {
      said_.push_back({sentence, ""});
    } else {
      std::string& others = said_[place->second].others;
      others += (others.empty() ? "" : ", ") + link;
    }
  }

  [[nodiscard]] std::vector<std::string> all() const {
    std::vector<std::string> sentences;
    for (const auto& [sentence, others] : said_) {
      sentences.push_back(sentence + (others.empty() ? "" : "; the same for " + others));
    }
    return sentences;
  }

 private:
  struct Said {
    std::string sentence;
    std::string others;
  };

  std::set<std::string> seen_;
  /// In said_, by the sentence without the name: none has the line feed that stands for it.
  std::map<std::string, std::size_t> places_;
  std::vector<Said> said_;
};

/// Calls `visit` with all segments of each trunk, which stand side by side.
template <class Visit>
void for_each_trunk(Segments segments, Visit visit) {
  while (!segments.empty()) {
    const Segments of_trunk = model::of_first_trunk(segments);
    visit(of_trunk);
    segments = segments.subspan(of_trunk.size());
  }
}

/// What `start` would do.
Sentences steps_of(Segments segments, const HostState& host) {
  Sentences steps;
  for_each_trunk(segments, [&](Segments of_trunk) {
    for (const plan::Operation& step : plan::steps_to(of_trunk, host)) {
      for (const plan::Operation& part : plan::split(step)) {
        steps.add(plan::describe(part), plan::subject(part).name);
      }
    }
  });
  for (const Segment& segment : segments) {
    if (!plan::is_unused(segment, host)) continue;
    steps.add("take " + segment.text() + " away: it comes on demand, and has no guest",
              segment.text());
  }
  return steps;
}

/// What a reader of the file should know, though `start` changes nothing about it.
class Notes {
 public:
  Notes(Segments segments, const HostState& host) : host_(host) {
    for_each_trunk(segments, [&](Segments of_trunk) { note_trunk(of_trunk); });
    for (const Segment& segment : segments) note_segment(segment);
  }

  [[nodiscard]] std::vector<std::string> all() const { return notes_.all(); }

 private:
  void note_trunk(Segments of_trunk) {
    const Segment& any = of_trunk.front();
    if (any.options.on_demand) {
      notes_.add(
          "VLANs of " + any.trunk.text() +
              " come on demand: vlans has those that are there now; add the others that may come",
          any.trunk.text());
    }
    if (any.trunk_bridge.vlan_aware) note_shared(*plan::find_links(any, host_).bridge);
  }

  void note_shared(const Link& bridge) {
    if (!bridge.ours()) {
      notes_.add("something else makes " + bridge.name + ": start only lets its trunk into VLANs",
                 bridge.name);
    }
    for (const Link* guest : plan::guest_ports(bridge, host_)) {
      if (guest->filter.empty() && !guest->isolated) continue;
      notes_.add(guest->name + " is filtered or isolated: set antispoof or isolated for its VLANs",
                 guest->name);
    }
  }

  void note_segment(const Segment& segment) {
    for (const std::string& text : plan::given_addresses(segment, host_)) {
      notes_.add(text + ": dom0 can be reached from " + segment.text(), segment.text());
    }
    if (!segment.trunk_bridge.vlan_aware) note_links(segment, plan::find_links(segment, host_));
  }

  void note_links(const Segment& segment, const plan::SegmentLinks& links) {
    const Link& bridge = *links.bridge;
    const Link& vlan_link = *links.uplink;
    for (const Link* link : {&vlan_link, &bridge}) {
      if (!link->ours()) notes_.add("something else makes " + link->name + take_it_out, link->name);
    }
    const std::string& name = segment.uplink.name.text();
    if (name != vlan_link.name) {
      notes_.add("start uses " + vlan_link.name + "; xvlan itself would call it " + name,
                 vlan_link.name);
    }
    if (bridge.ours()) return;
    if (bridge.multicast_snooping) {
      notes_.add("multicast snooping stays on at " + bridge.name + needs_snooping, bridge.name);
    }
    if (!bridge.vlan_filtering) notes_.add(bridge.name + passes_tags, bridge.name);
  }

  static constexpr const char* take_it_out =
      ": take it out there, and xvlan makes it at the next boot";
  static constexpr const char* needs_snooping =
      "; a bridge that xvlan makes needs multicast-snooping = yes for that";
  static constexpr const char* passes_tags =
      " lets guests' own VLAN tags pass; start will stop them, unless you set guest-tags = yes";

  const HostState& host_;
  Sentences notes_;
};

void print(const std::string& kind, const std::vector<std::string>& sentences, Report& report) {
  for (const std::string& sentence : sentences) report.result(comment(kind + ": " + sentence));
}

}  // namespace

model::ExitCode import_vlans(const std::optional<model::IfName>& trunk,
                             const WriteConfiguration& write, net::Kernel& kernel, Report& report) {
  const HostState host = kernel.read();
  const plan::Survey survey = plan::survey(host, trunk);
  const WrittenConfiguration written = write(survey.segments);
  const Sentences steps = steps_of(written.segments, host);
  report.result(comment(written.segments.empty() ? "xvlan network import: no VLAN to import"
                                                 : "xvlan network import: the VLANs of this host"));
  print("left out", survey.left_out, report);
  print("left out", written.left_out, report);
  print("start will", steps.all(), report);
  print("note", Notes(written.segments, host).all(), report);
  if (written.segments.empty()) return model::ExitCode::done;
  report.result("\n" + written.text.substr(0, written.text.size() - 1));
  return model::ExitCode::done;
}

}  // namespace command
