// A change of one configuration file of the system: planned, shown, made, taken back.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/new_file.h"
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

/// Replaces the file in one step; owner, mode, access list and other attributes stay. Nothing is half done.
[[nodiscard]] Result<void> make_change(const JournalFile& file);

enum class OnEdit { kLeave, kKeepCopy };
enum class Restored { kNow, kWasSo };

/// A file that is about to be put back, so that all files of a setup can be got ready before the first one changes.
class Restoration {
 public:
  /// Writes what was there before beside the file, with owner, mode and attributes (without these, and for its owner
  /// and others alone, where a file system or module will not have them), and makes a directory that is
  /// gone anew (0755). A file that holds neither what was there before nor what we wrote was edited by somebody:
  /// kRefused, or a copy of it is put into `copies` (0600, named after the file and the time; the same copy is not kept
  /// twice). The file itself has not changed when this returns, and after an Error nothing stands beside it.
  [[nodiscard]] static Result<Restoration> prepare(const JournalFile& file, OnEdit on_edit, const std::string& copies);
  /// Puts it into place, or removes the file where there was none. Names change, and no space is needed.
  [[nodiscard]] Result<Restored> finish();

 private:
  enum class Task { kNothing, kPutBack, kRemove };
  Restoration(const JournalFile& file, Task task) : file_(&file), task_(task) {}

  const JournalFile* file_;
  Task task_;
  std::optional<WaitingFile> waiting_{};
};

/// The change that putting it back would make now.
[[nodiscard]] Result<FileChange> change_back(const JournalFile& file);

}  // namespace twinlock
