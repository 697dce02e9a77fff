// What a restore does to one user's record.
//
// MUST 1: a code that the user's record, here or in the backup, may have accepted is not accepted afterwards.
// MUST 2: a live record that can be read is never lost: it stays, or takes the backup's knowledge in under its lock.
// MUST 3: at no moment do two records accept the same codes: what was renamed since does not come back, and nothing
//         does where an unreadable record may be what it was renamed to.
// MUST 4: done once more, it changes nothing more.
// MUST 5: whom an administrator removed since does not get in.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "account/decision_policy.h"
#include "cli/backup/clock_check.h"
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
  bool was_removed = false;                    ///< kCreated only: removed here since, so it comes back disabled.
  bool was_rolled_back = false;                ///< kMerged only.
  bool was_disabled = false;                   ///< kMerged only: the user was not disabled here, but in the backup.
  std::vector<std::uint32_t> tokens_disabled;  ///< kMerged only.
};

/// For whoever holds the names (cli/state_lock.h) in case anything is to be changed.
class RecordRestorer {
 public:
  /// All of these must outlive it. `removed`: of cli/backup/removed_records.h.
  RecordRestorer(Store& store, const DecisionPolicy& policy, const std::set<Mac>& removed, UnixTime now)
      : store_(store), policy_(policy), removed_(removed), now_(now) {}

  /// Learns which enrolments there are here. To be called before the others, with the users in the backup. Returns in
  /// which order to restore them. An Error where records cannot be listed.
  [[nodiscard]] Result<std::vector<std::size_t>> look_around(std::span<const Username> in_backup);

  /// What look_around() has seen of the clock, to be judged by the clock of afterwards.
  [[nodiscard]] const ClockCheck& clock() const { return clock_; }

  /// What restore() would do now; changes nothing.
  [[nodiscard]] Result<RestoredRecord> foresee(const Username& user, const SecretRecord& saved);

  /// The same where there are no records at all yet.
  [[nodiscard]] Result<RestoredRecord> foresee_new(const Username& user, const SecretRecord& saved) const {
    return foresee_creation(user, saved, Fate::kCreated);
  }

  /// Does it; on disk when it returns.
  [[nodiscard]] Result<RestoredRecord> restore(const Username& user, const SecretRecord& saved);

 private:
  Result<RestoredRecord> try_to_restore(const Username& user, const SecretRecord& saved);
  Result<RestoredRecord> restore_missing(const Username& user, const SecretRecord& saved);
  Result<RestoredRecord> restore_unreadable(const Username& user, const SecretRecord& saved);
  Result<void> learn(const Username& user, const Record& record);
  Result<RestoredRecord> keep(LockedRecord& live, const SecretRecord& record, const SecretRecord& saved);
  Result<RestoredRecord> merge(LockedRecord& live, const SecretRecord& saved);
  Result<bool> lives_elsewhere(const Username& user, const SecretRecord& saved) const;
  Result<RestoredRecord> foresee_creation(const Username& user, const SecretRecord& saved, Fate fate) const;
  Result<RestoredRecord> foresee_replacement(const Username& user, const SecretRecord& saved);
  Result<bool> was_removed(const SecretRecord& saved) const;
  Result<void> create(const Username& user, const SecretRecord& saved);

  Store& store_;
  const DecisionPolicy& policy_;
  const std::set<Mac>& removed_;
  UnixTime now_;
  ClockCheck clock_;
  std::map<Mac, Username> lineages_;  ///< Of the records here.
  std::set<std::string> in_the_way_;  ///< Names of unreadable records that are not replaced.
};

}  // namespace twinlock
