// MUST 1: no lock is held while the human types (promise of DESIGN section 3).
// MUST 2: a user unknown to NSS is asked and worked for like any other, and never let in.
// MUST 3: every Error ends as kUnavailable, logged.
#include "pam/login.h"

#include <syslog.h>

#include "account/lease.h"
#include "base/clock.h"
#include "login/check_code.h"
#include "pam/login_desk.h"
#include "pam/proof_variable.h"
#include "pam/ssh_methods.h"
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
  const auto note_proof = [&](Record& record) {
    add_proof(record, *nonce, context.service, context.client, context.now);
  };
  auto decision = check_code(*workplace.store, {login.user, code, context, note_proof}, workplace.policy);
  if (!decision || decision->verdict != Verdict::kAccepted) return decision;
  if (const auto handed = hand_on(pam, *nonce); !handed) return handed.error();
  return decision;
}

/// What the person is told: why not, or what happened to the account lately.
std::string words_for(const Config& config, const RefusalFacts& facts, const Record* record) {
  if (!lets_in(facts.verdict)) return refusal(config.language, facts);
  return record != nullptr ? notices(config.language, *record, facts.now) : "";
}

Outcome outcome_of(const Config& config, const Login& login, Verdict verdict, const Record* record) {
  return {verdict, 0, "", words_for(config, {verdict, std::nullopt, login.now, config.helpdesk.phone}, record)};
}

Outcome outcome_of(const Config& config, const Login& login, const Decision& decision) {
  const RefusalFacts facts{decision.verdict, decision.retry_at, login.now, config.helpdesk.phone};
  return {decision.verdict, decision.token, "", words_for(config, facts, &*decision.record)};
}

/// What was typed: here, or into the password's field before (`split`).
Result<SecretBytes> typed_code(PamSession& pam, Language language) {
  auto kept = pam.take_code();
  return kept ? Result<SecretBytes>(std::move(*kept)) : pam.ask(code_prompt(language));
}

Result<Outcome> run_login(PamSession& pam, Workplace& workplace, Login& login) {
  const auto action = required_action(login, workplace.config);
  if (!action) return action.error();
  const auto record = current_record(pam, workplace, login);
  if (!record) return record.error();
  const Record* known = *record ? &***record : nullptr;
  const auto settled = decide_without_code(known, *action, context_of(login, workplace.config), workplace.policy);
  if (settled) return outcome_of(workplace.config, login, *settled, known);

  const auto typed = typed_code(pam, workplace.config.language);
  if (!typed) return typed.error();
  login.now = read_clock();  // people take their time
  const auto decision = check(pam, workplace, login, read_typed_code(typed->text()));
  if (!decision) return decision.error();
  return outcome_of(workplace.config, login, *decision);
}

Outcome failure(const Config& config, const Login& login, const Error& error) {
  Outcome outcome = outcome_of(config, login, Verdict::kUnavailable, nullptr);
  outcome.detail = error.text();
  return outcome;
}

/// Whether the person has shown before us to be who they say: only then are they told why they are refused.
bool has_shown_password_or_key(const PamSession& pam) { return pam.has_password() || gave_publickey(pam); }

}  // namespace

Verdict authenticate(PamSession& pam, const ModuleArguments& arguments, UnixTime now) {
  forget(pam);  // an earlier attempt of this connection proves nothing about this one
  auto workplace = open_workplace(arguments.config_path);
  if (!workplace) return refuse(pam, workplace.error());
  auto login = login_of(pam, now);
  if (!login) return refuse(pam, login.error());

  const auto outcome = run_login(pam, *workplace, *login);
  if (!outcome) complain(pam, outcome.error());
  const Outcome final = outcome ? *outcome : failure(workplace->config, *login, outcome.error());
  write_down(pam, *workplace, *login, "login", final);
  const auto tone = lets_in(final.verdict) ? Conversation::Tone::kNotice : Conversation::Tone::kRefusal;
  if (has_shown_password_or_key(pam)) pam.tell(final.words, tone);
  if (arguments.debug) pam.log(LOG_DEBUG, "auth: " + std::string(name_of(final.verdict)));
  return final.verdict;
}

Verdict after_publickey(PamSession& pam) {
  pam.drop_code();  // one that `split` kept in an earlier attempt stood behind a password that failed
  return gave_publickey(pam) ? Verdict::kExempt : Verdict::kNotEnrolled;
}

}  // namespace twinlock
