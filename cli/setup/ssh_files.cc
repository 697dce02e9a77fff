#include "cli/setup/ssh_files.h"

#include <fnmatch.h>

#include <algorithm>
#include <sstream>

#include "cli/setup/config_lines.h"
#include "cli/setup/packaged_files.h"

namespace twinlock {
namespace {

constexpr std::string_view kMethods = "AuthenticationMethods ";

std::string_view methods_of(SshWays ways) {
  switch (ways) {
    case SshWays::kPasswordAndCode: return "keyboard-interactive:pam";
    case SshWays::kKeyAndCode: return "publickey,keyboard-interactive:pam";
    case SshWays::kEither: return "publickey,keyboard-interactive:pam keyboard-interactive:pam";
  }
  return {};
}

/// `Keyword value`, also with '=' between and the value in quotes.
SshLine setting_of(std::string_view line) {
  const auto start = line.find_first_not_of(" \t\r");
  if (start == std::string_view::npos || line[start] == '#') return {};
  line = line.substr(start, line.find_last_not_of(" \t\r") + 1 - start);
  const auto end = std::min(line.size(), line.find_first_of(" \t="));
  const auto value = line.find_first_not_of(" \t=", end);
  return {lowered(line.substr(0, end)), std::string(value == std::string_view::npos ? "" : line.substr(value))};
}

bool brings_drop_in(const std::string& patterns) {
  return std::ranges::any_of(include_patterns_in(patterns), [](const std::string& pattern) {
    return ::fnmatch(pattern.c_str(), kSshDropIn, FNM_PATHNAME) == 0;
  });
}

bool comes_in_time(std::string_view sshd_config) {
  const auto ours = ssh_settings_of(kPackagedSshDropIn);
  for (const SshLine& setting : ssh_lines_of(sshd_config)) {
    if (setting.keyword == "include" && brings_drop_in(setting.value)) return true;
    // Another Include may hold what it likes.
    const bool may_win = setting.keyword == "include" || setting.keyword == "challengeresponseauthentication";
    if (setting.keyword == "match" || may_win || ours.contains(setting.keyword)) return false;
  }
  return false;
}

}  // namespace

std::string ssh_drop_in(SshWays ways) {
  const std::string wanted = std::string(kMethods) + std::string(methods_of(ways));
  Lines lines = lines_of(kPackagedSshDropIn);
  for (std::string& line : lines) {
    if (line == "#" + wanted) {
      line = wanted;
    } else if (line.starts_with(kMethods) && line != wanted) {
      line.insert(0, 1, '#');
    }
  }
  return text_of(lines);
}

std::string with_ssh_drop_in(std::string_view sshd_config) {
  if (comes_in_time(sshd_config)) return std::string(sshd_config);
  return "# twinlock: before everything else, because the first value of a keyword counts.\nInclude " +
         std::string(kSshDropIn) + "\n" + std::string(sshd_config);
}

std::vector<SshLine> ssh_lines_of(std::string_view text) {
  std::vector<SshLine> found;
  for (const std::string& line : lines_of(text)) {
    SshLine setting = setting_of(line);
    if (!setting.keyword.empty()) found.push_back(std::move(setting));
  }
  return found;
}

std::vector<std::string> include_patterns_in(const std::string& value) {
  std::istringstream words(value);
  std::vector<std::string> patterns;
  std::string pattern;
  while (words >> pattern) {
    std::erase(pattern, '"');
    patterns.push_back(pattern.starts_with('/') ? pattern : "/etc/ssh/" + pattern);
  }
  return patterns;
}

std::map<std::string, std::string> ssh_settings_of(std::string_view text) {
  std::map<std::string, std::string> settings;
  for (SshLine& setting : ssh_lines_of(text)) {
    if (setting.keyword == "match") break;
    settings.emplace(std::move(setting.keyword), std::move(setting.value));
  }
  return settings;
}

bool always_asks_pam(std::string_view authentication_methods) {
  std::istringstream lists{std::string(authentication_methods)};
  std::string list;
  bool any = false;
  while (lists >> list) {
    any = true;
    if (("," + list + ",").find(",keyboard-interactive:pam,") == std::string::npos) return false;
  }
  return any;
}

}  // namespace twinlock
