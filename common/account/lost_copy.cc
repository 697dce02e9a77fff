#include "account/lost_copy.h"

#include <algorithm>

#include "account/tables.h"
#include "account/token_search.h"

namespace twinlock {
namespace {

void distrust(Token& token, UnixTime now, std::uint8_t window) {
  if (!token.used()) return;
  if (token.type == Token::Type::kHotp) {
    token.needs_resync = true;
  } else {
    token.next = std::max(token.next, factors_to_try(token, now, window).last + 1);
  }
}

}  // namespace

SecretRecord after_lost_copy(const SecretRecord& survivor, UnixTime now, std::uint8_t window) {
  SecretRecord record = survivor;
  for (Token& token : record->tokens) distrust(token, now, window);
  for (RecoveryCode& code : record->recovery) {
    if (code.state == RecoveryCode::State::kUnused) code.state = RecoveryCode::State::kVoid;
  }
  record->bypass = {};
  record->invitation = {};
  record->leases = {};
  record->proofs = {};
  add_event(*record, {Event::Kind::kCopyLost, Verdict::kUnavailable, now, {}, {}});
  return record;
}

}  // namespace twinlock
