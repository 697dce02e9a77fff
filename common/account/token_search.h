// Which token's code is this? RFC 6238 §5.2 and §6 for TOTP, RFC 4226 §7.2 and §7.4 for HOTP.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "account/record.h"
#include "base/result.h"

namespace twinlock {

/// HOTP counters tried beyond the expected one.
inline constexpr std::uint64_t kHotpLookAhead = 10;
/// How far a device's clock offset may be learnt, in steps.
inline constexpr std::int8_t kMaxDrift = 10;

/// The moving factors at which a token's codes are looked at, both ends included.
struct FactorRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

/// TOTP: `window` steps around now and the learnt drift. HOTP: the expected counter, 10 ahead, and 10 behind
/// (which are used up, and recognised as such).
[[nodiscard]] FactorRange factors_to_try(const Token& token, UnixTime now, std::uint8_t window);

struct TokenHit {
  std::size_t index = 0;     ///< In Record::tokens.
  std::uint64_t factor = 0;  ///< Step or counter.
};

struct TokenSearch {
  std::optional<TokenHit> fresh;  ///< The code is right and not used up.
  bool used_up = false;           ///< The code is right for a step or counter that was used before.
  std::uint32_t chances = 0;      ///< Codes that would have been right.
  std::uint32_t tried = 0;        ///< Bit i: Record::tokens[i] was compared.
};

/// Compares `code` (6 to 8 ASCII digits) with every active token of that many digits and their whole ranges, in a
/// time that does not depend on where it fits. Tokens that need a resync are passed over. Changes nothing.
[[nodiscard]] Result<TokenSearch> search_tokens(const Record& record, std::string_view code, UnixTime now,
                                                std::uint8_t window);

/// Marks `factor` and everything before it as used and learns the device's drift, by at most one step.
void use_up(Token& token, std::uint64_t factor, UnixTime now);

}  // namespace twinlock
