// The administrator's command: reads the command line, runs one command, and says how it went.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>

#include "base/clock.h"
#include "cli/advice.h"
#include "cli/commands/commands.h"
#include "cli/doctor/doctor_view.h"
#include "cli/grammar.h"

namespace twinlock {
namespace {

/// In place of a closed standard descriptor stands one that fails when used, as the closed one would: else the next
/// file to be opened, such as a record, would take its number and the output meant for it.
void occupy_standard_descriptors() {
  const auto occupy = [](int descriptor, int mode) {
    if (::fcntl(descriptor, F_GETFD) >= 0) return;
    static_cast<void>(::open("/dev/null", mode | O_CLOEXEC));  // takes the lowest number that is free: this one
  };
  occupy(STDIN_FILENO, O_WRONLY);
  occupy(STDOUT_FILENO, O_RDONLY);
  occupy(STDERR_FILENO, O_RDONLY);
}

/// Secrets pass through this process: no core dumps, no debuggers of other users.
void keep_memory_private() {
  constexpr rlimit kNone{0, 0};
  ::setrlimit(RLIMIT_CORE, &kNone);
  ::prctl(PR_SET_DUMPABLE, 0);
}

/// Before the command line is understood, its wish for JSON must be guessed.
Format guess_format(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--") break;
    if (argument == "--json") return Format::kJson;
  }
  return Format::kText;
}

/// Monitoring reads one line and an exit status of its own, also where the command line cannot be understood.
bool is_for_nagios(const std::vector<std::string>& arguments) {
  return std::ranges::find(arguments, "--nagios") != arguments.end();
}

int fail(const Desk& desk, const Error& error) {
  desk.complain(error);
  return static_cast<int>(status_of(error.code));
}

int tell_nagios(const Terminal& terminal, const Error& error) {
  static_cast<void>(terminal.print(nagios_unknown(error.text())));
  return kNagiosUnknown;
}

int run(std::vector<std::string> arguments) {
  const Terminal terminal({STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO});
  Desk plain({"", guess_format(arguments)}, terminal, read_clock());
  Grammar grammar;
  add_all_commands(grammar);
  const bool for_nagios = is_for_nagios(arguments);
  auto parsed = grammar.parse(std::move(arguments));
  if (!parsed && for_nagios) return tell_nagios(terminal, parsed.error());
  if (!parsed) return fail(plain, parsed.error());
  if (!parsed->choice) {
    const auto printed = terminal.print(parsed->text);
    return printed ? 0 : fail(plain, printed.error());
  }
  Desk desk(parsed->choice->options, terminal, read_clock());
  const auto status = parsed->choice->action(desk);
  return status ? static_cast<int>(*status) : fail(desk, status.error());
}

}  // namespace
}  // namespace twinlock

int main(int argc, char** argv) {
  try {
    twinlock::occupy_standard_descriptors();
    twinlock::keep_memory_private();
    ::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of ours to report, not a death
    return twinlock::run({argv + 1, argv + argc});
  } catch (const std::exception& bug) {
    std::fprintf(stderr, "twinlock: internal error: %s\n", bug.what());
    return static_cast<int>(twinlock::ExitStatus::kStore);
  }
}
