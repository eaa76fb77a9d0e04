#include "command/status_table.hpp"

#include <algorithm>

#include "command/status_lines.hpp"
#include "command/text.hpp"

namespace command {
namespace {

using model::Link;
using model::Problem;
using model::State;

/// VLANs that are shown as one.
struct Fold {
  const VlanView* first;
  const VlanView* last;
};

/// `text` without the name of a link that there is.
std::string nameless(std::string text, const std::string& name, const char* sign) {
  return name == "-" ? text : replaced(std::move(text), name, sign);
}

/// What is wrong with a VLAN, in words that are the same for another with which the same is wrong.
std::vector<std::string> nameless_problems(const VlanView& vlan) {
  std::vector<std::string> texts;
  for (const Problem& problem : vlan.judgement.problems) {
    std::string text = nameless(problem.text, vlan.names.uplink, "\1");
    text = nameless(text, vlan.names.bridge, "\2");
    texts.push_back(replaced(text, "VLAN " + model::text(vlan.vids), "\3"));
  }
  return texts;
}

bool follows(const VlanView& one, const VlanView& next) {
  return next.trunk == one.trunk && one.vids.size() == 1 && next.vids.size() == 1 &&
         next.vids.front().first == one.vids.front().last + 1;
}

std::size_t host_count(const VlanView& vlan) {
  return vlan.tunnel ? vlan.tunnel->hosts.size() : 0;
}

bool differs_in_vid_only(const VlanView& one, const VlanView& other) {
  const bool on_demand = one.judgement.state == State::on_demand;
  return !on_demand && one.judgement.state == other.judgement.state && one.guests.empty() &&
         other.guests.empty() && host_count(one) == host_count(other) &&
         (one.names.uplink == "-") == (other.names.uplink == "-") &&
         nameless_problems(one) == nameless_problems(other);
}

std::vector<Fold> folded(const std::vector<VlanView>& vlans) {
  std::vector<Fold> folds;
  for (const VlanView& vlan : vlans) {
    const bool goes_on = !folds.empty() && follows(*folds.back().last, vlan) &&
                         differs_in_vid_only(*folds.back().last, vlan);
    if (goes_on) {
      folds.back().last = &vlan;
    } else {
      folds.push_back({.first = &vlan, .last = &vlan});
    }
  }
  return folds;
}

std::string range_text(const std::string& first, const std::string& last, const char* between) {
  return first == last ? first : first + between + last;
}

std::string guests_text(const VlanView& vlan, GuestNames& names) {
  std::vector<std::string> texts;
  for (const Link* port : vlan.guests) texts.push_back(guest_text(*port, names));
  return texts.empty() ? "-" : joined(texts, ", ");
}

void add_problems(Table& table, const std::vector<Problem>& problems, bool of_several) {
  for (Table::Cell& note : notes_of(problems, of_several)) table.add_note(std::move(note));
}

bool has_tunnels(const Overview& overview) {
  return std::any_of(overview.vlans.begin(), overview.vlans.end(),
                     [](const VlanView& vlan) { return vlan.tunnel.has_value(); });
}

void add_fold(Table& table, const Fold& fold, bool with_hosts, GuestNames& names) {
  const VlanView& first = *fold.first;
  const VlanView& last = *fold.last;
  const State state = first.judgement.state;
  std::vector<Table::Cell> cells{first.trunk,
                                 range_text(model::text(first.vids), model::text(last.vids), "-"),
                                 range_text(first.names.uplink, last.names.uplink, " ... "),
                                 range_text(first.names.bridge, last.names.bridge, " ... "),
                                 Table::Cell(model::word(state), mark_of(state))};
  if (with_hosts) {
    cells.emplace_back(first.tunnel ? std::to_string(first.tunnel->hosts.size()) : "-");
  }
  cells.emplace_back(guests_text(first, names));
  table.add_row(std::move(cells));
  add_problems(table, first.judgement.problems, fold.first != fold.last);
}

/// "4094 VLANs up, 2 wrong; 31 guests"
std::string summary(const Overview& overview) {
  std::string text = counted(overview.count(State::up), "VLAN") + " up";
  for (const State state : {State::wrong, State::missing, State::unconfigured}) {
    const std::size_t number = overview.count(state);
    if (number != 0) text += ", " + std::to_string(number) + " " + model::word(state);
  }
  if (!overview.refused.empty())
    text += ", " + std::to_string(overview.refused.size()) + " refused";
  return text + "; " + counted(overview.guest_count(), "vif");
}

}  // namespace

Table::Mark mark_of(State state) {
  switch (state) {
    case State::wrong:
    case State::missing:
      return Table::Mark::error;
    case State::unconfigured:
      return Table::Mark::warning;
    default:
      return Table::Mark::none;
  }
}

std::vector<Table::Cell> notes_of(const std::vector<Problem>& problems, bool of_several) {
  std::vector<Table::Cell> notes;
  std::string mend;
  const auto tell_mend = [&] {
    if (!mend.empty()) notes.emplace_back("  to mend it: " + mend);
  };
  for (const Problem& problem : problems) {
    // One command may mend several.
    if (problem.mend != mend) tell_mend();
    mend = problem.mend;
    const auto mark = model::is_trouble(problem) ? Table::Mark::error : Table::Mark::warning;
    notes.emplace_back("! " + problem.text + (of_several ? ", and so on" : ""), mark);
  }
  tell_mend();
  return notes;
}

std::vector<std::string> table_of(const Overview& overview, const Output& output,
                                  GuestNames& names) {
  const bool with_hosts = has_tunnels(overview);
  Table table(with_hosts ? std::vector<std::string>{"TRUNK", "VLAN", "UPLINK", "BRIDGE", "STATE",
                                                    "HOSTS", "GUESTS"}
                         : std::vector<std::string>{"TRUNK", "VLAN", "VLAN LINK", "BRIDGE", "STATE",
                                                    "GUESTS"});
  for (const Fold& fold : folded(overview.vlans)) add_fold(table, fold, with_hosts, names);
  std::vector<std::string> lines = table.lines(output.colour, output.width);
  lines.emplace_back();
  for (const Table::Cell& note : notes_of(overview.problems)) {
    lines.push_back(Table::note_line(note, output.colour));
  }
  lines.push_back(summary(overview));
  return lines;
}

}  // namespace command
