// The findings about one service's PAM stack.
#pragma once

#include "cli/doctor/finding.h"
#include "cli/pam_stack/stack_verdict.h"

namespace twinlock {

/// All of them, with ids that begin with "pam.<service>.".
void judge_stack(const StackVerdict& verdict, const std::string& service, Findings& findings);

}  // namespace twinlock
