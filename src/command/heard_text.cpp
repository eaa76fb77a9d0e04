#include <map>
#include <utility>

#include "command/heard.hpp"
#include "command/text.hpp"

namespace command {
namespace {

using heard::Bpdu;
using heard::Counts;
using heard::Neighbour;
using heard::Root;
using heard::State;
using heard::Verdict;

using Texts = std::vector<std::string>;

std::string with_remarks(const std::string& line, const Texts& remarks) {
  return remarks.empty() ? line : line + " : " + joined(remarks, "; ");
}

/// A text from the wire has no control characters, but may have blanks.
std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char character : text) result += character == '"' ? '\'' : character;
  return result + '"';
}

std::string subnets_text(const heard::Subnets& subnets) {
  Texts texts;
  for (const heard::Subnet& subnet : subnets.all()) texts.push_back(subnet.text());
  if (subnets.more()) texts.emplace_back("...");
  return texts.empty() ? "-" : joined(texts, ",");
}

/// "1520 frames 12 MACs 10.0.4.0/24"
std::string counts_text(const Counts& counts) {
  const bool is_one = counts.macs == 1 && !counts.more_macs;
  return counted(counts.frames, "frame") + " " + std::to_string(counts.macs) +
         (counts.more_macs ? "+" : "") + (is_one ? " MAC " : " MACs ") +
         subnets_text(counts.subnets);
}

Texts remarks_on(const Verdict& verdict) {
  Texts remarks;
  const bool is_missed = verdict.counts.frames == 0 && verdict.state != State::unconfigured;
  if (verdict.state == State::unconfigured) remarks.emplace_back("not configured");
  if (verdict.native && is_missed) {
    remarks.emplace_back("the switch sends it untagged, so guests get none of it");
  } else if (is_missed) {
    remarks.emplace_back("no frames, which proves nothing");
  }
  if (verdict.announced) remarks.push_back("the switch calls it " + quoted(verdict.name));
  if (verdict.unannounced && is_missed) {
    remarks.emplace_back("the switch announces other VLANs only");
  }
  return remarks;
}

std::string vlan_line(const Verdict& verdict) {
  return with_remarks(
      verdict.vids.text() + " " + heard::word(verdict.state) + " " + counts_text(verdict.counts),
      remarks_on(verdict));
}

std::string native_text(const std::set<std::uint16_t>& vlans) {
  model::Vids vids;
  for (const std::uint16_t vlan : vlans) vids.add(*model::Vid::from_number(vlan));
  return vids.empty() ? "" : "the switch's native VLAN is " + vids.text();
}

void add_untagged(Texts& lines, const heard::Traffic& traffic) {
  if (traffic.untagged().frames == 0) return;
  const std::string native = native_text(traffic.native_vlans());
  lines.push_back(with_remarks("untagged heard " + counts_text(traffic.untagged()),
                               native.empty() ? Texts{} : Texts{native}));
}

void add_provider(Texts& lines, const heard::Traffic& traffic) {
  if (traffic.provider().frames == 0) return;
  lines.push_back(with_remarks("802.1ad heard " + counts_text(traffic.provider()),
                               {"by the outer tag; these are in none of the VLANs above"}));
}

std::string neighbour_line(const Neighbour& neighbour) {
  const bool is_lldp = neighbour.protocol == Neighbour::Protocol::lldp;
  Texts remarks;
  if (neighbour.native_vlan != 0) {
    remarks.push_back("native VLAN " + std::to_string(neighbour.native_vlan));
  }
  if (!neighbour.port_description.empty()) {
    remarks.push_back("port description " + quoted(neighbour.port_description));
  }
  return with_remarks(std::string("neighbour ") + (is_lldp ? "lldp " : "cdp ") +
                          quoted(neighbour.name()) + " " + quoted(neighbour.port),
                      remarks);
}

void add_neighbours(Texts& lines, const heard::Traffic& traffic) {
  for (const Neighbour& neighbour : traffic.neighbours()) {
    lines.push_back(neighbour_line(neighbour));
  }
  if (traffic.more_neighbours()) lines.emplace_back("neighbour ... : there are more");
}

/// One line for each root, whatever the number of VLANs that have it.
void add_roots(Texts& lines, const heard::Traffic& traffic) {
  std::map<std::pair<Root, Bpdu::Protocol>, model::Vids> roots;
  for (const auto& [number, tree] : traffic.spanning_trees()) {
    model::Vids& vids = roots[{tree.root, tree.protocol}];
    if (const auto vid = model::Vid::from_number(number)) vids.add(*vid);
  }
  for (const auto& [key, vids] : roots) {
    const auto& [root, protocol] = key;
    lines.push_back("root " + std::to_string(root.priority) + " " + root.mac.text() + " " +
                    heard::word(protocol) + (vids.empty() ? "" : " " + vids.text()));
  }
}

void add_gaps(Texts& lines, const net::Gaps& gaps) {
  if (gaps.lost == 0) return;
  lines.push_back("lost " + std::to_string(gaps.lost) +
                  " frames : the host could not keep up, so all counts are too low");
}

}  // namespace

Texts heard_lines(const HeardTrunk& trunk) {
  Texts lines;
  for (const Verdict& verdict : heard::judge(trunk.traffic, trunk.configured)) {
    lines.push_back(vlan_line(verdict));
  }
  add_untagged(lines, trunk.traffic);
  add_provider(lines, trunk.traffic);
  add_neighbours(lines, trunk.traffic);
  add_roots(lines, trunk.traffic);
  add_gaps(lines, trunk.gaps);
  for (std::string& line : lines) line.insert(0, trunk.name + " ");
  return lines;
}

}  // namespace command
