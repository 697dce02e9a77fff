// What the three stories share: reading who logs in where, and writing down how it ended.
#pragma once

#include "audit/audit_log.h"
#include "login/login_facts.h"
#include "login/workplace.h"
#include "pam/module_arguments.h"
#include "pam/pam_session.h"

namespace twinlock {

/// How a phase of a login ended, for the audit log.
struct Outcome {
  Verdict verdict = Verdict::kUnavailable;
  std::uint32_t token = 0;  ///< Whose code was accepted; 0: none.
  std::string detail{};     ///< In words, for the administrator.
  std::string words{};      ///< For the person who logs in; empty: nothing to say.
};

/// Who logs in, from where, at which service.
[[nodiscard]] Result<Login> login_of(PamSession& pam, UnixTime now);

/// The user's record as decisions may use it; nullopt: none. Changes nothing, waits for nobody's login. That one of its
/// copies is lost is logged and audited.
[[nodiscard]] Result<std::optional<SecretRecord>> current_record(const PamSession& pam, Workplace& workplace,
                                                                 const Login& login);

/// Writes the audit line. Exempt logins only where the configuration wants them.
void write_down(const PamSession& pam, const Workplace& workplace, const Login& login, std::string_view event,
                const Outcome& outcome);

/// One line in syslog that names the thing, what is wrong with it and the mend.
void complain(const PamSession& pam, const Error& error);

/// Complains, and gives the verdict of every error of ours.
[[nodiscard]] Verdict refuse(const PamSession& pam, const Error& error);

}  // namespace twinlock
