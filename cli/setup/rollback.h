// Takes setups back: at once, when their time is over, and for whoever asks.
#pragma once

#include <string>
#include <vector>

#include "cli/desk.h"
#include "cli/setup/file_change.h"
#include "cli/setup/journal.h"
#include "cli/setup/journal_place.h"

namespace twinlock {

/// What came of taking a setup back.
struct TakenBack {
  std::vector<std::string> restored;  ///< The files that were put back just now.
  std::string words;                  ///< What became of the running server.
};

/// Puts every file of the entry back, has the server read its files, forgets the entry and stops its countdown.
/// Half of a setup would lock everybody out, or let people in without a code, so all files are got ready before the
/// first one changes: where that fails (a full disk) nothing has changed. Should a file refuse to be replaced all the
/// same, PAM's stacks are back already, and the rest stays. The entry stays after every Error, also where the server
/// cannot be told; what was done already is not done again, so that it can be repeated.
/// A file that somebody edited: with kLeave nothing at all is done (kRefused); with kKeepCopy it is put back too, and
/// the edited one is kept in the journal's directory.
[[nodiscard]] Result<TakenBack> take_back(const Journal& journal, const JournalEntry& entry, OnEdit on_edit);

/// Takes back whatever waits for a confirmation that did not come in time, edited or not, and writes it down.
/// The files that were put back. What cannot be read or taken back of one service is an Error when the others are done.
[[nodiscard]] Result<std::vector<std::string>> roll_back_overdue(const Desk& desk, const JournalPlace& place);

/// Sees to it that the entry is taken back when its time is over, whatever becomes of this session: by a timer of
/// systemd where that runs, else by a detached process, which is returned.
[[nodiscard]] Result<std::optional<ProcessIdentity>> begin_countdown(const Desk& desk, const Config& config,
                                                                     const Journal& journal, const JournalEntry& entry);

/// After a restart of the machine nothing counts down any more: the sweep takes back then. kRefused where systemd runs
/// and would not start it.
[[nodiscard]] Result<void> see_that_sweeps_go_on();

/// In words, that nothing would do so where systemd does not run; empty where it does, or a sweep was done lately.
[[nodiscard]] std::string caution_of_restarts(const Config& config);

/// There is nothing left to count down to.
void end_countdown(const JournalEntry& entry);

/// "ssh: /etc/pam.d/sshd, …"
[[nodiscard]] std::string title_of(const JournalEntry& entry);

}  // namespace twinlock
