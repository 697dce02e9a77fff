#include "cli/program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>

#include "base/clock.h"
#include "base/unique_fd.h"

namespace twinlock {
namespace {

constexpr std::size_t kMostOutput = 1 << 20;

/// Frees what posix_spawn(3) wants to be told.
class SpawnActions {
 public:
  SpawnActions() { ::posix_spawn_file_actions_init(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions_); }

  void use(int output) {
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
  }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

/// A process group of its own, so that it can be stopped with all that it has started.
class SpawnGroup {
 public:
  SpawnGroup() {
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP);
  }
  SpawnGroup(const SpawnGroup&) = delete;
  SpawnGroup& operator=(const SpawnGroup&) = delete;
  ~SpawnGroup() { ::posix_spawnattr_destroy(&attributes_); }
  [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

/// The caller's environment with English messages.
std::vector<char*> english_environment() {
  static char locale[] = "LC_ALL=C.UTF-8";
  std::vector<char*> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (std::strncmp(*variable, "LC_ALL=", 7) != 0) environment.push_back(*variable);
  }
  environment.push_back(locale);
  environment.push_back(nullptr);
  return environment;
}

/// Whether something can be read, or the end has come, before `deadline`.
bool has_news(int fd, std::int64_t deadline) {
  while (true) {
    const std::int64_t left = deadline - monotonic_milliseconds();
    if (left <= 0) return false;
    pollfd waiting{fd, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

/// nullopt: the program did not end in time.
std::optional<std::string> read_to_end(int fd, std::chrono::milliseconds patience) {
  const std::int64_t deadline = monotonic_milliseconds() + patience.count();
  std::string text;
  std::array<char, 4096> block{};
  while (has_news(fd, deadline)) {
    const ssize_t count = ::read(fd, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    if (text.size() < kMostOutput) text.append(block.data(), static_cast<std::size_t>(count));
  }
  return std::nullopt;
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Result<ProgramEnd> run_program(const std::vector<std::string>& words, std::chrono::milliseconds patience) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error(Error::Code::kStore, words[0], "started", errno);
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);

  const SpawnGroup group;
  SpawnActions actions;
  actions.use(writer.get());
  pid_t pid = 0;
  auto environment = english_environment();
  const int failed =
      ::posix_spawnp(&pid, arguments[0], actions.get(), group.get(), arguments.data(), environment.data());
  writer = UniqueFd();  // else the end of the output would never come
  if (failed == ENOENT)
    return Error{Error::Code::kNotFound, words[0], "is not installed", "install the package that brings it"};
  if (failed != 0) return system_error(Error::Code::kStore, words[0], "started", failed);
  auto output = read_to_end(reader.get(), patience);
  if (!output) ::kill(-pid, SIGKILL);
  const int status = wait_for(pid);
  if (!output) {
    const std::string seconds = std::to_string((patience.count() + 999) / 1000);
    return Error{Error::Code::kStore, words[0], "did not end within " + seconds + " s, and was stopped", ""};
  }
  return ProgramEnd{status, std::move(*output)};
}

}  // namespace twinlock
