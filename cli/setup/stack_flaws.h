// What is wrong with a PAM stack that setup finds, or is about to write. Pure.
//
// Every module but ours may answer whatever it likes, and counts as installed: the trial (pam_trial.h) shows which are.
#pragma once

#include <string>

#include "cli/pam_stack/stack_verdict.h"

namespace twinlock {

/// What PAM cannot read of it; empty: nothing, as below.
[[nodiscard]] std::string flaw_of_text(const PamStack& stack);

/// auth of sshd, in the order of what is proven: no password, no code asked; neither a password nor a code alone gets
/// in; after a key only the code is asked, and is; password and code, and key and code, do get in.
[[nodiscard]] std::string flaw_of_auth(const PamStack& stack);

/// account: nobody whom we refuse gets past; whom we let in does. Of smbd's also that ours comes first: a refusal of
/// another would tell that the password was right.
[[nodiscard]] std::string flaw_of_account(const PamStack& stack, PamHost host);

/// session: reached by every session that is opened; in sshd's ours is the last line.
[[nodiscard]] std::string flaw_of_session(const PamStack& stack, PamHost host);

}  // namespace twinlock
