// twinlock disable USER, enable USER: shuts an account out here, whatever rules and leases say, and lets it in again.
#include "cli/backup/removed_records.h"
#include "cli/commands/commands.h"
#include "cli/record_change.h"

namespace twinlock {
namespace {

enum class Wish { kDisable, kEnable };

Result<ExitStatus> set(Desk& desk, const std::string& typed, Wish wish) {
  auto change = begin_change(desk, typed);
  if (!change) return change.error();
  if (wish == Wish::kEnable && change->record->moved_away) {
    return Error{Error::Code::kRefused, "user " + printable(change->user.text()), "has moved to another name",
                 "a rename was cut off: run it again"};
  }
  change->record->disabled = wish == Wish::kDisable;
  if (wish == Wish::kDisable) {
    change->record->leases = {};
    change->record->proofs = {};
  }
  if (wish == Wish::kEnable) {
    const auto forgotten = forget_removed(change->workplace.config, *change->record);
    if (!forgotten) return forgotten.error();
  }
  const std::string word = wish == Wish::kDisable ? "disable" : "enable";
  if (const auto saved = finish_change(desk, *change, {word, change->user}); !saved) return saved.error();
  return desk.answer({{"user", change->user.text()}}, printable(change->user.text()) + " is " + word + "d\n");
}

Result<ExitStatus> disable(Desk& desk, const std::string& user) { return set(desk, user, Wish::kDisable); }

Result<ExitStatus> enable(Desk& desk, const std::string& user) {
  const auto names = lock_names(desk);
  if (!names) return names.error();
  return set(desk, user, Wish::kEnable);
}

using Command = Result<ExitStatus> (*)(Desk& desk, const std::string& user);

void add(Grammar& grammar, const std::string& word, const std::string& help, Command command) {
  const auto user = std::make_shared<std::string>();
  grammar.command(word, help, [=](Desk& desk) { return command(desk, *user); }).user(*user);
}

}  // namespace

void add_disable_and_enable(Grammar& grammar) {
  add(grammar, "disable", "refuse every login of a user, whatever rules and leases say", disable);
  add(grammar, "enable", "let a disabled user log in again", enable);
}

}  // namespace twinlock
