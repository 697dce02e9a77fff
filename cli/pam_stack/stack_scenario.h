// What the modules of a PAM stack would answer in an assumed login. Pure.
#pragma once

#include <functional>

#include "cli/pam_stack/pam_run.h"

namespace twinlock {

enum class Given { kRight, kWrong };
enum class Key { kGiven, kNone };
enum class Caller { kRoot, kUser };                 ///< As whom the program runs that asks PAM: pam_rootok looks at it.
enum class PasswordMethod { kPrompts, kOneField };  ///< Whether each prompt can be answered by itself.

/// One attempt to log in.
struct StackScenario {
  Given password = Given::kRight;
  Given code = Given::kRight;  ///< kWrong: also none.
  Key key = Key::kNone;
  Caller caller = Caller::kRoot;
};

/// Whether a module's file is there.
using ModuleLookup = std::function<bool(const PamHandler&)>;

/// What each line may answer to `auth`. Modules that nobody here knows may succeed, fail or be of no account.
[[nodiscard]] PamAnswers auth_answers(const StackScenario& scenario, const ModuleLookup& is_installed);

/// The same for `account`. `code` says whether this login gave one. Account data may be in any state: expired
/// passwords, unknown users.
[[nodiscard]] PamAnswers account_answers(Given code, const ModuleLookup& is_installed);

/// Those of a stack for `session` whose modules may do anything, and in which ours fails.
[[nodiscard]] PamAnswers session_answers(const ModuleLookup& is_installed);

enum class OurTask { kNotOurs, kCheckCode, kSplit, kAfterPublickey, kRefusing };

/// What a line asks of pam_twinlock.so. kRefusing: its arguments are wrong and it denies whatever happens.
[[nodiscard]] OurTask task_of(const PamHandler& handler);

/// Whether it is one of the modules that check passwords.
[[nodiscard]] bool checks_password(const PamHandler& handler);

}  // namespace twinlock
