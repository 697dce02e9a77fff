#include "cli/doctor/group_members.h"

#include <grp.h>
#include <pwd.h>

#include <cstdio>
#include <memory>

#include "login/name_service.h"

namespace twinlock {

std::optional<std::string> some_member_of(const std::string& group) {
  const ::group* found = ::getgrnam(group.c_str());  // NOLINT(concurrency-mt-unsafe): one thread
  if (found == nullptr) return std::nullopt;
  if (found->gr_mem[0] != nullptr) return found->gr_mem[0];
  const gid_t gid = found->gr_gid;
  // The file only: to list a whole directory service could take for ever.
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> accounts(std::fopen("/etc/passwd", "re"), std::fclose);
  while (accounts) {
    const passwd* account = ::fgetpwent(accounts.get());  // NOLINT(concurrency-mt-unsafe): one thread
    if (account == nullptr) return std::nullopt;
    if (account->pw_gid == gid) return account->pw_name;
  }
  return std::nullopt;
}

bool is_root_account(const std::string& user) {
  const auto account = find_account(user);
  return account && *account && (*account)->uid == 0;
}

}  // namespace twinlock
