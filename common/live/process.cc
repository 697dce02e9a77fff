#include "live/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

namespace twinlock {
namespace {

constexpr std::string_view kDeadStates = "ZXx";
constexpr std::string_view kSmbd = "smbd";  // newer ones add the address: "smbd[192.0.2.7]"
constexpr int kFieldOfState = 3;            // of proc(5), stat; the second is the command's name in parentheses
constexpr int kFieldOfStart = 22;

std::string stat_path(std::int32_t pid) { return "/proc/" + std::to_string(pid) + "/stat"; }

/// Field `number` of a stat line, counted as proc(5) does. The command's name may hold anything, parentheses too.
std::string_view field_of(std::string_view stat, int number) {
  const auto name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) return {};
  std::string_view rest = stat.substr(std::min(stat.size(), name_end + 2));
  for (int field = kFieldOfState; field < number; ++field) {
    const auto blank = rest.find(' ');
    if (blank == std::string_view::npos) return {};
    rest.remove_prefix(blank + 1);
  }
  return rest.substr(0, rest.find(' '));
}

Result<std::optional<ProcessIdentity>> parse_stat(std::int32_t pid, std::string_view stat) {
  const auto state = field_of(stat, kFieldOfState);
  const auto start = field_of(stat, kFieldOfStart);
  ProcessIdentity process{pid, 0};
  const auto parsed = std::from_chars(start.data(), start.data() + start.size(), process.started);
  if (state.size() != 1 || parsed.ec != std::errc() || parsed.ptr != start.data() + start.size()) {
    return Error{Error::Code::kStore, stat_path(pid), "is not in the form of proc(5)", ""};
  }
  if (kDeadStates.find(state[0]) != std::string_view::npos) return std::optional<ProcessIdentity>();
  return std::optional(process);
}

bool is_gone(int error_number) { return error_number == ENOENT || error_number == ESRCH; }

}  // namespace

Result<std::optional<ProcessIdentity>> identify_process(std::int32_t pid) {
  const std::string path = stat_path(pid);
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && is_gone(errno)) return std::optional<ProcessIdentity>();
  if (!file) return system_error(Error::Code::kStore, path, "opened", errno);
  std::array<char, 1024> stat{};
  const ssize_t length = ::read(file.get(), stat.data(), stat.size());
  if (length < 0 && is_gone(errno)) return std::optional<ProcessIdentity>();
  if (length < 0) return system_error(Error::Code::kStore, path, "read", errno);
  return parse_stat(pid, {stat.data(), static_cast<std::size_t>(length)});
}

Result<bool> is_running(const ProcessIdentity& process) {
  const auto found = identify_process(process.pid);
  if (!found) return found.error();
  return *found == process;
}

Result<std::string> name_of_process(std::int32_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/comm";
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return system_error(Error::Code::kStore, path, "opened", errno);
  std::array<char, 64> name{};
  const ssize_t length = ::read(file.get(), name.data(), name.size());
  if (length < 0) return system_error(Error::Code::kStore, path, "read", errno);
  const std::string_view line(name.data(), static_cast<std::size_t>(length));
  return std::string(line.substr(0, line.find('\n')));
}

Result<bool> serves_one_client(std::int32_t pid) {
  const auto name = name_of_process(pid);
  if (!name) return name.error();
  return name->compare(0, kSmbd.size(), kSmbd) == 0;
}

Result<std::optional<UniqueFd>> ask_to_end(const ProcessIdentity& process) {
  const std::string what = "process " + std::to_string(process.pid);
  // By number: the C library's wrappers are younger than the systems that we run on.
  UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0)));
  if (!handle && errno == ESRCH) return std::optional<UniqueFd>();
  if (!handle) return system_error(Error::Code::kStore, what, "opened", errno);
  const auto running = is_running(process);  // now that the handle cannot pass to another process
  if (!running) return running.error();
  if (!*running) return std::optional<UniqueFd>();
  if (::syscall(SYS_pidfd_send_signal, handle.get(), SIGTERM, nullptr, 0) == 0) return std::optional(std::move(handle));
  if (errno == ESRCH) return std::optional<UniqueFd>();
  return system_error(Error::Code::kStore, what, "ended", errno);
}

bool has_ended_within(std::chrono::milliseconds patience, const UniqueFd& handle) {
  pollfd end{handle.get(), POLLIN, 0};
  return ::poll(&end, 1, static_cast<int>(patience.count())) == 1;
}

}  // namespace twinlock
