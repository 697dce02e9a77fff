// MUST: who gets in by the lines that leave here got in by those that came, and the other way round
// (SshStack.WritesOutOnlyAlternatives, SshStack.LeavesOutNoModuleThatCouldRefuse).
#include "cli/setup/password_lines.h"

#include <algorithm>
#include <array>

#include "cli/pam_stack/pam_run.h"
#include "cli/pam_stack/stack_scenario.h"
#include "cli/setup/stack_text.h"

namespace twinlock {
namespace {

constexpr std::size_t kMostPasswords = 4;  // all their answers are tried together
constexpr std::array<PamReturn, 3> kAnswers{PamReturn::kSuccess, PamReturn::kAuthErr, PamReturn::kUserUnknown};

/// Modules that may be left out: what they do is done by sshd, by us (the delay), or by the order of the lines.
bool may_be_left_out(const PamHandler& handler) {
  constexpr std::array<std::string_view, 5> kPassedOver{"pam_faildelay", "pam_usertype", "pam_localuser", "pam_permit",
                                                        "pam_deny"};
  return std::ranges::find(kPassedOver, handler.module_name()) != kPassedOver.end();
}

/// How a module is told where the password comes from: the first asks, the others use what was typed.
std::string arguments_of(const PamHandler& handler, std::size_t at) {
  std::string text;
  for (const std::string& word : handler.arguments) {
    const bool is_source = word == "use_first_pass" || word == "try_first_pass" || word == "forward_pass";
    if (!is_source && word != "nullok") text += " " + pam_quoted(word);
  }
  return at == 0 ? text : " use_first_pass" + text;
}

Lines lines_of_passwords(const PamHandlers& passwords) {
  Lines lines;
  for (std::size_t at = 0; at < passwords.size(); ++at) {
    const std::size_t left = passwords.size() - at - 1;
    const std::string control = left == 0 ? "requisite  " : "[success=" + std::to_string(left) + " default=ignore]";
    lines.push_back("auth       " + control + "  " + passwords[at].module + arguments_of(passwords[at], at));
  }
  return lines;
}

std::string line_of(const PamHandler& handler) {
  std::string line = "auth       required     " + handler.module;
  for (const std::string& word : handler.arguments) line += " " + pam_quoted(word);
  return line;
}

/// What each module for the password says, in their order.
using Said = std::vector<PamReturn>;

/// What is assumed of all modules.
struct Assumption {
  Said said;
  std::string_view content{};  ///< This module succeeds; all others that are not for the password say anything.
};

std::vector<PamEnding> endings_of(const PamHandlers& handlers, const Assumption& assumed) {
  const auto others = auth_answers({}, [](const PamHandler&) { return true; });
  return explore(handlers, [&](const PamHandler& handler) -> std::vector<PamReturn> {
    const std::string name = handler.module_name();
    if (name == assumed.content || name == "pam_env" || name == "pam_faildelay") return {PamReturn::kSuccess};
    if (!checks_password(handler)) return others(handler);
    const auto before = std::count_if(handlers.data(), &handler, checks_password);
    return {assumed.said.at(static_cast<std::size_t>(before))};
  });
}

/// Counts `said` up through all that can be said; false behind the last.
bool next(Said& said) {
  for (PamReturn& answer : said) {
    const auto* const at = std::ranges::find(kAnswers, answer);
    if (at + 1 != kAnswers.end()) {
      answer = *(at + 1);
      return true;
    }
    answer = kAnswers.front();
  }
  return false;
}

/// What all say who can know somebody whom pam_localuser does not: pam_unix cannot. nullopt: nobody can.
std::optional<Said> said_of_strangers(const PamHandlers& passwords) {
  Said said;
  for (const PamHandler& handler : passwords) {
    said.push_back(handler.module_name() == "pam_unix" ? PamReturn::kUserUnknown : PamReturn::kSuccess);
  }
  return std::ranges::find(said, PamReturn::kSuccess) == said.end() ? std::nullopt : std::optional(said);
}

/// Whether the rest lets everybody pass with whom the modules for the password are content: who is known here, and
/// regular users of a directory. Its system accounts do not count: Fedora refuses those, and there are none.
bool lets_all_pass(const PamHandlers& handlers, const PamHandlers& passwords) {
  const auto only_success = [&](const Assumption& assumed) {
    const auto endings = endings_of(handlers, assumed);
    return endings.size() == 1 && endings.front().status == PamReturn::kSuccess;
  };
  if (!only_success({Said(passwords.size(), PamReturn::kSuccess), "pam_localuser"})) return false;
  const auto strangers = said_of_strangers(passwords);
  return !strangers || only_success({*strangers, "pam_usertype"});
}

/// Whether they let in exactly those with whom one of the modules for the password is content.
bool are_alternatives(const PamHandlers& handlers, std::size_t passwords) {
  Said said(passwords, kAnswers.front());
  do {
    const bool one_is_content = std::ranges::find(said, PamReturn::kSuccess) != said.end();
    const bool gets_in = find_ending(endings_of(handlers, {said}), PamReturn::kSuccess) != nullptr;
    if (one_is_content != gets_in) return false;
  } while (next(said));
  return true;
}

}  // namespace

std::optional<PasswordLines> written_out(const PamHandlers& handlers) {
  PasswordLines lines;
  PamHandlers passwords;
  for (const PamHandler& handler : handlers) {
    if (handler.kind == PamHandler::Kind::kSubstack) continue;
    if (handler.kind == PamHandler::Kind::kMustFail) return std::nullopt;
    if (checks_password(handler)) {
      passwords.push_back(handler);
    } else if (handler.module_name() == "pam_env" && passwords.empty()) {
      lines.before.push_back(line_of(handler));
    } else if (!may_be_left_out(handler)) {
      return std::nullopt;
    }
  }
  if (passwords.empty() || passwords.size() > kMostPasswords) return std::nullopt;
  if (!lets_all_pass(handlers, passwords) || !are_alternatives(handlers, passwords.size())) return std::nullopt;
  lines.passwords = lines_of_passwords(passwords);
  return lines;
}

}  // namespace twinlock
