#include "cli/setup/detached.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "base/unique_fd.h"

namespace twinlock {
namespace {

constexpr unsigned kFirst = 3;

/// False where the kernel is older than this call (Linux 5.9), or a filter forbids it.
bool close_ranges_except(unsigned kept) {
  if (kept > kFirst && ::syscall(SYS_close_range, kFirst, kept - 1, 0) != 0) return false;
  return ::syscall(SYS_close_range, kept + 1, UINT_MAX, 0) == 0;
}

/// Those that /proc names; all that may be where it does not say.
void close_each_except(int kept) {
  std::vector<int> open;
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", unreadable)) {
    open.push_back(std::atoi(entry.path().filename().c_str()));
  }
  const long most = unreadable ? ::sysconf(_SC_OPEN_MAX) : 0;
  for (int fd = 0; fd < most; ++fd) open.push_back(fd);
  for (const int fd : open) {
    if (fd > STDERR_FILENO && fd != kept) ::close(fd);
  }
}

/// The journal's lock is among them: it must not be held as long as this process lives.
void close_descriptors_except(int kept) {
  if (!close_ranges_except(static_cast<unsigned>(kept))) close_each_except(kept);
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
