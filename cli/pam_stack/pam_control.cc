#include "cli/pam_stack/pam_control.h"

#include <algorithm>
#include <optional>

#include "cli/pam_stack/pam_words.h"

namespace twinlock {
namespace {

using Kind = PamAction::Kind;
using Answers = std::array<std::optional<PamAction>, kPamReturns>;

constexpr std::uint32_t kFurthestJump = 100'000;  // beyond the end of every stack

void set(Answers& answers, PamReturn value, Kind kind) {
  answers.at(static_cast<std::size_t>(value)) = PamAction{kind};
}

void set_others(Answers& answers, PamAction action) {
  for (auto& answer : answers) {
    if (!answer) answer = action;
  }
}

PamControl settled(Answers answers, Kind others) {
  set_others(answers, {others});
  PamControl control;
  for (std::size_t at = 0; at < kPamReturns; ++at) control.actions.at(at) = *answers.at(at);
  return control;
}

/// The four words of old (pam.conf(5)): what good answers do, and what the others do.
PamControl of_old(Kind good, Kind others) {
  Answers answers;
  set(answers, PamReturn::kSuccess, good);
  set(answers, PamReturn::kNewAuthtokReqd, good);
  if (others == Kind::kBad || others == Kind::kDie) set(answers, PamReturn::kIgnore, Kind::kIgnore);
  return settled(answers, others);
}

void skip_blanks(std::string_view& text) {
  const auto start = text.find_first_not_of(" \t\n\v\f\r");
  text.remove_prefix(start == std::string_view::npos ? text.size() : start);
}

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

/// The answer that the text names; kPamReturns for "default", nullopt for none.
std::optional<std::size_t> take_answer(std::string_view& text) {
  for (std::size_t at = 0; at < kPamReturns; ++at) {
    if (take(text, name_of(static_cast<PamReturn>(at)))) return at;
  }
  return take(text, "default") ? std::optional(kPamReturns) : std::nullopt;
}

std::optional<PamAction> take_jump(std::string_view& text) {
  std::uint32_t lines = 0;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    lines = std::min(lines * 10 + static_cast<std::uint32_t>(text[0] - '0'), kFurthestJump);
    text.remove_prefix(1);
  }
  return lines == 0 ? std::nullopt : std::optional(PamAction{Kind::kJump, lines});
}

std::optional<PamAction> take_action(std::string_view& text) {
  static constexpr std::array<std::string_view, 6> kWords{"ignore", "ok", "done", "bad", "die", "reset"};
  for (std::size_t at = 0; at < kWords.size(); ++at) {
    if (take(text, kWords.at(at))) return PamAction{static_cast<Kind>(at)};
  }
  return take_jump(text);
}

/// One `value=action`. False where it is none.
bool take_pair(std::string_view& text, Answers& answers) {
  const auto answer = take_answer(text);
  skip_blanks(text);
  if (!answer || !take(text, "=")) return false;
  skip_blanks(text);
  const auto action = take_action(text);
  if (!action) return false;
  if (*answer == kPamReturns) {
    set_others(answers, *action);
  } else {
    answers.at(*answer) = *action;
  }
  return true;
}

}  // namespace

bool PamControl::can_pass() const {
  return std::ranges::any_of(actions, [](PamAction action) { return action != PamAction{}; });
}

PamControl parse_pam_control(std::string_view word) {
  if (same_pam_word(word, "required")) return of_old(Kind::kOk, Kind::kBad);
  if (same_pam_word(word, "requisite")) return of_old(Kind::kOk, Kind::kDie);
  if (same_pam_word(word, "optional")) return of_old(Kind::kOk, Kind::kIgnore);
  if (same_pam_word(word, "sufficient")) return of_old(Kind::kDone, Kind::kIgnore);
  Answers answers;
  for (skip_blanks(word); !word.empty(); skip_blanks(word)) {
    if (!take_pair(word, answers)) return {};
  }
  return settled(answers, Kind::kBad);
}

}  // namespace twinlock
