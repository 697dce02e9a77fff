// Who gets through a PAM stack with what, and which line is to blame. Pure.
#pragma once

#include <optional>
#include <string>

#include "cli/pam_stack/stack_scenario.h"

namespace twinlock {

/// Who asks PAM, as far as the outcome depends on it.
enum class PamHost {
  kSshd,      ///< `auth` and `account`; takes "change your password" for a yes.
  kSmbd,      ///< `account` only.
  kTerminal,  ///< su, sudo, login: `auth` only.
};

class StackVerdict {
 public:
  /// `stack` must outlive it.
  StackVerdict(const PamStack& stack, PamHost host, ModuleLookup is_installed)
      : stack_(&stack), host_(host), is_installed_(std::move(is_installed)) {}

  /// Whether `auth` can end well; the way through it.
  [[nodiscard]] std::optional<PamEnding> passes_auth(const StackScenario& scenario) const;
  /// Whether `account` can let in somebody who gave a code, or none.
  [[nodiscard]] std::optional<PamEnding> passes_account(Given code) const;
  /// The line that would look at a code although the password was wrong.
  [[nodiscard]] const PamHandler* code_line_after_wrong_password() const;
  /// The line that would ask for the password although a key was given.
  [[nodiscard]] const PamHandler* password_line_after_key() const;
  /// Whether a session can be opened without running our line.
  [[nodiscard]] bool opens_sessions_without_us() const;
  /// Whether somebody who has one field for password and code gets in.
  [[nodiscard]] bool is_ready_for_one_field() const;
  /// Whether pam_twinlock stands in `auth` or `account` at all.
  [[nodiscard]] bool names_us() const;

  [[nodiscard]] const PamStack& stack() const { return *stack_; }
  [[nodiscard]] PamHost host() const { return host_; }

 private:
  using Test = bool (*)(const PamHandler&);
  /// The first line that passes the test and can be reached.
  [[nodiscard]] const PamHandler* reached(const StackScenario& scenario, Test matters) const;

  const PamStack* stack_;
  PamHost host_;
  ModuleLookup is_installed_;
};

/// The place in a run that should have failed: what spared the missing thing, in words with file and line.
enum class Missing { kCode, kPassword };
[[nodiscard]] std::string place_to_blame(const PamHandlers& handlers, const PamEnding& ending, Missing missing);

}  // namespace twinlock
