// What employees read, in English and German. One function a message, so that none can lack a language.
// Refusals stay under 80 columns: PuTTY's window and a phone's terminal show little.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "account/record.h"
#include "account/verdict.h"
#include "config/config.h"

namespace twinlock {

/// The prompt for a code.
[[nodiscard]] std::string_view code_prompt(Language language);

/// For a login that passed without any code being asked, such as by key alone.
[[nodiscard]] std::string_view no_code_given(Language language);

/// What a refusal's text can say beyond the verdict.
struct RefusalFacts {
  Verdict verdict;
  std::optional<UnixTime> retry_at;  ///< kThrottled only.
  UnixTime now;
  std::string_view phone;  ///< The helpdesk's; empty: not named.
};

/// Why a login was refused, and until when. Tell it only to somebody who gave the right password or key.
/// Empty for verdicts that let in.
[[nodiscard]] std::string refusal(Language language, const RefusalFacts& facts);

/// How long somebody is told of what happened to the account.
inline constexpr Seconds kNoticeFor = days(14);

/// Failed attempts, used recovery and telephone codes of the last 14 days, and when recovery codes became void by
/// damage or a restore; a line each kind; empty: there were none.
[[nodiscard]] std::string notices(Language language, const Record& record, UnixTime now);

/// What `ssh files.example.com open` prints: until when the files are open at this address.
[[nodiscard]] std::string open_until(Language language, UnixTime until, UnixTime now);
/// The same where nothing was opened.
[[nodiscard]] std::string_view not_open(Language language);

}  // namespace twinlock
