// Limits of sshd that shut out those who should get in. Pure.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/address.h"
#include "cli/doctor/finding.h"
#include "cli/doctor/sshd_settings.h"

namespace twinlock {

/// What is known of the people who log in here.
struct SshdCrowd {
  std::size_t invited = 0;  ///< Invitations that are out.
  /// Who came in from where lately.
  std::vector<std::pair<Address, std::set<std::string>>> seen;
};

/// "ssh.grace-time", "ssh.penalties", "ssh.max-auth-tries".
void judge_limits(const SshdSettings& settings, const SshdCrowd& crowd, Findings& findings);

}  // namespace twinlock
