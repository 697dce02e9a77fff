// MUST 1: a lease needs the proof and a completed method that ran our `auth`: the proof of a failed attempt on the
//         same connection, followed by a login with a key, earns nothing.
// MUST 2: a proof earns one lease: granting removes it.
#include "pam/session.h"

#include <syslog.h>

#include "account/lease.h"
#include "pam/lease_variable.h"
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

Result<void> grant(PamSession& pam, const ModuleArguments& arguments, const ProofNonce& nonce, UnixTime now) {
  auto workplace = open_workplace(arguments.config_path);
  if (!workplace) return workplace.error();
  const auto login = login_of(pam, now);
  if (!login) return login.error();
  const auto terms = terms_of(login->service, workplace->policy);
  if (!terms || !login->address.names_one_client()) return done();

  const auto locked = workplace->store->open(login->user);
  if (!locked) return locked.error();
  if (*locked == nullptr || (*locked)->loaded().lost_copy) return done();
  const LoginContext context = context_of(*login, workplace->config);
  const auto granted = exchange((*locked)->loaded().record, nonce, *terms, context);
  if (!granted) return done();
  const auto saved = (*locked)->save(*granted, Copies::kOne, Durability::kUnflushed);
  if (!saved) return saved;
  return pam.set_variable(kLeaseVariable, std::to_string((now + terms->length).seconds));
}

}  // namespace

void open_session(PamSession& pam, const ModuleArguments& arguments, UnixTime now) {
  const auto nonce = handed_on(pam);
  forget(pam);
  if (!nonce || !gave_pam_method(pam)) return;
  const auto granted = grant(pam, arguments, *nonce, now);
  if (!granted) pam.log(LOG_ERR, "no lease granted: " + granted.error().text());
}

}  // namespace twinlock
