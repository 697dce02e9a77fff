#include "cli/setup/rollback.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "base/clock.h"
#include "cli/last_sweep.h"
#include "cli/program.h"
#include "cli/setup/detached.h"
#include "cli/setup/reload.h"
#include "cli/setup/stack_text.h"

namespace twinlock {
namespace {

constexpr const char* kSweepTimer = "twinlock-sweep.timer";
constexpr std::int64_t kNextTry = 30'000;  // milliseconds
constexpr std::int64_t kLately = 600'000;  // likewise

std::string unit_of(const JournalEntry& entry) { return "twinlock-setup-rollback-" + entry.service; }

bool is_due(const JournalEntry& entry) {
  return entry.phase != JournalEntry::Phase::kConfirmed && has_come(entry.deadline);
}

Result<std::optional<JournalEntry>> find_again(const Journal& journal, const JournalEntry& entry) {
  auto latest = journal.latest(entry.service);
  if (!latest) return latest;
  return *latest && (*latest)->number == entry.number ? latest : std::optional<JournalEntry>();
}

/// Under the lock, by what the journal says then: somebody may have confirmed meanwhile.
Result<std::vector<std::string>> roll_back_if_due(const Desk& desk, const Config& config, const Journal& journal,
                                                  const JournalEntry& entry) {
  const auto lock = journal.lock(Journal::Patience::kWait);
  if (!lock) return lock.error();
  const auto again = find_again(journal, entry);
  if (!again) return again.error();
  if (!*again || !is_due(**again)) return std::vector<std::string>();
  const auto back = take_back(journal, **again, OnEdit::kKeepCopy);
  if (!back) {
    desk.write_down(config, "setup_rolled_back",
                    entry.service + ": failed, and is tried again: " + back.error().text());
    return back.error();
  }
  desk.write_down(config, "setup_rolled_back", title_of(**again) + "; " + back->words);
  return back->restored;
}

/// What the detached process does.
void count_down(Desk desk, const Config& config, const Journal& journal, const JournalEntry& entry) {
  while (true) {
    const auto now = find_again(journal, entry);
    // Somebody removed all of it, and confirmed nothing.
    if (!now && journal.is_gone() && journal.write_anew(entry)) continue;
    if (now && (!*now || (*now)->phase == JournalEntry::Phase::kConfirmed)) return;
    if (now && !is_due(**now)) {
      sleep_until((*now)->deadline.since_boot);
      continue;
    }
    desk.advance_to(read_clock());
    if (const auto back = roll_back_if_due(desk, config, journal, entry); back && now) return;
    sleep_until(milliseconds_since_boot() + kNextTry);
  }
}

/// The timer knows by itself where the journal lies: when its time comes the configuration may be broken.
Result<void> start_timer(const Desk& desk, const Journal& journal, const JournalEntry& entry) {
  std::error_code unreadable;
  const std::string self = std::filesystem::read_symlink("/proc/self/exe", unreadable).string();
  const auto left = (entry.deadline.since_boot - milliseconds_since_boot()) / 1000 + 1;
  const auto started =
      run_program({"systemd-run", "--quiet", "--collect", "--unit=" + unit_of(entry),
                   "--on-active=" + std::to_string(left) + "s", "--timer-property=AccuracySec=1s", self, "--config",
                   desk.config_path(), "setup", "undo", "--if-due", "--journal", journal.directory()});
  if (!started) return started.error();
  if (started->status == 0) return done();
  return Error{Error::Code::kStore, "systemd-run", "started no countdown: " + printable(started->output), ""};
}

}  // namespace

std::string title_of(const JournalEntry& entry) {
  std::string text = entry.service + ":";
  for (const JournalFile& file : entry.files) text += (text.ends_with(':') ? " " : ", ") + file.path;
  return text;
}

Result<void> see_that_sweeps_go_on() {
  if (!has_systemd()) return done();
  const auto enabled = run_program({"systemctl", "is-enabled", "--quiet", kSweepTimer});
  if (!enabled) return enabled.error();
  if (enabled->status == 0) return done();
  return Error{Error::Code::kRefused, kSweepTimer,
               "is not enabled: after a restart of the machine nothing would take the change back",
               "run: systemctl enable --now " + std::string(kSweepTimer)};
}

std::string caution_of_restarts(const Config& config) {
  if (has_systemd()) return "";
  const auto last = read_last_sweep(config);
  if (last && *last && milliseconds_since_boot() - **last < kLately) return "";
  return "Should the machine restart before you confirm, nothing would take this back by itself, for no sweep is done "
         "here:\nhave cron run `twinlock sweep` each minute.\n";
}

void end_countdown(const JournalEntry& entry) {
  if (has_systemd()) {
    static_cast<void>(run_program({"systemctl", "stop", unit_of(entry) + ".timer"}));  // it would find nothing to do
  } else if (entry.watcher && entry.watcher->pid != ::getpid()) {
    static_cast<void>(ask_to_end(*entry.watcher));  // likewise
  }
}

namespace {

/// PAM's stacks first, for they refuse at once, and then the last written first. What is left of a setup whose stack is
/// back is never weaker than what was before it, and locks nobody out.
std::vector<const JournalFile*> in_order_of_return(const JournalEntry& entry) {
  std::vector<const JournalFile*> files;
  for (auto file = entry.files.rbegin(); file != entry.files.rend(); ++file) files.push_back(&*file);
  std::ranges::stable_partition(files, [](const JournalFile* file) { return file->path.starts_with(kPamDirectory); });
  return files;
}

}  // namespace

Result<TakenBack> take_back(const Journal& journal, const JournalEntry& entry, OnEdit on_edit) {
  std::vector<Restoration> ready;
  const auto files = in_order_of_return(entry);
  for (const JournalFile* file : files) {
    auto restoration = Restoration::prepare(*file, on_edit, journal.directory());
    if (!restoration) return restoration.error();
    ready.push_back(std::move(*restoration));
  }
  TakenBack back;
  for (std::size_t at = 0; at < files.size(); ++at) {
    const auto restored = ready[at].finish();
    if (!restored) return restored.error();
    if (*restored == Restored::kNow) back.restored.push_back(files[at]->path);
  }
  const auto told = reload_server(entry.service);
  if (!told) return told.error();  // who runs by the old files still may refuse: the next one tells it again
  back.words = *told;
  if (const auto forgotten = journal.remove(entry); !forgotten) return forgotten.error();
  end_countdown(entry);
  return back;
}

Result<std::vector<std::string>> roll_back_overdue(const Desk& desk, const JournalPlace& place) {
  const auto journal = Journal::open_if_any(place.directory);
  if (!journal) return journal.error();
  std::vector<std::string> restored;
  if (!*journal) return restored;
  const auto content = (*journal)->read();
  if (!content) return content.error();
  std::optional<Error> failure;  // of one service, which must not keep the others
  for (const DamagedEntry& damaged : content->damaged) failure = damaged.error;
  for (const JournalEntry& entry : content->entries) {
    if (!is_due(entry)) continue;
    auto back = roll_back_if_due(desk, place.config, **journal, entry);
    if (!back) failure = back.error();
    if (back) std::ranges::move(*back, std::back_inserter(restored));
  }
  if (failure) return *failure;
  return restored;
}

Result<std::optional<ProcessIdentity>> begin_countdown(const Desk& desk, const Config& config, const Journal& journal,
                                                       const JournalEntry& entry) {
  if (has_systemd()) {
    end_countdown(entry);  // the timer of one that was taken back otherwise would have its name
    const auto started = start_timer(desk, journal, entry);
    return started ? Result<std::optional<ProcessIdentity>>(std::nullopt) : started.error();
  }
  const auto watcher = start_detached([&] { count_down(desk, config, journal, entry); });
  if (!watcher) return watcher.error();
  return std::optional(*watcher);
}

}  // namespace twinlock
