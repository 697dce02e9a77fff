// What a PAM module can answer, by the numbers of Linux-PAM, and the names by which pam.d files call them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace twinlock {

/// PAM_SUCCESS … PAM_INCOMPLETE of <security/_pam_types.h>.
enum class PamReturn : std::uint8_t {
  kSuccess = 0,
  kOpenErr,
  kSymbolErr,
  kServiceErr,
  kSystemErr,
  kBufErr,
  kPermDenied,
  kAuthErr,
  kCredInsufficient,
  kAuthinfoUnavail,
  kUserUnknown,
  kMaxtries,
  kNewAuthtokReqd,
  kAcctExpired,
  kSessionErr,
  kCredUnavail,
  kCredExpired,
  kCredErr,
  kNoModuleData,
  kConvErr,
  kAuthtokErr,
  kAuthtokRecoveryErr,
  kAuthtokLockBusy,
  kAuthtokDisableAging,
  kTryAgain,
  kIgnore,
  kAbort,
  kAuthtokExpired,
  kModuleUnknown,
  kBadItem,
  kConvAgain,
  kIncomplete,
};

inline constexpr std::size_t kPamReturns = 32;

/// As pam.conf(5) writes it: "success", "new_authtok_reqd" …
[[nodiscard]] std::string_view name_of(PamReturn value);

}  // namespace twinlock
