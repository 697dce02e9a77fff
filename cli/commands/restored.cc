// twinlock restored: tells that the records came back with an old disk or virtual machine.
//
// MUST 1: no code that any record may have accepted before is accepted afterwards: none is missed because of a rename,
//         and a clock that is behind is not believed.
// MUST 2: one record that cannot be changed does not keep the others from being done; running it again is harmless.
#include "account/distrust.h"
#include "base/clock.h"
#include "cli/backup/clock_check.h"
#include "cli/commands/commands.h"
#include "cli/record_users.h"
#include "cli/state_lock.h"

namespace twinlock {
namespace {

struct RestoredOptions {
  bool yes = false;
  bool clock_is_right = false;
};

struct Tally {
  int done = 0;
  int failed = 0;
};

/// Whether there was a record.
Result<bool> distrust(const Desk& desk, Workplace& workplace, const Username& user) {
  const auto locked = workplace.store->open(user);
  if (!locked) return locked.error();
  if (*locked == nullptr) return false;
  const SecretRecord record =
      distrusted((*locked)->loaded().record, Doubt::kRestored, desk.now(), workplace.policy.window);
  const auto saved = (*locked)->save(record, Copies::kBoth, Durability::kFlushed);
  if (!saved) return saved.error();
  return true;
}

/// Judged by the clock of afterwards: somebody may be logging in.
Result<void> see_that_the_clock_is_right(Workplace& workplace, ClockTrust trust) {
  ClockCheck clock;
  const auto listed = workplace.store->for_each([&](const StoreEntry& entry) {
    const auto user = Username::parse(entry.name);
    if (entry.loaded && user) clock.see(*user, *entry.loaded->record);
  });
  return listed ? clock.judge(read_clock(), trust) : listed;
}

Result<Tally> distrust_all(Desk& desk, Workplace& workplace, ClockTrust trust) {
  const auto names = lock_state(workplace.config.store.state_dir, StateLock::kNames);  // MUST 1
  if (!names) return names.error();
  if (const auto right = see_that_the_clock_is_right(workplace, trust); !right) return right.error();
  desk.advance_to(read_clock());
  Tally tally;
  const auto users = users_with_records(workplace, [&](const Error& error) {
    desk.complain(error);
    ++tally.failed;
  });
  if (!users) return users.error();
  std::size_t seen = 0;
  for (const Username& user : *users) {
    ProgressLine progress(desk.terminal().messages());
    progress.show("restored: " + std::to_string(++seen) + " of " + std::to_string(users->size()));
    const auto distrusted_one = distrust(desk, workplace, user);
    progress.show("");
    if (!distrusted_one) {
      desk.complain(distrusted_one.error());
      ++tally.failed;
    } else if (*distrusted_one) {
      ++tally.done;
      desk.write_down(workplace.config, {"restored", user});
    }
  }
  return tally;
}

Result<ExitStatus> restored(Desk& desk, const RestoredOptions& options) {
  auto workplace = open_workplace(desk.config_path());
  if (!workplace) return workplace.error();
  const auto agreed =
      desk.agree("Take every code up to now as used, void all recovery codes and end all leases, for every user here?",
                 options.yes ? Consent::kGiven : Consent::kAsk);
  if (!agreed) return agreed.error();
  if (*agreed == Answer::kNo) return ExitStatus::kNo;
  const auto tally =
      distrust_all(desk, *workplace, options.clock_is_right ? ClockTrust::kTrusted : ClockTrust::kDoubted);
  if (!tally) return tally.error();
  desk.write_down(workplace->config, "restored", std::to_string(tally->done) + " records");
  const std::string again = tally->failed == 0 ? "" : "Mend what is named above and run this again.\n";
  return desk.answer({{"users", tally->done}, {"failed", tally->failed}},
                     "Codes up to now count as used; users: " + std::to_string(tally->done) + "\n" + again,
                     tally->failed == 0 ? ExitStatus::kDone : ExitStatus::kStore);
}

}  // namespace

void add_restored(Grammar& grammar) {
  const auto options = std::make_shared<RestoredOptions>();
  grammar
      .command("restored", "after a file-level or VM restore: take every code up to now as used",
               [=](Desk& desk) { return restored(desk, *options); })
      .flag("--clock-is-right", options->clock_is_right, "also where records tell of a later time than now")
      .flag("--yes", options->yes, "do not ask");
}

}  // namespace twinlock
