// What most administrators' commands are: load a user's record under its lock, change it, save it, write it down.
#pragma once

#include <functional>

#include "cli/desk.h"
#include "cli/state_lock.h"

namespace twinlock {

/// A user's record between loading and saving.
struct RecordChange {
  Workplace workplace;
  Username user;
  std::unique_ptr<LockedRecord> locked;
  SecretRecord record;
};

/// For what changes who has which record: nobody who goes through all of them misses one, or meets it twice. To be
/// taken before begin_change().
[[nodiscard]] Result<RecordLock> lock_names(const Desk& desk);

/// Opens the workplace and the user's record. kNotFound where the user has none.
[[nodiscard]] Result<RecordChange> begin_change(const Desk& desk, const std::string& typed_user);

/// Saves to both copies, so that losing one later cannot undo the act, unlocks, and writes the act into the audit log.
[[nodiscard]] Result<void> finish_change(const Desk& desk, RecordChange& change, const Act& act);

}  // namespace twinlock
