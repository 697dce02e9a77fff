#include "account/distrust.h"

#include <algorithm>

#include "account/tables.h"
#include "account/token_search.h"

namespace twinlock {
namespace {

/// The last step whose code can have been accepted by `now`.
std::uint64_t last_step_accepted(Token& token, Doubt doubt, UnixTime now, std::uint8_t window) {
  const std::int8_t drift = token.drift;
  if (doubt == Doubt::kRestored) token.drift = kMaxDrift;
  const std::uint64_t last = factors_to_try(token, now, window).last;
  token.drift = drift;
  return last;
}

void use_up_all(Token& token, Doubt doubt, UnixTime now, std::uint8_t window) {
  if (token.type == Token::Type::kHotp) {
    token.needs_resync = true;
  } else {
    token.next = std::max(token.next, last_step_accepted(token, doubt, now, window) + 1);
  }
}

Event::Kind event_of(Doubt doubt) {
  switch (doubt) {
    case Doubt::kCopyLost: return Event::Kind::kCopyLost;
    case Doubt::kRestored: return Event::Kind::kRestored;
  }
  return Event::Kind::kRestored;
}

}  // namespace

UnixTime latest_moment(const Record& record) {
  UnixTime latest = std::max(record.created, record.last_used);
  const auto count_in = [&](UnixTime moment) { latest = std::max(latest, moment); };
  for (const Token& token : record.tokens) {
    if (token.used()) count_in(std::max(token.created, token.last_used));
  }
  for (const RecoveryCode& code : record.recovery) count_in(code.used_at);
  for (const AcceptedCode& code : record.accepted) count_in(code.at);
  for (const Event& event : record.events) count_in(event.at);
  return latest;
}

SecretRecord distrusted(const SecretRecord& before, Doubt doubt, UnixTime now, std::uint8_t window) {
  SecretRecord record = before;
  for (Token& token : record->tokens) {
    if (token.state == Token::State::kPending) token = {};
    if (token.used()) use_up_all(token, doubt, now, window);
  }
  for (RecoveryCode& code : record->recovery) {
    if (code.state == RecoveryCode::State::kUnused) code.state = RecoveryCode::State::kVoid;
  }
  record->bypass = {};
  record->invitation = {};
  record->leases = {};
  record->proofs = {};
  add_event(*record, {event_of(doubt), Verdict::kUnavailable, now, {}, {}});
  return record;
}

}  // namespace twinlock
