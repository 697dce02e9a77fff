#include "cli/setup/samba_files.h"

#include <algorithm>
#include <vector>

namespace twinlock {
namespace {

constexpr std::string_view kAccountLine = "account    requisite    pam_twinlock.so";
constexpr std::string_view kSessionLine = "session    required     pam_twinlock.so";
constexpr std::string_view kModule = "pam_twinlock.so";

using Lines = std::vector<std::string>;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// Without blanks and in lower case: as smbd compares the names of sections and parameters.
std::string folded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (!is_blank(c)) result += lower(c);
  }
  return result;
}

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

bool is_comment(const std::string& folded_line) { return folded_line[0] == '#' || folded_line[0] == ';'; }
bool is_section(const std::string& line) { return folded(line).starts_with('['); }
bool is_setting(const std::string& line) {
  const std::string text = folded(line);
  return !text.empty() && !is_comment(text) && text[0] != '[';
}
bool goes_on(const std::string& line) { return !line.empty() && line.back() == '\\'; }

/// The line behind the last setting of the section that begins at `from`.
std::size_t end_of_settings(const Lines& lines, std::size_t from) {
  std::size_t end = from;
  for (std::size_t at = from; at < lines.size() && !is_section(lines[at]); ++at) {
    if (is_setting(lines[at])) end = at + 1;
    while (at + 1 < lines.size() && goes_on(lines[at])) end = ++at + 1;
  }
  return end;
}

/// The line behind the heading of [global], the last one where there are several. 0 where there is none: settings
/// before any section belong to [global] as well.
std::size_t behind_last_global(const Lines& lines) {
  std::size_t at = lines.size();
  while (at > 0 && folded(lines[at - 1]) != "[global]") --at;
  return at;
}

/// "account", "session" …, also for Debian's `@include common-account`; empty for other lines.
std::string kind_of(std::string_view line) {
  const auto start = line.find_first_not_of(" \t-");
  if (start == std::string_view::npos || line[start] == '#') return "";
  line.remove_prefix(start);
  constexpr std::string_view kInclude = "@include";
  if (line.starts_with(kInclude)) {
    for (const char* kind : {"account", "session", "auth", "password"}) {
      if (line.find(kind) != std::string_view::npos) return kind;
    }
  }
  return folded(line.substr(0, line.find_first_of(" \t")));
}

/// The first line from `from` on that is of the kind; the end where there is none.
std::size_t find_kind(const Lines& lines, const std::string& kind) {
  const auto found = std::ranges::find_if(lines, [&](const std::string& line) { return kind_of(line) == kind; });
  return static_cast<std::size_t>(found - lines.begin());
}

bool has_ours(const Lines& lines, const std::string& kind) {
  return std::ranges::any_of(
      lines, [&](const std::string& line) { return kind_of(line) == kind && line.find(kModule) != std::string::npos; });
}

void insert(Lines& lines, std::size_t at, std::string_view line) {
  lines.emplace(lines.begin() + static_cast<std::ptrdiff_t>(at), line);
}

}  // namespace

std::string with_drop_in(std::string_view smb_conf) {
  Lines lines = lines_of(smb_conf);
  const std::string include = "   include = " + std::string(kSambaDropIn);
  const std::size_t from = behind_last_global(lines);
  const std::size_t end = end_of_settings(lines, from);
  if (end > 0 && folded(lines[end - 1]) == folded(include)) return std::string(smb_conf);
  insert(lines, end, include);
  if (end == 0) insert(lines, 0, "[global]");
  return text_of(lines);
}

std::string with_samba_lines(std::string_view stack) {
  Lines lines = lines_of(stack);
  if (!has_ours(lines, "account")) insert(lines, find_kind(lines, "account"), kAccountLine);
  if (!has_ours(lines, "session")) lines.emplace_back(kSessionLine);
  return lines == lines_of(stack) ? std::string(stack) : text_of(lines);
}

}  // namespace twinlock
