// What Samba's configuration files become with twinlock: pure functions from text to text.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/setup/stack_text.h"

namespace twinlock {

inline constexpr const char* kSambaConfig = "/etc/samba/smb.conf";
inline constexpr const char* kSambaDropIn = "/etc/samba/twinlock.conf";
inline constexpr const char* kSambaPamStack = "/etc/pam.d/samba";

/// smb.conf with our include in a [global] of its own behind everything else, where it wins, whatever files and
/// sections stand before. Unchanged where it stands there already.
[[nodiscard]] std::string with_drop_in(std::string_view smb_conf);

/// The stack `samba` of `texts` (the packaged one where there is none) with our `account` line before all others of
/// that kind, included ones too, in place of one elsewhere or one whose refusal would not count, and our `session` line
/// behind all lines. Unchanged where flaw_of_account() and flaw_of_session() find nothing in it.
/// kConfig where that cannot be done so that nothing is wrong with the outcome.
[[nodiscard]] Result<std::string> with_samba_lines(const PamTexts& texts);

/// One `name = value` of smb.conf's kind of text, with the section's lines in their order and the name folded.
struct SambaLine {
  std::string name;
  std::string value;
};
/// All of them, those of shares too: lines that go on are joined, remarks left out.
[[nodiscard]] std::vector<SambaLine> samba_lines_in(std::string_view smb_conf);

/// The pattern (glob(7)) of all names that a value with % macros can become.
[[nodiscard]] std::string pattern_of_macros(std::string_view value);

/// The global settings that `testparm -sv` prints, by their folded names (lower case, no blanks).
[[nodiscard]] std::map<std::string, std::string> settings_of(std::string_view testparm_output);

/// The folded names of what a drop-in sets.
[[nodiscard]] std::vector<std::string> names_of_settings(std::string_view drop_in);

}  // namespace twinlock
