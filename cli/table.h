// Aligned plain-text tables for people. Programs read --json instead.
#pragma once

#include <string>
#include <vector>

#include "base/printable.h"

namespace twinlock {

class Table {
 public:
  explicit Table(std::vector<std::string> headings) : rows_{std::move(headings)} {}

  /// Missing cells are empty; cells beyond the headings get a column without one.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  /// One line a row, the headings first, columns two blanks apart, no blanks at line ends.
  /// A code point counts as one column. What could steer a terminal is shown as printable() says.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace twinlock
