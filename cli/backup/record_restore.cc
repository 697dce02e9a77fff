#include "cli/backup/record_restore.h"

#include "account/distrust.h"
#include "account/lost_copy.h"
#include "account/reconcile.h"

namespace twinlock {
namespace {

constexpr int kAttempts = 3;

SecretRecord trusted_part(const LoadedRecord& loaded, UnixTime now, const DecisionPolicy& policy) {
  return loaded.lost_copy ? after_lost_copy(loaded.record, now, policy.window) : loaded.record;
}

bool is_of_another_enrolment(const SecretRecord& live, const SecretRecord& saved) {
  return live->code_key != saved->code_key;
}

RestoredRecord merged_as(const SecretRecord& live, const Reconciled& outcome) {
  return {Fate::kMerged, outcome.was_rolled_back, !live->disabled && outcome.record->disabled, outcome.tokens_disabled};
}

}  // namespace

Result<void> RecordRestorer::look_around() {
  std::optional<Error> failure;
  const auto listed = store_.for_each([&](const StoreEntry& entry) {
    const auto user = Username::parse(entry.name);
    if (!entry.loaded || !user || entry.loaded->record->moved_away) return;
    const auto lineage = lineage_of(*entry.loaded->record);
    if (!lineage) failure = lineage.error();
    if (lineage) lineages_.emplace(*lineage, *user);
  });
  if (!listed) return listed;
  if (failure) return *failure;
  return done();
}

Result<bool> RecordRestorer::lives_elsewhere(const Username& user, const SecretRecord& saved) const {
  const auto lineage = lineage_of(*saved);
  if (!lineage) return lineage.error();
  const auto found = lineages_.find(*lineage);
  return !saved->moved_away && found != lineages_.end() && found->second != user;
}

Result<RestoredRecord> RecordRestorer::foresee(const Username& user, const SecretRecord& saved) {
  const auto live = store_.read(user);
  if (!live && live.error().code == Error::Code::kStore) {
    const auto elsewhere = lives_elsewhere(user, saved);
    if (!elsewhere) return elsewhere.error();
    return RestoredRecord{*elsewhere ? Fate::kKept : Fate::kReplaced, false, false, {}};
  }
  if (!live) return live.error();
  if (!*live) {
    const auto elsewhere = lives_elsewhere(user, saved);
    if (!elsewhere) return elsewhere.error();
    return RestoredRecord{*elsewhere ? Fate::kKept : Fate::kCreated, false, false, {}};
  }
  const SecretRecord record = trusted_part(**live, now_, policy_);
  if (is_of_another_enrolment(record, saved)) return RestoredRecord{Fate::kKept, false, false, {}};
  return merged_as(record, reconciled(record, saved, now_, policy_));
}

/// kExists: meanwhile somebody enrolled, or a login has mended what could not be read.
Result<RestoredRecord> RecordRestorer::restore(const Username& user, const SecretRecord& saved) {
  auto restored = try_to_restore(user, saved);
  for (int i = 1; i < kAttempts && !restored && restored.error().code == Error::Code::kExists; ++i) {
    restored = try_to_restore(user, saved);
  }
  return restored;
}

Result<RestoredRecord> RecordRestorer::try_to_restore(const Username& user, const SecretRecord& saved) {
  const auto live = store_.open(user);
  if (!live && live.error().code == Error::Code::kStore) return restore_unreadable(user, saved);
  if (!live) return live.error();
  if (*live == nullptr) return restore_missing(user, saved);
  return merge(**live, saved);
}

Result<RestoredRecord> RecordRestorer::restore_missing(const Username& user, const SecretRecord& saved) {
  const auto elsewhere = lives_elsewhere(user, saved);
  if (!elsewhere) return elsewhere.error();
  if (*elsewhere) return RestoredRecord{Fate::kKept, false, false, {}};
  if (const auto created = create(user, saved); !created) return created.error();
  return RestoredRecord{Fate::kCreated, false, false, {}};
}

Result<RestoredRecord> RecordRestorer::restore_unreadable(const Username& user, const SecretRecord& saved) {
  const auto elsewhere = lives_elsewhere(user, saved);
  if (!elsewhere) return elsewhere.error();
  if (*elsewhere) return RestoredRecord{Fate::kKept, false, false, {}};
  const auto removed = store_.remove_unreadable(user);
  if (!removed && removed.error().code != Error::Code::kNotFound) return removed.error();
  if (const auto created = create(user, saved); !created) return created.error();
  return RestoredRecord{Fate::kReplaced, false, false, {}};
}

Result<void> RecordRestorer::create(const Username& user, const SecretRecord& saved) {
  const auto created = store_.create(user, distrusted(saved, Doubt::kRestored, now_, policy_.window));
  if (!created || saved->moved_away) return created;
  const auto lineage = lineage_of(*saved);
  if (!lineage) return lineage.error();
  lineages_.emplace(*lineage, user);
  return done();
}

Result<RestoredRecord> RecordRestorer::merge(LockedRecord& live, const SecretRecord& saved) {
  const LoadedRecord& loaded = live.loaded();
  const SecretRecord record = trusted_part(loaded, now_, policy_);
  if (is_of_another_enrolment(record, saved)) return RestoredRecord{Fate::kKept, false, false, {}};
  const Reconciled outcome = reconciled(record, saved, now_, policy_);
  if (loaded.lost_copy || *outcome.record != *loaded.record) {
    const auto kept = live.save(outcome.record, Copies::kBoth, Durability::kFlushed);
    if (!kept) return kept.error();
  }
  return merged_as(record, outcome);
}

}  // namespace twinlock
