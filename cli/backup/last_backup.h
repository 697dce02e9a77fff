// When the last whole backup was made: kept for doctor, report and metrics in state_dir/last-backup.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "config/config.h"

namespace twinlock {

struct LastBackup {
  UnixTime made;
  std::uint64_t users = 0;
  std::string file;  ///< Absolute.
};

/// nullopt: none was made here. kStore where it cannot be read.
[[nodiscard]] Result<std::optional<LastBackup>> read_last_backup(const Config& config);

/// Replaces what stands there durably; the directory is made if it is missing.
[[nodiscard]] Result<void> write_last_backup(const Config& config, const LastBackup& last);

}  // namespace twinlock
