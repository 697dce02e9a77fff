// MUST 1: what either state knows to be used up is used up in the outcome: steps, counters, recovery codes, marks.
// MUST 2: a live record that has forgotten anything is distrusted: it may have forgotten more than the backup knows.
// MUST 3: what an administrator disabled in either state stays disabled, and `unlock` does not undo it.
// MUST 4: no way in comes back from the backup as one.
#include "account/reconcile.h"

#include <algorithm>

#include "account/distrust.h"
#include "account/tables.h"
#include "account/throttle.h"

namespace twinlock {
namespace {

constexpr std::string_view kLineagePurpose = "twinlock lineage 1";

// Which token is which: by its key, for numbers can have been given out twice.

bool is_same_token(const Token& a, const Token& b) {
  return a.used() && b.used() && a.type == b.type && std::ranges::equal(a.key(), b.key());
}

const Token* counterpart_of(const Token& token, const Record& record) {
  const auto found = std::ranges::find_if(record.tokens, [&](const Token& t) { return is_same_token(t, token); });
  return found == record.tokens.end() ? nullptr : &*found;
}

// What the backup knows and the live record has forgotten.

bool is_used(const RecoveryCode& code) {
  return code.state == RecoveryCode::State::kUsed || code.state == RecoveryCode::State::kVoid;
}

bool has_forgotten_token(const Record& live, const Record& backup) {
  return live.next_token_id < backup.next_token_id || std::ranges::any_of(backup.tokens, [&](const Token& token) {
           const Token* own = counterpart_of(token, live);
           return own != nullptr && own->next < token.next;
         });
}

bool has_forgotten_recovery(const Record& live, const Record& backup) {
  return live.recovery_sets < backup.recovery_sets ||
         std::ranges::any_of(backup.recovery, [&](const RecoveryCode& code) {
           const auto own = std::ranges::find(live.recovery, code.hash, &RecoveryCode::hash);
           return is_used(code) && own != live.recovery.end() && own->state == RecoveryCode::State::kUnused;
         });
}

/// A full table forgets its oldest entry rightly.
bool has_forgotten_mark(const Record& live, const Record& backup) {
  UnixTime oldest{};
  if (std::ranges::all_of(live.accepted, &AcceptedCode::used)) {
    oldest = std::ranges::min(live.accepted, {}, &AcceptedCode::at).at;
  }
  return std::ranges::any_of(backup.accepted, [&](const AcceptedCode& code) {
    return code.used() && code.at > oldest && !was_accepted(live, code.mark);
  });
}

/// A live record goes back to the backup's state if it was not saved less often since, nor as often for another one.
bool is_of_another_branch(const Record& live, const Record& backup) {
  return live.saves < backup.saves || (live.saves == backup.saves && live != backup);
}

bool has_forgotten(const Record& live, const Record& backup) {
  return is_of_another_branch(live, backup) || live.last_used < backup.last_used || has_forgotten_token(live, backup) ||
         has_forgotten_recovery(live, backup) || has_forgotten_mark(live, backup);
}

// Tables.

/// `live` takes in those rows of `backup` that it has not got; where not all fit, those that `rank` puts highest stay.
template <typename Table, typename IsSame, typename Rank>
void take_in(Table& live, const Table& backup, IsSame is_same, Rank rank) {
  for (const auto& row : backup) {
    const bool known = std::ranges::any_of(live, [&](const auto& own) { return own.used() && is_same(own, row); });
    if (!row.used() || known) continue;
    const auto lower = [&](const auto& a, const auto& b) { return rank(a) < rank(b); };
    auto& place = row_for_new_entry(live, lower);
    if (!place.used() || lower(place, row)) place = row;
  }
}

constexpr auto kSameClient = [](const auto& a, const auto& b) { return a.client == b.client; };

void merge_known(Record& live, const Record& backup, UnixTime now, const BudgetPolicy& policy) {
  for (KnownAddress& own : live.known) {
    const KnownAddress* other = own.used() ? row_of(backup.known, own.client) : nullptr;
    if (other == nullptr) continue;
    own.last_login = std::max(own.last_login, other->last_login);
    own.budget = emptier(own.budget, other->budget, now, policy);
  }
  take_in(live.known, backup.known, kSameClient, [&](const auto& row) { return age_rank(row.last_login, now); });
}

/// A success since then has ended the waits of its address; which one it was is not known any more.
void merge_throttle(Record& live, const Record& backup, UnixTime now) {
  for (ThrottleRow& own : live.throttle) {
    const ThrottleRow* other = own.used() ? row_of(backup.throttle, own.client) : nullptr;
    if (other == nullptr || other->last_failure <= live.last_used) continue;
    own.failures = std::max(own.failures, other->failures);
    own.not_before = std::max(own.not_before, other->not_before);
    own.last_failure = std::max(own.last_failure, other->last_failure);
  }
  auto since = backup.throttle;
  for (ThrottleRow& row : since) {
    if (row.last_failure <= live.last_used) row = {};
  }
  take_in(live.throttle, since, kSameClient, [&](const auto& row) { return age_rank(row.last_failure, now); });
}

void merge_history(Record& live, const Record& backup, UnixTime now, const ThrottlePolicy& policy) {
  merge_known(live, backup, now, policy.known);
  merge_throttle(live, backup, now);
  live.unknown_budget = emptier(live.unknown_budget, backup.unknown_budget, now, policy.unknown);
  take_in(
      live.accepted, backup.accepted, [](const auto& a, const auto& b) { return a.mark == b.mark; },
      [&](const auto& row) { return age_rank(row.at, now); });
  take_in(
      live.events, backup.events, [](const auto& a, const auto& b) { return a == b; },
      [&](const auto& row) { return std::pair(row.kind != Event::Kind::kRefused, age_rank(row.at, now)); });
}

// Tokens and codes.

bool is_disabled(const Token& token) { return token.state == Token::State::kDisabled; }
bool is_disabled_by_hand(const Token& token) { return is_disabled(token) && !token.locked; }

void merge_token(Token& own, const Token& other, const Record& live, const Record& backup) {
  const bool by_hand = is_disabled_by_hand(own) || is_disabled_by_hand(other);
  // One that too many failures disabled works again by an administrator's act since then.
  const bool newer = live.last_used > backup.last_used;
  const bool disabled = is_disabled(own) || (is_disabled(other) && !(other.locked && newer));
  if (disabled) own.state = Token::State::kDisabled;
  own.locked = disabled && !by_hand;
  // Resynced since then, it has a higher counter.
  own.needs_resync = own.needs_resync || (other.needs_resync && other.next >= own.next);
  // A success since then has cleared them.
  if (live.last_used <= backup.last_used) own.failures = std::max(own.failures, other.failures);
  if (own.next < other.next) own.drift = other.drift;
  own.next = std::max(own.next, other.next);
  own.last_used = std::max(own.last_used, other.last_used);
}

void merge_tokens(Record& live, const Record& backup) {
  for (Token& own : live.tokens) {
    const Token* other = counterpart_of(own, backup);
    if (other != nullptr) merge_token(own, *other, live, backup);
  }
}

void merge_recovery(Record& live, const Record& backup) {
  for (RecoveryCode& own : live.recovery) {
    const auto other = std::ranges::find(backup.recovery, own.hash, &RecoveryCode::hash);
    if (own.state != RecoveryCode::State::kUnused || other == backup.recovery.end() || !is_used(*other)) continue;
    own.state = other->state;
    own.used_at = other->used_at;
  }
}

void bring_back_tokens(Reconciled& outcome, const SecretRecord& backup, UnixTime now, std::uint8_t window) {
  Record& live = *outcome.record;
  const SecretRecord doubtful = distrusted(backup, Doubt::kRestored, now, window);
  for (const Token& token : doubtful->tokens) {
    if (!token.used() || counterpart_of(token, live) != nullptr) continue;
    const auto place = std::ranges::find_if(live.tokens, [](const Token& t) { return !t.used(); });
    if (place == live.tokens.end()) return;
    const bool id_is_free = find_token(live, token.id) == nullptr;
    *place = token;
    if (!id_is_free) place->id = live.next_token_id++;
    place->state = Token::State::kDisabled;
    place->locked = false;
    outcome.tokens_disabled.push_back(place->id);
  }
}

}  // namespace

Result<Mac> lineage_of(const Record& record) { return hmac_sha256(record.code_key, {bytes_of(kLineagePurpose)}); }

SecretRecord with_used_up(const SecretRecord& live, const Record& backup) {
  SecretRecord record = live;
  for (Token& own : record->tokens) {
    const Token* other = counterpart_of(own, backup);
    if (other != nullptr) own.next = std::max(own.next, other->next);
  }
  return record;
}

Reconciled reconciled(const SecretRecord& live, const SecretRecord& backup, UnixTime now,
                      const DecisionPolicy& policy) {
  Reconciled outcome{live, has_forgotten(*live, *backup), {}};
  Record& record = *outcome.record;
  record.disabled = record.disabled || backup->disabled;
  if (!record.uid_bound && backup->uid_bound) {
    record.uid_bound = true;
    record.uid = backup->uid;
  }
  record.next_token_id = std::max(record.next_token_id, backup->next_token_id);
  record.recovery_sets = std::max(record.recovery_sets, backup->recovery_sets);
  record.saves = std::max(record.saves, backup->saves);
  merge_tokens(record, *backup);
  merge_recovery(record, *backup);
  merge_history(record, *backup, now, policy.throttle);
  record.last_used = std::max(record.last_used, backup->last_used);
  if (outcome.was_rolled_back) outcome.record = distrusted(outcome.record, Doubt::kRestored, now, policy.window);
  bring_back_tokens(outcome, backup, now, policy.window);
  return outcome;
}

}  // namespace twinlock
