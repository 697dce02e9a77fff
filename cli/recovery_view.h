// Recovery codes as they are shown once.
#pragma once

#include <vector>

#include "base/secret_bytes.h"
#include "cli/json.h"

namespace twinlock {

[[nodiscard]] Json recovery_codes_json(const std::vector<SecretBytes>& codes);
[[nodiscard]] SecretBytes recovery_codes_text(const std::vector<SecretBytes>& codes);

}  // namespace twinlock
