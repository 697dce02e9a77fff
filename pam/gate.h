// THE ACCOUNT STORY: what `account` does. It closes the way in by key alone.
#pragma once

#include "account/verdict.h"
#include "base/time.h"
#include "pam/module_arguments.h"
#include "pam/pam_session.h"

namespace twinlock {

/// Lets a login pass that needs no code (lease, rule), or whose proof is in the record; refuses every other.
/// Asks nothing and writes nothing but the audit line.
[[nodiscard]] Verdict admit(PamSession& pam, const ModuleArguments& arguments, UnixTime now);

}  // namespace twinlock
