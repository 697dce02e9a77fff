// disable_record CONFIG USER: shuts an enrolled user out, as an administrator does.
#include <iostream>

#include "login/workplace.h"

namespace twinlock {
namespace {

Result<void> disable(const std::string& config, const std::string& name) {
  const auto workplace = open_workplace(config);
  if (!workplace) return workplace.error();
  const auto user = Username::parse(name);
  if (!user) return user.error();
  const auto locked = workplace->store->open(*user);
  if (!locked) return locked.error();
  if (*locked == nullptr) return Error{Error::Code::kNotFound, name, "has no record", ""};
  SecretRecord record = (*locked)->loaded().record;
  record->disabled = true;
  return (*locked)->save(record, Copies::kBoth, Durability::kFlushed);
}

}  // namespace
}  // namespace twinlock

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto disabled = twinlock::disable(argv[1], argv[2]);
  if (!disabled) std::cerr << disabled.error().text() << "\n";
  return disabled ? 0 : 1;
}
