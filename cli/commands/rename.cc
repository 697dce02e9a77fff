// twinlock rename OLD NEW: an account got another name; its tokens go with it.
//
// MUST: at no moment do two records accept the same codes. The old one is marked as moved away before the new one is
// made, so a crash in between leaves the user out, not in twice; nothing but running the command again takes the mark
// away, and that goes on from there, unless a record has come of it under whatever name.
#include "account/distrust.h"
#include "cli/backup/removed_records.h"
#include "cli/commands/commands.h"
#include "cli/lineage.h"
#include "cli/record_change.h"

namespace twinlock {
namespace {

struct RenameOptions {
  std::string old_name;
  std::string new_name;
  bool allow_unknown = false;
};

struct NewName {
  Username user;
  std::optional<std::uint32_t> uid;
};

Result<NewName> resolve_new_name(const RenameOptions& options) {
  auto user = Username::parse(options.new_name);
  if (!user) return user.error();
  const auto account = find_account(user->text());
  if (!account) return account.error();
  if (!*account && !options.allow_unknown) return unknown_to_nss(options.new_name);
  if (*account) user = Username::parse((*account)->name);
  if (!user) return user.error();
  return NewName{*user, *account ? std::optional((*account)->uid) : std::nullopt};
}

/// What stands under the new name before anything is moved there.
enum class Target {
  kFree,
  kMovedThereBefore,
  kLostOrNeverMade,  ///< Marked as moved away, and there is nothing that it moved to.
};

/// MUST: goes on with a rename that was cut off only where no record has come of it.
Result<Target> look_for_successor(const RecordChange& change) {
  const std::string who = "user " + printable(change.user.text());
  const auto relatives = relatives_of(*change.workplace.store, change.user, *change.record);
  if (!relatives) return relatives.error();
  if (relatives->living) {
    return Error{Error::Code::kRefused, who, "is " + printable(relatives->living->text()) + " by now",
                 "a rename was cut off: twinlock rename " + printable(change.user.text()) + " " +
                     printable(relatives->living->text())};
  }
  if (relatives->unreadable) {
    return Error{Error::Code::kStore, who,
                 "may have another name by now: the record of " + printable(*relatives->unreadable) + " cannot be read",
                 "see twinlock doctor; if it is nobody's any more, remove it"};
  }
  const auto removed = was_removed(change.workplace.config, *change.record);
  if (!removed) return removed.error();
  if (!*removed) return Target::kLostOrNeverMade;
  return Error{Error::Code::kRefused, who, "was removed under its new name",
               "twinlock remove " + printable(change.user.text())};
}

Result<Target> look_at_target(const RecordChange& change, const Username& target) {
  if (change.user == target) return Error{Error::Code::kUsage, "rename", "both names are the same", ""};
  const auto there = change.workplace.store->read(target);
  if (!there) return there.error();
  if (!*there) return change.record->moved_away ? look_for_successor(change) : Target::kFree;
  // The keys are random: equal ones tell that a rename was cut off between its last two steps.
  const bool moved = change.record->moved_away && (*there)->record->code_key == change.record->code_key;
  if (moved) return Target::kMovedThereBefore;
  return Error{Error::Code::kExists, "user " + printable(target.text()), "has a record already",
               "if that is nobody's any more: twinlock remove " + printable(target.text())};
}

SecretRecord moved_record(const SecretRecord& old, const NewName& target) {
  SecretRecord moved = old;
  moved->uid_bound = target.uid.has_value();
  moved->uid = target.uid.value_or(0);
  moved->moved_away = false;
  moved->leases = {};
  moved->proofs = {};
  return moved;
}

/// Where certainly nothing was made under the new name the user stays as before.
Error take_back(RecordChange& change, const SecretRecord& before, const Username& target, const Error& error) {
  const auto there = change.workplace.store->read(target);
  const bool nothing_made = error.code == Error::Code::kExists || (there && !*there);
  if (nothing_made) static_cast<void>(change.locked->save(before, Copies::kBoth, Durability::kFlushed));
  return error;
}

Result<void> move_record(RecordChange& change, const NewName& target) {
  const SecretRecord before = change.record;
  change.record->moved_away = true;
  if (const auto saved = change.locked->save(change.record, Copies::kBoth, Durability::kFlushed); !saved) return saved;
  const auto created = change.workplace.store->create(target.user, moved_record(before, target));
  if (!created) return take_back(change, before, target.user, created.error());
  return change.locked->remove();
}

std::string hint_for(const Record& moved, const Username& user) {
  return moved.disabled ? "It is disabled; to let it in: twinlock enable " + printable(user.text()) + "\n" : "";
}

Result<ExitStatus> rename(Desk& desk, const RenameOptions& options) {
  const auto target = resolve_new_name(options);
  if (!target) return target.error();
  const auto names = lock_names(desk);
  if (!names) return names.error();
  auto change = begin_change(desk, options.old_name);
  if (!change) return change.error();
  const auto found = look_at_target(*change, target->user);
  if (!found) return found.error();
  std::string hint;
  if (*found == Target::kLostOrNeverMade) {
    change->record = distrusted(change->record, Doubt::kRestored, desk.now(), change->workplace.policy.window);
    hint = "A rename had been cut off: all codes up to now count as used, recovery codes are void.\n";
  }
  if (*found != Target::kMovedThereBefore) hint += hint_for(*change->record, target->user);
  const auto moved = *found == Target::kMovedThereBefore ? change->locked->remove() : move_record(*change, *target);
  if (!moved) return moved.error();
  change->locked.reset();
  const std::string detail = "was " + change->user.text();
  desk.write_down(change->workplace.config, {.event = "rename", .user = target->user, .detail = detail});
  const std::string text = printable(change->user.text()) + " is now " + printable(target->user.text()) + "\n";
  return desk.answer({{"user", target->user.text()}}, text + hint);
}

}  // namespace

void add_rename(Grammar& grammar) {
  const auto options = std::make_shared<RenameOptions>();
  grammar
      .command("rename", "give a user's record to the account's new name",
               [options](Desk& desk) { return rename(desk, *options); })
      .positional("old", options->old_name, "the name so far")
      .positional("new", options->new_name, "the new name")
      .flag("--allow-unknown", options->allow_unknown, "also for a new name that the system does not know (yet)");
}

}  // namespace twinlock
