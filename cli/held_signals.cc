#include "cli/held_signals.h"

#include <poll.h>
#include <sys/signalfd.h>

#include <array>
#include <cerrno>

namespace twinlock {
namespace {

sigset_t ending_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP}) ::sigaddset(&set, signal);
  return set;
}

}  // namespace

HeldSignals::HeldSignals() {
  const sigset_t set = ending_signals();
  signals_ = UniqueFd(::signalfd(/*fd=*/-1, &set, SFD_CLOEXEC));
  // Held without a way to notice them, they could not end a prompt: then better not.
  ::pthread_sigmask(SIG_BLOCK, signals_ ? &set : nullptr, &former_);
}

HeldSignals::~HeldSignals() { ::pthread_sigmask(SIG_SETMASK, &former_, nullptr); }

HeldSignals::Event HeldSignals::wait(int input) const {
  constexpr int kForever = -1;
  std::array<pollfd, 2> waiting{{{input, POLLIN, 0}, {signals_.get(), POLLIN, 0}}};
  while (::poll(waiting.data(), waiting.size(), kForever) < 0 && errno == EINTR) {
  }
  return waiting[1].revents != 0 ? Event::kSignal : Event::kInput;
}

bool HeldSignals::has_come() const {
  constexpr int kAtOnce = 0;
  pollfd waiting{signals_.get(), POLLIN, 0};
  return ::poll(&waiting, 1, kAtOnce) == 1;
}

}  // namespace twinlock
