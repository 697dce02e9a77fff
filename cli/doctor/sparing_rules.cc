// Which rules let people in without a code over the ways that were found: the stacks do not show that.
#include <algorithm>

#include "base/clock.h"
#include "cli/doctor/examination.h"
#include "login/name_service.h"

namespace twinlock {
namespace {

/// Whether a rule matches this person, from some address.
bool may_match(const Rule& rule, const ServiceName& service, const std::optional<Account>& account) {
  if (!rule.services.empty() && std::ranges::find(rule.services, service) == rule.services.end()) return false;
  if (!account) return true;
  const auto is_named = [&](const Username& user) { return user.text() == account->name; };
  if (!rule.users.empty() && std::ranges::none_of(rule.users, is_named)) return false;
  const auto holds = [&](const std::string& group) {
    const auto in_group = is_in_group(account, group);
    return in_group && *in_group;
  };
  return rule.groups.empty() || std::ranges::any_of(rule.groups, holds);
}

/// Whether nobody of whom it was asked gets to the rules behind this one.
bool is_the_last(const Rule& rule, const std::optional<Account>& account) {
  return rule.networks.empty() && (account || (rule.users.empty() && rule.groups.empty()));
}

bool spares(const Rule& rule, bool has_token) {
  return rule.action == Action::kExempt || (rule.action == Action::kObserve && !has_token);
}

class Sparing {
 public:
  explicit Sparing(const Examination& exam) : exam_(exam), today_(local_date(exam.desk.now())) {}

  [[nodiscard]] std::string rule_for(const Way& way) const {
    const auto service = ServiceName::parse(way.service == "ssh" ? "sshd" : "samba");
    if (!service || !way.can_be_spared) return "";
    const std::string user = way.service == "smb" ? exam_.user.value_or("") : way.user;
    if (user.empty()) return first_rule(*service, std::nullopt);
    const auto account = find_account(user);
    return account && *account ? first_rule(*service, *account) : "";
  }

 private:
  [[nodiscard]] std::string first_rule(const ServiceName& service, const std::optional<Account>& account) const {
    const bool has_token = account && exam_.census.with_token.contains(account->name);
    for (const Rule& rule : exam_.config->rules) {
      const bool is_over = rule.until && today_ > *rule.until;
      if (is_over || !may_match(rule, service, account)) continue;
      if (spares(rule, has_token)) return rule.name;
      if (is_the_last(rule, account)) return "";
    }
    return "";
  }

  const Examination& exam_;
  CivilDate today_;
};

}  // namespace

void name_sparing_rules(Examination& exam) {
  if (!exam.config) return;
  const Sparing sparing(exam);
  exam.findings.name_rules([&](const Way& way) { return sparing.rule_for(way); });
}

}  // namespace twinlock
