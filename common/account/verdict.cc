#include "account/verdict.h"

namespace twinlock {

bool lets_in(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAccepted:
    case Verdict::kLeased:
    case Verdict::kExempt:
    case Verdict::kObserved: return true;
    case Verdict::kWrongCode:
    case Verdict::kReplayed:
    case Verdict::kThrottled:
    case Verdict::kLocked:
    case Verdict::kDisabled:
    case Verdict::kNotEnrolled:
    case Verdict::kExpired:
    case Verdict::kUnavailable: return false;
  }
  return false;
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAccepted: return "accepted";
    case Verdict::kLeased: return "leased";
    case Verdict::kExempt: return "exempt";
    case Verdict::kObserved: return "observed";
    case Verdict::kWrongCode: return "wrong_code";
    case Verdict::kReplayed: return "replayed";
    case Verdict::kThrottled: return "throttled";
    case Verdict::kLocked: return "locked";
    case Verdict::kDisabled: return "disabled";
    case Verdict::kNotEnrolled: return "not_enrolled";
    case Verdict::kExpired: return "expired";
    case Verdict::kUnavailable: return "unavailable";
  }
  return "unavailable";
}

std::optional<Verdict> verdict_named(std::string_view word) {
  for (std::uint8_t number = 0; number < kVerdictCount; ++number) {
    const auto verdict = static_cast<Verdict>(number);
    if (name_of(verdict) == word) return verdict;
  }
  return std::nullopt;
}

}  // namespace twinlock
