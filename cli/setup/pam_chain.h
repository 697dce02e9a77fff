// What a PAM stack does, worked out from its text as Linux-PAM does it (pam.conf(5)): pure.
//
// Every module but ours may return whatever it likes; what is said here holds for all of that.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace twinlock {

/// The files of /etc/pam.d by their names.
using PamFiles = std::map<std::string, std::string, std::less<>>;

/// One module of a stack, or a whole substack.
struct ChainStep {
  enum class Role {
    kOurs,      ///< pam_twinlock.so that asks for, or insists on, a code.
    kOurKey,    ///< pam_twinlock.so after_publickey
    kOurSplit,  ///< pam_twinlock.so split
    kPassword,  ///< A module known to check the password: pam_unix, pam_sss, pam_winbind, pam_ldap, pam_krb5.
    kPermit,    ///< pam_permit.so
    kDeny,      ///< pam_deny.so
    kOther,     ///< Whatever else.
    kSubstack,  ///< `steps`, which end among themselves.
  };
  Role role = Role::kOther;
  std::string module;  ///< "pam_unix.so", without a directory; a substack's file.
  std::vector<std::string> arguments;
  std::map<std::string, std::string> actions;  ///< By return value, such as "success" → "ok"; "default" for the rest.
  std::vector<ChainStep> steps{};
};
using PamChain = std::vector<ChainStep>;

/// The words of one line of a stack; [a b] is one word. Remarks are left out.
[[nodiscard]] std::vector<std::string> pam_words(std::string_view line);

/// The modules of one kind ("auth", "account", "session") that this text brings, includes resolved in `files`.
/// kConfig for a file that is missing, includes that go round, and what Linux-PAM would not understand.
[[nodiscard]] Result<PamChain> pam_chain(std::string_view text, std::string_view kind, const PamFiles& files);

/// What is wrong with a chain of sshd's; empty: nothing. In the order of what is proven:
/// auth: no password, no code asked; neither a password nor a code alone gets in; after a key only the code is asked;
/// password and code do get in.
[[nodiscard]] std::string flaw_of_auth(const PamChain& chain);
/// account: nobody whom we refuse gets past; whom we let in does.
[[nodiscard]] std::string flaw_of_account(const PamChain& chain);
/// session: ours stands last, and is reached by every session that is opened.
[[nodiscard]] std::string flaw_of_session(const PamChain& chain);

}  // namespace twinlock
