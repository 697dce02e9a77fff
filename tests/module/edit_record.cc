// edit_record EDIT CONFIG USER: what an administrator does to an enrolled user. EDIT is "disable", which shuts the user
// out, or "invite", which gives an invitation that is out for a day.
#include <iostream>
#include <string_view>

#include "base/clock.h"
#include "login/workplace.h"

namespace twinlock {
namespace {

using Edit = void (*)(Record&);

void disable(Record& record) { record.disabled = true; }

void invite(Record& record) {
  const UnixTime now = read_clock();
  record.invitation.present = true;
  record.invitation.issued = now;
  record.invitation.until = now + days(1);
}

Result<void> edit_record(Edit edit, const std::string& config, const std::string& name) {
  const auto workplace = open_workplace(config);
  if (!workplace) return workplace.error();
  const auto user = Username::parse(name);
  if (!user) return user.error();
  const auto locked = workplace->store->open(*user);
  if (!locked) return locked.error();
  if (*locked == nullptr) return Error{Error::Code::kNotFound, name, "has no record", ""};
  SecretRecord record = (*locked)->loaded().record;
  edit(*record);
  return (*locked)->save(record, Copies::kBoth, Durability::kFlushed);
}

}  // namespace
}  // namespace twinlock

int main(int argc, char** argv) {
  const std::string_view word = argc == 4 ? argv[1] : "";
  if (word != "disable" && word != "invite") return 2;
  const auto edit = word == "disable" ? twinlock::disable : twinlock::invite;
  const auto edited = twinlock::edit_record(edit, argv[2], argv[3]);
  if (!edited) std::cerr << edited.error().text() << "\n";
  return edited ? 0 : 1;
}
