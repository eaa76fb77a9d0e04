#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace command {

/// Text in columns as wide as their widest entry, for a terminal. Whatever a terminal would take
/// for more than text is replaced (model::printable).
class Table {
 public:
  /// Whether an entry stands out, where there is colour.
  enum class Mark { none, warning, error };

  struct Cell {
    Cell(std::string said, Mark how = Mark::none) : text(std::move(said)), mark(how) {}  // NOLINT
    Cell(const char* said) : text(said) {}                                               // NOLINT
    std::string text;
    Mark mark = Mark::none;
  };

  explicit Table(const std::vector<std::string>& headings);

  /// As many cells as there are headings.
  void add_row(std::vector<Cell> cells);
  /// Below the last row, indented, across all columns.
  void add_note(Cell note);

  /// The last column holds lists with ", " between their words; they are continued on further lines
  /// where they would be wider than `width` characters, in so far as the other columns leave room.
  [[nodiscard]] std::vector<std::string> lines(bool colour, std::size_t width) const;

  /// What add_note makes of a note, for one that stands below no row.
  static std::string note_line(const Cell& note, bool colour);

 private:
  struct Row {
    std::vector<Cell> cells;
    std::vector<Cell> notes;
  };

  [[nodiscard]] std::vector<std::size_t> widths() const;

  std::vector<Row> rows_;  ///< the headings first
};

}  // namespace command
