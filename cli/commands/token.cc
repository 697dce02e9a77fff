// twinlock token …: the single tokens of a user.
#include <algorithm>

#include "account/lease.h"
#include "account/resync.h"
#include "account/tables.h"
#include "account/typed_code.h"
#include "base/clock.h"
#include "cli/commands/commands.h"
#include "cli/record_change.h"
#include "cli/record_view.h"

namespace twinlock {
namespace {

struct TokenOptions {
  std::string user;
  std::uint32_t id = 0;
  std::string label;
  bool yes = false;
};

using Options = std::shared_ptr<TokenOptions>;

Error no_such_token(const Username& user, std::uint32_t id) {
  return {Error::Code::kNotFound, "token " + std::to_string(id) + " of " + printable(user.text()), "does not exist",
          "see the ids with: twinlock token list " + printable(user.text())};
}

/// What a command does to one token; an Error leaves everything as it was.
using TokenChange = std::function<Result<void>(Desk&, Record&, Token&)>;

Result<ExitStatus> change_token(Desk& desk, const TokenOptions& options, std::string_view event,
                                const TokenChange& change_it) {
  auto change = begin_change(desk, options.user);
  if (!change) return change.error();
  Token* token = find_token(*change->record, options.id);
  if (token == nullptr) return no_such_token(change->user, options.id);
  if (const auto changed = change_it(desk, *change->record, *token); !changed) return changed.error();
  const Act act{.event = event, .user = change->user, .token = options.id};
  if (const auto saved = finish_change(desk, *change, act); !saved) return saved.error();
  return desk.answer({{"user", change->user.text()}, {"token", options.id}}, "done\n");
}

Result<ExitStatus> list(Desk& desk, const TokenOptions& options) {
  auto workplace = open_workplace(desk.config_path());
  if (!workplace) return workplace.error();
  const auto user = canonical_user(options.user);
  if (!user) return user.error();
  const auto loaded = workplace->store->read(*user);
  if (!loaded) return loaded.error();
  if (!*loaded) return not_enrolled(*user);
  const Record& record = *(*loaded)->record;
  return desk.answer(tokens_json(record), tokens_text(record));
}

/// Before anybody is asked or types in vain.
Result<void> see_that_it_exists(const Desk& desk, const TokenOptions& options) {
  auto workplace = open_workplace(desk.config_path());
  if (!workplace) return workplace.error();
  const auto user = canonical_user(options.user);
  if (!user) return user.error();
  const auto loaded = workplace->store->read(*user);
  if (!loaded) return loaded.error();
  if (!*loaded) return not_enrolled(*user);
  if (find_token(*(*loaded)->record, options.id) == nullptr) return no_such_token(*user, options.id);
  return done();
}

Result<void> disable(Desk&, Record& record, Token& token) {
  revoke_earned(record);
  token.state = Token::State::kDisabled;
  token.locked = false;  // an administrator's word outlasts `unlock`
  return done();
}

Result<void> enable(Desk&, Record&, Token& token) {
  token.state = Token::State::kActive;
  token.locked = false;
  token.failures = 0;
  return done();
}

Result<ExitStatus> remove(Desk& desk, const TokenOptions& options) {
  if (const auto seen = see_that_it_exists(desk, options); !seen) return seen.error();
  const auto agreed = desk.agree("Remove token " + std::to_string(options.id) + " of " + printable(options.user) + "?",
                                 options.yes ? Consent::kGiven : Consent::kAsk);
  if (!agreed) return agreed.error();
  if (*agreed == Answer::kNo) return ExitStatus::kNo;
  return change_token(desk, options, "token remove", [](Desk&, Record& record, Token& token) {
    revoke_earned(record);
    token = {};
    return done();
  });
}

Result<ExitStatus> rename(Desk& desk, const TokenOptions& options) {
  return change_token(desk, options, "token rename",
                      [&](Desk&, Record&, Token& token) { return set_label(token, options.label); });
}

struct CodePair {
  TypedCode first;
  TypedCode second;
};

Result<CodePair> read_two_codes(const Desk& desk) {
  const auto first = desk.terminal().read_line("First code: ", Echo::kOn);
  if (!first) return first.error();
  const auto second = desk.terminal().read_line("The code after it: ", Echo::kOn);
  if (!second) return second.error();
  return CodePair{read_typed_code(first->text()), read_typed_code(second->text())};
}

/// The codes are read before the record is locked: nobody's login waits for an administrator who types.
Result<ExitStatus> resync(Desk& desk, const TokenOptions& options) {
  if (const auto seen = see_that_it_exists(desk, options); !seen) return seen.error();
  const auto codes = read_two_codes(desk);
  if (!codes) return codes.error();
  desk.advance_to(read_clock());
  return change_token(desk, options, "token resync", [&](Desk& at, Record&, Token& token) -> Result<void> {
    const auto done_so = resync_token(token, {codes->first.canonical.text(), codes->second.canonical.text()}, at.now());
    if (!done_so) return done_so.error();
    if (*done_so) return done();
    return Error{Error::Code::kRefused, "resync", "the codes do not follow each other near where the token should be",
                 "try again with two fresh codes; if that fails too, enrol the token anew"};
  });
}

Syntax describe(Grammar& grammar, const std::string& word, const std::string& help, const Options& options,
                std::function<Result<ExitStatus>(Desk&, const TokenOptions&)> run) {
  return grammar
      .command("token " + word, help, [options, run = std::move(run)](Desk& desk) { return run(desk, *options); })
      .user(options->user);
}

auto changing(std::string_view event, Result<void> (*change)(Desk&, Record&, Token&)) {
  return [=](Desk& desk, const TokenOptions& options) { return change_token(desk, options, event, change); };
}

}  // namespace

void add_token(Grammar& grammar) {
  const auto options = std::make_shared<TokenOptions>();
  describe(grammar, "list", "list a user's tokens", options, list);
  describe(grammar, "disable", "refuse a token's codes", options, changing("token disable", disable)).id(options->id);
  describe(grammar, "enable", "accept a token's codes again", options, changing("token enable", enable))
      .id(options->id);
  describe(grammar, "remove", "delete a token", options, remove)
      .id(options->id)
      .flag("--yes", options->yes, "do not ask");
  describe(grammar, "resync", "get a token in step with two codes in a row", options, resync).id(options->id);
  describe(grammar, "rename", "change a token's label", options, rename)
      .id(options->id)
      .positional("label", options->label, "the new label, up to 48 bytes");
}

}  // namespace twinlock
