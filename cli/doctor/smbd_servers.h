// The smbd's of this machine: the one that its service starts, and those that listen.
#pragma once

#include <vector>

#include "cli/doctor/finding.h"
#include "cli/doctor/smbd_start.h"

namespace twinlock {

constexpr const char* kSambaListeners = "samba.listeners";

/// How each smbd was started that runs or would be; the usual way first, each way once. Empty where there is none. What
/// listens and cannot be judged is a finding "samba.listeners".
[[nodiscard]] std::vector<SmbdStart> smbd_starts(Findings& findings);

}  // namespace twinlock
