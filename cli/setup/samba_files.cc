#include "cli/setup/samba_files.h"

#include <algorithm>
#include <iterator>
#include <sstream>

#include "cli/setup/config_lines.h"

namespace twinlock {
namespace {

constexpr std::string_view kAccountLine = "account    requisite    pam_twinlock.so";
constexpr std::string_view kSessionLine = "session    required     pam_twinlock.so";
constexpr std::string_view kModule = "pam_twinlock.so";

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

bool ends_with(const Lines& lines, const Lines& end) {
  return lines.size() >= end.size() &&
         std::equal(end.rbegin(), end.rend(), lines.rbegin(),
                    [](const std::string& a, const std::string& b) { return folded(a) == folded(b); });
}

/// The words of a PAM line, up to a remark.
std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line.substr(0, line.find('#')));
  return {std::istream_iterator<std::string>(stream), {}};
}

constexpr std::string_view kAnyKind = "@include";

/// "account", "session" …, also for Debian's `@include common-account`; kAnyKind for an include that does not say;
/// empty for lines that are none.
std::string kind_of(const std::string& line) {
  const auto words = words_of(line);
  if (words.empty()) return "";
  if (words[0] != kAnyKind) return folded(words[0][0] == '-' ? words[0].substr(1) : words[0]);
  for (const char* kind : {"account", "session", "auth", "password"}) {
    if (words.size() > 1 && words[1].find(kind) != std::string::npos) return kind;
  }
  return std::string(kAnyKind);
}

/// The first line that is, or may hold, one of the kind; the end where there is none.
std::size_t find_kind(const Lines& lines, const std::string& kind) {
  for (std::size_t at = 0; at < lines.size(); ++at) {
    const std::string here = kind_of(lines[at]);
    if (!is_continued(lines, at) && (here == kind || here == kAnyKind)) return at;
  }
  return lines.size();
}

/// Ours, with a word that makes its refusal count.
bool is_ours(const std::string& line, const std::string& kind) {
  const auto words = words_of(line);
  return words.size() >= 3 && kind_of(line) == kind && (words[1] == "required" || words[1] == "requisite") &&
         (words[2] == kModule || words[2].ends_with("/" + std::string(kModule)));
}

/// Ours of another kind of strictness or in another place.
bool is_weak(const std::string& line, const std::string& kind) {
  return kind_of(line) == kind &&
         std::ranges::any_of(words_of(line), [](const std::string& word) { return word.ends_with(kModule); });
}

}  // namespace

std::string with_drop_in(std::string_view smb_conf) {
  Lines lines = lines_of(smb_conf);
  const Lines ours{"[global]", "   include = " + std::string(kSambaDropIn)};
  if (ends_with(lines, ours)) return std::string(smb_conf);
  append(lines, ours);
  return text_of(lines);
}

std::string with_samba_lines(std::string_view stack) {
  Lines lines = lines_of(stack);
  std::size_t first = find_kind(lines, "account");
  if (first == lines.size() || !is_ours(lines[first], "account")) {
    std::erase_if(lines, [](const std::string& line) { return is_weak(line, "account"); });
    first = find_kind(lines, "account");
    if (first == lines.size()) {
      append(lines, {std::string(kAccountLine)});
    } else {
      insert(lines, first, {std::string(kAccountLine)});
    }
  }
  const bool has_session = std::ranges::any_of(lines, [](const std::string& line) { return is_ours(line, "session"); });
  if (!has_session) append(lines, {std::string(kSessionLine)});
  return lines == lines_of(stack) ? std::string(stack) : text_of(lines);
}

std::map<std::string, std::string> settings_of(std::string_view testparm_output) {
  std::map<std::string, std::string> settings;
  bool in_global = false;
  for (const std::string& line : lines_of(testparm_output)) {
    if (line.starts_with('[')) in_global = line == "[global]";
    const auto equals = line.find(" = ");
    if (in_global && equals != std::string::npos) settings[folded(line.substr(0, equals))] = line.substr(equals + 3);
  }
  return settings;
}

std::vector<std::string> names_of_settings(std::string_view drop_in) {
  std::vector<std::string> names;
  for (const std::string& line : lines_of(drop_in)) {
    const auto equals = line.find(" = ");
    if (!line.starts_with('#') && equals != std::string::npos) names.push_back(folded(line.substr(0, equals)));
  }
  return names;
}

}  // namespace twinlock
