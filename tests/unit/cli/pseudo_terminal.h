// A person at a pseudo terminal: types, and sees what appears on the screen.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace twinlock::test {

class PseudoTerminal {
 public:
  PseudoTerminal() : person_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (!person_ || ::grantpt(person_.get()) != 0 || ::unlockpt(person_.get()) != 0) throw std::runtime_error("pty");
    std::array<char, 64> name{};
    ::ptsname_r(person_.get(), name.data(), name.size());
    program_ = UniqueFd(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  }

  /// The descriptor that the program under test gets.
  [[nodiscard]] int fd() const { return program_.get(); }

  void type(std::string_view keys) const {
    if (::write(person_.get(), keys.data(), keys.size()) < 0) throw std::runtime_error("typing failed");
  }

  void resize(unsigned short columns) const {
    const winsize size{24, columns, 0, 0};
    ::ioctl(person_.get(), TIOCSWINSZ, &size);
  }

  /// Waits until `text` has appeared (at most 10 s) and returns all that has appeared so far.
  const std::string& see(std::string_view text) {
    pollfd waiting{person_.get(), POLLIN, 0};
    while (seen_.find(text) == std::string::npos) {
      std::array<char, 256> block{};
      if (::poll(&waiting, 1, 10'000) <= 0) throw std::runtime_error("only saw: " + seen_);
      const ssize_t count = ::read(person_.get(), block.data(), block.size());
      if (count <= 0) throw std::runtime_error("the screen went away after: " + seen_);
      seen_.append(block.data(), static_cast<std::size_t>(count));
    }
    return seen_;
  }

  [[nodiscard]] bool echoes() const {
    termios settings{};
    ::tcgetattr(program_.get(), &settings);
    return (settings.c_lflag & ECHO) != 0;
  }

  /// Runs `body` in a child whose controlling terminal this is; it exits with what `body` returns.
  [[nodiscard]] pid_t start(const std::function<int()>& body) const {
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::close(person_.get());  // so that the child gets a hang-up when the test ends early
    ::setsid();
    ::ioctl(program_.get(), TIOCSCTTY, 0);
    ::_exit(body());
  }

 private:
  UniqueFd person_;
  UniqueFd program_;
  std::string seen_;
};

/// The wait status of a child that ends within 10 s; one that does not is killed.
inline int wait_for(pid_t child) {
  const UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));  // glibc 2.36 declares it for C only
  pollfd waiting{handle.get(), POLLIN, 0};
  if (::poll(&waiting, 1, 10'000) <= 0) ::kill(child, SIGKILL);
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

}  // namespace twinlock::test
