// The environment variable by which a session learns until when its login opened the files (Unix seconds).
// For display only: nothing trusts it, and sshd takes none of that name from a client unless AcceptEnv names it.
#pragma once

namespace twinlock {

inline constexpr const char* kLeaseVariable = "TWINLOCK_LEASE_UNTIL";

}  // namespace twinlock
