// Rewrites one file of the audit log without its beginning.
#pragma once

#include "cli/audit/log_files.h"

namespace twinlock {

/// Puts a file with the bytes from `begin` on (decompressed) in the place of this one, compressed if that was, with its
/// times. The current one is locked while what came meanwhile is copied. Returns the new file. kStore if it was renamed
/// meanwhile or cannot be written; then nothing has changed.
[[nodiscard]] Result<LogFile> rewrite_from(const LogFile& file, std::uint64_t begin);

/// Removes what rewrite_from() left beside a file when it was killed.
[[nodiscard]] Result<void> remove_leftover(const LogFile& file);

/// Removes the file, if the name is still its own.
[[nodiscard]] Result<void> remove_log_file(const LogFile& file);

}  // namespace twinlock
