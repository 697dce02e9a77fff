// The servers that run on this machine, as root, by what the kernel says of them.
//
// MUST 1: a process counts only where its real, effective, saved and file system user are root; what others call
//         themselves is never believed.
// MUST 2: everything about a process is read through one descriptor, so that a pid that is used again cannot mix two.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "cli/doctor/finding.h"

namespace twinlock {

struct ServerProcess {
  enum class Place {
    kHere,       ///< It sees the files that we see.
    kOtherRoot,  ///< It has another root directory.
    kContainer,  ///< It lives among processes of its own: another machine as far as we can say.
  };

  pid_t pid = 0;
  std::string program;             ///< What it runs, by the kernel: a path.
  std::vector<std::string> words;  ///< How it was called, or calls itself now; empty ones left out.
  Place place = Place::kHere;
  std::optional<UnixTime> started;  ///< nullopt: the kernel does not say.
};

/// All such processes whose program's name, without its directory, is `wanted`.
[[nodiscard]] std::vector<ServerProcess> root_processes(const std::function<bool(std::string_view name)>& wanted);

/// "/usr/sbin/sshd (process 812)"
[[nodiscard]] std::string words_for(const ServerProcess& process);

/// False where its files are not ours: that is said under this id, as a warning unless it is a container.
[[nodiscard]] bool can_be_seen(const ServerProcess& process, const std::string& id, Findings& findings);

}  // namespace twinlock
