// twinlock restored: tells that the records came back with an old disk or virtual machine.
//
// MUST 1: no code that any record may have accepted before is accepted afterwards.
// MUST 2: one record that cannot be changed does not keep the others from being done; running it again is harmless.
#include "account/distrust.h"
#include "base/clock.h"
#include "cli/commands/commands.h"
#include "cli/record_users.h"

namespace twinlock {
namespace {

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

Result<Tally> distrust_all(const Desk& desk, Workplace& workplace) {
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

Result<ExitStatus> restored(Desk& desk, Consent consent) {
  auto workplace = open_workplace(desk.config_path());
  if (!workplace) return workplace.error();
  const auto agreed = desk.agree(
      "Take every code up to now as used, void all recovery codes and end all leases, for every user here?", consent);
  if (!agreed) return agreed.error();
  if (*agreed == Answer::kNo) return ExitStatus::kNo;
  desk.advance_to(read_clock());
  const auto tally = distrust_all(desk, *workplace);
  if (!tally) return tally.error();
  desk.write_down(workplace->config, "restored", std::to_string(tally->done) + " records");
  const std::string again = tally->failed == 0 ? "" : "Mend what is named above and run this again.\n";
  return desk.answer({{"users", tally->done}, {"failed", tally->failed}},
                     "Codes up to now count as used; users: " + std::to_string(tally->done) + "\n" + again,
                     tally->failed == 0 ? ExitStatus::kDone : ExitStatus::kStore);
}

}  // namespace

void add_restored(Grammar& grammar) {
  const auto yes = std::make_shared<bool>(false);
  grammar
      .command("restored", "after a file-level or VM restore: take every code up to now as used",
               [=](Desk& desk) { return restored(desk, *yes ? Consent::kGiven : Consent::kAsk); })
      .flag("--yes", *yes, "do not ask");
}

}  // namespace twinlock
