#include <algorithm>
#include <string_view>
#include <vector>

#include "base/printable.h"
#include "cli/setup/file_change.h"

namespace twinlock {
namespace {

constexpr std::size_t kContext = 2;

using LineViews = std::vector<std::string_view>;

LineViews line_views_of(std::string_view text) {
  LineViews lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

/// One line of the difference: kept (' '), removed ('-') or added ('+').
struct Step {
  char sign;
  std::string_view line;
};

/// lengths[i][j]: of the longest common subsequence of the lines from i and from j on.
std::vector<std::vector<std::size_t>> common_lengths(const LineViews& a, const LineViews& b) {
  std::vector<std::vector<std::size_t>> lengths(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      lengths[i][j] = a[i] == b[j] ? lengths[i + 1][j + 1] + 1 : std::max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  return lengths;
}

std::vector<Step> steps_between(const LineViews& a, const LineViews& b) {
  const auto lengths = common_lengths(a, b);
  std::vector<Step> steps;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      steps.push_back({' ', a[i]});
      ++i;
      ++j;
    } else if (i < a.size() && (j == b.size() || lengths[i + 1][j] >= lengths[i][j + 1])) {
      steps.push_back({'-', a[i++]});
    } else {
      steps.push_back({'+', b[j++]});
    }
  }
  return steps;
}

/// Whether a line was changed at most kContext lines away.
bool is_near_a_change(const std::vector<Step>& steps, std::size_t at) {
  const std::size_t from = at < kContext ? 0 : at - kContext;
  const std::size_t to = std::min(steps.size(), at + kContext + 1);
  const auto begin = steps.begin();
  return std::any_of(begin + static_cast<std::ptrdiff_t>(from), begin + static_cast<std::ptrdiff_t>(to),
                     [](const Step& step) { return step.sign != ' '; });
}

}  // namespace

std::string difference_of(const FileChange& change) {
  const auto steps =
      steps_between(line_views_of(change.before ? *change.before : std::string_view()), line_views_of(change.after));
  std::string text = "--- " + (change.before ? change.path : "/dev/null") + "\n+++ " + change.path + "\n";
  bool skipped = false;
  for (std::size_t at = 0; at < steps.size(); ++at) {
    if (!is_near_a_change(steps, at)) {
      skipped = true;
      continue;
    }
    if (skipped) text += "  …\n";
    skipped = false;
    text += steps[at].sign + printable(steps[at].line) + "\n";
  }
  return text;
}

}  // namespace twinlock
