// When the last backup was made. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace twinlock {

/// The "time" (RFC 3339, UTC) of the JSON object that `twinlock backup` leaves in <state_dir>/last-backup; nullopt
/// where it holds none.
[[nodiscard]] std::optional<UnixTime> time_of_backup(std::string_view text);

}  // namespace twinlock
