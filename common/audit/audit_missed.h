// Counts the lines that could not be written to the audit log: one byte each in `audit.missed` below [store] run_dir,
// which is empty after each start of the machine. `sweep` takes the count into the next seal.
#pragma once

#include <cstdint>
#include <string>

namespace twinlock {

/// One more. Where that fails nothing else happens: syslog has the line, and its reason.
void count_missed_line(const std::string& run_dir);

/// How many since the machine was started; 0 also where the count cannot be read.
[[nodiscard]] std::uint64_t missed_lines(const std::string& run_dir);

}  // namespace twinlock
