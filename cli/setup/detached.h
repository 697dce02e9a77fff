// Work that goes on when the session that started it is gone.
#pragma once

#include <chrono>
#include <functional>

#include "base/result.h"
#include "live/process.h"

namespace twinlock {

/// Does `work` in a process of its own: in a session of its own, without the caller's terminal and descriptors, in "/",
/// deaf to SIGHUP. Returns as soon as that process lives. kStore where it cannot be started.
[[nodiscard]] Result<ProcessIdentity> start_detached(const std::function<void()>& work);

/// Waits until so many milliseconds have passed since the machine's start, sleep included.
void sleep_until(std::int64_t milliseconds_since_boot);

}  // namespace twinlock
