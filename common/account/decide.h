// The decision: pure functions of the record, what was typed, where and when.
#pragma once

#include <optional>

#include "account/action.h"
#include "account/decision_policy.h"
#include "account/record.h"
#include "account/typed_code.h"
#include "base/result.h"

namespace twinlock {

/// What becomes of the code of a user whom NSS does not know.
enum class UnknownUser {
  kRefused,  ///< Every login.
  kJudged,   ///< `twinlock check`, for accounts that are yet to come. Lets nobody in anywhere.
};

/// Where and when a login happens.
struct LoginContext {
  ServiceName service;
  ClientKey client;
  UnixTime now;
  std::optional<std::uint32_t> uid;  ///< Of the account in NSS; nullopt: NSS knows no such user.
  UnknownUser unknown_user = UnknownUser::kRefused;
};

struct Decision {
  Verdict verdict = Verdict::kUnavailable;
  SecretRecord record;     ///< The record as it is from now on.
  bool must_save = false;  ///< Whether it differs from what was loaded.
  TypedCode::Kind kind = TypedCode::Kind::kMalformed;
  std::uint32_t token = 0;           ///< Id of the token whose code was accepted; 0: none.
  std::optional<UnixTime> retry_at;  ///< kThrottled only.
};

/// The verdict of a login that needs no code, or that no code can help; nullopt: a code is needed.
/// `record` is nullptr for a user without one. A disabled account stays out whatever rules and leases say, and a user
/// whom NSS does not know is never let in.
[[nodiscard]] std::optional<Verdict> decide_without_code(const Record* record, Action action,
                                                         const LoginContext& context, const DecisionPolicy& policy);

/// The verdict of a code. A code that is right is used up in Decision::record; save that before letting anyone in.
/// A user whom NSS does not know, or with another uid than the record's, is answered as one without a record.
/// An Error where OpenSSL or liboath fail: the caller denies.
[[nodiscard]] Result<Decision> decide(const SecretRecord& record, const TypedCode& code, const LoginContext& context,
                                      const DecisionPolicy& policy);

/// Does the work of a decision for a user who has no record, so that its absence does not show, and answers
/// kNotEnrolled.
[[nodiscard]] Result<Decision> decide_for_nobody(const TypedCode& code, const LoginContext& context,
                                                 const DecisionPolicy& policy);

}  // namespace twinlock
