#include "policy/rules.h"

#include <algorithm>

namespace twinlock {
namespace {

template <typename T>
bool empty_or_holds(const std::vector<T>& list, const T& wanted) {
  return list.empty() || std::ranges::find(list, wanted) != list.end();
}

bool is_over(const Rule& rule, const CivilDate& today) { return rule.until && today > *rule.until; }

bool matches_address(const Rule& rule, const LoginFacts& facts) {
  if (rule.networks.empty()) return true;
  const bool is_ours = facts.address_is_own || facts.address.is_loopback();
  return std::ranges::any_of(rule.networks, [&](const Network& network) {
    return network.contains(facts.address) && (!is_ours || network.is_single_address());
  });
}

/// All that can be told without asking NSS.
bool matches_facts(const Rule& rule, const LoginFacts& facts) {
  return !is_over(rule, facts.today) && empty_or_holds(rule.services, facts.service) &&
         empty_or_holds(rule.users, facts.user) && matches_address(rule, facts);
}

Result<bool> matches_groups(const Rule& rule, const GroupLookup& in_group) {
  if (rule.groups.empty()) return true;
  for (const std::string& group : rule.groups) {
    const auto member = in_group(group);
    if (!member || *member) return member;
  }
  return false;
}

}  // namespace

Result<RuleOutcome> find_rule(const std::vector<Rule>& rules, const LoginFacts& facts, const GroupLookup& in_group) {
  for (const Rule& rule : rules) {
    if (!matches_facts(rule, facts)) continue;
    const auto in_groups = matches_groups(rule, in_group);
    if (!in_groups) return in_groups.error();
    if (*in_groups) return RuleOutcome{rule.action, &rule};
  }
  return RuleOutcome{};
}

}  // namespace twinlock
