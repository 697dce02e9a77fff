#include "cli/setup/config_lines.h"

namespace twinlock {

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::string text_of(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

namespace {

bool ends_in_backslash(const std::string& line) { return !line.empty() && line.back() == '\\'; }

}  // namespace

/// As libpam sees it: a remark never goes on, and blanks behind the backslash do not count.
bool goes_on(const std::string& line) {
  const auto last = line.find_last_not_of(" \t\r");
  return last != std::string::npos && line[last] == '\\' && line.find('#') == std::string::npos;
}

bool is_continued(const Lines& lines, std::size_t at) { return at > 0 && goes_on(lines[at - 1]); }

void append(Lines& lines, const Lines& more) {
  if (!lines.empty() && ends_in_backslash(lines.back())) lines.emplace_back();
  lines.insert(lines.end(), more.begin(), more.end());
}

void insert(Lines& lines, std::size_t at, const Lines& more) {
  lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), more.begin(), more.end());
}

std::string lowered(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

}  // namespace twinlock
