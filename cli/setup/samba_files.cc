#include "cli/setup/samba_files.h"

#include <algorithm>

#include "cli/setup/config_lines.h"

namespace twinlock {
namespace {

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

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool ends_with(const Lines& lines, const Lines& end) {
  return lines.size() >= end.size() &&
         std::equal(end.rbegin(), end.rend(), lines.rbegin(),
                    [](const std::string& a, const std::string& b) { return folded(a) == folded(b); });
}

}  // namespace

std::string with_drop_in(std::string_view smb_conf) {
  Lines lines = lines_of(smb_conf);
  const Lines ours{"[global]", "   include = " + std::string(kSambaDropIn)};
  if (ends_with(lines, ours)) return std::string(smb_conf);
  append(lines, ours);
  return text_of(lines);
}

std::vector<SambaLine> samba_lines_in(std::string_view smb_conf) {
  std::vector<SambaLine> found;
  std::string whole;
  for (const std::string& line : lines_of(smb_conf)) {
    whole += line;
    const std::string_view text = without_blanks(whole);
    const bool is_remark = text.starts_with('#') || text.starts_with(';');
    if (whole.ends_with('\\') && !is_remark) {
      whole.pop_back();
      continue;
    }
    const auto equals = text.find('=');
    if (!is_remark && !text.starts_with('[') && equals != std::string_view::npos) {
      found.push_back({folded(text.substr(0, equals)), std::string(without_blanks(text.substr(equals + 1)))});
    }
    whole.clear();
  }
  return found;
}

std::string pattern_of_macros(std::string_view value) {
  std::string pattern;
  for (std::size_t at = 0; at < value.size(); ++at) {
    const bool is_macro = value[at] == '%' && at + 1 < value.size();
    if (is_macro) {
      pattern += '*';
      // %$(NAME) is a variable of the environment.
      const auto end = value[at + 1] == '$' ? value.find(')', at) : at + 1;
      at = std::min(end, value.size() - 1);
    } else {
      if (std::string_view("*?[\\").find(value[at]) != std::string_view::npos) pattern += '\\';
      pattern += value[at];
    }
  }
  return pattern;
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
