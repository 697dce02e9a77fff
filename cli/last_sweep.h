// When `twinlock sweep` was last done: kept for the doctor in run_dir/sweep/last, which a start of the machine empties.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "config/config.h"

namespace twinlock {

/// `since_boot` is in milliseconds, as milliseconds_since_boot() counts.
[[nodiscard]] Result<void> write_last_sweep(const Config& config, std::int64_t since_boot);

/// Milliseconds since the machine was started; nullopt: none was done since, as far as can be read. Makes nothing.
[[nodiscard]] Result<std::optional<std::int64_t>> read_last_sweep(const Config& config);

}  // namespace twinlock
