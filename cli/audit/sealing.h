// Seals what logins have appended to the audit log since the last time.
//
// MUST 1: a seal is flushed to the disk before the head that names it is written.
// MUST 2: logins wait for the seal's own write only: what they wrote before is read without a lock on the log.
// MUST 3: where the log is not what the head says, the next seal carries that word, and sealing goes on.
#pragma once

#include <string>

#include "cli/audit/audit_state.h"

namespace twinlock {

struct SealingPlace {
  const Config& config;
  const AuditKeys& keys;
  UnixTime now;
};

struct Sealed {
  std::uint64_t lines = 0;  ///< How many got a seal now.
  std::string broken;       ///< What was found broken and is marked in the log from now on; empty: nothing.
  bool tell_head = false;   ///< The head belongs into syslog: the day's first, or the first behind a rotation.
  HeadReading end;          ///< The head as it is now; kMissing where nothing has ever been sealed.
};

/// Seals all that is whole: the rest of a file that was rotated away, and what stands in the current one. Writes
/// nothing where there is nothing new. kStore if the log cannot be read or written.
[[nodiscard]] Result<Sealed> seal_log(const AuditState& state, const SealingPlace& place);

}  // namespace twinlock
