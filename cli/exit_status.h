// The command's exit statuses: an interface, see twinlock(8).
#pragma once

#include "account/verdict.h"
#include "base/error.h"

namespace twinlock {

enum class ExitStatus : int {
  kDone = 0,
  kNo = 1,  ///< The answer is no: a wrong or refused code, an enrolment not confirmed, a full table.
  kUsage = 2,
  kConfig = 3,
  kNotFound = 4,  ///< No such user or token, not enrolled.
  kStore = 5,     ///< Store, key or I/O.
  kPermission = 6,
};

[[nodiscard]] ExitStatus status_of(Error::Code code);
[[nodiscard]] ExitStatus status_of(Verdict verdict);

}  // namespace twinlock
