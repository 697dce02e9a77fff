// The list of who is connected, as the module keeps it: an entry while a session of sshd or smbd is open.
#pragma once

#include "login/login_facts.h"
#include "login/workplace.h"
#include "pam/pam_session.h"

namespace twinlock {

/// Notes that this process has opened a session for the login.
[[nodiscard]] Result<void> enter_session(const PamSession& pam, const Workplace& workplace, const Login& login);

/// Takes the entry out again; also where there is none (smbd closes sessions that it never opened).
[[nodiscard]] Result<void> leave_session(const PamSession& pam, const Config& config, const Login& login);

}  // namespace twinlock
