// Which ways into smbd exist, and which settings undo what twinlock is for. Pure.
#pragma once

#include <vector>

#include "cli/doctor/finding.h"
#include "cli/doctor/samba_settings.h"
#include "cli/pam_stack/stack_verdict.h"

namespace twinlock {

inline constexpr const char* kMapHelper = "/usr/libexec/twinlock/smb-map";

/// Whether passwords are checked by a domain controller, so that no code can ride in the name.
[[nodiscard]] bool is_domain_member(const SambaSettings& settings);

/// All findings "samba.…" about the settings of each smbd, and the ways in.
void judge_samba(const std::vector<SambaSettings>& servers, const StackVerdict& stack, Findings& findings);

}  // namespace twinlock
