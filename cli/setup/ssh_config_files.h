// sshd_config with all that it includes, as text: for what `sshd -T` cannot be asked, or not at such a moment.
#pragma once

#include <vector>

#include "cli/setup/ssh_files.h"

namespace twinlock {

/// All lines in the order in which sshd reads them, those behind a Match too. Files that cannot be read are left out:
/// sshd itself judges those.
[[nodiscard]] std::vector<SshLine> ssh_config_lines();

}  // namespace twinlock
