// MUST 1: a factor below Token::next is never reported as fresh.
// MUST 2: every factor of every eligible token is compared, whatever was found before.
#include "account/token_search.h"

#include <algorithm>

#include "crypto/hmac.h"
#include "otp/totp.h"

namespace twinlock {
namespace {

constexpr std::uint64_t kHotpLookBehind = 10;

std::uint64_t less(std::uint64_t value, std::uint64_t by) { return value > by ? value - by : 0; }

bool eligible(const Token& token, std::size_t digits) {
  return token.state == Token::State::kActive && !token.needs_resync && count_of(token.digits) == digits;
}

/// Compares one token's whole range and adds what is found to `search`.
Result<void> search_one(const Record& record, std::size_t index, std::string_view code, FactorRange range,
                        TokenSearch& search) {
  const Token& token = record.tokens[index];
  search.tried |= 1U << index;
  for (std::uint64_t factor = range.first; factor <= range.last; ++factor) {
    const auto expected = hotp_code(token.key(), factor, token.digits, token.algorithm);
    if (!expected) return expected.error();
    const bool right = equal_in_constant_time(bytes_of(expected->text()), bytes_of(code));
    const bool fresh = factor >= token.next;
    if (fresh) ++search.chances;
    if (right && !fresh) search.used_up = true;
    if (right && fresh && !search.fresh) search.fresh = TokenHit{index, factor};
  }
  return done();
}

}  // namespace

FactorRange factors_to_try(const Token& token, UnixTime now, std::uint8_t window) {
  if (token.type == Token::Type::kHotp) {
    return {less(token.next, kHotpLookBehind), token.next + kHotpLookAhead};
  }
  const std::uint64_t step = totp_step(now, token.period);
  const auto drift = static_cast<std::uint64_t>(token.drift < 0 ? -token.drift : token.drift);
  const std::uint64_t centre = token.drift < 0 ? less(step, drift) : step + drift;
  return {less(centre, window), centre + window};
}

Result<TokenSearch> search_tokens(const Record& record, std::string_view code, UnixTime now, std::uint8_t window) {
  TokenSearch search;
  for (std::size_t index = 0; index < record.tokens.size(); ++index) {
    const Token& token = record.tokens[index];
    if (!eligible(token, code.size())) continue;
    const auto searched = search_one(record, index, code, factors_to_try(token, now, window), search);
    if (!searched) return searched.error();
  }
  return search;
}

void use_up(Token& token, std::uint64_t factor, UnixTime now) {
  token.next = factor + 1;
  token.last_used = now;
  if (token.type == Token::Type::kHotp) return;
  const auto offset = static_cast<std::int64_t>(factor) - static_cast<std::int64_t>(totp_step(now, token.period));
  const auto move = std::clamp<std::int64_t>(offset - token.drift, -1, 1);
  token.drift = static_cast<std::int8_t>(std::clamp<std::int64_t>(token.drift + move, -kMaxDrift, kMaxDrift));
}

}  // namespace twinlock
