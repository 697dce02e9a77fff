// What to believe of a record that may be older than what its user has done since: one whose newer copy is gone, one
// from a backup, one that came back with an old disk or virtual machine.
#pragma once

#include "account/record.h"

namespace twinlock {

/// Why a record may be old. It says how old, and what the user is told.
enum class Doubt {
  kCopyLost,  ///< By one save: a device's learnt clock offset is the one by which the last code was judged.
  kRestored,  ///< By any number of saves: the offset may have been any other since, as far as one is learnt at all.
};

/// The latest moment that the record tells of; never later than the moment of its last save by a clock that was right.
[[nodiscard]] UnixTime latest_moment(const Record& record);

/// The record with everything used up that might have been used up since: TOTP steps up to the end of the window around
/// `now` (kRestored: around `now` and the farthest offset ahead, kMaxDrift steps), HOTP counters until the token is
/// resynced, unused recovery codes. Telephone and letter codes, pending tokens, leases and proofs end. What slows
/// guessing down stays, and so does what is known to be used up. Save the outcome before anything is decided from it,
/// else it moves on with the clock.
[[nodiscard]] SecretRecord distrusted(const SecretRecord& record, Doubt doubt, UnixTime now, std::uint8_t window);

}  // namespace twinlock
