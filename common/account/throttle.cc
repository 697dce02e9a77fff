#include "account/throttle.h"

#include <algorithm>
#include <limits>

#include "account/tables.h"

namespace twinlock {
namespace {

constexpr std::int64_t kSecondsADay = 86400;
/// "Not before an administrator acts", for budgets that are never refilled.
constexpr Seconds kEndless = days(3650);
/// What is dated further ahead was written while the clock was wrong; waiting for that date could take years.
constexpr Seconds kLargestStepBack{3600};

bool was_clock_wrong(UnixTime written, UnixTime now) { return written - now > kLargestStepBack; }

std::int64_t spent_now(const Budget& budget, UnixTime now, const BudgetPolicy& policy) {
  if (was_clock_wrong(budget.at, now)) return 0;
  const std::int64_t elapsed = std::max<std::int64_t>(0, (now - budget.at).count());
  const std::int64_t refilled = std::min(elapsed, kEndless.count()) * policy.refill_milli_per_day / kSecondsADay;
  return std::max<std::int64_t>(0, budget.spent_milli - refilled);
}

void spend(Budget& budget, std::uint32_t chances, UnixTime now, const BudgetPolicy& policy) {
  const std::int64_t spent = spent_now(budget, now, policy) + std::int64_t{chances} * 1000;
  budget = {static_cast<std::uint32_t>(std::min<std::int64_t>(spent, std::numeric_limits<std::uint32_t>::max())), now};
}

Seconds delay_after(std::uint32_t failures, const ThrottlePolicy& policy) {
  if (failures < policy.free_attempts) return Seconds(0);
  Seconds delay = policy.first_delay;
  const std::uint32_t first = std::max<std::uint32_t>(policy.free_attempts, 1);
  for (std::uint32_t i = first; i < failures && delay < policy.max_delay; ++i) delay *= 2;
  return std::min(delay, policy.max_delay);
}

/// A clock that was set back makes no wait longer than it was meant to be, and none of a free failure.
std::optional<UnixTime> wait_until(const ThrottleRow& row, UnixTime now, const ThrottlePolicy& policy) {
  if (was_clock_wrong(row.last_failure, now)) return std::nullopt;
  const Seconds delay = std::min(row.not_before - row.last_failure, policy.max_delay);
  const UnixTime until = std::min(row.not_before, now + delay);
  return until > now ? std::optional(until) : std::nullopt;
}

void count_against_client(Record& record, const Guess& guess, const ThrottlePolicy& policy) {
  ThrottleRow* row = row_of(record.throttle, guess.client);
  if (row == nullptr) {
    const auto older = [&](const ThrottleRow& a, const ThrottleRow& b) {
      return age_rank(a.last_failure, guess.now) < age_rank(b.last_failure, guess.now);
    };
    row = &row_for_new_entry(record.throttle, older);
    *row = {};
    row->client = guess.client;
  }
  if (row->failures < std::numeric_limits<std::uint32_t>::max()) ++row->failures;
  row->last_failure = guess.now;
  row->last_wrong = guess.mark;
  row->not_before = guess.now + delay_after(row->failures, policy);
}

void count_against_token(Token& token, const ThrottlePolicy& policy) {
  ++token.failures;
  if (token.failures < policy.disable_after) return;
  token.state = Token::State::kDisabled;
  token.locked = true;
}

}  // namespace

std::optional<UnixTime> budget_empty_until(const Budget& budget, UnixTime now, const BudgetPolicy& policy) {
  const std::int64_t missing = spent_now(budget, now, policy) - std::int64_t{policy.size_milli} + 1;
  if (missing <= 0) return std::nullopt;
  if (policy.refill_milli_per_day == 0) return now + kEndless;
  const std::int64_t wait = (missing * kSecondsADay + policy.refill_milli_per_day - 1) / policy.refill_milli_per_day;
  return now + std::min(Seconds(wait), kEndless);
}

Budget emptier(const Budget& a, const Budget& b, UnixTime now, const BudgetPolicy& policy) {
  return spent_now(a, now, policy) < spent_now(b, now, policy) ? b : a;
}

std::optional<UnixTime> throttled_until(const Record& record, const ClientKey& client, UnixTime now,
                                        const ThrottlePolicy& policy) {
  const ThrottleRow* row = row_of(record.throttle, client);
  const auto until = row != nullptr ? wait_until(*row, now, policy) : std::nullopt;

  const KnownAddress* known = find_known(record, client, now);
  const auto budget = known != nullptr ? budget_empty_until(known->budget, now, policy.known)
                                       : budget_empty_until(record.unknown_budget, now, policy.unknown);
  return std::max(until, budget);  // nullopt is the smallest
}

void charge_guess(Record& record, const Guess& guess, const ThrottlePolicy& policy) {
  count_against_client(record, guess, policy);
  if (KnownAddress* known = find_known(record, guess.client, guess.now)) {
    spend(known->budget, guess.chances, guess.now, policy.known);
  } else {
    spend(record.unknown_budget, guess.chances, guess.now, policy.unknown);
  }
  for (std::size_t index = 0; index < record.tokens.size(); ++index) {
    if ((guess.tried >> index & 1U) != 0) count_against_token(record.tokens[index], policy);
  }
}

bool is_repeated_guess(const Record& record, const ClientKey& client, const CodeMark& mark, UnixTime now,
                       Seconds span) {
  const ThrottleRow* row = row_of(record.throttle, client);
  return row != nullptr && row->last_wrong == mark && row->last_failure <= now && now - row->last_failure < span;
}

void forgive_success(Record& record, const ClientKey& client) {
  if (ThrottleRow* row = row_of(record.throttle, client)) *row = {};
  for (Token& token : record.tokens) token.failures = 0;
}

void clear_throttle(Record& record) {
  record.throttle = {};
  record.unknown_budget = {};
  for (KnownAddress& known : record.known) known.budget = {};
  for (Token& token : record.tokens) {
    token.failures = 0;
    if (token.locked) token.state = Token::State::kActive;
    token.locked = false;
  }
}

}  // namespace twinlock
