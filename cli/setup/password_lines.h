// The lines of a PAM stack that check the password, written out one after the other. Pure.
#pragma once

#include <optional>

#include "cli/pam_stack/pam_stack.h"
#include "cli/setup/config_lines.h"

namespace twinlock {

struct PasswordLines {
  Lines before;     ///< What prepares: pam_env.
  Lines passwords;  ///< Each module for the password: the first that is content is enough, the last ends the stack.
};

/// What these handlers of `auth` say, as plain lines. nullopt: they cannot be written so. Other modules stand among
/// them that may matter; or they do not let in exactly those with whom one of the modules is content (two that are both
/// required, one that ends the stack at a wrong password).
[[nodiscard]] std::optional<PasswordLines> written_out(const PamHandlers& handlers);

}  // namespace twinlock
