// Verdicts explained to whoever helps on the telephone, in English and German.
#pragma once

#include <optional>
#include <string_view>

#include "account/verdict.h"
#include "config/config.h"

namespace twinlock {

/// What happened and what helps.
[[nodiscard]] std::string_view explanation(Language language, Verdict verdict);

/// For logins that `account` refused because no code was asked.
[[nodiscard]] std::string_view explanation_of_missing_code(Language language);

}  // namespace twinlock
