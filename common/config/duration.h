// Durations as people write them in twinlock.conf and on the command line: 30s, 15m, 10h, 14d.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace twinlock {

/// Accepts 1 … 9 digits with one of s, m, h, d behind them, and a bare "0". Anything else is kUsage: signs, blanks,
/// fractions, several units. Ranges are the caller's.
[[nodiscard]] Result<Seconds> parse_duration(std::string_view text);

/// The shortest of those forms, such as "10h" for 36000 s; "0" for none. `span` is not negative.
[[nodiscard]] std::string duration_text(Seconds span);

}  // namespace twinlock
