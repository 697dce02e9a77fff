// twinlock disable USER, enable USER: shuts an account out here, whatever rules and leases say, and lets it in again.
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
  const std::string word = wish == Wish::kDisable ? "disable" : "enable";
  if (const auto saved = finish_change(desk, *change, {word, change->user}); !saved) return saved.error();
  return desk.answer({{"user", change->user.text()}}, printable(change->user.text()) + " is " + word + "d\n");
}

void add(Grammar& grammar, const std::string& word, const std::string& help, Wish wish) {
  const auto user = std::make_shared<std::string>();
  grammar.command(word, help, [=](Desk& desk) { return set(desk, *user, wish); }).user(*user);
}

}  // namespace

void add_disable_and_enable(Grammar& grammar) {
  add(grammar, "disable", "refuse every login of a user, whatever rules and leases say", Wish::kDisable);
  add(grammar, "enable", "let a disabled user log in again", Wish::kEnable);
}

}  // namespace twinlock
