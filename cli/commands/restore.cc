// twinlock restore F: brings records, and what is missing of configuration and keys, back from a backup.
//
// MUST 1: nothing is changed before the whole backup has been opened and understood, and somebody has agreed.
// MUST 2: cut off anywhere, what is there is safe, and running it again completes it.
// What happens to each record: cli/backup/record_restore.h.
#include <numeric>

#include "base/clock.h"
#include "cli/backup/passphrase.h"
#include "cli/backup/record_restore.h"
#include "cli/backup/removed_records.h"
#include "cli/backup/restore_site.h"
#include "cli/commands/commands.h"
#include "cli/state_lock.h"

namespace twinlock {
namespace {

struct RestoreOptions {
  std::string file;
  bool yes = false;
  bool dry_run = false;
  bool clock_is_right = false;
};

ClockTrust trust_of(const RestoreOptions& options) {
  return options.clock_is_right ? ClockTrust::kTrusted : ClockTrust::kDoubted;
}

/// What became, or is to become, of the users.
class Outcome {
 public:
  void add(const Username& user, const RestoredRecord& restored) {
    list_of(restored.fate).push_back(user.text());
    if (restored.was_removed) removed_.push_back(user.text());
    if (restored.was_rolled_back) rolled_back_.push_back(user.text());
    if (restored.was_disabled) disabled_.push_back(user.text());
    for (const auto id : restored.tokens_disabled) tokens_.push_back({{"user", user.text()}, {"token", id}});
  }
  void add_failure(const Username& user) { failed_.push_back(user.text()); }

  [[nodiscard]] bool is_whole() const { return failed_.empty(); }
  [[nodiscard]] std::string counts() const {
    const std::string failed = failed_.empty() ? "" : ", " + std::to_string(failed_.size()) + " not restored";
    return std::to_string(created_.size()) + " new, " + std::to_string(merged_.size()) +
           " merged with the live record, " + std::to_string(kept_.size()) + " kept as they are, " +
           std::to_string(replaced_.size()) + " unreadable and replaced" + failed;
  }
  [[nodiscard]] Json json(const Site& site) const {
    return {{"created", created_},
            {"merged", merged_},
            {"kept", kept_},
            {"replaced", replaced_},
            {"tokens_disabled", tokens_},
            {"removed", removed_},
            {"rolled_back", rolled_back_},
            {"disabled", disabled_},
            {"failed", failed_},
            {"config", std::string(name_of(site.config))},
            {"key", std::string(name_of(site.keys))}};
  }
  [[nodiscard]] std::string text(const Site& site) const {
    return "Configuration: " + std::string(name_of(site.config)) + "\nKey file: " + std::string(name_of(site.keys)) +
           "\nUsers: " + counts() + "\n" +
           line("New, perhaps removed since: ", site.has_records ? created_ : Json::array()) +
           line("Removed here since, so disabled (twinlock enable): ", removed_) +
           line("Unreadable and replaced: ", replaced_) + line("Kept, enrolled anew or renamed since: ", kept_) +
           line("Were put back to an older state, so all codes up to now count as used: ", rolled_back_) +
           line("Disabled as in the backup: ", disabled_) + tokens_line() + line("Not restored: ", failed_);
  }

 private:
  Json& list_of(Fate fate) {
    switch (fate) {
      case Fate::kCreated: return created_;
      case Fate::kMerged: return merged_;
      case Fate::kKept: return kept_;
      case Fate::kReplaced: return replaced_;
    }
    return kept_;
  }
  static std::string line(const std::string& title, const Json& users) {
    std::string names;
    for (const auto& user : users) names += (names.empty() ? "" : ", ") + printable(user.get<std::string>());
    return names.empty() ? "" : title + names + "\n";
  }
  [[nodiscard]] std::string tokens_line() const {
    std::string names;
    for (const auto& token : tokens_) {
      names += (names.empty() ? "" : ", ") + printable(token["user"].get<std::string>()) + " " + token["token"].dump();
    }
    return names.empty() ? "" : "Tokens that only the backup had, disabled: " + names + "\n";
  }

