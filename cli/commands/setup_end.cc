// twinlock setup confirm, setup undo: how a setup ends.
#include <algorithm>

#include "cli/commands/commands.h"
#include "cli/held_signals.h"
#include "cli/setup/rollback.h"
#include "config/config_reader.h"

namespace twinlock {
namespace {

using Phase = JournalEntry::Phase;

/// Empty: whichever there is.
using ServiceWord = std::string;

struct UndoOptions {
  ServiceWord service;
  bool yes = false;
  bool force = false;
  bool if_due = false;
  std::string journal;
};

Error nothing_there(const std::string& command, const std::string& why) {
  return {Error::Code::kRefused, "setup " + command, why, ""};
}

/// The latest entry of each service. What cannot be read is an Error if nothing else is there, else only told.
Result<std::vector<JournalEntry>> latest_entries(const Desk& desk, const Journal& journal) {
  const auto content = journal.read();
  if (!content) return content.error();
  std::vector<JournalEntry> latest;
  for (const JournalEntry& entry : content->entries) {
    const auto of_damaged = std::ranges::find(content->damaged, entry.service, &DamagedEntry::service);
    if (of_damaged != content->damaged.end()) continue;  // which is the latest of them cannot be known
    if (!latest.empty() && latest.back().service == entry.service) latest.pop_back();
    latest.push_back(entry);
  }
  if (latest.empty() && !content->damaged.empty()) return content->damaged.front().error;
  for (const DamagedEntry& damaged : content->damaged) desk.complain(damaged.error);
  return latest;
}

bool is_meant(const JournalEntry& entry, const ServiceWord& service) {
  return service.empty() || entry.service == service;
}

/// A rollback that could not finish leaves such files; what is left of the setup must not stay.
Result<void> see_that_nothing_is_back(const JournalEntry& entry) {
  for (const JournalFile& file : entry.files) {
    const auto now = read_file_state(file.path);
    if (!now || *now != file.before) continue;  // edited ones may stay
    return Error{Error::Code::kRefused, "setup " + entry.service,
                 "is partly taken back already: " + file.path + " is as before",
                 "take it back: twinlock setup undo " + entry.service};
  }
  return done();
}

Result<void> confirm_one(const Desk& desk, const Config& config, const Journal& journal, JournalEntry entry) {
  if (entry.phase == Phase::kWriting) {
    return Error{Error::Code::kRefused, "setup " + entry.service, "was cut off half way",
                 "take it back: twinlock setup undo " + entry.service};
  }
  if (const auto whole = see_that_nothing_is_back(entry); !whole) return whole;
  entry.phase = Phase::kConfirmed;
  if (const auto kept = journal.put(entry); !kept) return kept;
  end_countdown(entry);
  desk.write_down(config, "setup_confirmed", title_of(entry));
  return done();
}

Result<ExitStatus> confirm(Desk& desk, const ServiceWord& service) {
  const auto config = read_config(desk.config_path());
  if (!config) return config.error();
  const auto journal = Journal::open_if_any(Journal::directory_in(*config));
  if (!journal) return journal.error();
  if (!*journal) return nothing_there("confirm", "nothing waits for it");
  const auto lock = (*journal)->lock(Journal::Patience::kWait);
  if (!lock) return lock.error();
  const auto latest = latest_entries(desk, **journal);
  if (!latest) return latest.error();
  std::vector<Error> failures;  // of one service, which must not keep the other: it would be taken back
  Json confirmed = Json::array();
  std::string text;
  for (const JournalEntry& entry : *latest) {
    if (entry.phase == Phase::kConfirmed || !is_meant(entry, service)) continue;
    if (const auto kept = confirm_one(desk, *config, **journal, entry); !kept) {
      failures.push_back(kept.error());
      continue;
    }
    confirmed.push_back(entry.service);
    text += "Confirmed; it stays: " + title_of(entry) + "\n";
  }
  if (failures.empty() && confirmed.empty()) return nothing_there("confirm", "nothing waits for it");
  for (const Error& failure : failures) desk.complain(failure);
  const ExitStatus status = failures.empty() ? ExitStatus::kDone : status_of(failures[0].code);
  return confirmed.empty() ? status : desk.answer({{"confirmed", confirmed}}, text, status);
}

/// The setup that is meant: the one that is named, else the one that waits, else the only one.
Result<JournalEntry> choose(const std::vector<JournalEntry>& latest, const ServiceWord& service) {
  std::vector<JournalEntry> meant;
  for (const JournalEntry& entry : latest) {
    if (is_meant(entry, service)) meant.push_back(entry);
  }
  const auto waits = [](const JournalEntry& entry) { return entry.phase != Phase::kConfirmed; };
  if (std::ranges::any_of(meant, waits)) std::erase_if(meant, std::not_fn(waits));
  if (meant.empty()) return nothing_there("undo", "nothing is there to be taken back");
  if (meant.size() == 1) return meant[0];
  return Error{Error::Code::kUsage, "setup undo", "more than one setup can be taken back", "name one: ssh or samba"};
}

Result<void> show_back(const Desk& desk, const JournalEntry& entry) {
  for (const JournalFile& file : entry.files) {
    const auto change = change_back(file);
    if (!change) return change.error();
    const std::string difference = change->is_needed() ? difference_of(*change) : "";
    if (const auto shown = desk.show(difference); !shown) return shown;
  }
  return done();
}

Result<ExitStatus> report(const Desk& desk, const std::vector<std::string>& restored, const std::string& words) {
  std::string text;
  for (const std::string& path : restored) text += "as before: " + path + "\n";
  return desk.answer({{"restored", restored}}, text + words);
}

/// Under the lock, and only if it is still the setup that was shown.
Result<ExitStatus> take_back_now(const Desk& desk, const Config& config, const Journal& journal,
                                 const JournalEntry& shown, OnEdit on_edit) {
  const auto lock = journal.lock(Journal::Patience::kWait);
  if (!lock) return lock.error();
  const auto now = journal.latest(shown.service);
  if (!now) return now.error();
  if (!*now || (*now)->number != shown.number) return nothing_there("undo", "somebody else took it back meanwhile");
  const HeldSignals held;
  const auto back = take_back(journal, **now, on_edit);
  if (!back) return back.error();
  desk.write_down(config, "setup_undone", title_of(**now));
  return report(desk, back->restored, back->words + "\n");
}

Result<ExitStatus> undo_what_is_due(const Desk& desk, const JournalPlace& place) {
  const auto restored = roll_back_overdue(desk, place);
  if (!restored) return restored.error();
  return report(desk, *restored, "");
}

Result<ExitStatus> undo(Desk& desk, const UndoOptions& options) {
  const JournalPlace place = find_journal(desk.config_path(), options.journal);
  if (place.flaw) desk.complain(*place.flaw);
  if (options.if_due) return undo_what_is_due(desk, place);
  const auto journal = Journal::open_if_any(place.directory);
  if (!journal) return journal.error();
  if (!*journal) return nothing_there("undo", "nothing was set up");
  const auto latest = latest_entries(desk, **journal);
  if (!latest) return latest.error();
  const auto entry = choose(*latest, options.service);
  if (!entry) return entry.error();
  if (const auto shown = show_back(desk, *entry); !shown) return shown.error();
  const auto agreed = desk.agree("Put these files back as they were?", options.yes ? Consent::kGiven : Consent::kAsk);
  if (!agreed) return agreed.error();
  if (*agreed == Answer::kNo) return ExitStatus::kNo;
  return take_back_now(desk, place.config, **journal, *entry, options.force ? OnEdit::kKeepCopy : OnEdit::kLeave);
}

}  // namespace

void add_setup_ends(Grammar& grammar) {
  const auto service = std::make_shared<ServiceWord>();
  grammar
      .command("setup confirm", "keep what a setup changed", [service](Desk& desk) { return confirm(desk, *service); })
      .optional_word("service", *service, {"ssh", "samba"}, "which setup, where both wait");
  const auto options = std::make_shared<UndoOptions>();
  grammar
      .command("setup undo", "put back what was there before the last setup",
               [options](Desk& desk) { return undo(desk, *options); })
      .optional_word("service", options->service, {"ssh", "samba"}, "which setup, where there are several")
      .flag("--yes", options->yes, "do not ask")
      .flag("--force", options->force, "also files that were edited since; a copy of them is kept")
      .text("--journal", options->journal, "where the setups are written down, if the configuration cannot say it")
      .flag("--if-due", options->if_due, "only what nobody confirmed in time; asks nothing (for a timer)");
}

}  // namespace twinlock
