// Keeps a terminal from showing what is typed.
//
// MUST 1: the terminal is as before when the program ends or stops by a signal that comes while it waits here.
// MUST 2: no signal is lost: it takes its usual effect, only after MUST 1.
// MUST 3: where the terminal cannot be silenced, nothing is asked.
// Without a signal handler: the signals are blocked and waited for beside the input (signalfd), and unblocked only
// after the terminal was put back.
#pragma once

#include <signal.h>
#include <termios.h>

#include "base/result.h"
#include "base/unique_fd.h"

namespace twinlock {

class QuietInput {
 public:
  enum class Event { kInput, kSignal };

  /// `terminal` must be a terminal and outlive this object. Does nothing yet.
  explicit QuietInput(int terminal) : terminal_(terminal) {}
  QuietInput(const QuietInput&) = delete;
  QuietInput& operator=(const QuietInput&) = delete;
  ~QuietInput() { show(TCSADRAIN); }

  /// Silences the terminal and discards what was typed before, which was shown. kConversation if it cannot.
  [[nodiscard]] Result<void> hide();

  /// After hide(): waits for input or for a signal that asks to end or stop the program. Consumes neither.
  /// Where both are there it is the signal. After kInput one read() does not block.
  [[nodiscard]] Event wait() const;

  /// After hide(): discards what was typed, puts terminal and signals back, so that what waits takes effect
  /// (the program may end here), and hides again.
  [[nodiscard]] Result<void> yield_to_signal();

 private:
  void show(int when);

  int terminal_;
  bool hidden_ = false;
  termios former_{};
  sigset_t former_signals_{};
  UniqueFd signals_;
};

}  // namespace twinlock
