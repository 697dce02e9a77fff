// Two states of one user's record, the live one and one from a backup, become one.
#pragma once

#include <cstdint>
#include <vector>

#include "account/decision_policy.h"
#include "account/record.h"
#include "base/result.h"
#include "crypto/hmac.h"

namespace twinlock {

/// Names the enrolment that a record goes back to: two records with the same one were the same once, and the same codes
/// fit them. Says nothing about the record's keys. kCrypto if OpenSSL refuses.
[[nodiscard]] Result<Mac> lineage_of(const Record& record);

struct Reconciled {
  SecretRecord record;
  /// The backup knows of something that the live record has forgotten: the live one was put back to an older state
  /// behind our back, and has been distrusted (account/distrust.h).
  bool was_rolled_back = false;
  /// Tokens that only the backup had. They may have been removed for good reason, so they come back disabled, and with
  /// everything used up that may have been used since. Not those for which there was no room.
  std::vector<std::uint32_t> tokens_disabled;
};

/// `live`, of another enrolment, in which tokens that the backup knows too accept nothing that it knows to be used up.
[[nodiscard]] SecretRecord with_used_up(const SecretRecord& live, const Record& backup);

/// `live` with all that the backup's state knows to be used up, refused or disabled. Both must be of the same lineage.
/// Whatever only lets in (leases, proofs, telephone and letter codes, newer recovery codes) is the live record's alone.
/// Nothing that a record without doubt accepts becomes refused by a backup that knows of nothing newer, other than by
/// an administrator's disabling of that time.
[[nodiscard]] Reconciled reconciled(const SecretRecord& live, const SecretRecord& backup, UnixTime now,
                                    const DecisionPolicy& policy);

}  // namespace twinlock
