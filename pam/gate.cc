// MUST 1: a login that needs a code passes only with a proof of this user, service, address and age in the record.
// MUST 2: nothing is granted here: later factors of the same login may still fail.
#include "pam/gate.h"

#include <syslog.h>

#include "account/lease.h"
#include "pam/login_desk.h"
#include "pam/proof_variable.h"
#include "pam/ssh_methods.h"
#include "text/messages.h"

namespace twinlock {
namespace {

bool has_proof(const PamSession& pam, const Record* record, const LoginContext& context) {
  const auto nonce = handed_on(pam);
  if (record == nullptr || record->is_shut() || !context.uid || !nonce) return false;
  return find_proof(*record, *nonce, context.service, context.client, context.now) != nullptr;
}

Result<Outcome> run_gate(const PamSession& pam, Workplace& workplace, const Login& login) {
  const auto action = required_action(login, workplace.config);
  if (!action) return action.error();
  const auto record = current_record(pam, workplace, login);
  if (!record) return record.error();
  const Record* known = *record ? &***record : nullptr;
  const LoginContext context = context_of(login, workplace.config);
  if (const auto settled = decide_without_code(known, *action, context, workplace.policy)) return Outcome{*settled};
  if (has_proof(pam, known, context)) return Outcome{Verdict::kAccepted};
  return Outcome{known == nullptr ? Verdict::kNotEnrolled : Verdict::kWrongCode, 0, "no code was given in this login"};
}

std::string words_at_gate(const Config& config, Verdict verdict, UnixTime now) {
  const bool no_code = verdict == Verdict::kWrongCode || verdict == Verdict::kNotEnrolled;
  if (no_code) return std::string(no_code_given(config.language));  // the same to both
  return refusal(config.language, {verdict, std::nullopt, now, config.helpdesk.phone});
}

/// `auth` has written down the acceptance itself.
bool is_news(Verdict verdict) { return verdict != Verdict::kAccepted; }

}  // namespace

Verdict admit(PamSession& pam, const ModuleArguments& arguments, UnixTime now) {
  auto workplace = open_workplace(arguments.config_path);
  if (!workplace) return refuse(pam, workplace.error());
  const auto login = login_of(pam, now);
  if (!login) return refuse(pam, login.error());

  const auto outcome = run_gate(pam, *workplace, *login);
  if (!outcome) complain(pam, outcome.error());
  const Outcome final = outcome ? *outcome : Outcome{Verdict::kUnavailable, 0, outcome.error().text()};
  if (is_news(final.verdict)) write_down(pam, *workplace, *login, "account", final);
  if (is_sshd(pam)) pam.tell(words_at_gate(workplace->config, final.verdict, now), Conversation::Tone::kRefusal);
  if (arguments.debug) pam.log(LOG_DEBUG, "account: " + std::string(name_of(final.verdict)));
  return final.verdict;
}

}  // namespace twinlock
