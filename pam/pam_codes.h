// From verdicts to PAM's return codes. The only place that produces PAM_SUCCESS for an authentication or an account.
#pragma once

#include <string_view>

#include "account/verdict.h"

namespace twinlock {

/// PAM_SUCCESS for accepted, leased, exempt and observed; PAM_AUTH_ERR for everything else.
[[nodiscard]] int authentication_code(Verdict verdict);

/// The same four pass. A refusal is PAM_AUTH_ERR for samba, whose client must not see that the password was right,
/// and PAM_PERM_DENIED elsewhere.
[[nodiscard]] int account_code(Verdict verdict, std::string_view service);

}  // namespace twinlock
