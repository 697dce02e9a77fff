#include "cli/quiet_input.h"

#include <poll.h>
#include <sys/signalfd.h>

#include <array>
#include <cerrno>

namespace twinlock {
namespace {

sigset_t ending_and_stopping_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP}) ::sigaddset(&set, signal);
  return set;
}

Error terminal_error(std::string_view verb) {
  return system_error(Error::Code::kConversation, "terminal", verb, errno);
}

termios without_echo(termios settings) {
  settings.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  settings.c_lflag |= ECHONL;  // so that the cursor leaves the prompt's line
  settings.c_lflag |= NOFLSH;  // so that Ctrl-C takes nothing away between poll() and read(), which would then block
  return settings;
}

}  // namespace

Result<void> QuietInput::hide() {
  const sigset_t set = ending_and_stopping_signals();
  if (!signals_) signals_ = UniqueFd(::signalfd(/*fd=*/-1, &set, SFD_CLOEXEC));
  if (!signals_) return terminal_error("watched");
  if (::tcgetattr(terminal_, &former_) != 0) return terminal_error("examined");
  ::pthread_sigmask(SIG_BLOCK, &set, &former_signals_);
  hidden_ = true;
  const termios quiet = without_echo(former_);
  if (::tcsetattr(terminal_, TCSAFLUSH, &quiet) != 0) return terminal_error("silenced");
  return done();
}

QuietInput::Event QuietInput::wait() const {
  constexpr int kForever = -1;
  std::array<pollfd, 2> waiting{{{terminal_, POLLIN, 0}, {signals_.get(), POLLIN, 0}}};
  while (::poll(waiting.data(), waiting.size(), kForever) < 0 && errno == EINTR) {
  }
  return waiting[1].revents != 0 ? Event::kSignal : Event::kInput;
}

Result<void> QuietInput::yield_to_signal() {
  show(TCSAFLUSH);  // what was half typed is not for the shell to see
  return hide();
}

void QuietInput::show(int when) {
  if (!hidden_) return;
  ::tcsetattr(terminal_, when, &former_);
  ::pthread_sigmask(SIG_SETMASK, &former_signals_, nullptr);
  hidden_ = false;
}

}  // namespace twinlock
