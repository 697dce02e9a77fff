// twinlock setup ssh|samba: shows what changes, asks, tries it out, writes it, proves it. Takes it back at once where
// anything is not as it should be, and later by itself unless `setup confirm` follows.
//
// MUST 1: the journal holds what was there, and the countdown runs, before the first file changes.
// MUST 2: whatever fails after that, everything is taken back before the command ends.
#include "base/clock.h"
#include "cli/commands/commands.h"
#include "cli/held_signals.h"
#include "cli/setup/reload.h"
#include "cli/setup/rollback.h"
#include "cli/setup/setup_service.h"
#include "config/config_reader.h"
#include "config/duration.h"

namespace twinlock {
namespace {

constexpr Seconds kLongest{24 * 3600};
const std::vector<std::string> kWays{"either", "password+code", "key+code"};

struct SetupOptions {
  std::string confirm_within = "10m";
  std::string ways;
  bool yes = false;
};

/// One setup at work.
struct Work {
  Desk& desk;
  Workplace& workplace;
  const Journal& journal;
  const SetupService& service;
  Outlook outlook;
  Seconds confirm_within;
};

Result<Seconds> span_from(const std::string& typed) {
  const auto span = parse_duration(typed);
  if (!span) return Error{Error::Code::kUsage, "--confirm-within", span.error().why, span.error().mend};
  if (*span > Seconds(0) && *span <= kLongest) return *span;
  return Error{Error::Code::kUsage, "--confirm-within", "is not between 1s and 24h", ""};
}

std::optional<SshWays> ways_from(const std::string& typed) {
  if (typed == "password+code") return SshWays::kPasswordAndCode;
  if (typed == "key+code") return SshWays::kKeyAndCode;
  return typed.empty() ? std::nullopt : std::optional(SshWays::kEither);
}

Result<void> see_that_none_waits(const Work& work) {
  const auto latest = work.journal.latest(work.service.name);
  if (!latest) return latest.error();
  if (!*latest || (*latest)->phase == JournalEntry::Phase::kConfirmed) return done();
  return Error{Error::Code::kRefused, "setup " + work.service.name, "waits for a confirmation already",
               "first 'twinlock setup confirm' or 'twinlock setup undo " + work.service.name + "'"};
}

Result<void> see_that_somebody_gets_in(const Work& work) {
  if (!work.outlook.is_hopeless()) return done();
  return Error{Error::Code::kRefused, "setup " + work.service.name,
               "nobody is enrolled or invited, and no rule exempts or observes anybody: everybody would be refused",
               "first 'twinlock enrol USER', or write a [[rule]] that observes (twinlock.conf(5))"};
}

Result<Answer> show_and_ask(const Work& work, const Changes& changes, Consent consent) {
  for (const FileChange& change : changes) {
    if (const auto shown = work.desk.show(difference_of(change)); !shown) return shown.error();
  }
  const std::string words = "\n" + words_of(work.outlook, work.service.title) + work.service.caution() +
                            caution_of_restarts(work.workplace.config);
  if (const auto shown = work.desk.show(words); !shown) return shown.error();
  return work.desk.agree("Make these changes?", consent);
}

Result<JournalEntry> new_entry(const Work& work, const Changes& changes) {
  const auto latest = work.journal.latest(work.service.name);
  if (!latest) return latest.error();
  JournalEntry entry;
  entry.service = work.service.name;
  entry.number = *latest ? (*latest)->number + 1 : 1;
  for (const FileChange& change : changes) {
    auto file = journal_file_of(change);
    if (!file) return file.error();
    entry.files.push_back(std::move(*file));
  }
  entry.made = read_clock();
  entry.deadline = confirm_by(work.confirm_within, entry.made);
  return entry;
}

/// From here on the entry is taken back by itself.
Result<void> secure(const Work& work, JournalEntry& entry) {
  if (const auto kept = work.journal.put(entry); !kept) return kept;
  const auto watcher = begin_countdown(work.desk, work.workplace.config, work.journal, entry);
  if (!watcher) return watcher.error();
  entry.watcher = *watcher;
  return work.journal.put(entry);
}

/// Writes and proves; the words are what the server was told.
Result<std::string> put_in_force(const Work& work, JournalEntry& entry) {
  if (const auto secured = secure(work, entry); !secured) return secured.error();
  for (const JournalFile& file : entry.files) {
    if (const auto made = make_change(file); !made) return made.error();
  }
  if (const auto proven = work.service.prove(work.outlook); !proven) return proven.error();
  const auto told = reload_server(work.service.name);
  if (!told) return told;
  entry.phase = JournalEntry::Phase::kWaiting;
  if (const auto kept = work.journal.put(entry); !kept) return kept.error();
  return told;
}

/// Keeps Ctrl-Z waiting: who stands still with the journal's lock would keep the rollback from coming.
class HeldStop {
 public:
  HeldStop() {
    sigset_t stop;
    ::sigemptyset(&stop);
    ::sigaddset(&stop, SIGTSTP);
    ::pthread_sigmask(SIG_BLOCK, &stop, &former_);
  }
  HeldStop(const HeldStop&) = delete;
  HeldStop& operator=(const HeldStop&) = delete;
  ~HeldStop() { ::pthread_sigmask(SIG_SETMASK, &former_, nullptr); }

