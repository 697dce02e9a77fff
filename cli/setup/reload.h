// Makes running servers read their files again. Sessions that are open go on.
#pragma once

#include <string>

#include "base/result.h"

namespace twinlock {

/// Whether systemd runs this machine.
[[nodiscard]] bool has_systemd();

/// Tells the servers of "ssh" or "samba": through systemd where it runs, else by SIGHUP to the process that the
/// server's own pid file names, if that is one, or to each sshd that listens. What was done, in words, also that none
/// runs. kRefused where systemd says that the server could not; kStore where it cannot be told; kConfig where a running
/// sshd would end over what it would read: it is left as it is.
[[nodiscard]] Result<std::string> reload_server(const std::string& service);

}  // namespace twinlock
