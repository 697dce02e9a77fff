// Getting a token back in step with two consecutive codes (RFC 4226 §7.4, RFC 6238 §6).
#pragma once

#include <string_view>

#include "account/record.h"
#include "base/result.h"

namespace twinlock {

/// HOTP counters looked at, beginning with the expected one. Two codes in a row make a chance hit unlikely enough
/// (1,000 in 10^12) for a search that only an administrator starts.
inline constexpr std::uint64_t kResyncLookAhead = 1000;

struct TwoCodes {
  std::string_view first;   ///< 6 to 8 ASCII digits.
  std::string_view second;  ///< The one that the token showed next.
};

/// Whether the codes follow each other somewhere near where the token should be: within kResyncLookAhead counters, or
/// 10 steps on either side of now. If so both are used up and the token is in step; else it stays as it is.
/// Codes that were used up before are never accepted (promise of DESIGN section 4), so a token goes only forward.
[[nodiscard]] Result<bool> resync_token(Token& token, const TwoCodes& codes, UnixTime now);

}  // namespace twinlock
