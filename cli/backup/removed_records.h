// Which enrolments were removed here, so that no backup of before lets them in again. state_dir/removed holds a line
// each: the hexadecimal lineage (account/reconcile.h), which says nothing of whose it was.
#pragma once

#include <set>

#include "account/record.h"
#include "config/config.h"
#include "crypto/hmac.h"

namespace twinlock {

/// Empty where nobody was. kStore where it cannot be read, or holds anything else.
[[nodiscard]] Result<std::set<Mac>> removed_records(const Config& config);

[[nodiscard]] Result<bool> was_removed(const Config& config, const Record& record);

/// An administrator lets the user in again. On disk when it returns. For whoever holds the names.
[[nodiscard]] Result<void> forget_removed(const Config& config, const Record& record);

/// On disk when it returns. For whoever holds the names (cli/state_lock.h).
[[nodiscard]] Result<void> note_removed(const Config& config, const Record& record);

}  // namespace twinlock
