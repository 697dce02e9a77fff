// What to believe of a record when one of its two copies is gone.
#pragma once

#include "account/record.h"

namespace twinlock {

/// The lost copy may have been the newer one: account/distrust.h says what follows. Save the outcome before deciding
/// anything, else it moves on with the clock.
[[nodiscard]] SecretRecord after_lost_copy(const SecretRecord& survivor, UnixTime now, std::uint8_t window);

}  // namespace twinlock
