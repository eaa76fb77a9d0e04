#include "command/table.hpp"

#include <algorithm>

#include "model/utf8.hpp"

namespace command {
namespace {

using model::character_count;

constexpr std::size_t gap = 2;
constexpr std::size_t least_width_of_list = 20;

std::string painted(const std::string& text, Table::Mark mark, bool colour) {
  if (!colour || mark == Table::Mark::none) return text;
  return (mark == Table::Mark::error ? "\x1b[31m" : "\x1b[33m") + text + "\x1b[0m";
}

std::string blanks(std::size_t count) {
  std::string text(count, ' ');
  return text;
}

/// A list in pieces of at most `width` characters, but for a word that has more.
std::vector<std::string> wrapped(const std::string& list, std::size_t width) {
  std::vector<std::string> lines{""};
  std::size_t start = 0;
  while (start <= list.size()) {
    const std::size_t end = std::min(list.find(", ", start), list.size());
    const bool is_last = end == list.size();
    const std::string word = list.substr(start, end - start) + (is_last ? "" : ",");
    const bool fits = character_count(lines.back()) + 1 + character_count(word) <= width;
    if (lines.back().empty()) {
      lines.back() = word;
    } else if (fits) {
      lines.back() += " " + word;
    } else {
      lines.push_back(word);
    }
    start = is_last ? list.size() + 1 : end + 2;
  }
  return lines;
}

}  // namespace

Table::Table(const std::vector<std::string>& headings) {
  add_row({headings.begin(), headings.end()});
}

void Table::add_row(std::vector<Cell> cells) {
  for (Cell& cell : cells) cell.text = model::printable(cell.text);
  rows_.push_back({.cells = std::move(cells), .notes = {}});
}

void Table::add_note(Cell note) {
  rows_.back().notes.push_back(std::move(note));
}

std::string Table::note_line(const Cell& note, bool colour) {
  return blanks(gap) + painted(model::printable(note.text), note.mark, colour);
}

/// Of all columns but the last.
std::vector<std::size_t> Table::widths() const {
  std::vector<std::size_t> widths(rows_.front().cells.size() - 1, 0);
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], character_count(row.cells[i].text));
    }
  }
  return widths;
}

std::vector<std::string> Table::lines(bool colour, std::size_t width) const {
  const std::vector<std::size_t> columns = widths();
  std::size_t left = 0;
  for (const std::size_t column : columns) left += column + gap;
  const std::size_t right = std::max(width, left + least_width_of_list) - left;
  std::vector<std::string> result;
  for (const Row& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Cell& cell = row.cells[i];
      line += painted(cell.text, cell.mark, colour) +
              blanks(columns[i] - character_count(cell.text) + gap);
    }
    for (const std::string& piece : wrapped(row.cells.back().text, right)) {
      result.push_back(line + piece);
      line = blanks(left);
    }
    for (const Cell& note : row.notes) result.push_back(note_line(note, colour));
  }
  return result;
}

}  // namespace command
