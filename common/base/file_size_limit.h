// RLIMIT_FSIZE, which a program may have inherited from whoever started it.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace twinlock {

/// kStore where this process may not write files of `bytes` bytes: a write would be cut in the middle, or kill the
/// program with SIGXFSZ. `path` is for the error.
[[nodiscard]] Result<void> check_file_size_limit(std::uint64_t bytes, const std::string& path);

}  // namespace twinlock
