#include "cli/exit_status.h"

namespace twinlock {

ExitStatus status_of(Error::Code code) {
  switch (code) {
    case Error::Code::kUsage: return ExitStatus::kUsage;
    case Error::Code::kConfig: return ExitStatus::kConfig;
    case Error::Code::kNotFound: return ExitStatus::kNotFound;
    case Error::Code::kExists: return ExitStatus::kNo;
    case Error::Code::kRefused: return ExitStatus::kNo;
    case Error::Code::kStore: return ExitStatus::kStore;
    case Error::Code::kCrypto: return ExitStatus::kStore;
    case Error::Code::kConversation: return ExitStatus::kStore;
    case Error::Code::kPermission: return ExitStatus::kPermission;
  }
  return ExitStatus::kStore;
}

ExitStatus status_of(Verdict verdict) {
  if (lets_in(verdict)) return ExitStatus::kDone;
  if (verdict == Verdict::kNotEnrolled) return ExitStatus::kNotFound;
  return verdict == Verdict::kUnavailable ? ExitStatus::kStore : ExitStatus::kNo;
}

}  // namespace twinlock
