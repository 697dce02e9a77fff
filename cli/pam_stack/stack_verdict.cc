// MUST 1: a stack passes only where no assumed state of other modules and accounts lets anybody in without a code.
// MUST 2: what libpam cannot read is a failure, never left out.
#include "cli/pam_stack/stack_verdict.h"

#include <algorithm>

namespace twinlock {
namespace {

bool counts_against(PamAction action) {
  return action.kind == PamAction::Kind::kBad || action.kind == PamAction::Kind::kDie;
}

bool is_about(const PamHandler& handler, Missing missing) {
  return missing == Missing::kCode ? task_of(handler) == OurTask::kCheckCode : checks_password(handler);
}

bool skips(const PamStep& step) {
  return step.action.kind == PamAction::Kind::kDone || step.action.kind == PamAction::Kind::kJump;
}

std::string words_for_handler(const PamHandler& handler) {
  std::string text = handler.module_name();
  for (const std::string& argument : handler.arguments) text += " " + argument;
  return handler.place() + " (" + text + ")";
}

Caller caller_of(PamHost host) { return host == PamHost::kTerminal ? Caller::kUser : Caller::kRoot; }

}  // namespace

std::optional<PamEnding> StackVerdict::passes_auth(const StackScenario& scenario) const {
  if (stack_->broken) return std::nullopt;
  StackScenario here = scenario;
  here.caller = caller_of(host_);
  const auto endings = explore(stack_->of(PamFacility::kAuth), auth_answers(here, is_installed_));
  const PamEnding* good = find_ending(endings, PamReturn::kSuccess);
  return good == nullptr ? std::nullopt : std::optional(*good);
}

std::optional<PamEnding> StackVerdict::passes_account(Given code) const {
  if (stack_->broken) return std::nullopt;
  const auto endings = explore(stack_->of(PamFacility::kAccount), account_answers(code, is_installed_));
  const PamEnding* good = find_ending(endings, PamReturn::kSuccess);
  if (good == nullptr && host_ == PamHost::kSshd) good = find_ending(endings, PamReturn::kNewAuthtokReqd);
  return good == nullptr ? std::nullopt : std::optional(*good);
}

const PamHandler* StackVerdict::reached(const StackScenario& scenario, Test matters) const {
  if (stack_->broken) return nullptr;
  const PamHandler* found = nullptr;
  StackScenario here = scenario;
  here.caller = caller_of(host_);
  const PamAnswers answers = auth_answers(here, is_installed_);
  const auto endings = explore(stack_->of(PamFacility::kAuth), [&](const PamHandler& handler) {
    if (found == nullptr && matters(handler)) found = &handler;
    return answers(handler);
  });
  return endings.empty() ? nullptr : found;
}

const PamHandler* StackVerdict::code_line_after_wrong_password() const {
  return reached({Given::kWrong, Given::kWrong, Key::kNone},
                 [](const PamHandler& handler) { return task_of(handler) == OurTask::kCheckCode; });
}

const PamHandler* StackVerdict::password_line_after_key() const {
  return reached({Given::kWrong, Given::kRight, Key::kGiven}, checks_password);
}

bool StackVerdict::opens_sessions_without_us() const {
  if (stack_->broken) return false;
  PamHandlers handlers = stack_->of(PamFacility::kSession);
  for (PamHandler& handler : handlers) {  // what still succeeds now has not run it
    if (task_of(handler) == OurTask::kCheckCode) handler.control = parse_pam_control("requisite");
  }
  const auto endings = explore(handlers, session_answers(is_installed_));
  return find_ending(endings, PamReturn::kSuccess) != nullptr;
}

bool StackVerdict::is_ready_for_one_field() const {
  const auto ending = passes_auth({});
  if (!ending) return false;
  for (const PamStep& step : ending->steps) {
    if (task_of(*step.handler) == OurTask::kSplit) return true;
    if (checks_password(*step.handler)) return false;
  }
  return false;
}

bool StackVerdict::names_us() const {
  const auto ours = [](const PamHandler& handler) { return task_of(handler) != OurTask::kNotOurs; };
  return std::ranges::any_of(stack_->of(PamFacility::kAuth), ours) ||
         std::ranges::any_of(stack_->of(PamFacility::kAccount), ours);
}

std::string place_to_blame(const PamHandlers& handlers, const PamEnding& ending, Missing missing) {
  const auto matters = [&](const PamHandler& handler) { return is_about(handler, missing); };
  if (std::ranges::none_of(handlers, matters)) return "no line of the stack asks for it";
  const PamHandler* const end = handlers.data() + handlers.size();
  for (std::size_t at = 0; at < ending.steps.size(); ++at) {
    const PamStep& step = ending.steps[at];
    if (step.action.kind == PamAction::Kind::kReset)
      return words_for_handler(*step.handler) + " undoes the refusal before it";
    if (missing == Missing::kCode && matters(*step.handler) && !counts_against(step.action)) {
      return words_for_handler(*step.handler) + " refuses in vain: its second word lets the stack go on";
    }
    const PamHandler* next = at + 1 < ending.steps.size() ? ending.steps[at + 1].handler : end;
    const PamHandler* skipped = std::find_if(step.handler + 1, next, matters);
    if (skips(step) && skipped != next)
      return words_for_handler(*step.handler) + " skips " + words_for_handler(*skipped);
  }
  for (const PamStep& step : ending.steps) {
    if (matters(*step.handler)) return words_for_handler(*step.handler) + " refuses in vain";
  }
  return ending.steps.empty() ? "the stack is empty"
                              : words_for_handler(*ending.steps.back().handler) + " ends the stack";
}

}  // namespace twinlock
