#include "config/nearest.h"

#include <algorithm>
#include <numeric>

namespace twinlock {
namespace {

/// Levenshtein's distance.
std::size_t edits_between(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string> nearest(std::string_view typed, const std::vector<std::string>& words) {
  constexpr std::size_t kMostEdits = 2;
  constexpr std::size_t kLongestWord = 64;  // nobody mistypes a key into more; bounds the work
  if (typed.size() > kLongestWord) return std::nullopt;
  std::size_t fewest = std::min(kMostEdits + 1, typed.size());
  std::optional<std::string> found;
  for (const std::string& word : words) {
    const std::size_t edits = edits_between(typed, word);
    if (edits >= fewest) continue;
    fewest = edits;
    found = word;
  }
  return found;
}

}  // namespace twinlock
