// pam_driver: runs one scenario (JSON on stdin, see tests/support/pam.py) through libpam and prints what came of it.
//
//   "repeat": n    in one process: a line for each attempt, then one with the state of the process as it was first,
//                  after a tenth of the attempts, and last
//   "parallel": n  in n processes that wait for each other at the first prompt, then go on at once: a line for each,
//                  an array of its attempts
//   "host": {"closed": [descriptors], "free_descriptors": n or null}
//                  in one process whose other circumstances the parent has made: a line for each attempt, then one with
//                  the state of the process before and after
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "descriptor_limit.h"
#include "login_attempt.h"
#include "process_state.h"

namespace pam_driver {
namespace {

/// Written at once: what was kept would look like growth.
void put_line(int fd, const Json& json) {
  const std::string line = json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
  for (std::size_t done = 0; done < line.size();) {
    const ssize_t count = ::write(fd, line.data() + done, line.size() - done);
    if (count < 0 && errno != EINTR) throw std::runtime_error("the result cannot be written");
    done += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  }
}

/// The attempts of one process; `after` is called behind each, with its number.
void repeat(const Json& scenario, const FirstPrompt& at_first_prompt, int out, const std::function<void(int)>& after) {
  const int rounds = scenario.at("repeat");
  Answers answers{scenario.at("answers")};
  for (int round = 0; round < rounds; ++round) {
    put_line(out, run({scenario, answers, round == 0 ? at_first_prompt : nullptr}));
    after(round);
  }
}

/// A number that nobody else gets, however few may be opened.
int copy_of_stdout() {
  const int copy = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 100);
  if (copy < 0) throw std::runtime_error("fcntl");
  return copy;
}

void run_in_hostile_host(const Json& scenario) {
  const int out = copy_of_stdout();
  open_log();
  for (const int fd : scenario.at("host").at("closed")) ::close(fd);
  const Json first = process_state();
  const DescriptorLimit limit(scenario.at("host").at("free_descriptors"));
  repeat(scenario, nullptr, out, [](int) {});
  limit.lift();
  put_line(out, {{"first", first}, {"last", process_state()}});
}

void run_watched(const Json& scenario) {
  const Json first = process_state();
  Json warm = first;
  const int warm_round = scenario.at("repeat").get<int>() / 10;
  repeat(scenario, nullptr, STDOUT_FILENO, [&](int round) {
    if (round == warm_round) warm = process_state();
  });
  put_line(STDOUT_FILENO, {{"first", first}, {"warm", warm}, {"last", process_state()}});
}

/// A gate that opens when each child has come to it or ended.
class Gate {
 public:
  Gate() {
    if (::pipe(coming_) != 0 || ::pipe(opening_) != 0) throw std::runtime_error("pipe");
  }
  void enter_child() {
    ::close(coming_[0]);
    ::close(opening_[1]);
  }
  void wait() {
    ::close(coming_[1]);
    wait_for_end(opening_[0]);
  }
  /// For the parent, after the last fork.
  void open_when_all_came() {
    ::close(coming_[1]);
    wait_for_end(coming_[0]);
    ::close(opening_[1]);
  }

 private:
  /// Nobody ever writes: the end comes when nobody can any more.
  static void wait_for_end(int fd) {
    char ignored = 0;
    while (::read(fd, &ignored, 1) < 0 && errno == EINTR) {
    }
  }
  int coming_[2] = {};
  int opening_[2] = {};
};

struct Child {
  pid_t pid;
  int result;  ///< A file in memory, which outlives it.
};

/// Never returns.
void be_child(const Json& scenario, Gate& gate, int result) {
  gate.enter_child();
  repeat(
      scenario, [&gate] { gate.wait(); }, result, [](int) {});
  ::_exit(0);
}

Child start(const Json& scenario, Gate& gate) {
  const int result = ::memfd_create("result", MFD_CLOEXEC);
  const pid_t pid = ::fork();
  if (result < 0 || pid < 0) throw std::runtime_error("a child cannot be started");
  if (pid == 0) be_child(scenario, gate, result);
  return {pid, result};
}

std::string content_of(int fd) {
  std::string text(static_cast<std::size_t>(::lseek(fd, 0, SEEK_END)), '\0');
  const ssize_t length = ::pread(fd, text.data(), text.size(), 0);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
  return text;
}

/// The attempts of the child, as one array. Throws where it did not end well.
Json finish(const Child& child) {
  int status = 0;
  while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0) throw std::runtime_error("a child ended with status " + std::to_string(status));
  std::istringstream lines(content_of(child.result));
  Json all = Json::array();
  for (std::string line; std::getline(lines, line);) all.push_back(Json::parse(line));
  ::close(child.result);
  return all;
}

void run_in_parallel(const Json& scenario, int processes) {
  Gate gate;
  std::vector<Child> children;
  for (int i = 0; i < processes; ++i) children.push_back(start(scenario, gate));
  gate.open_when_all_came();
  for (const Child& child : children) put_line(STDOUT_FILENO, finish(child));
}

}  // namespace
}  // namespace pam_driver

int main() {
  using namespace pam_driver;
  const Json scenario = Json::parse(std::cin);
  if (!scenario.at("host").is_null()) {
    run_in_hostile_host(scenario);
    return 0;
  }
  become_peculiar();
  const int processes = scenario.at("parallel");
  if (processes == 0) {
    run_watched(scenario);
  } else {
    run_in_parallel(scenario, processes);
  }
}
