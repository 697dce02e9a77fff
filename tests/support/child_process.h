// Runs another program and collects what it prints.
#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace twinlock::test {

struct ProgramOutput {
  int status = -1;  ///< Exit status; -1 if it was killed.
  std::string text;
};

inline std::string read_to_end(int fd) {
  std::string text;
  std::array<char, 4096> block{};
  for (ssize_t count = 0; (count = ::read(fd, block.data(), block.size())) > 0;) {
    text.append(block.data(), static_cast<std::size_t>(count));
  }
  return text;
}

/// A program that was started, its standard output in a pipe. Throws where it cannot be started.
class ChildProcess {
 public:
  explicit ChildProcess(const std::vector<std::string>& arguments) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    output_ = UniqueFd(ends[0]);
    const UniqueFd writer(ends[1]);
    std::vector<char*> argv;
    for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, writer.get(), 1);
    const int outcome = ::posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (outcome != 0) throw std::runtime_error("cannot start " + arguments[0]);
  }

  /// Everything it prints, and how it ended. Call once.
  ProgramOutput finish() {
    std::string text = read_to_end(output_.get());
    int status = 0;
    ::waitpid(pid_, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, std::move(text)};
  }

 private:
  pid_t pid_ = -1;
  UniqueFd output_;
};

inline ProgramOutput run_program(const std::vector<std::string>& arguments) { return ChildProcess(arguments).finish(); }

}  // namespace twinlock::test
