// THE SESSION STORY: every factor has passed; what the code earned is granted now, and the session is put on the list
// of those that are live.
#pragma once

#include "base/time.h"
#include "pam/module_arguments.h"
#include "pam/pam_session.h"

namespace twinlock {

/// Turns the proof of this login into the lease that the configuration gives for it. Gates nothing: whatever fails is
/// logged and earns no lease. Takes the nonce out of the environment in every case.
void open_session(PamSession& pam, const ModuleArguments& arguments, UnixTime now);

/// Takes the session off the list.
void close_session(PamSession& pam, const ModuleArguments& arguments, UnixTime now);

}  // namespace twinlock
