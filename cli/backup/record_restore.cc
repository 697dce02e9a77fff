#include "cli/backup/record_restore.h"

#include "account/distrust.h"
#include "account/lost_copy.h"
#include "account/reconcile.h"
#include "base/printable.h"
#include "store/user_file_name.h"

namespace twinlock {
namespace {

constexpr int kAttempts = 3;

SecretRecord trusted_part(const LoadedRecord& loaded, UnixTime now, const DecisionPolicy& policy) {
  if (!loaded.lost_copy) return loaded.record;
  SecretRecord record = after_lost_copy(loaded.record, now, policy.window);
  ++record->saves;  // the one that was lost
  return record;
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

/// Those whose records are unreadable come first: once they are replaced they hide nobody.
enum class Which { kUnreadable, kOthers };

/// By which the record goes where its user's name cannot be read.
std::string file_name_of(const Username& user) {
  const auto name = user_file_name(user);
  return name ? *name : user.text();
}

std::string list_of(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + printable(name);
  return text;
}

}  // namespace

Result<std::vector<std::size_t>> RecordRestorer::look_around(std::span<const Username> in_backup) {
  std::optional<Error> failure;
  std::set<std::string> unreadable;
  const auto listed = store_.for_each([&](const StoreEntry& entry) {
    const auto user = Username::parse(entry.name);
    if (!entry.loaded || !user) {
      if (entry.can_be_record) unreadable.insert(entry.name);
      return;
    }
    clock_.see(*user, *entry.loaded->record);
    if (const auto learnt = learn(*user, *entry.loaded->record); !learnt) failure = learnt.error();
  });
  if (!listed) return listed.error();
  if (failure) return *failure;
  std::vector<std::size_t> order;
  for (const Which which : {Which::kUnreadable, Which::kOthers}) {
    for (std::size_t at = 0; at < in_backup.size(); ++at) {
      const bool hidden = unreadable.contains(in_backup[at].text()) || unreadable.contains(file_name_of(in_backup[at]));
      if (hidden == (which == Which::kUnreadable)) order.push_back(at);
    }
  }
  for (const Username& user : in_backup) {
    unreadable.erase(user.text());
    unreadable.erase(file_name_of(user));
  }
  in_the_way_ = std::move(unreadable);
  return order;
}

/// One that has moved away lives on in another, or in none yet; in any case not under a name of before.
Result<void> RecordRestorer::learn(const Username& user, const Record& record) {
  const auto lineage = lineage_of(record);
  if (!lineage) return lineage.error();
  if (record.moved_away) {
    lineages_.emplace(*lineage, user);
  } else {
    lineages_.insert_or_assign(*lineage, user);
  }
  return done();
}

/// MUST 3.
Result<bool> RecordRestorer::lives_elsewhere(const Username& user, const SecretRecord& saved) const {
  if (saved->moved_away) return false;
  const auto lineage = lineage_of(*saved);
  if (!lineage) return lineage.error();
  const auto found = lineages_.find(*lineage);
  if (found != lineages_.end()) return found->second != user;
  std::set<std::string> hidden = in_the_way_;
  hidden.erase(user.text());
  if (hidden.empty()) return false;
  return Error{Error::Code::kStore, "user " + printable(user.text()),
               "may have another name now: these records cannot be read: " + list_of(hidden),
               "see twinlock doctor; those that are nobody's any more: twinlock remove NAME; then restore again"};
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

/// Of a record that cannot be read. One that stays may be anybody's.
Result<RestoredRecord> RecordRestorer::foresee_replacement(const Username& user, const SecretRecord& saved) {
  auto foreseen = foresee_creation(user, saved, Fate::kReplaced);
  if (!foreseen || foreseen->fate == Fate::kKept) in_the_way_.insert(user.text());
  return foreseen;
}

Result<RestoredRecord> RecordRestorer::foresee(const Username& user, const SecretRecord& saved) {
  const auto live = store_.read(user);
  if (!live && live.error().code == Error::Code::kStore) return foresee_replacement(user, saved);
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

Result<RestoredRecord> RecordRestorer::restore_unreadable(const Username& user, const SecretRecord& saved) {
  auto foreseen = foresee_replacement(user, saved);
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

/// MUST 1 also where an old token was enrolled anew.
Result<RestoredRecord> RecordRestorer::keep(LockedRecord& live, const SecretRecord& record, const SecretRecord& saved) {
  const SecretRecord outcome = with_used_up(record, *saved);
  if (*outcome != *live.loaded().record) {
    const auto kept = live.save(outcome, Copies::kBoth, Durability::kFlushed);
    if (!kept) return kept.error();
  }
  return only(Fate::kKept);
}

Result<RestoredRecord> RecordRestorer::merge(LockedRecord& live, const SecretRecord& saved) {
  const LoadedRecord& loaded = live.loaded();
  const SecretRecord record = trusted_part(loaded, now_, policy_);
  if (is_of_another_enrolment(record, saved)) return keep(live, record, saved);
  const Reconciled outcome = reconciled(record, saved, now_, policy_);
  if (loaded.lost_copy || *outcome.record != *loaded.record) {
    const auto kept = live.save(outcome.record, Copies::kBoth, Durability::kFlushed);
    if (!kept) return kept.error();
  }
  return merged_as(record, outcome);
}

}  // namespace twinlock
