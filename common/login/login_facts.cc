#include "login/login_facts.h"

#include <algorithm>

#include "base/clock.h"

namespace twinlock {
namespace {

/// The same, with the place of the first rule that names the group.
Error located(Error error, const Config& config, const std::string& group) {
  const auto names_it = [&](const Rule& rule) { return std::ranges::find(rule.groups, group) != rule.groups.end(); };
  const auto rule = std::ranges::find_if(config.rules, names_it);
  if (rule != config.rules.end()) error.what = config.path + ":" + std::to_string(rule->line) + ": " + error.what;
  return error;
}

/// The caller of su could move the end of a rule by a day either way: such rules decide nothing then.
Result<void> see_that_no_rule_ends_about(UnixTime now, const Config& config) {
  const CivilDate first = local_date(now - days(3));
  const CivilDate last = local_date(now + days(3));
  for (const Rule& rule : config.rules) {
    if (!rule.until || *rule.until < first || *rule.until > last) continue;
    return Error{Error::Code::kConfig, config.path + ":" + std::to_string(rule.line),
                 "the rule ends about now, and TZ in the caller's environment hides the server's own day",
                 "unset TZ and try again"};
  }
  return done();
}

}  // namespace

Result<Login> make_login(std::string_view typed_user, std::string_view service, const Address& address, UnixTime now) {
  const auto parsed_service = ServiceName::parse(service);
  if (!parsed_service) return parsed_service.error();
  auto user = Username::parse(typed_user);
  if (!user) return user.error();
  auto account = find_account(user->text());
  if (!account) return account.error();
  if (*account) user = Username::parse((*account)->name);
  if (!user) return user.error();
  return Login{*user, *account, *parsed_service, address, now};
}

LoginContext context_of(const Login& login, const Config& config) {
  return {login.service, Network::around(login.address, config.prefixes), login.now,
          login.account ? std::optional(login.account->uid) : std::nullopt};
}

Result<Action> required_action(const Login& login, const Config& config) {
  if (is_zone_of_caller()) {
    if (const auto clear = see_that_no_rule_ends_about(login.now, config); !clear) return clear.error();
  }
  LoginFacts facts{login.user, login.service, login.address, local_date(login.now), false};
  if (std::ranges::any_of(config.rules, [](const Rule& rule) { return !rule.networks.empty(); })) {
    const auto own = is_own_address(login.address);
    if (!own) return own.error();
    facts.address_is_own = *own;
  }
  const auto in_group = [&](const std::string& group) -> Result<bool> {
    const auto member = is_in_group(login.account, group);
    return member ? member : located(member.error(), config, group);
  };
  const auto outcome = find_rule(config.rules, facts, in_group);
  if (!outcome) return outcome.error();
  return outcome->action;
}

}  // namespace twinlock
