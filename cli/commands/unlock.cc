// twinlock unlock USER: ends all waits and gives tokens back that too many failures had disabled.
#include "account/throttle.h"
#include "cli/commands/commands.h"

namespace twinlock {
namespace {

Result<ExitStatus> unlock(Desk& desk, const std::string& typed) {
  auto workplace = open_workplace(desk.config_path());
  if (!workplace) return workplace.error();
  const auto user = canonical_user(typed);
  if (!user) return user.error();
  const auto locked = open_record(*workplace, *user);
  if (!locked) return locked.error();

  SecretRecord record = (*locked)->loaded().record;
  clear_throttle(*record);
  const auto saved = (*locked)->save(record, Copies::kBoth, Durability::kFlushed);
  if (!saved) return saved.error();
  desk.write_down(workplace->config, {"unlock", *user, std::nullopt, 0});
  return desk.answer({{"user", user->text()}}, printable(user->text()) + ": waits and budgets are cleared\n");
}

}  // namespace

void add_unlock(Grammar& grammar) {
  const auto user = std::make_shared<std::string>();
  grammar
      .command("unlock", "clear a user's waits, budgets and locked tokens",
               [user](Desk& desk) { return unlock(desk, *user); })
      .user(*user);
}

}  // namespace twinlock
