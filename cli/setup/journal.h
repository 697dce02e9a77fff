// What a setup changed, written down before it changes anything, so that it can be taken back whatever happens.
//
// MUST 1: an entry is on disk, with the former bytes, owner and mode of every file, before the first of them changes.
// MUST 2: an entry goes only when every file of it is as it was before, or was confirmed and then taken back.
// MUST 3: only one process at a time changes files or entries (lock()).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/unique_fd.h"
#include "cli/file_traits.h"
#include "config/config.h"
#include "live/process.h"

namespace twinlock {

/// The whole of a file, as it must be put back.
struct FileState {
  std::string content;
  FileTraits traits;
  bool operator==(const FileState&) const = default;
};

struct JournalFile {
  std::string path;
  std::optional<FileState> before;  ///< nullopt: there was no such file.
  std::string after;                ///< What the setup writes.
  bool makes_directory = false;     ///< The setup makes its directory too.
};

/// A moment that neither a wrong clock nor a restart of the machine can move.
struct ConfirmBy {
  UnixTime time;                ///< For people.
  std::int64_t since_boot = 0;  ///< Milliseconds since the machine's start …
  std::string boot_id;          ///< … of this life of it.
};

/// So long from now.
[[nodiscard]] ConfirmBy confirm_by(Seconds span, UnixTime now);
/// Whether it has come; after a restart of the machine it has.
[[nodiscard]] bool has_come(const ConfirmBy& deadline);

struct JournalEntry {
  enum class Phase {
    kWriting,    ///< Was cut off, or is being made.
    kWaiting,    ///< Rolls back by itself unless confirmed.
    kConfirmed,  ///< Stays until `setup undo`.
  };
  std::string service;       ///< "ssh" or "samba"
  std::uint32_t number = 1;  ///< Of this service's entries, the oldest is 1.
  Phase phase = Phase::kWriting;
  UnixTime made;
  ConfirmBy deadline;
  std::vector<JournalFile> files;            ///< In the order in which they are written.
  std::optional<ProcessIdentity> watcher{};  ///< The detached process that counts down, where one does.
};

/// An entry that cannot be read. It must not keep those of the other service.
struct DamagedEntry {
  std::string service;  ///< As its file's name says.
  Error error;
};

struct JournalContent {
  std::vector<JournalEntry> entries;  ///< By service and number.
  std::vector<DamagedEntry> damaged;
};

class Journal {
 public:
  /// Where it lies: `<state_dir>/setup`.
  [[nodiscard]] static std::string directory_in(const Config& config);
  /// That directory (0700), made where it is missing. kStore where it is not to be trusted or cannot be made.
  [[nodiscard]] static Result<Journal> open(const std::string& directory);
  /// The same, where nothing is made: nullopt, if there is none, or nothing was ever set up.
  [[nodiscard]] static Result<std::optional<Journal>> open_if_any(const std::string& directory);

  /// All of it. An Error where the directory cannot be read.
  [[nodiscard]] Result<JournalContent> read() const;
  /// The latest of a service; nullopt: none. An entry of that service that cannot be read is an Error.
  [[nodiscard]] Result<std::optional<JournalEntry>> latest(const std::string& service) const;

  /// On disk when this returns.
  [[nodiscard]] Result<void> put(const JournalEntry& entry) const;
  [[nodiscard]] Result<void> remove(const JournalEntry& entry) const;
  /// Whether somebody has removed the directory since it was opened.
  [[nodiscard]] bool is_gone() const;
  /// Makes the directory again, with this entry in it. False where that fails.
  [[nodiscard]] bool write_anew(const JournalEntry& entry) const;

  enum class Patience { kWait, kNoWait };
  /// Held until destroyed. kRefused where another process holds it and we do not wait.
  [[nodiscard]] Result<UniqueFd> lock(Patience patience) const;

  [[nodiscard]] const std::string& directory() const { return directory_; }

 private:
  explicit Journal(std::string directory) : directory_(std::move(directory)) {}
  [[nodiscard]] std::string path_of(const JournalEntry& entry) const;

  std::string directory_;
};

}  // namespace twinlock
