// A change of one configuration file of the system: planned, shown, made, taken back.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/setup/journal.h"

namespace twinlock {

struct FileChange {
  std::string path;
  std::optional<std::string> before;  ///< nullopt: there is no such file yet.
  std::string after;

  [[nodiscard]] bool is_needed() const { return before != after; }
};

/// Reads the file and asks `transform` (given nullopt where there is none) what it is to become.
/// kStore for what is no regular file of root's, a symbolic link included, and for one over 1 MiB.
[[nodiscard]] Result<FileChange> plan_change(
    const std::string& path, const std::function<std::string(const std::optional<std::string>&)>& transform);

/// The change line by line, with a few lines around, as diff -u shows it.
[[nodiscard]] std::string difference_of(const FileChange& change);

/// The file as it is now; nullopt: there is none. Errors as plan_change().
[[nodiscard]] Result<std::optional<FileState>> read_file_state(const std::string& path);

/// What the journal must hold of this change. kRefused where the file is no longer what the change was planned for.
[[nodiscard]] Result<JournalFile> journal_file_of(const FileChange& change);

/// Replaces the file in one step; owner and mode stay. Nothing is half done.
[[nodiscard]] Result<void> make_change(const JournalFile& file);

enum class OnEdit { kLeave, kKeepCopy };
enum class Restored { kNow, kWasSo, kLeft };

/// Puts back what was there before, with owner and mode, or that nothing was there. A file that holds neither that nor
/// what we wrote was edited by somebody: it is left as it is, or a copy of it is put into `copies` before (0600,
/// named after the file and the time).
[[nodiscard]] Result<Restored> restore_file(const JournalFile& file, OnEdit on_edit, const std::string& copies);

/// Whether it holds neither what was there before nor what we wrote.
[[nodiscard]] Result<bool> was_edited(const JournalFile& file);

/// The change that restore_file() would make now.
[[nodiscard]] Result<FileChange> change_back(const JournalFile& file);

}  // namespace twinlock
