// LockedRecord of the file engine: holds the lock and overwrites the slots of one record (DESIGN section 3).
//
// MUST 1: a save writes the slot that does not serve; the other one only after that is flushed (Copies::kBoth). So a
//         torn write always leaves a state.
// MUST 2: kFlushed returns only after one successful fdatasync of each written slot.
// MUST 3: after a failed write or flush the former bytes go back, the flush is never tried again (the kernel may then
//         report pages as clean that never reached the disk), and nothing more is saved through this object.
#pragma once

#include <memory>

#include "store/record_file.h"

namespace twinlock {

/// What a locked record works on. The directory is owned, so that no change of names elsewhere can redirect it.
struct LockedFile {
  UniqueFd directory;
  RecordPlace place;
  RecordLock lock;
};

/// Reads and opens the record. Saves seal with the newest of `keys`, which must be those of now (store/key_source.h).
[[nodiscard]] Result<std::unique_ptr<LockedRecord>> load_locked(LockedFile file, const Username& user,
                                                                std::shared_ptr<const Keyring> keys);

/// An Error of store/record_image.h or store/slot.h with the path that it is about.
[[nodiscard]] Error about_file(const Error& error, const std::string& path);

}  // namespace twinlock
