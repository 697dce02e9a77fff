// THE SMB STORY: what `account` does in smbd. SMB has no prompt, so this is where an SMB login is decided.
//
// smbd has checked the password before; the code, if one was typed, rode in the user name (smb_map_main.cc).
#pragma once

#include "account/verdict.h"
#include "base/time.h"
#include "pam/module_arguments.h"
#include "pam/pam_session.h"

namespace twinlock {

/// Whether this is smbd's service.
[[nodiscard]] bool is_samba(const PamSession& pam);

/// Lets pass: a right code, which earns what the configuration says; a lease; a rule. Beside a lease a wrong code does
/// not shut anybody out, but is charged like any guess; a code that was right once is free (clients re-send theirs).
[[nodiscard]] Verdict admit_smb(PamSession& pam, const ModuleArguments& arguments, UnixTime now);

}  // namespace twinlock