 private:
  sigset_t former_{};
};

Result<std::string> put_in_force_or_take_back(const Work& work, JournalEntry& entry) {
  const HeldStop still;
  const HeldSignals held;  // Ctrl-C comes when all is written or all is as before
  const auto words = put_in_force(work, entry);
  if (!words) {
    const auto back = take_back(work.journal, entry, OnEdit::kKeepCopy);
    if (!back) work.desk.complain(back.error());
  }
  return words;
}

Json paths_of(const JournalEntry& entry) {
  Json paths = Json::array();
  for (const JournalFile& file : entry.files) paths.push_back(file.path);
  return paths;
}

Result<ExitStatus> report(const Work& work, const JournalEntry& entry, const std::string& words) {
  work.desk.write_down(work.workplace.config, "setup", title_of(entry));
  return work.desk.answer({{"changed", paths_of(entry)}, {"confirm_until", json_time(entry.deadline.time)}},
                          "Done: " + words + ".\nAll of it is taken back at " + local_text(entry.deadline.time) +
                              " unless you confirm it.\nKeep this session open, and log in anew over " +
                              work.service.title + " from a second terminal, with a code.\n" +
                              "Where that works, run as root: twinlock setup confirm " + work.service.name + "\n");
}

/// Nothing is to be changed, which does not say yet that it works.
Result<ExitStatus> report_as_it_is(const Work& work) {
  const auto lock = work.journal.lock(Journal::Patience::kWait);  // the trial's directory is one for all
  if (!lock) return lock.error();
  const auto tried = work.service.try_out({}, work.journal.directory() + "/trial");
  if (!tried) return tried.error();
  if (const auto proven = work.service.prove(work.outlook); !proven) return proven.error();
  const auto latest = work.journal.latest(work.service.name);
  if (!latest) return latest.error();
  const bool waits = *latest && (*latest)->phase != JournalEntry::Phase::kConfirmed;
  const UnixTime until = waits ? (*latest)->deadline.time : UnixTime{};
  return work.desk.answer(
      {{"changed", Json::array()}, {"confirm_until", json_time(until)}},
      work.service.title + " is set up already" +
          (waits ? ", and waits until " + local_text(until) + " for: twinlock setup confirm " + work.service.name
                 : "") +
          ".\n");
}

Result<ExitStatus> run(const Work& work, Consent consent) {
  const auto changes = work.service.plan();
  if (!changes) return changes.error();
  if (changes->empty()) return report_as_it_is(work);
  if (const auto alone = see_that_none_waits(work); !alone) return alone.error();
  if (const auto hopeful = see_that_somebody_gets_in(work); !hopeful) return hopeful.error();
  if (const auto safe = see_that_sweeps_go_on(); !safe) return safe.error();
  const auto agreed = show_and_ask(work, *changes, consent);
  if (!agreed) return agreed.error();
  if (*agreed == Answer::kNo) return ExitStatus::kNo;

  const auto lock = work.journal.lock(Journal::Patience::kNoWait);
  if (!lock) return lock.error();
  if (const auto alone = see_that_none_waits(work); !alone) return alone.error();
  auto entry = new_entry(work, *changes);
  if (!entry) return entry.error();
  const auto tried = work.service.try_out(*changes, work.journal.directory() + "/trial");
  if (!tried) return tried.error();
  const auto words = put_in_force_or_take_back(work, *entry);
  if (!words) return words.error();
  return report(work, *entry, *words);
}

using MakeService = std::function<Result<SetupService>(const SetupTools&)>;

Result<ExitStatus> setup(Desk& desk, const SetupOptions& options, const MakeService& make) {
  const auto span = span_from(options.confirm_within);
  if (!span) return span.error();
  auto workplace = open_workplace(desk.config_path());
  if (!workplace) return workplace.error();
  const auto journal = Journal::open(Journal::directory_in(workplace->config));
  if (!journal) return journal.error();
  const auto service = make({workplace->config, *journal});
  if (!service) return service.error();
  auto outlook = look_ahead(*workplace, service->pam_service, local_date(desk.now()));
  if (!outlook) return outlook.error();
  return run({desk, *workplace, *journal, *service, std::move(*outlook), *span},
             options.yes ? Consent::kGiven : Consent::kAsk);
}

Syntax add(Grammar& grammar, const std::string& words, const std::string& help,
           const std::shared_ptr<SetupOptions>& options, const MakeService& make) {
  auto syntax = grammar.command(words, help, [=](Desk& desk) { return setup(desk, *options, make); });
  syntax.flag("--yes", options->yes, "do not ask")
      .text("--confirm-within", options->confirm_within, "how long to wait for `setup confirm` (10m)");
  return syntax;
}

}  // namespace

void add_setup(Grammar& grammar) {
  const auto options = std::make_shared<SetupOptions>();
  add(grammar, "setup ssh", "write what sshd needs, and test it", options, [options](const SetupTools& tools) {
    return ssh_setup(tools, ways_from(options->ways));
  }).choice("--ways", options->ways, kWays, "what gets in (either)");
  add(grammar, "setup samba", "write what smbd needs, and test it", options, samba_setup);
}

}  // namespace twinlock
