// One process for as long as it lives. A pid alone may belong to another process later.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace twinlock {

struct ProcessIdentity {
  std::int32_t pid = 0;
  std::uint64_t started = 0;  ///< Clock ticks after the machine's start (proc(5), stat field 22).
  bool operator==(const ProcessIdentity&) const = default;
};

/// The process that has this pid now; nullopt: none, or one that is dead and not yet waited for.
/// kStore where /proc cannot say.
[[nodiscard]] Result<std::optional<ProcessIdentity>> identify_process(std::int32_t pid);

/// Whether that process still lives.
[[nodiscard]] Result<bool> is_running(const ProcessIdentity& process);

/// What the process calls itself (proc(5), comm; at most 15 bytes). Any process may choose its own: trust the answer
/// only of one that you trust. kStore where /proc cannot say, or no process has this pid.
[[nodiscard]] Result<std::string> name_of_process(std::int32_t pid);

enum class Ending {
  kAsked,    ///< SIGTERM was sent to exactly this process.
  kWasOver,  ///< It had ended by itself.
};

/// Asks the process to end. Never another one that has got its pid meanwhile (pidfd_open(2)).
[[nodiscard]] Result<Ending> end_process(const ProcessIdentity& process);

}  // namespace twinlock
