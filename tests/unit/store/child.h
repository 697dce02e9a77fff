// Code that runs in a forked child, and failing system calls in it.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace twinlock::test {

/// Starts `body` in a child whose exit status is 0 if it returns true.
inline pid_t start_child(const std::function<bool()>& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body() ? 0 : 1);
  return child;
}

/// Whether the child ended with status 0.
inline bool ended_well(pid_t child) {
  int status = -1;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// False once it has ended, by whatever; it is still to be waited for.
inline bool is_running(pid_t child) {
  siginfo_t ended{};
  return ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == 0;
}

inline bool in_child(const std::function<bool()>& body) { return ended_well(start_child(body)); }

/// A system call that fails. With an argument only the calls that have this value there (its lower 32 bits).
struct FailingCall {
  long number;
  int error;  ///< Or kKills.
  unsigned argument = kAny;
  std::uint32_t value = 0;

  static constexpr unsigned kAny = 6;
  static constexpr int kKills = -1;  ///< The call ends the process, as a crash at this point would.
};

/// From now on the call fails in this process; only for children.
inline bool make_fail(const FailingCall& call) {
  const auto argument =
      static_cast<std::uint32_t>(offsetof(seccomp_data, args) + call.argument * sizeof(std::uint64_t));
  const std::uint32_t outcome = call.error == FailingCall::kKills
                                    ? SECCOMP_RET_KILL_PROCESS
                                    : SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(call.error);
  std::vector<sock_filter> filter = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call.number), 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  if (call.argument != FailingCall::kAny) {
    filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument));
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call.value, 1, 0));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, outcome));
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/// A number that parent and children share.
class SharedNumber {
 public:
  SharedNumber()
      : number_(static_cast<volatile unsigned*>(
            ::mmap(nullptr, sizeof(unsigned), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {}
  SharedNumber(const SharedNumber&) = delete;
  SharedNumber& operator=(const SharedNumber&) = delete;
  ~SharedNumber() { ::munmap(const_cast<unsigned*>(number_), sizeof(unsigned)); }

  void set(unsigned number) { *number_ = number; }
  [[nodiscard]] unsigned get() const { return *number_; }

 private:
  volatile unsigned* number_;
};

}  // namespace twinlock::test
