#include "cli/backup/record_restore.h"

#include <algorithm>
#include <numeric>

#include "account/distrust.h"
#include "account/lost_copy.h"
#include "account/reconcile.h"
#include "base/printable.h"

namespace twinlock {
namespace {

constexpr int kAttempts = 3;

SecretRecord trusted_part(const LoadedRecord& loaded, UnixTime now, const DecisionPolicy& policy) {
  return loaded.lost_copy ? after_lost_copy(loaded.record, now, policy.window) : loaded.record;
}

bool is_of_another_enrolment(const SecretRecord& live, const SecretRecord& saved) {
  return live->code_key != saved->code_key;
}

RestoredRecord only(Fate fate) {
  RestoredRecord restored;
  restored.fate = fate;
  return restored;
}

RestoredRecord merged_as(const SecretRecord& live, const Reconciled& outcome) {
  RestoredRecord merged = only(Fate::kMerged);
  merged.was_rolled_back = outcome.was_rolled_back;
  merged.was_disabled = !live->disabled && outcome.record->disabled;
  merged.tokens_disabled = outcome.tokens_disabled;
  return merged;
}

/// Those whose records are unreadable first: once they are replaced they hide nobody.
std::vector<std::size_t> order_of(std::span<const Username> users, const std::set<std::string>& unreadable) {
  std::vector<std::size_t> order(users.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_partition(order, [&](std::size_t at) { return unreadable.contains(users[at].text()); });
  return order;
}

}  // namespace

Result<std::vector<std::size_t>> RecordRestorer::look_around(std::span<const Username> in_backup, ClockTrust trust) {
  std::optional<Error> failure;
  ClockCheck clock;
  std::set<std::string> unreadable;
  const auto listed = store_.for_each([&](const StoreEntry& entry) {
    const auto user = Username::parse(entry.name);
    if (!entry.loaded || !user) {
      unreadable.insert(entry.name);
      return;
    }
    clock.see(*user, *entry.loaded->record);
    if (entry.loaded->record->moved_away) return;
    const auto lineage = lineage_of(*entry.loaded->record);
    if (!lineage) failure = lineage.error();
    if (lineage) lineages_.emplace(*lineage, *user);
  });
  if (!listed) return listed.error();
  if (failure) return *failure;
  if (const auto right = clock.judge(now_, trust); !right) return right.error();
  auto order = order_of(in_backup, unreadable);
  for (const Username& user : in_backup) unreadable.erase(user.text());
  in_the_way_ = std::move(unreadable);
  return order;
}

/// MUST 3.
Result<bool> RecordRestorer::lives_elsewhere(const Username& user, const SecretRecord& saved) const {
  if (saved->moved_away) return false;
  const auto lineage = lineage_of(*saved);
  if (!lineage) return lineage.error();
  const auto found = lineages_.find(*lineage);
  if (found != lineages_.end()) return found->second != user;
  const auto hidden = std::ranges::find_if(in_the_way_, [&](const auto& name) { return name != user.text(); });
  if (hidden == in_the_way_.end()) return false;
  return Error{Error::Code::kStore, "user " + printable(user.text()),
               "may have another name now: the record of " + printable(*hidden) + " cannot be read",
               "see twinlock doctor; if that record is nobody's any more: twinlock remove " + printable(*hidden) +
                   "; then restore again"};
}

Result<bool> RecordRestorer::was_removed(const SecretRecord& saved) const {
  const auto lineage = lineage_of(*saved);
  if (!lineage) return lineage.error();
  return removed_.contains(*lineage);
}

Result<RestoredRecord> RecordRestorer::foresee_creation(const Username& user, const SecretRecord& saved,
                                                        Fate fate) const {
  const auto elsewhere = lives_elsewhere(user, saved);
  if (!elsewhere) return elsewhere.error();
  if (*elsewhere) return only(Fate::kKept);
  const auto removed = was_removed(saved);
  if (!removed) return removed.error();
  RestoredRecord created = only(fate);
  created.was_removed = *removed;
  return created;
}

Result<RestoredRecord> RecordRestorer::foresee(const Username& user, const SecretRecord& saved) {
  const auto live = store_.read(user);
  if (!live && live.error().code == Error::Code::kStore) return foresee_creation(user, saved, Fate::kReplaced);
  if (!live) return live.error();
  if (!*live) return foresee_creation(user, saved, Fate::kCreated);
  const SecretRecord record = trusted_part(**live, now_, policy_);
  if (is_of_another_enrolment(record, saved)) return only(Fate::kKept);
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
  auto foreseen = foresee_creation(user, saved, Fate::kCreated);
  if (!foreseen || foreseen->fate == Fate::kKept) return foreseen;
  if (const auto created = create(user, saved); !created) return created.error();
  return foreseen;
}

/// One that stays may be anybody's.
Result<RestoredRecord> RecordRestorer::restore_unreadable(const Username& user, const SecretRecord& saved) {
  auto foreseen = foresee_creation(user, saved, Fate::kReplaced);
  if (!foreseen || foreseen->fate == Fate::kKept) return foreseen;
  const auto removed = store_.remove_unreadable(user);
  if (!removed && removed.error().code != Error::Code::kNotFound) {
    in_the_way_.insert(user.text());
    return removed.error();
  }
  if (const auto created = create(user, saved); !created) return created.error();
  return foreseen;
}

Result<void> RecordRestorer::create(const Username& user, const SecretRecord& saved) {
  SecretRecord record = distrusted(saved, Doubt::kRestored, now_, policy_.window);
  const auto removed = was_removed(saved);
  if (!removed) return removed.error();
  record->disabled = record->disabled || *removed;  // MUST 5
  const auto created = store_.create(user, record);
  if (!created || saved->moved_away) return created;
  const auto lineage = lineage_of(*saved);
  if (!lineage) return lineage.error();
  lineages_.emplace(*lineage, user);
  return done();
}

Result<RestoredRecord> RecordRestorer::merge(LockedRecord& live, const SecretRecord& saved) {
  const LoadedRecord& loaded = live.loaded();
  const SecretRecord record = trusted_part(loaded, now_, policy_);
  if (is_of_another_enrolment(record, saved)) return only(Fate::kKept);
  const Reconciled outcome = reconciled(record, saved, now_, policy_);
  if (loaded.lost_copy || *outcome.record != *loaded.record) {
    const auto kept = live.save(outcome.record, Copies::kBoth, Durability::kFlushed);
    if (!kept) return kept.error();
  }
  return merged_as(record, outcome);
}

}  // namespace twinlock
