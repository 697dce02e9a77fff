// THE LOGIN STORY: what `auth` does.
#pragma once

#include "account/verdict.h"
#include "base/time.h"
#include "pam/module_arguments.h"
#include "pam/pam_session.h"

namespace twinlock {

/// Decides whether this login needs a code, asks for it, checks it and uses it up. Every error of ours is logged and
/// becomes kUnavailable. An accepted code leaves a proof for `account` and `session` where the application is sshd.
[[nodiscard]] Verdict authenticate(PamSession& pam, const ModuleArguments& arguments, UnixTime now);

/// The `after_publickey` task: kExempt if sshd says that a public key was given, else kNotEnrolled.
/// Reads no rules, leases or records.
[[nodiscard]] Verdict after_publickey(PamSession& pam);

}  // namespace twinlock
