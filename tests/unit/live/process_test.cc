#include "live/process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace twinlock {
namespace {

/// A child that waits until it is ended.
class Sleeper {
 public:
  Sleeper() : pid_(::fork()) {
    if (pid_ == 0) {
      while (true) ::pause();
    }
  }
  ~Sleeper() {
    ::kill(pid_, SIGKILL);
    if (!reaped_) ::waitpid(pid_, nullptr, 0);
  }

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// The signal by which it ended.
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    reaped_ = true;
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

  /// Returns when it hears nothing any more but SIGKILL.
  void stop() const {
    ::kill(pid_, SIGSTOP);
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED);
  }

  /// Returns when it is dead, and leaves it as a zombie.
  void die_unwaited_for() const {
    ::kill(pid_, SIGKILL);
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  }

 private:
  pid_t pid_;
  bool reaped_ = false;
};

TEST(NameOfProcess, IsWhatTheProcessCallsItself) {
  ::prctl(PR_SET_NAME, "a (b) c");
  EXPECT_EQ(*name_of_process(::getpid()), "a (b) c");
  ::prctl(PR_SET_NAME, "unit_live");
  EXPECT_EQ(*name_of_process(::getpid()), "unit_live");
}

TEST(NameOfProcess, IsAnErrorWhereNobodyHasThePid) {
  Sleeper sleeper;
  ::kill(sleeper.pid(), SIGKILL);
  sleeper.wait();
  const auto name = name_of_process(sleeper.pid());
  ASSERT_FALSE(name);
  EXPECT_EQ(name.error().code, Error::Code::kStore);
}

TEST(IdentifyProcess, KnowsThisProcess) {
  const auto self = identify_process(::getpid());
  ASSERT_TRUE(self && *self);
  EXPECT_EQ((*self)->pid, ::getpid());
  EXPECT_GT((*self)->started, 0U);
  EXPECT_TRUE(*is_running(**self));
}

TEST(IdentifyProcess, TellsTheSameProcessTheSameWay) {
  const Sleeper sleeper;
  EXPECT_EQ(**identify_process(sleeper.pid()), **identify_process(sleeper.pid()));
}

TEST(IdentifyProcess, FindsNobodyUnderAPidThatIsFree) {
  Sleeper sleeper;
  ::kill(sleeper.pid(), SIGKILL);
  sleeper.wait();
  EXPECT_FALSE(*identify_process(sleeper.pid()));
  EXPECT_FALSE(*identify_process(-1));
}

TEST(IdentifyProcess, CountsADeadProcessThatNobodyWaitedForAsGone) {
  const Sleeper sleeper;
  sleeper.die_unwaited_for();
  EXPECT_FALSE(*identify_process(sleeper.pid()));
}

TEST(IsRunning, IsNotFooledByAnotherProcessWithThePid) {
  ProcessIdentity earlier = **identify_process(::getpid());
  --earlier.started;
  EXPECT_FALSE(*is_running(earlier));
}

constexpr std::chrono::seconds kLong{20};

TEST(AskToEnd, AsksByTermAndTellsWhenItIsOver) {
  Sleeper sleeper;
  const auto handle = ask_to_end(**identify_process(sleeper.pid()));
  ASSERT_TRUE(handle && *handle);
  EXPECT_TRUE(has_ended_within(kLong, **handle));
  EXPECT_EQ(sleeper.wait(), SIGTERM);
}

TEST(AskToEnd, TellsThatItIsNotOver) {
  Sleeper stubborn;
  stubborn.stop();
  const auto handle = ask_to_end(**identify_process(stubborn.pid()));
  ASSERT_TRUE(handle && *handle);
  EXPECT_FALSE(has_ended_within(std::chrono::milliseconds(1), **handle));
}

TEST(AskToEnd, NeverEndsAnotherProcessWithThePid) {
  Sleeper sleeper;
  ProcessIdentity earlier = **identify_process(sleeper.pid());
  --earlier.started;
  EXPECT_FALSE(*ask_to_end(earlier));
  EXPECT_TRUE(*is_running(**identify_process(sleeper.pid())));
}

TEST(AskToEnd, FindsOverWhatHasEnded) {
  Sleeper sleeper;
  const ProcessIdentity process = **identify_process(sleeper.pid());
  ::kill(sleeper.pid(), SIGKILL);
  sleeper.wait();
  EXPECT_FALSE(*ask_to_end(process));
}

}  // namespace
}  // namespace twinlock
