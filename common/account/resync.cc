// MUST 1: a factor below Token::next is never looked at.
#include "account/resync.h"

#include <algorithm>

#include "account/token_search.h"
#include "crypto/hmac.h"
#include "otp/totp.h"

namespace twinlock {
namespace {

FactorRange where_to_look(const Token& token, UnixTime now) {
  if (token.type == Token::Type::kHotp) return {token.next, token.next + kResyncLookAhead};
  const std::uint64_t step = totp_step(now, token.period);
  const auto reach = static_cast<std::uint64_t>(kMaxDrift);
  return {std::max(token.next, step > reach ? step - reach : 0), step + reach - 1};
}

Result<bool> is_code_at(const Token& token, std::uint64_t factor, std::string_view code) {
  const auto expected = hotp_code(token.key(), factor, token.digits, token.algorithm);
  if (!expected) return expected.error();
  return equal_in_constant_time(bytes_of(expected->text()), bytes_of(code));
}

void put_in_step(Token& token, std::uint64_t last_factor, UnixTime now) {
  token.next = last_factor + 1;
  token.needs_resync = false;
  if (token.type == Token::Type::kHotp) return;
  const auto offset = static_cast<std::int64_t>(last_factor) - static_cast<std::int64_t>(totp_step(now, token.period));
  token.drift = static_cast<std::int8_t>(std::clamp<std::int64_t>(offset, -kMaxDrift, kMaxDrift));
}

}  // namespace

Result<bool> resync_token(Token& token, const TwoCodes& codes, UnixTime now) {
  const FactorRange range = where_to_look(token, now);
  for (std::uint64_t factor = range.first; factor <= range.last; ++factor) {
    const auto first = is_code_at(token, factor, codes.first);
    if (!first) return first;
    if (!*first) continue;
    const auto second = is_code_at(token, factor + 1, codes.second);
    if (!second) return second;
    if (!*second) continue;
    put_in_step(token, factor + 1, now);
    return true;
  }
  return false;
}

}  // namespace twinlock
