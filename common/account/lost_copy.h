// What to believe of a record when one of its two copies is gone.
#pragma once

#include "account/record.h"

namespace twinlock {

/// The lost copy may have been the newer one. So whatever it might have used up counts as used: TOTP steps up to the
/// end of the window around `now`, HOTP counters until the token is resynced, unused recovery codes. Telephone and
/// letter codes, leases and proofs end. Save the outcome before deciding anything, else it moves on with the clock.
[[nodiscard]] SecretRecord after_lost_copy(const SecretRecord& survivor, UnixTime now, std::uint8_t window);

}  // namespace twinlock
