// twinlock remove USER: deletes everything that twinlock knows of a user, but for a mark by which a restore knows that
// whoever comes back was removed.
#include "cli/backup/removed_records.h"
#include "cli/commands/commands.h"
#include "cli/lineage.h"
#include "cli/state_lock.h"

namespace twinlock {
namespace {

struct RemoveOptions {
  std::string user;
  bool yes = false;
};

/// Before anybody is asked. A damaged record counts: removing it is a mend.
Result<void> see_that_there_is_a_record(Workplace& workplace, const Username& user) {
  const auto loaded = workplace.store->read(user);
  if (loaded && !*loaded) return not_enrolled(user);
  return done();
}

/// What a rename left behind that was cut off, while the user may have another record.
bool lives_on(Workplace& workplace, const Username& user, const Record& record) {
  if (!record.moved_away) return false;
  const auto relatives = relatives_of(*workplace.store, user, record);
  return !relatives || relatives->living || relatives->moving || relatives->unreadable;
}

/// A record that cannot be read has no mark; then, and where the mark cannot be kept, it is removed all the same.
ExitStatus mark_as_removed(const Desk& desk, Workplace& workplace, const Username& user) {
  const auto loaded = workplace.store->read(user);
  if (!loaded || !*loaded || lives_on(workplace, user, *(*loaded)->record)) return ExitStatus::kDone;
  const auto noted = note_removed(workplace.config, *(*loaded)->record);
  if (noted) return ExitStatus::kDone;
  Error error = noted.error();
  error.mend += (error.mend.empty() ? "" : "; ") + std::string("until then a restore from a backup lets ") +
                printable(user.text()) + " in again";
  desk.complain(error);
  return status_of(error.code);
}

Result<ExitStatus> remove(Desk& desk, const RemoveOptions& options) {
  auto workplace = open_workplace(desk.config_path());
  if (!workplace) return workplace.error();
  const auto user = canonical_user(options.user);
  if (!user) return user.error();
  if (const auto seen = see_that_there_is_a_record(*workplace, *user); !seen) return seen.error();
  const std::string name = printable(user->text());
  const auto agreed = desk.agree("Remove all tokens, recovery codes and history of " + name + "?",
                                 options.yes ? Consent::kGiven : Consent::kAsk);
  if (!agreed) return agreed.error();
  if (*agreed == Answer::kNo) return ExitStatus::kNo;

  const auto names = lock_state(workplace->config.store.state_dir, StateLock::kNames);
  if (!names) return names.error();
  const ExitStatus status = mark_as_removed(desk, *workplace, *user);
  const auto removed = workplace->store->remove(*user);
  if (!removed && removed.error().code == Error::Code::kNotFound) return not_enrolled(*user);  // gone meanwhile
  if (!removed) return removed.error();
  desk.write_down(workplace->config, {"remove", *user, std::nullopt, 0});
  return desk.answer({{"user", user->text()}}, name + " is removed\n", status);
}

}  // namespace

void add_remove(Grammar& grammar) {
  const auto options = std::make_shared<RemoveOptions>();
  grammar.command("remove", "delete a user's record", [options](Desk& desk) { return remove(desk, *options); })
      .user(options->user)
      .flag("--yes", options->yes, "do not ask");
}

}  // namespace twinlock
