// Runs other programs of the system and reads what they say.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"

namespace twinlock {

struct ProgramEnd {
  int status = 0;      ///< Exit status; 128 + the signal that ended it.
  std::string output;  ///< Standard output and errors, as they came; at most 1 MiB.
};

/// How long a program may take that nobody bounds otherwise.
inline constexpr std::chrono::milliseconds kProgramPatience{60'000};

/// Starts `words` (the first is the program, found by PATH) with an empty input, in English, and waits for its end.
/// kNotFound where there is no such program; kStore where it cannot be started, or is not done within `patience`: then
/// it is killed, and what it has started with it.
[[nodiscard]] Result<ProgramEnd> run_program(const std::vector<std::string>& words,
                                             std::chrono::milliseconds patience = kProgramPatience);

}  // namespace twinlock
