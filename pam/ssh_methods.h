// What sshd says about the authentication methods that were completed before (SSH_AUTH_INFO_0 in the PAM environment;
// sshd_config(5) ExposeAuthInfo describes its lines).
#pragma once

#include "pam/pam_session.h"

namespace twinlock {

/// Whether the application is an sshd at all: it puts SSH_CONNECTION into the PAM environment.
[[nodiscard]] bool is_sshd(const PamSession& pam);

/// Whether a public key was accepted in this connection.
[[nodiscard]] bool gave_publickey(const PamSession& pam);

/// Whether a method that runs our `auth` was completed: `password` or `keyboard-interactive/pam`.
[[nodiscard]] bool gave_pam_method(const PamSession& pam);

}  // namespace twinlock
