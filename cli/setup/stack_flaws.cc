#include "cli/setup/stack_flaws.h"

#include <algorithm>

namespace twinlock {
namespace {

StackVerdict verdict_on(const PamStack& stack, PamHost host) {
  return {stack, host, [](const PamHandler&) { return true; }};
}

bool asks_us(const PamHandlers& handlers) {
  return std::ranges::any_of(handlers,
                             [](const PamHandler& handler) { return task_of(handler) == OurTask::kCheckCode; });
}

std::string because(const std::string& flaw, const PamHandlers& handlers, const PamEnding& way, Missing missing) {
  return flaw + ": " + place_to_blame(handlers, way, missing);
}

std::string hole_in_auth(const StackVerdict& verdict) {
  const PamHandlers& handlers = verdict.stack().of(PamFacility::kAuth);
  if (verdict.code_line_after_wrong_password() != nullptr)
    return "codes would be asked of people who do not know the password, and used up";
  if (const auto way = verdict.passes_auth({Given::kRight, Given::kWrong, Key::kNone}))
    return because("a login without a right code could get in", handlers, *way, Missing::kCode);
  if (const auto way = verdict.passes_auth({Given::kWrong, Given::kRight, Key::kNone}))
    return because("a login without a right password could get in", handlers, *way, Missing::kPassword);
  if (verdict.password_line_after_key() != nullptr) return "the password would be asked for beside a key";
  for (const Given password : {Given::kRight, Given::kWrong}) {
    if (const auto way = verdict.passes_auth({password, Given::kWrong, Key::kGiven}))
      return because("a login with a key and no code could get in", handlers, *way, Missing::kCode);
  }
  return "";
}

}  // namespace

std::string flaw_of_text(const PamStack& stack) {
  if (stack.broken) return *stack.broken;
  return stack.flaws.empty() ? "" : stack.flaws.front().place + " " + stack.flaws.front().why;
}

std::string flaw_of_auth(const PamStack& stack) {
  if (stack.broken) return *stack.broken;
  const PamHandlers& handlers = stack.of(PamFacility::kAuth);
  if (!asks_us(handlers)) return "it asks for no code";
  if (std::ranges::none_of(handlers, checks_password)) return "no module in it is known to check the password";
  const StackVerdict verdict = verdict_on(stack, PamHost::kSshd);
  if (std::string hole = hole_in_auth(verdict); !hole.empty()) return hole;
  if (!verdict.passes_auth({})) return "nobody could get in with password and code";
  return verdict.passes_auth({Given::kWrong, Given::kRight, Key::kGiven}) ? ""
                                                                          : "nobody could get in with key and code";
}

std::string flaw_of_account(const PamStack& stack, PamHost host) {
  if (stack.broken) return *stack.broken;
  const PamHandlers& handlers = stack.of(PamFacility::kAccount);
  if (!asks_us(handlers)) return "it does not ask us";
  if (host == PamHost::kSmbd && task_of(handlers.front()) != OurTask::kCheckCode) return "ours does not come first";
  const StackVerdict verdict = verdict_on(stack, host);
  if (const auto way = verdict.passes_account(Given::kWrong))
    return because("a login that we refuse could get in", handlers, *way, Missing::kCode);
  return verdict.passes_account(Given::kRight) ? "" : "nobody could get in";
}

std::string flaw_of_session(const PamStack& stack, PamHost host) {
  if (stack.broken) return *stack.broken;
  const PamHandlers& handlers = stack.of(PamFacility::kSession);
  if (!asks_us(handlers)) return "it does not tell us";
  if (host == PamHost::kSshd && task_of(handlers.back()) != OurTask::kCheckCode)
    return "ours is not the last line of the session";
  return verdict_on(stack, host).opens_sessions_without_us() ? "a session could be opened that does not reach us" : "";
}

}  // namespace twinlock
