// What sshd's configuration files become with twinlock: pure functions from text to text.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/setup/stack_text.h"

namespace twinlock {

inline constexpr const char* kSshdConfig = "/etc/ssh/sshd_config";
inline constexpr const char* kSshDropIn = "/etc/ssh/sshd_config.d/10-twinlock.conf";
inline constexpr const char* kSshPamStack = "/etc/pam.d/sshd";
inline constexpr const char* kSshService = "sshd";

/// Which ways in sshd offers.
enum class SshWays { kPasswordAndCode, kKeyAndCode, kEither };

/// The packaged drop-in with the one AuthenticationMethods line that offers these ways.
[[nodiscard]] std::string ssh_drop_in(SshWays ways);

/// sshd_config as it must be so that nothing in it wins over the drop-in (the first value of a keyword counts):
/// unchanged where an Include brings the drop-in before any keyword of ours and before any Match, else with an Include
/// of its own at the top.
[[nodiscard]] std::string with_ssh_drop_in(std::string_view sshd_config);

/// The stack `sshd` of `texts` with our lines; everything else stays where it is. Unchanged where flaw_of_auth(),
/// flaw_of_account() and flaw_of_session() find nothing in it.
/// auth: the site's lines for the password stay (Debian's @include), or are written out where they would end the stack
/// too early or too late (a substack). account: ours comes before the first line that can end the stack. session: last.
/// kConfig where that cannot be done so that nothing is wrong with the outcome; says what is to be written by hand.
[[nodiscard]] Result<std::string> with_ssh_lines(const PamTexts& texts);

struct SshLine {
  std::string keyword;  ///< In lower case.
  std::string value;    ///< As written, quotes included.
};
/// The lines of sshd_config's kind of text that say something, those behind a Match too.
[[nodiscard]] std::vector<SshLine> ssh_lines_of(std::string_view text);

/// The absolute patterns that the value of an Include names: relative ones lie in /etc/ssh.
[[nodiscard]] std::vector<std::string> include_patterns_in(const std::string& value);

/// The settings of sshd_config's kind of text, as `sshd -T` prints them too: keywords in lower case, the first of each
/// counts. Reads up to a Match.
[[nodiscard]] std::map<std::string, std::string> ssh_settings_of(std::string_view text);

/// Whether every list of methods asks for keyboard-interactive:pam, our way of asking for a code.
[[nodiscard]] bool always_asks_pam(std::string_view authentication_methods);

}  // namespace twinlock
