// Files of packaging/ that the command writes itself. The build makes packaged_files.cc of them.
#pragma once

#include <string_view>

namespace twinlock {

extern const std::string_view kPackagedSambaDropIn;  ///< packaging/samba/twinlock.conf
extern const std::string_view kPackagedSambaStack;   ///< packaging/pam.d/samba
extern const std::string_view kPackagedSshDropIn;    ///< packaging/sshd_config.d/10-twinlock.conf

}  // namespace twinlock
