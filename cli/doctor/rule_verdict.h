// Rules that match nobody or everybody, stand open, or never come to their turn. Pure: NSS comes in as callbacks.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "cli/doctor/finding.h"
#include "policy/rules.h"

namespace twinlock {

struct RuleWorld {
  CivilDate today;
  std::vector<Address> own_addresses;                      ///< Of this host; loopback counts by itself.
  std::function<bool(const std::string&)> user_exists;     ///< By NSS.
  std::function<bool(const std::string&)> group_exists;    ///< By NSS.
  std::function<bool(const std::string&)> group_is_empty;  ///< Nobody is in it, as far as NSS tells.
  /// By address: who came in from there lately, by the audit log.
  std::vector<std::pair<Address, std::set<std::string>>> seen;
  std::string config_path;
};

/// All findings "rules.…".
void judge_rules(const std::vector<Rule>& rules, const RuleWorld& world, Findings& findings);

}  // namespace twinlock
