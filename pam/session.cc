// MUST 1: a lease needs the proof and a completed method that ran our `auth`: the proof of a failed attempt on the
//         same connection, followed by a login with a key, earns nothing.
// MUST 2: a proof earns one lease: granting removes it.
#include "pam/session.h"

#include <syslog.h>

#include "account/lease.h"
#include "config/config_reader.h"
#include "pam/lease_variable.h"
#include "pam/live_entry.h"
#include "pam/login_desk.h"
#include "pam/proof_variable.h"
#include "pam/ssh_methods.h"

namespace twinlock {
namespace {

/// The record with the lease instead of the proof; nullopt: there is no such proof.
std::optional<SecretRecord> exchange(const SecretRecord& record, const ProofNonce& nonce, const LeaseTerms& terms,
                                     const LoginContext& context) {
  if (find_proof(*record, nonce, context.service, context.client, context.now) == nullptr) return std::nullopt;
  SecretRecord granted = record;
  remove_proof(*granted, nonce);
  grant_lease(*granted, terms, context.client, context.now);
  return granted;
}

Result<void> grant(PamSession& pam, const Workplace& workplace, const Login& login, const ProofNonce& nonce) {
  const auto terms = terms_of(login.service, workplace.policy);
  if (!terms || !login.address.names_one_client()) return done();

  const auto locked = workplace.store->open(login.user);
  if (!locked) return locked.error();
  if (*locked == nullptr || (*locked)->loaded().lost_copy) return done();
  const LoginContext context = context_of(login, workplace.config);
  const auto granted = exchange((*locked)->loaded().record, nonce, *terms, context);
  if (!granted) return done();
  const auto saved = (*locked)->save(*granted, Copies::kOne, Durability::kUnflushed);
  if (!saved) return saved;
  return pam.set_variable(kLeaseVariable, std::to_string((login.now + terms->length).seconds));
}

/// Whose session it is, and what it takes to serve it.
struct Setting {
  Workplace workplace;
  Login login;
};

Result<Setting> setting_of(PamSession& pam, const ModuleArguments& arguments, UnixTime now) {
  auto workplace = open_workplace(arguments.config_path);
  if (!workplace) return workplace.error();
  auto login = login_of(pam, now);
  if (!login) return login.error();
  return Setting{std::move(*workplace), std::move(*login)};
}

void log_failure(const PamSession& pam, const std::string& what, const Result<void>& outcome) {
  if (!outcome) pam.log(LOG_ERR, what + ": " + outcome.error().text());
}

Result<void> close(PamSession& pam, const ModuleArguments& arguments, UnixTime now) {
  const auto config = read_config(arguments.config_path);
  if (!config) return config.error();
  const auto login = login_of(pam, now);
  if (!login) return login.error();
  return leave_session(pam, *config, *login);
}

}  // namespace

void open_session(PamSession& pam, const ModuleArguments& arguments, UnixTime now) {
  const auto nonce = handed_on(pam);
  forget(pam);
  const auto setting = setting_of(pam, arguments, now);
  if (!setting) return pam.log(LOG_ERR, "no lease granted: " + setting.error().text());
  const auto& [workplace, login] = *setting;
  if (nonce && gave_pam_method(pam)) log_failure(pam, "no lease granted", grant(pam, workplace, login, *nonce));
  log_failure(pam, "not on the list of live sessions", enter_session(pam, workplace, login));
}

void close_session(PamSession& pam, const ModuleArguments& arguments, UnixTime now) {
  log_failure(pam, "still on the list of live sessions", close(pam, arguments, now));
}

}  // namespace twinlock
