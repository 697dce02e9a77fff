// The files that a pattern of glob(7) matches.
#pragma once

#include <string>
#include <vector>

namespace twinlock {

/// Sorted; none where nothing matches, or where a directory cannot be read.
[[nodiscard]] std::vector<std::string> files_like(const std::string& pattern);

}  // namespace twinlock
