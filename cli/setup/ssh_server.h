// What sshd itself makes of its configuration.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace twinlock {

/// Somebody as sshd's Match lines see him.
struct SshVisitor {
  std::string user;
  std::string address;
};

/// Tests the configuration on the disk with `sshd -t`, and then by what `sshd -T` says is in force: for a stranger each
/// setting of the drop-in with this text; for each of the `visitors`, whom Match lines may treat otherwise, that a code
/// is asked all the same. A running sshd that goes by these files is asked with its own arguments. kConfig names what
/// wins.
[[nodiscard]] Result<void> test_sshd(const std::string& drop_in, const std::vector<SshVisitor>& visitors);

/// kConfig where sshd keeps this account of uid 0 from the method that asks for codes, which only PermitRootLogin yes
/// allows.
[[nodiscard]] Result<void> see_that_root_may_give_a_code(const std::string& root);

/// In words, which sshd's go by other files or another PAM stack, and are not tested; empty: none.
[[nodiscard]] std::string caution_of_other_sshds();

/// The processes of sshd that listen, and go by our files and PAM stack.
[[nodiscard]] std::vector<pid_t> listening_sshds();

/// `sshd -t`. kConfig where sshd refuses its configuration; other errors where it cannot be asked.
[[nodiscard]] Result<void> see_that_sshd_starts();

/// Where sshd keeps its pid file by what it says itself; "/run/sshd.pid" where it does not say.
[[nodiscard]] std::string pid_file_of_sshd();

/// The path of sshd, which does not start by another name: found by PATH, else where distributions put it.
[[nodiscard]] Result<std::string> find_sshd();

}  // namespace twinlock
