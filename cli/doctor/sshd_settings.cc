#include "cli/doctor/sshd_settings.h"

#include <algorithm>

namespace twinlock {

std::string folded_case(std::string_view text) {
  std::string folded(text);
  std::ranges::transform(folded, folded.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return folded;
}

std::vector<std::string> split_text(std::string_view text, std::string_view separators) {
  std::vector<std::string> parts;
  while (true) {
    const auto start = text.find_first_not_of(separators);
    if (start == std::string_view::npos) return parts;
    text.remove_prefix(start);
    const auto end = std::min(text.size(), text.find_first_of(separators));
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

SshdSettings SshdSettings::parse(std::string_view text) {
  SshdSettings settings;
  for (const std::string& line : split_text(text, "\r\n")) {
    const auto blank = line.find(' ');
    const std::string value = blank == std::string::npos ? "" : line.substr(blank + 1);
    settings.values_[folded_case(line.substr(0, blank))] = value;
  }
  return settings;
}

std::optional<std::string> SshdSettings::value(const std::string& keyword) const {
  const auto found = values_.find(keyword);
  return found == values_.end() ? std::nullopt : std::optional(found->second);
}

bool SshdSettings::is_on(const std::string& keyword) const { return is(keyword, "yes"); }

bool SshdSettings::is(const std::string& keyword, std::string_view word) const {
  const auto found = value(keyword);
  return found && folded_case(*found) == word;
}

std::optional<int> SshdSettings::seconds(const std::string& keyword) const {
  const auto text = value(keyword);
  if (!text || text->empty() || text->size() > 7) return std::nullopt;
  int total = 0;
  int number = 0;
  for (const char c : folded_case(*text)) {
    if (c >= '0' && c <= '9') {
      number = number * 10 + (c - '0');
    } else if (c == 's' || c == 'm' || c == 'h') {
      total += number * (c == 's' ? 1 : c == 'm' ? 60 : 3600);
      number = 0;
    } else {
      return std::nullopt;
    }
  }
  return total + number;
}

}  // namespace twinlock
