// invite_record CONFIG USER: gives an enrolled user an invitation that is out for a day.
#include <iostream>

#include "base/clock.h"
#include "login/workplace.h"

namespace twinlock {
namespace {

Result<void> invite(const std::string& config, const std::string& name) {
  const auto workplace = open_workplace(config);
  if (!workplace) return workplace.error();
  const auto user = Username::parse(name);
  if (!user) return user.error();
  const auto locked = workplace->store->open(*user);
  if (!locked) return locked.error();
  if (*locked == nullptr) return Error{Error::Code::kNotFound, name, "has no record", ""};
  SecretRecord record = (*locked)->loaded().record;
  const UnixTime now = read_clock();
  record->invitation.present = true;
  record->invitation.issued = now;
  record->invitation.until = now + days(1);
  return (*locked)->save(record, Copies::kBoth, Durability::kFlushed);
}

}  // namespace
}  // namespace twinlock

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto invited = twinlock::invite(argv[1], argv[2]);
  if (!invited) std::cerr << invited.error().text() << "\n";
  return invited ? 0 : 1;
}
