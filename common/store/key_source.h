// Where a store gets its keys from. They may change while it is at work: `twinlock key rotate` adds one and seals every
// record anew with it, `twinlock key retire` drops one that seals nothing any more. So:
//
// MUST 1: what is written under a record's lock is sealed with the newest key of a moment after the lock was taken.
//         Then a rotation that has passed a record never meets an older key there again.
// MUST 2: a new record, which nobody can lock yet, is made while the keys are held.
#pragma once

#include <memory>
#include <optional>

#include "base/result.h"
#include "crypto/keyring.h"
#include "store/record_lock.h"

namespace twinlock {

class KeySource {
 public:
  virtual ~KeySource() = default;
  /// The keys as they are now. kStore or kPermission where they cannot be read.
  [[nodiscard]] virtual Result<std::shared_ptr<const Keyring>> current() = 0;
  /// Nobody adds or drops a key while the result lives. Waits at most 5 s, then kStore. nullopt: they never change.
  [[nodiscard]] virtual Result<std::optional<RecordLock>> hold() = 0;
};

}  // namespace twinlock
