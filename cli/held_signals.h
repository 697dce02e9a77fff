// Keeps Ctrl-C and its like waiting while there are files that must not outlive the program by it.
//
// MUST 1: no signal is lost: it takes its usual effect when this object goes.
// Without a signal handler: the signals are blocked, and waited for beside the input (signalfd).
#pragma once

#include <signal.h>

#include "base/unique_fd.h"

namespace twinlock {

class HeldSignals {
 public:
  enum class Event { kInput, kSignal };

  /// Holds SIGINT, SIGQUIT, SIGTERM and SIGHUP from now on.
  HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals();

  /// Waits until `input` can be read or has ended, or one of the signals is there; consumes neither.
  /// kSignal where both are. A caller that gets it should give up soon.
  [[nodiscard]] Event wait(int input) const;

  /// Whether one of the signals is there: a long task should give up soon.
  [[nodiscard]] bool has_come() const;

 private:
  sigset_t former_{};
  UniqueFd signals_;
};

}  // namespace twinlock
