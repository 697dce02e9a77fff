#include "cli/pam_stack/pam_words.h"

#include <algorithm>

namespace twinlock {
namespace {

constexpr std::string_view kBlanks = " \t\n";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Takes "…]" off the text, whose '[' is off already.
std::string take_bracketed(std::string_view& text) {
  std::string word;
  std::size_t at = 0;
  for (; at < text.size() && text[at] != ']'; ++at) {
    if (text[at] == '\\' && at + 1 < text.size() && text[at + 1] == ']') ++at;
    word += text[at];
  }
  text.remove_prefix(std::min(text.size(), at + 1));
  return word;
}

std::string take_plain(std::string_view& text) {
  const auto end = std::min(text.size(), text.find_first_of(kBlanks));
  std::string word(text.substr(0, end));
  text.remove_prefix(end);
  return word;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (true) {
    const auto start = text.find_first_not_of(kBlanks);
    if (start == std::string_view::npos) return words;
    text.remove_prefix(start);
    if (text[0] == '[') {
      text.remove_prefix(1);
      words.push_back(take_bracketed(text));
    } else {
      words.push_back(take_plain(text));
    }
  }
}

/// Takes one physical line off the text.
std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.size(), text.find('\n'));
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(text.size(), end + 1));
  return line;
}

bool says_nothing(std::string_view line) {
  const auto start = line.find_first_not_of(kBlanks);
  return start == std::string_view::npos || line[start] == '#';
}

/// What stands before the backslash that continues the line; nullopt: it ends here. A remark ends it, too.
std::optional<std::string_view> continued(std::string_view line) {
  const auto last = line.find_last_not_of(kBlanks);
  if (line.find('#') != std::string_view::npos || last == std::string_view::npos || line[last] != '\\') return {};
  return line.substr(0, last);
}

}  // namespace

std::optional<std::vector<PamLine>> parse_pam_lines(std::string_view text) {
  std::vector<PamLine> lines;
  std::string logical;
  int first = 0;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = take_line(text);
    if (says_nothing(line)) continue;  // also in the middle of a continued line
    if (first == 0) first = number;
    if (const auto part = continued(line)) {
      logical.append(*part).append(" ");
      continue;
    }
    logical.append(line.substr(0, line.find('#')));
    lines.push_back({first, number, words_of(logical)});
    logical.clear();
    first = 0;
  }
  return first == 0 ? std::optional(std::move(lines)) : std::nullopt;
}

bool same_pam_word(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

}  // namespace twinlock
