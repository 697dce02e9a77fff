// The `split` task: password and code typed into one field, for clients that have only one.
#pragma once

#include "account/verdict.h"
#include "pam/pam_session.h"

namespace twinlock {

/// Cuts the code off the end of what was typed and leaves the password for the password module behind us
/// (`use_first_pass`); a last line of ours checks the code. Looks at no record and decides nothing: the code is six
/// digits at the end, and where there are none the whole field is the password. Needs a password module behind it.
/// kExempt: go on; kWrongCode: nothing is left for a password; kUnavailable: an error, logged.
[[nodiscard]] Verdict split_field(PamSession& pam);

}  // namespace twinlock
