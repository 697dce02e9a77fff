// One record as a file: opening, checking, locking, reading and writing it. file_store.h puts these together.
//
// MUST 1: the file is opened below the users directory without following a link, and checked on the descriptor.
// MUST 2: only a missing file is "no record"; whatever else is in the way is an Error that names the path.
// MUST 3: who has the lock has it on the file that bears the name, not on one that was removed meanwhile.
// MUST 4: an existing record is overwritten in place, slot by slot, never replaced, so that locks keep their meaning.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "store/record_image.h"
#include "store/record_lock.h"

namespace twinlock {

/// Of a record's file: read and written by its owner alone.
inline constexpr mode_t kRecordMode = S_IRUSR | S_IWUSR;

/// Where a record lies.
struct RecordPlace {
  int directory;     ///< The checked users directory, borrowed.
  std::string name;  ///< The file's name in it.
  std::string path;  ///< Both together, for errors.
};

/// Opened and checked: regular file, trusted owner, mode 0600, 16 KiB. nullopt: no such file.
[[nodiscard]] Result<std::optional<UniqueFd>> open_record_file(const RecordPlace& place, LockKind use);

/// Whether an open file is a regular one of a trusted owner with the mode 0600.
[[nodiscard]] Result<void> check_owner_and_mode(int fd, const std::string& path);

/// Opened, checked, locked, and still bearing its name. nullopt: no such file (any more).
[[nodiscard]] Result<std::optional<RecordLock>> lock_record_file(const RecordPlace& place, LockKind kind,
                                                                 const Deadline& deadline);

/// The lock on whatever regular file bears the name, unchecked, so that a damaged record can be removed. Else as above.
[[nodiscard]] Result<std::optional<RecordLock>> lock_for_removal(const RecordPlace& place, const Deadline& deadline);

/// Deletes the file that `fd` has open and locked, durably. kStore if the name stands for another file now.
[[nodiscard]] Result<void> remove_record_file(int fd, const RecordPlace& place);

/// kStore if the name now stands for another file or for none.
[[nodiscard]] Result<void> check_bears_name(int fd, const RecordPlace& place);

[[nodiscard]] Result<RecordImage> read_image(int fd, const std::string& path);

/// Overwrites one slot; kFlushed: returns when it is on disk. After an Error the slot may hold anything.
/// A process can be killed between two pages of a write: so the header goes in last, and stands above a whole slot
/// only.
[[nodiscard]] Result<void> write_slot(int fd, const RecordImage& image, SlotIndex index, Durability durability,
                                      const std::string& path);

/// Puts back, as far as that is possible, what a slot held before write_slot(). The header goes first here.
void put_slot_back(int fd, const RecordImage& image, SlotIndex index, const std::string& path);

/// Writes all of `bytes` at `offset`.
[[nodiscard]] Result<void> write_fully(int fd, std::span<const std::uint8_t> bytes, std::size_t offset,
                                       const std::string& path);

}  // namespace twinlock
