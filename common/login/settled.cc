#include "login/settled.h"

namespace twinlock {

Result<std::optional<Verdict>> settled_without_code(const Workplace& workplace, const Login& login) {
  const auto action = required_action(login, workplace.config);
  if (!action) return action.error();
  const auto loaded = workplace.store->read(login.user);
  if (!loaded) return loaded.error();
  const Record* record = *loaded ? &*(*loaded)->record : nullptr;
  return decide_without_code(record, *action, context_of(login, workplace.config), workplace.policy);
}

}  // namespace twinlock
