#include "cli/record_users.h"

namespace twinlock {

Result<std::vector<Username>> users_with_records(Workplace& workplace,
                                                 const std::function<void(const Error&)>& complain) {
  std::vector<Username> users;
  const auto listed = workplace.store->for_each([&](const StoreEntry& entry) {
    const auto user = Username::parse(entry.name);
    if (entry.loaded && user) {
      users.push_back(*user);
    } else {
      complain(entry.loaded ? user.error() : entry.loaded.error());
    }
  });
  if (!listed) return listed.error();
  return users;
}

}  // namespace twinlock
