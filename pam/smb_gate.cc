// MUST 1: the stash is taken away whatever comes of it, and serves only the user of this login.
// MUST 2: a wrong code under a lease is charged; one that is known to be used up takes no lock and writes nothing.
// MUST 3: every Error ends as kUnavailable, logged: an error lets nobody in, lease or not.
#include "pam/smb_gate.h"

#include <syslog.h>
#include <unistd.h>

#include <algorithm>

#include "account/lease.h"
#include "audit/audit_log.h"
#include "base/clock.h"
#include "live/code_stash.h"
#include "login/check_code.h"
#include "login/settled.h"
#include "pam/live_entry.h"
#include "pam/login_desk.h"

namespace twinlock {
namespace {

constexpr std::string_view kService = "samba";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Clients type names in any case; smbd finds the account all the same.
bool is_same_name(const Username& typed, const Username& canonical) {
  return std::ranges::equal(typed.text(), canonical.text(), {}, lower, lower);
}

/// The code of this login; nullopt: none was typed, or none that is this user's.
Result<std::optional<TypedCode>> code_of(const Workplace& workplace, const Login& login) {
  const auto self = identify_process(::getpid());
  if (!self) return self.error();
  if (!*self) return Error{Error::Code::kStore, "this process", "is not in /proc", ""};
  const auto stashes = RunDirectory::open(workplace.config.store.run_dir, kStashDirectory);
  if (!stashes) return stashes.error();
  const auto stashed = take_code(*stashes, **self, milliseconds_since_boot());
  if (!stashed) return stashed.error();
  if (!*stashed || !is_same_name((*stashed)->user, login.user)) return std::optional<TypedCode>();
  return std::optional(read_typed_code((*stashed)->code.text()));
}

/// One SMB login between its facts and its verdict.
struct SmbLogin {
  Workplace& workplace;
  const Login& login;
  Action action;
  LoginContext context;

  [[nodiscard]] std::optional<Verdict> settled_for(const Record* record) const {
    return decide_without_code(record, action, context, workplace.policy);
  }
};

/// What a right code earns, in the save that uses it up.
Reward reward_of(const SmbLogin& smb) {
  const auto terms = terms_of(smb.context.service, smb.workplace.policy);
  if (!terms || !smb.login.address.names_one_client()) return [](Record&) {};
  return [&smb, terms = *terms](Record& record) { grant_lease(record, terms, smb.context.client, smb.context.now); };
}

Result<Outcome> judge(const SmbLogin& smb, const TypedCode& code) {
  const CodeAttempt attempt{smb.login.user, code, smb.context, reward_of(smb)};
  const auto decision = check_code(*smb.workplace.store, attempt, smb.workplace.policy);
  if (!decision) return decision.error();
  if (lets_in(decision->verdict)) return Outcome{decision->verdict, decision->token};
  // Under the lock, so that of many connections at once with one code those that come second have its lease.
  if (smb.settled_for(&*decision->record) != Verdict::kLeased) return Outcome{decision->verdict};
  return Outcome{Verdict::kLeased, 0, "beside it a code: " + std::string(name_of(decision->verdict))};
}

/// Whether the code was right once and is used up, as far as can be told without a lock.
Result<bool> is_used_up(const SmbLogin& smb, const SecretRecord& record, const TypedCode& code) {
  const auto decision = decide(record, code, smb.context, smb.workplace.policy);
  if (!decision) return decision.error();
  return decision->verdict == Verdict::kReplayed;
}

Result<Outcome> run_smb_gate(const PamSession& pam, Workplace& workplace, const Login& login) {
  const auto code = code_of(workplace, login);
  if (!code) return code.error();
  const auto action = required_action(login, workplace.config);
  if (!action) return action.error();
  const auto record = current_record(pam, workplace, login);
  if (!record) return record.error();

  const SmbLogin smb{workplace, login, *action, context_of(login, workplace.config)};
  const Record* known = *record ? &***record : nullptr;
  const auto settled = smb.settled_for(known);
  if (settled && (*settled != Verdict::kLeased || !*code)) return Outcome{*settled};
  if (!*code) {
    return Outcome{known == nullptr ? Verdict::kNotEnrolled : Verdict::kWrongCode, 0, std::string(kNoCodeInName)};
  }
  if (!settled) return judge(smb, **code);
  const auto used_up = is_used_up(smb, **record, **code);
  if (!used_up) return used_up.error();
  return *used_up ? Outcome{Verdict::kLeased} : judge(smb, **code);
}

/// Whether the session that follows ends with a lease: that of before, or the one that the code has just earned.
Result<LiveSession::Basis> basis_of_login(const Workplace& workplace, const Login& login, Verdict verdict) {
  if (verdict == Verdict::kLeased) return LiveSession::Basis::kLease;
  if (verdict != Verdict::kAccepted) return LiveSession::Basis::kLogin;
  const auto settled = settled_without_code(workplace, login);
  if (!settled) return settled.error();
  return *settled == Verdict::kLeased ? LiveSession::Basis::kLease : LiveSession::Basis::kLogin;
}

/// Only for display and for cutting connections: a failure is logged and decides nothing.
void put_on_list(const PamSession& pam, const Workplace& workplace, const Login& login, Verdict verdict) {
  const auto basis = basis_of_login(workplace, login, verdict);
  const auto entered = basis ? enter_smb_login(workplace, login, *basis) : Result<void>(basis.error());
  if (!entered) pam.log(LOG_ERR, "not on the list of live sessions: " + entered.error().text());
}

}  // namespace

bool is_samba(const PamSession& pam) {
  const auto service = pam.service();
  return service && *service == kService;
}

Verdict admit_smb(PamSession& pam, const ModuleArguments& arguments, UnixTime now) {
  auto workplace = open_workplace(arguments.config_path);
  if (!workplace) return refuse(pam, workplace.error());
  const auto login = login_of(pam, now);
  if (!login) return refuse(pam, login.error());

  const auto outcome = run_smb_gate(pam, *workplace, *login);
  if (!outcome) complain(pam, outcome.error());
  const Outcome final = outcome ? *outcome : Outcome{Verdict::kUnavailable, 0, outcome.error().text()};
  write_down(pam, *workplace, *login, "login", final);
  if (lets_in(final.verdict)) put_on_list(pam, *workplace, *login, final.verdict);
  if (arguments.debug) pam.log(LOG_DEBUG, "account: " + std::string(name_of(final.verdict)));
  return final.verdict;
}

}  // namespace twinlock
