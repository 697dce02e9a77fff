// MUST 1: no lock is held while the human types (promise of DESIGN section 3).
// MUST 2: a user unknown to NSS is asked and worked for like any other, and never let in.
// MUST 3: every Error ends as kUnavailable, logged.
#include "pam/login.h"

#include <syslog.h>

#include "base/clock.h"
#include "login/check_code.h"
#include "pam/login_desk.h"
#include "pam/proof_variable.h"
#include "pam/ssh_methods.h"
#include "account/lease.h"
#include "text/messages.h"

namespace twinlock {
namespace {

/// Checks what was typed. In sshd the acceptance is noted as a proof, whose nonce travels on with the login.
Result<Decision> check(PamSession& pam, Workplace& workplace, const Login& login, const TypedCode& code) {
  const LoginContext context = context_of(login, workplace.config);
  if (!login.account) return decide_for_nobody(code, context, workplace.policy);
  if (!is_sshd(pam)) return check_code(*workplace.store, {login.user, code, context, [](Record&) {}}, workplace.policy);

  const auto nonce = draw_nonce();
  if (!nonce) return nonce.error();
  const auto note_proof = [&](Record& record) { add_proof(record, *nonce, context.service, context.client, context.now); };
  auto decision = check_code(*workplace.store, {login.user, code, context, note_proof}, workplace.policy);
  if (!decision || decision->verdict != Verdict::kAccepted) return decision;
  if (const auto handed = hand_on(pam, *nonce); !handed) return handed.error();
  return decision;
}

Result<Outcome> run(PamSession& pam, Workplace& workplace, Login& login) {
  const auto action = required_action(login, workplace.config);
  if (!action) return action.error();
  const auto record = current_record(pam, workplace, login);
  if (!record) return record.error();
  const Record* known = *record ? &***record : nullptr;
  const auto settled = decide_without_code(known, *action, context_of(login, workplace.config), workplace.policy);
  if (settled) return Outcome{*settled};

  const auto typed = pam.ask(code_prompt(workplace.config.language));
  if (!typed) return typed.error();
  login.now = read_clock();  // people take their time
  const auto decision = check(pam, workplace, login, read_typed_code(typed->text()));
  if (!decision) return decision.error();
  return Outcome{decision->verdict, decision->token};
}

}  // namespace

Verdict authenticate(PamSession& pam, const ModuleArguments& arguments, UnixTime now) {
  forget(pam);  // an earlier attempt of this connection proves nothing about this one
  auto workplace = open_workplace(arguments.config_path);
  if (!workplace) return refuse(pam, workplace.error());
  auto login = login_of(pam, now);
  if (!login) return refuse(pam, login.error());

  const auto outcome = run(pam, *workplace, *login);
  if (!outcome) complain(pam, outcome.error());
  const Outcome final = outcome ? *outcome : Outcome{Verdict::kUnavailable, 0, outcome.error().text()};
  write_down(pam, *workplace, *login, "login", final);
  if (arguments.debug) pam.log(LOG_DEBUG, "auth: " + std::string(name_of(final.verdict)));
  return final.verdict;
}

Verdict after_publickey(const PamSession& pam) {
  return gave_publickey(pam) ? Verdict::kExempt : Verdict::kNotEnrolled;
}

}  // namespace twinlock
