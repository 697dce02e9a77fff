// What a restore does to one user's record.
//
// MUST 1: a code that the user's record, here or in the backup, may have accepted is not accepted afterwards.
// MUST 2: a live record that can be read is never lost: it stays, or takes the backup's knowledge in under its lock.
// MUST 3: at no moment do two records accept the same codes: what was renamed since does not come back.
// MUST 4: done once more, it changes nothing more.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "account/decision_policy.h"
#include "crypto/hmac.h"
#include "store/store.h"

namespace twinlock {

enum class Fate {
  kCreated,   ///< There was none: the backup's, distrusted (account/distrust.h).
  kMerged,    ///< Live and backup became one (account/reconcile.h).
  kKept,      ///< The live one is of another enrolment, or has another name now.
  kReplaced,  ///< The live one could not be read: the backup's, distrusted.
};

struct RestoredRecord {
  Fate fate;
  bool was_rolled_back = false;                ///< kMerged only.
  bool was_disabled = false;                   ///< kMerged only: the user was not disabled here, but in the backup.
  std::vector<std::uint32_t> tokens_disabled;  ///< kMerged only.
};

class RecordRestorer {
 public:
  /// All of these must outlive it.
  RecordRestorer(Store& store, const DecisionPolicy& policy, UnixTime now)
      : store_(store), policy_(policy), now_(now) {}

  /// Learns which enrolments there are here. To be called before the others. An Error where records cannot be listed.
  [[nodiscard]] Result<void> look_around();

  /// What restore() would do now; changes nothing.
  [[nodiscard]] Result<RestoredRecord> foresee(const Username& user, const SecretRecord& saved);

  /// Does it; on disk when it returns.
  [[nodiscard]] Result<RestoredRecord> restore(const Username& user, const SecretRecord& saved);

 private:
  Result<RestoredRecord> try_to_restore(const Username& user, const SecretRecord& saved);
  Result<RestoredRecord> restore_missing(const Username& user, const SecretRecord& saved);
  Result<RestoredRecord> restore_unreadable(const Username& user, const SecretRecord& saved);
  Result<RestoredRecord> merge(LockedRecord& live, const SecretRecord& saved);
  Result<bool> lives_elsewhere(const Username& user, const SecretRecord& saved) const;
  Result<void> create(const Username& user, const SecretRecord& saved);

  Store& store_;
  const DecisionPolicy& policy_;
  UnixTime now_;
  std::map<Mac, Username> lineages_;  ///< Of the records here that let somebody in.
};

}  // namespace twinlock
