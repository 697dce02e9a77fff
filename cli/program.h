// Runs other programs of the system and reads what they say.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace twinlock {

struct ProgramEnd {
  int status = 0;      ///< Exit status; 128 + the signal that ended it.
  std::string output;  ///< Standard output and errors, as they came; at most 1 MiB.
};

/// Starts `words` (the first is the program, found by PATH) with an empty input, in English, and waits for its end.
/// kNotFound where there is no such program; kStore where it cannot be started, or is not done within a minute (then
/// it is killed).
[[nodiscard]] Result<ProgramEnd> run_program(const std::vector<std::string>& words);

}  // namespace twinlock
