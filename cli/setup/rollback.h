// Takes setups back: at once, when their time is over, and for whoever asks.
#pragma once

#include <string>
#include <vector>

#include "cli/desk.h"
#include "cli/setup/file_change.h"
#include "cli/setup/journal.h"

namespace twinlock {

/// What came of taking a setup back.
struct TakenBack {
  std::vector<std::string> restored;  ///< The files that were put back just now.
  std::string words;                  ///< What became of the running server.
};

/// Puts every file of the entry back, the last written first, then forgets the entry, stops its countdown and has the
/// server read its files. What was done already is not done again, so that a cut-off one can be repeated.
/// A file that somebody edited: with kLeave nothing at all is done (kRefused); with kKeepCopy it is put back too, and
/// the edited one is kept in the journal's directory. Half of a setup would lock everybody out, or let people in
/// without a code, so it is all or nothing. kStore where a file could not be put back: the others are, and the entry
/// stays.
[[nodiscard]] Result<TakenBack> take_back(const Journal& journal, const JournalEntry& entry, OnEdit on_edit);

/// Takes back whatever waits for a confirmation that did not come in time, edited or not, and writes it down.
/// The files that were put back.
[[nodiscard]] Result<std::vector<std::string>> roll_back_overdue(const Desk& desk, const Config& config);

/// Sees to it that the entry is taken back when its time is over, whatever becomes of this session: by a timer of
/// systemd where that runs, else by a detached process, which is returned.
[[nodiscard]] Result<std::optional<ProcessIdentity>> begin_countdown(const Desk& desk, const Config& config,
                                                                     const JournalEntry& entry);

/// There is nothing left to count down to.
void end_countdown(const JournalEntry& entry);

/// "ssh: /etc/pam.d/sshd, …"
[[nodiscard]] std::string title_of(const JournalEntry& entry);

}  // namespace twinlock
