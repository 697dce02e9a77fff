// How guessing is slowed down without locking the owner out (DESIGN section 4; RFC 4226 §7.3, NIST SP 800-63B §3.2.2).
//
// Counted in chances: codes that would have been right at the moment of a guess.
//  1. Per client address: some free failures, then a wait that doubles. The client's own success ends it.
//  2. Budgets of the user that no success refills: one for all addresses without a login in 90 days together, one
//     for each known address. With an empty budget token codes are not looked at from there.
//  3. So many failures since the user's last success disable the tokens that they were tried against.
// What is not looked at neither counts nor prolongs anything.
// What is dated more than an hour ahead was written by a clock that was wrong: such waits are over, such budgets full.
#pragma once

#include <optional>

#include "account/decision_policy.h"
#include "account/record.h"

namespace twinlock {

/// Until when token codes from `client` are not looked at; nullopt: they are now.
/// Never later than the throttle could have made it, however the clock was set.
[[nodiscard]] std::optional<UnixTime> throttled_until(const Record& record, const ClientKey& client, UnixTime now,
                                                      const ThrottlePolicy& policy);

/// When the budget holds something again; nullopt: it does now.
[[nodiscard]] std::optional<UnixTime> budget_empty_until(const Budget& budget, UnixTime now,
                                                         const BudgetPolicy& policy);

/// Whichever of two has less left now.
[[nodiscard]] Budget emptier(const Budget& a, const Budget& b, UnixTime now, const BudgetPolicy& policy);

/// A wrong token code that was looked at.
struct Guess {
  ClientKey client;
  UnixTime now;
  std::uint32_t chances = 0;  ///< What it costs, at least 1.
  std::uint32_t tried = 0;    ///< Bit i: Record::tokens[i] was compared.
  CodeMark mark{};
};

void charge_guess(Record& record, const Guess& guess, const ThrottlePolicy& policy);

/// Whether the same wrong code came from the same client within the last `span` (then it counts only once).
[[nodiscard]] bool is_repeated_guess(const Record& record, const ClientKey& client, const CodeMark& mark, UnixTime now,
                                     Seconds span);

/// After a success: forgets the waits of this client and the failures of all tokens; budgets stay as they are.
void forgive_success(Record& record, const ClientKey& client);

/// An administrator's `unlock`: waits, budgets, failures, and tokens that failures had disabled.
void clear_throttle(Record& record);

}  // namespace twinlock
