// twinlock recovery USER: new paper codes; the old ones are void from then on.
#include "account/recovery.h"

#include "cli/commands/commands.h"
#include "cli/record_change.h"
#include "cli/recovery_view.h"

namespace twinlock {
namespace {

Result<ExitStatus> recovery(Desk& desk, const std::string& typed) {
  auto change = begin_change(desk, typed);
  if (!change) return change.error();
  const auto codes = renew_recovery_codes(*change->record, kRecoveryCodes);
  if (!codes) return codes.error();
  if (const auto saved = finish_change(desk, *change, {"recovery", change->user}); !saved) return saved.error();
  return desk.answer({{"recovery_codes", recovery_codes_json(*codes)}}, recovery_codes_text(*codes).text());
}

}  // namespace

void add_recovery(Grammar& grammar) {
  const auto user = std::make_shared<std::string>();
  grammar
      .command("recovery", "print new recovery codes; the old ones are void",
               [user](Desk& desk) { return recovery(desk, *user); })
      .user(*user);
}

}  // namespace twinlock
