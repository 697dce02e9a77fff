#include "pam/live_entry.h"

#include <unistd.h>

#include "live/live_sessions.h"
#include "login/settled.h"
#include "pam/smb_gate.h"

namespace twinlock {
namespace {

Result<ProcessIdentity> this_process() {
  const auto self = identify_process(::getpid());
  if (!self) return self.error();
  if (!*self) return Error{Error::Code::kStore, "this process", "is not in /proc", ""};
  return **self;
}

/// Whether the session ends with a lease. Only smbd's do: who works over SSH has shown a code for that very login.
/// As it was when the login was let in; the lease may have ended since.
Result<LiveSession::Basis> basis_of_session(const PamSession& pam, const Workplace& workplace, const Login& login,
                                            const std::optional<LiveSession>& let_in) {
  if (!is_samba(pam)) return LiveSession::Basis::kLogin;
  if (let_in) return let_in->basis;
  const auto settled = settled_without_code(workplace, login);
  if (!settled) return settled.error();
  return *settled == Verdict::kLeased ? LiveSession::Basis::kLease : LiveSession::Basis::kLogin;
}

}  // namespace

Result<void> enter_smb_login(const Workplace& workplace, const Login& login, LiveSession::Basis basis) {
  const auto self = this_process();
  if (!self) return self.error();
  const auto one_client = serves_one_client(self->pid);
  if (!one_client) return one_client.error();
  if (!*one_client) return done();
  const auto sessions = RunDirectory::open(workplace.config.store.run_dir, kSessionDirectory);
  if (!sessions) return sessions.error();
  return note_session(*sessions,
                      {*self, label_of_login(login.user), login.user, login.service, login.address, login.now, basis});
}

Result<void> enter_session(const PamSession& pam, const Workplace& workplace, const Login& login) {
  const auto self = this_process();
  if (!self) return self.error();
  const auto sessions = RunDirectory::open(workplace.config.store.run_dir, kSessionDirectory);
  if (!sessions) return sessions.error();
  const auto let_in = find_session(*sessions, *self, label_of_login(login.user), login.user);
  if (!let_in) return let_in.error();
  const auto basis = basis_of_session(pam, workplace, login, *let_in);
  if (!basis) return basis.error();
  const auto noted = note_session(*sessions, {*self, label_from_terminal(pam.terminal()), login.user, login.service,
                                              login.address, login.now, *basis});
  return noted && *let_in ? forget_session(*sessions, *self, label_of_login(login.user), login.user) : noted;
}

Result<void> leave_session(const PamSession& pam, const Config& config, const Login& login) {
  const auto self = this_process();
  if (!self) return self.error();
  const auto sessions = RunDirectory::open(config.store.run_dir, kSessionDirectory);
  if (!sessions) return sessions.error();
  return forget_session(*sessions, *self, label_from_terminal(pam.terminal()), login.user);
}

}  // namespace twinlock
