// How a proof's nonce travels from `auth` to `account` and `session`: as a variable of the PAM environment, the only
// thing that sshd carries from the child that authenticates to the process that opens the session.
#pragma once

#include <optional>

#include "account/record.h"
#include "base/result.h"
#include "pam/pam_session.h"

namespace twinlock {

/// A fresh 128-bit nonce.
[[nodiscard]] Result<ProofNonce> draw_nonce();

/// Hands the nonce on.
[[nodiscard]] Result<void> hand_on(PamSession& pam, const ProofNonce& nonce);

/// The nonce handed on by `auth`; nullopt where there is none or it is not one.
[[nodiscard]] std::optional<ProofNonce> handed_on(const PamSession& pam);

/// Takes it out of the environment, so that it never reaches the user's session.
void forget(PamSession& pam);

}  // namespace twinlock
