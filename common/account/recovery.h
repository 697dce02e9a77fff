// Recovery codes: twelve base32 characters on paper (60 bits), kept as salted hashes (NIST SP 800-63B §3.1.2).
#pragma once

#include <vector>

#include "account/record.h"
#include "base/result.h"
#include "base/secret_bytes.h"

namespace twinlock {

inline constexpr std::size_t kRecoveryCodes = 10;
inline constexpr std::size_t kRecoveryCodeCharacters = 12;

/// Replaces all recovery codes by `count` (0 … 10) fresh ones and returns them as they are to be shown:
/// "ABCD-EFGH-IJKL".
[[nodiscard]] Result<std::vector<SecretBytes>> renew_recovery_codes(Record& record, std::size_t count);

/// How many are unused.
[[nodiscard]] std::size_t recovery_codes_left(const Record& record);

}  // namespace twinlock
