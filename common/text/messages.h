// What employees read, in English and German. One function a message, so that none can lack a language.
#pragma once

#include <string>
#include <string_view>

#include "config/config.h"

namespace twinlock {

/// The prompt for a code. Short: PuTTY and phones' terminals show little.
[[nodiscard]] std::string_view code_prompt(Language language);

/// For a login that passed without any code being asked, such as by key alone.
[[nodiscard]] std::string_view no_code_given(Language language);

}  // namespace twinlock
