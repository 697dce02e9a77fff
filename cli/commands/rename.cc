// twinlock rename OLD NEW: an account got another name; its tokens go with it.
//
// MUST: at no moment do two records accept the same codes. The old one is disabled before the new one is made, so a
// crash in between leaves the user out, not in twice; running the command again goes on from there.
#include "cli/commands/commands.h"
#include "cli/record_change.h"

namespace twinlock {
namespace {

struct RenameOptions {
  std::string old_name;
  std::string new_name;
  bool allow_unknown = false;
};

struct NewName {
  Username user;
  std::optional<std::uint32_t> uid;
};

Result<NewName> resolve_new_name(const RenameOptions& options) {
  const auto account = find_account(options.new_name);
  if (!account) return account.error();
  if (!*account && !options.allow_unknown) return unknown_to_nss(options.new_name);
  const auto user = Username::parse(*account ? (*account)->name : options.new_name);
  if (!user) return user.error();
  return NewName{*user, *account ? std::optional((*account)->uid) : std::nullopt};
}

Result<void> move_record(RecordChange& change, const NewName& target) {
  SecretRecord moved = change.record;
  moved->uid_bound = target.uid.has_value();
  moved->uid = target.uid.value_or(0);
  moved->leases = {};
  moved->proofs = {};
  change.record->disabled = true;
  if (const auto saved = change.locked->save(change.record, Copies::kBoth, Durability::kFlushed); !saved) return saved;
  if (const auto created = change.workplace.store->create(target.user, moved); !created) {
    change.record->disabled = moved->disabled;  // nothing was moved: the user stays as before
    static_cast<void>(change.locked->save(change.record, Copies::kBoth, Durability::kFlushed));
    return created;
  }
  return change.locked->remove();
}

Result<ExitStatus> rename(Desk& desk, const RenameOptions& options) {
  const auto target = resolve_new_name(options);
  if (!target) return target.error();
  auto change = begin_change(desk, options.old_name);
  if (!change) return change.error();
  if (change->user == target->user) return Error{Error::Code::kUsage, "rename", "both names are the same", ""};
  if (const auto moved = move_record(*change, *target); !moved) return moved.error();
  desk.write_down(change->workplace.config, {"rename", target->user, std::nullopt, 0});
  return desk.answer({{"user", target->user.text()}},
                     printable(change->user.text()) + " is now " + printable(target->user.text()) + "\n");
}

}  // namespace

void add_rename(Grammar& grammar) {
  const auto options = std::make_shared<RenameOptions>();
  grammar
      .command("rename", "give a user's record to the account's new name",
               [options](Desk& desk) { return rename(desk, *options); })
      .positional("old", options->old_name, "the name so far")
      .positional("new", options->new_name, "the new name")
      .flag("--allow-unknown", options->allow_unknown, "also for a new name that the system does not know (yet)");
}

}  // namespace twinlock
