#include "cli/setup/detached.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

#include "base/unique_fd.h"

namespace twinlock {
namespace {

constexpr unsigned kFirst = 3;

/// Without a word where the kernel is too old to close them all: then only the standard ones go.
void close_descriptors_except(int kept) {
  const auto keep = static_cast<unsigned>(kept);
  if (keep > kFirst) ::syscall(SYS_close_range, kFirst, keep - 1, 0);
  ::syscall(SYS_close_range, keep + 1, UINT_MAX, 0);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nothing, standard);
  if (nothing > STDERR_FILENO) ::close(nothing);
}

void take_signals_as_a_daemon() {
  sigset_t none;
  ::sigemptyset(&none);
  ::signal(SIGHUP, SIG_IGN);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// The process that lives on. Never returns: nothing of the caller's may run twice.
[[noreturn]] void live_on(int report, const std::function<void()>& work) {
  close_descriptors_except(report);
  take_signals_as_a_daemon();
  [[maybe_unused]] const int moved = ::chdir("/");
  const pid_t self = ::getpid();
  const bool told = ::write(report, &self, sizeof self) == sizeof self;
  ::close(report);
  if (told) work();
  ::_exit(0);
}

/// Between the two: becomes a session's leader and leaves, so that the other can never get a terminal.
[[noreturn]] void step_between(int report, const std::function<void()>& work) {
  ::setsid();
  if (::fork() == 0) live_on(report, work);
  ::_exit(0);
}

Error not_started(int error_number) {
  return system_error(Error::Code::kStore, "the countdown", "started", error_number);
}

}  // namespace

Result<ProcessIdentity> start_detached(const std::function<void()>& work) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return not_started(errno);
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  const pid_t between = ::fork();
  if (between < 0) return not_started(errno);
  if (between == 0) step_between(writer.get(), work);
  writer = UniqueFd();
  pid_t pid = 0;
  const bool lives = ::read(reader.get(), &pid, sizeof pid) == sizeof pid;
  while (::waitpid(between, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (!lives) return not_started(EAGAIN);
  const auto process = identify_process(pid);
  if (!process) return process.error();
  return *process ? Result<ProcessIdentity>(**process) : not_started(ESRCH);
}

void sleep_until(std::int64_t milliseconds_since_boot) {
  const UniqueFd timer(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC));
  itimerspec when{};
  when.it_value = {milliseconds_since_boot / 1000, milliseconds_since_boot % 1000 * 1'000'000};
  std::uint64_t expirations = 0;
  if (!timer || ::timerfd_settime(timer.get(), TFD_TIMER_ABSTIME, &when, nullptr) != 0) {
    ::sleep(1);  // the caller looks again
    return;
  }
  [[maybe_unused]] const ssize_t fired = ::read(timer.get(), &expirations, sizeof expirations);
}

}  // namespace twinlock