  Json created_ = Json::array();
  Json merged_ = Json::array();
  Json kept_ = Json::array();
  Json replaced_ = Json::array();
  Json tokens_ = Json::array();
  Json removed_ = Json::array();
  Json rolled_back_ = Json::array();
  Json disabled_ = Json::array();
  Json failed_ = Json::array();
};

std::string_view word_for(Fate fate) {
  switch (fate) {
    case Fate::kCreated: return "created";
    case Fate::kMerged: return "merged";
    case Fate::kKept: return "kept";
    case Fate::kReplaced: return "replaced";
  }
  return "";
}

/// Codes of the time between now and then were never seen by the distrusted records.
Result<void> see_that_the_clock_is_right(const Backup& backup, UnixTime now, ClockTrust trust) {
  if (trust == ClockTrust::kTrusted || backup.meta().made <= now) return done();
  return Error{Error::Code::kRefused, "clock", "is behind: the backup was made at " + local_text(backup.meta().made),
               std::string(kClockMend)};
}

Result<Outcome> foresee(Desk& desk, Site& site, const Backup& backup, ClockTrust trust) {
  Outcome outcome;
  const auto removed = removed_records(site.workplace.config);
  if (!removed) return removed.error();
  RecordRestorer restorer(*site.workplace.store, site.workplace.policy, *removed, desk.now());
  std::vector<std::size_t> order(backup.users().size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (site.has_records) {
    auto looked = restorer.look_around(backup.users());
    if (!looked) return looked.error();
    order = std::move(*looked);
  }
  desk.advance_to(read_clock());
  if (const auto right = restorer.clock().judge(desk.now(), trust); !right) return right.error();
  ClockCheck clock;
  for (const std::size_t at : order) {
    const Username& user = backup.users()[at];
    const auto saved = backup.record(at);
    if (!saved) return saved.error();
    clock.see(user, **saved);
    const auto foreseen = site.has_records ? restorer.foresee(user, *saved) : restorer.foresee_new(user, *saved);
    if (foreseen) {
      outcome.add(user, *foreseen);
    } else {
      desk.complain(foreseen.error());
      outcome.add_failure(user);
    }
  }
  if (const auto right = clock.judge(desk.now(), trust); !right) return right.error();
  return outcome;
}

void write_down(const Desk& desk, const Config& config, const Username& user, const RestoredRecord& restored) {
  std::string detail(word_for(restored.fate));
  if (restored.was_removed) detail += "; it had been removed, so it is disabled";
  if (restored.was_rolled_back) detail += "; it had been put back to an older state";
  Act act{"restore", user};
  act.detail = detail;
  desk.write_down(config, act);
}

Result<Outcome> restore_records(Desk& desk, Workplace& workplace, const Backup& backup, ClockTrust trust) {
  const auto names = lock_state(workplace.config.store.state_dir, StateLock::kNames);
  if (!names) return names.error();
  const auto removed = removed_records(workplace.config);
  if (!removed) return removed.error();
  Outcome outcome;
  desk.advance_to(read_clock());
  RecordRestorer restorer(*workplace.store, workplace.policy, *removed, desk.now());
  const auto order = restorer.look_around(backup.users());
  if (!order) return order.error();
  // A login may have come since the clock was read.
  if (const auto right = restorer.clock().judge(read_clock(), trust); !right) return right.error();
  std::size_t seen = 0;
  for (const std::size_t at : *order) {
    ProgressLine progress(desk.terminal().messages());
    progress.show("restoring: " + std::to_string(++seen) + " of " + std::to_string(order->size()));
    const Username& user = backup.users()[at];
    const auto saved = backup.record(at);
    const auto restored = saved ? restorer.restore(user, *saved) : Result<RestoredRecord>(saved.error());
    progress.show("");
    if (restored) {
      outcome.add(user, *restored);
      write_down(desk, workplace.config, user, *restored);
    } else {
      desk.complain(restored.error());
      outcome.add_failure(user);
    }
  }
  return outcome;
}

std::string question(const Site& site, const Outcome& outcome, const BackupMeta& meta) {
  std::string made;
  if (site.config == Origin::kBackup) made += " The configuration is written.";
  if (site.keys == Origin::kBackup) made += " The key file is written.";
  return "Restore from the backup of " + local_text(meta.made) + ", made on " + printable(meta.host) + "?" + made +
         " Users: " + outcome.counts() + ".";
}

Result<ExitStatus> carry_out(Desk& desk, const Site& site, const Backup& backup, const RestoreOptions& options) {
  auto workplace = prepare_site(desk.config_path(), backup);
  if (!workplace) return workplace.error();
  const auto outcome = restore_records(desk, *workplace, backup, trust_of(options));
  if (!outcome) return outcome.error();
  desk.write_down(workplace->config, "restore", outcome->counts() + "; from " + printable(options.file));
  return desk.answer(outcome->json(site), outcome->text(site),
                     outcome->is_whole() ? ExitStatus::kDone : ExitStatus::kStore);
}

Result<ExitStatus> restore(Desk& desk, const RestoreOptions& options) {
  if (!desk.config_path().starts_with('/'))
    return Error{Error::Code::kUsage, "--config", "is not an absolute path", ""};
  const auto passphrase = read_passphrase(desk.terminal());
  if (!passphrase) return passphrase.error();
  const auto backup = Backup::read(options.file, *passphrase);
  if (!backup) return backup.error();
  desk.advance_to(read_clock());
  if (const auto right = see_that_the_clock_is_right(*backup, desk.now(), trust_of(options)); !right)
    return right.error();
  auto site = survey_site(desk.config_path(), *backup);
  if (!site) return site.error();
  const auto foreseen = foresee(desk, *site, *backup, trust_of(options));
  if (!foreseen) return foreseen.error();
  if (options.dry_run) return desk.answer(foreseen->json(*site), foreseen->text(*site));
  const auto agreed =
      desk.agree(question(*site, *foreseen, backup->meta()), options.yes ? Consent::kGiven : Consent::kAsk);
  if (!agreed) return agreed.error();
  if (*agreed == Answer::kNo) return ExitStatus::kNo;
  return carry_out(desk, *site, *backup, options);
}

}  // namespace

void add_restore(Grammar& grammar) {
  const auto options = std::make_shared<RestoreOptions>();
  grammar
      .command("restore", "bring records and what is missing back from a backup",
               [=](Desk& desk) { return restore(desk, *options); })
      .positional("file", options->file, "the backup")
      .flag("--clock-is-right", options->clock_is_right, "also where records here tell of a later time than now")
      .flag("--dry-run", options->dry_run, "say what would happen and change nothing")
      .flag("--yes", options->yes, "do not ask");
}

}  // namespace twinlock
