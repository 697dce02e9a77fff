// How a code travels from smbd's name mapper to PAM `account` in the same smbd process (DESIGN section 6): as a file
// <run_dir>/smb/<pid of that smbd>, which serves once.
//
// MUST 1: a stash serves only the process for which it was put there, within ten seconds, once.
#pragma once

#include <optional>

#include "base/username.h"
#include "live/process.h"
#include "live/run_directory.h"

namespace twinlock {

inline constexpr const char* kStashDirectory = "smb";
inline constexpr std::int64_t kStashLifeMilliseconds = 10'000;

struct StashedCode {
  Username user;  ///< As the client typed it, without domain and code.
  SecretBytes code;
};

/// Puts a code there for `owner`, in place of an earlier one. `since_boot` as base/clock.h gives it.
[[nodiscard]] Result<void> stash_code(const RunDirectory& stashes, const ProcessIdentity& owner, const Username& user,
                                      std::string_view code, std::int64_t since_boot);

/// Takes away the stash of `owner`. nullopt: there was none that is his, fresh and whole.
[[nodiscard]] Result<std::optional<StashedCode>> take_code(const RunDirectory& stashes, const ProcessIdentity& owner,
                                                           std::int64_t since_boot);

/// Removes the stashes that serve nobody any more: of dead processes, too old, cut short. How many those were.
[[nodiscard]] Result<int> sweep_stashes(const RunDirectory& stashes, std::int64_t since_boot);

}  // namespace twinlock
