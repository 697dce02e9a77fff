// The list of who is connected, as the module keeps it: an entry while a session of sshd or smbd is open.
#pragma once

#include "live/live_sessions.h"
#include "login/login_facts.h"
#include "login/workplace.h"
#include "pam/pam_session.h"

namespace twinlock {

/// Notes that smbd lets this login in, before a session is opened for it, or where none is: for a client that
/// authenticates again. Nothing in Samba's processes for RPC, which serve a connection that is on the list already.
[[nodiscard]] Result<void> enter_smb_login(const Workplace& workplace, const Login& login, LiveSession::Basis basis);

/// Notes that this process has opened a session for the login.
[[nodiscard]] Result<void> enter_session(const PamSession& pam, const Workplace& workplace, const Login& login);

/// Takes the entry out again; also where there is none (smbd closes sessions that it never opened).
[[nodiscard]] Result<void> leave_session(const PamSession& pam, const Config& config, const Login& login);

}  // namespace twinlock
