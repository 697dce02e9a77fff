// Time steps of RFC 6238 §4.2: X = the token's period, T0 = 0.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace twinlock {

/// The step in which `now` falls. `period` is 15 … 300 s. Times before 1970 are step 0.
[[nodiscard]] constexpr std::uint64_t totp_step(UnixTime now, std::uint16_t period) {
  return now.seconds < 0 ? 0 : static_cast<std::uint64_t>(now.seconds) / period;
}

}  // namespace twinlock
