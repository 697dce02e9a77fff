// twinlock check USER: decides a code exactly as a login would, and uses it up.
#include "account/lost_copy.h"
#include "base/clock.h"
#include "cli/commands/commands.h"
#include "login/check_code.h"

namespace twinlock {
namespace {

struct CheckOptions {
  std::string user;
  std::string service = "sshd";
  std::string address = "local";
};

/// A verdict that needs no code; nullopt: a code is needed. For a name unknown to NSS the code alone is judged.
Result<std::optional<Verdict>> settle(Workplace& workplace, const Login& login) {
  if (!login.account) return std::optional<Verdict>();
  const auto action = required_action(login, workplace.config);
  if (!action) return action.error();
  auto loaded = workplace.store->read(login.user);
  if (!loaded) return loaded.error();
  const LoginContext context = context_of(login, workplace.config);
  if (!*loaded) return decide_without_code(nullptr, *action, context, workplace.policy);
  const SecretRecord record = (*loaded)->lost_copy
                                  ? after_lost_copy((*loaded)->record, login.now, workplace.policy.window)
                                  : std::move((*loaded)->record);
  return decide_without_code(&*record, *action, context, workplace.policy);
}

struct Judgement {
  Verdict verdict;
  std::uint32_t token = 0;  ///< Whose code was accepted; 0: none.
};

Result<Judgement> judge(Desk& desk, Workplace& workplace, Login& login) {
  const auto settled = settle(workplace, login);
  if (!settled) return settled.error();
  if (*settled) return Judgement{**settled};
  const auto line = desk.terminal().read_line("Code: ", Echo::kOff);
  if (!line) return line.error();
  login.now = read_clock();
  const TypedCode code = read_typed_code(line->text());
  LoginContext context = context_of(login, workplace.config);
  context.unknown_user = UnknownUser::kJudged;
  const auto decision = check_code(*workplace.store, {login.user, code, context, [](Record&) {}}, workplace.policy);
  if (!decision) return decision.error();
  return Judgement{decision->verdict, decision->token};
}

Result<ExitStatus> check(Desk& desk, const CheckOptions& options) {
  auto workplace = open_workplace(desk.config_path());
  if (!workplace) return workplace.error();
  const auto address = Address::parse(options.address);
  if (!address) return address.error();
  auto login = make_login(options.user, options.service, *address, desk.now());
  if (!login) return login.error();

  const auto judged = judge(desk, *workplace, *login);
  if (!judged) return judged.error();
  desk.advance_to(login->now);
  const std::string client = login->address.text();
  desk.write_down(workplace->config,
                  {"check", login->user, judged->verdict, judged->token, login->service.text(), client});
  const std::string word(name_of(judged->verdict));
  return desk.answer({{"verdict", word}}, word + "\n", status_of(judged->verdict));
}

}  // namespace

void add_check(Grammar& grammar) {
  const auto options = std::make_shared<CheckOptions>();
  grammar
      .command("check", "read a code and decide as a login would (uses it up)",
               [options](Desk& desk) { return check(desk, *options); })
      .user(options->user)
      .text("--service", options->service, "the PAM service to decide for (sshd)")
      .text("--address", options->address, "the client's address to decide for (local)");
}

}  // namespace twinlock
