// Makes files and directories that are not there yet, and never replaces one that is.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace twinlock {

enum class Made { kNew, kWasThere };

/// The directory that a path lies in: "/etc" for "/etc/key", "." for "key".
[[nodiscard]] std::string directory_of(const std::string& path);

/// The directory and those above it that are missing (0755). The directory itself gets exactly `mode`, whatever the
/// umask, if it is made here; one that is there stays as it is. kStore or kPermission if it cannot be made.
[[nodiscard]] Result<Made> make_directory(const std::string& path, unsigned mode);

/// A new file with exactly `mode`, on disk with its directory entry before this returns. O_EXCL: a file or link
/// that is there is never opened. A file that could not be written whole is removed again.
[[nodiscard]] Result<Made> make_file(const std::string& path, std::string_view content, unsigned mode);

}  // namespace twinlock
