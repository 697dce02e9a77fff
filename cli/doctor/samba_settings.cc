#include "cli/doctor/samba_settings.h"

#include "cli/doctor/sshd_settings.h"

namespace twinlock {

SambaSettings SambaSettings::parse(std::string_view testparm_output) {
  SambaSettings settings;
  Section* section = nullptr;
  for (const std::string& line : split_text(testparm_output, "\r\n")) {
    if (line.starts_with('[') && line.ends_with(']')) {
      const std::string name = line.substr(1, line.size() - 2);
      section = name == "global" ? &settings.global_ : &settings.shares_[name];
      continue;
    }
    const auto start = line.find_first_not_of(" \t");
    const auto equals = line.find(" =");
    if (section == nullptr || equals == std::string::npos || start == std::string::npos || start > equals) continue;
    const std::string value = line.size() > equals + 3 ? line.substr(equals + 3) : "";
    (*section)[folded_case(line.substr(start, equals - start))] = value;
  }
  return settings;
}

std::string SambaSettings::global(const std::string& name) const {
  const auto found = global_.find(name);
  return found == global_.end() ? "" : found->second;
}

bool SambaSettings::is(const std::string& name, std::string_view word) const {
  return folded_case(global(name)) == word;
}

}  // namespace twinlock
