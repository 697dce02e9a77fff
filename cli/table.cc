#include "cli/table.h"

#include <algorithm>

#include "base/printable.h"

namespace twinlock {
namespace {

constexpr std::size_t kGap = 2;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !is_continuation(c); }));
}

using Row = std::vector<std::string>;

std::vector<std::size_t> column_widths(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], code_points(row[i]));
  }
  return widths;
}

std::string line_of(const Row& row, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    line += row[i];
    line.append(widths[i] - code_points(row[i]) + kGap, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);  // npos + 1 is 0
  return line + "\n";
}

}  // namespace

std::string Table::text() const {
  std::vector<Row> rows = rows_;
  for (Row& row : rows) {
    for (std::string& cell : row) cell = printable(cell);
  }
  const auto widths = column_widths(rows);
  std::string text;
  for (const Row& row : rows) text += line_of(row, widths);
  return text;
}

}  // namespace twinlock
