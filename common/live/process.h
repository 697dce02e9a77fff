// One process for as long as it lives. A pid alone may belong to another process later.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

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

/// Whether that process of Samba's serves one client: smbd's own do. Those for RPC (rpcd_lsad, …) serve one client
/// after the other. Errors as of name_of_process().
[[nodiscard]] Result<bool> serves_one_client(std::int32_t pid);

/// Asks the process to end (SIGTERM), and never another one that has got its pid meanwhile (pidfd_open(2)). A handle to
/// wait with; nullopt: it had ended by itself. kStore where the kernel refuses.
[[nodiscard]] Result<std::optional<UniqueFd>> ask_to_end(const ProcessIdentity& process);

/// Waits for the end of the process behind that handle, for so long at most. Whether it has come.
[[nodiscard]] bool has_ended_within(std::chrono::milliseconds patience, const UniqueFd& handle);

}  // namespace twinlock
