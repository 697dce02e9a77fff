// Locks in [store] state_dir, for commands that must not run side by side. None is held while a human types.
#pragma once

#include <string>

#include "store/record_lock.h"

namespace twinlock {

enum class StateLock {
  kAuditLog,  ///< The chain of the audit log: sweep, audit verify, audit purge.
  /// Which name each record has: rename, and whoever must meet every record once under one name (backup, restore,
  /// restored). To be taken before the lock of any record.
  kNames,
};

/// Makes state_dir where it is missing, and locks. Waits at most 60 s for another command, then kStore.
[[nodiscard]] Result<RecordLock> lock_state(const std::string& state_dir, StateLock which);

}  // namespace twinlock
