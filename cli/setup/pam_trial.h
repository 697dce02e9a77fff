// A real PAM transaction with stacks that are not in force yet.
//
// MUST 1: nobody's code is used up, and no guess counts against anybody: the account that tries is one that nobody has,
//         and no code is given.
// MUST 2: it ends, whatever a module does: it runs in a process of its own, which has so many seconds.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/setup/stack_text.h"
#include "config/config.h"

namespace twinlock {

/// The name that stands in logs for it.
inline constexpr const char* kNobodysName = "twinlock-trial";

struct PamTrial {
  const PamTexts& files;         ///< All of /etc/pam.d, with the changed file.
  const std::string& directory;  ///< Where they are written for the trial (0700); removed again.
  Language language;             ///< In which codes are asked.
};

/// sshd: the password is asked first, and after a wrong one nothing more and nobody is let in; beside a key no password
/// is asked; a login without a code is refused, by us with PAM_PERM_DENIED. kConfig says what went otherwise: also that
/// the module is not where PAM looks for it.
[[nodiscard]] Result<void> try_ssh_stack(const PamTrial& trial);

/// samba: a login without a code is refused, by us with PAM_AUTH_ERR.
[[nodiscard]] Result<void> try_samba_stack(const PamTrial& trial);

/// The stacks that distributions keep elsewhere (/usr/lib/pam.d) and, in their place, those of /etc/pam.d.
[[nodiscard]] PamTexts read_pam_texts();

}  // namespace twinlock
