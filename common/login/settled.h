// Whether a login could pass without a code now: for those who are in already.
#pragma once

#include "login/login_facts.h"
#include "login/workplace.h"

namespace twinlock {

/// The verdict that needs no code, by the rules, the record and its leases as they are now; nullopt: a code would be
/// needed. Takes no lock and changes nothing.
[[nodiscard]] Result<std::optional<Verdict>> settled_without_code(const Workplace& workplace, const Login& login);

}  // namespace twinlock
