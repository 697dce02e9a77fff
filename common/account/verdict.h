// Verdict: the answer to "may this login pass?". Errors of our own are not verdicts (base/error.h), except at
// the very end, where each becomes kUnavailable.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace twinlock {

enum class Verdict : std::uint8_t {
  kAccepted = 0,  ///< A code was right and is used up now.
  kLeased = 1,    ///< A lease covers this user, address and service.
  kExempt = 2,    ///< A rule asks no code here.
  kObserved = 3,  ///< A rule only observes, and the user has no confirmed token.
  kWrongCode = 4,
  kReplayed = 5,      ///< The code was right once and is used up.
  kThrottled = 6,     ///< Too many wrong codes: this one was not looked at.
  kLocked = 7,        ///< The token was disabled by too many failures; an administrator must act.
  kDisabled = 8,      ///< An administrator, or a deny rule, shut the account out.
  kNotEnrolled = 9,   ///< No confirmed token.
  kExpired = 10,      ///< The telephone or letter code was right, but its time is over.
  kUnavailable = 11,  ///< An error of our own.
};

/// True for accepted, leased, exempt and observed only.
[[nodiscard]] bool lets_in(Verdict verdict);

/// The word of the audit log and of --json, such as "wrong_code".
[[nodiscard]] std::string_view name_of(Verdict verdict);

/// The verdict with this word; nullopt: none.
[[nodiscard]] std::optional<Verdict> verdict_named(std::string_view word);

/// How many verdicts there are: stored ones are below this.
inline constexpr std::uint8_t kVerdictCount = 12;

}  // namespace twinlock
