#include "cli/doctor/server_process.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <filesystem>

#include "base/unique_fd.h"
#include "cli/doctor/sshd_settings.h"

namespace twinlock {
namespace {

constexpr std::size_t kMostText = 1 << 18;
constexpr std::string_view kReplaced = " (deleted)";  // an update has put another file in its place

/// Empty where it cannot be read.
std::string text_of(int directory, const char* name) {
  const UniqueFd file(::openat(directory, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  std::string text;
  std::array<char, 4096> block{};
  while (file && text.size() < kMostText) {
    const ssize_t count = ::read(file.get(), block.data(), block.size());
    if (count <= 0) break;
    text.append(block.data(), static_cast<std::size_t>(count));
  }
  return text;
}

std::string target_of(int directory, const char* name) {
  std::array<char, 4096> target{};
  const ssize_t length = ::readlinkat(directory, name, target.data(), target.size());
  return length > 0 ? std::string(target.data(), static_cast<std::size_t>(length)) : "";
}

bool is_root(int directory) {
  for (const std::string& line : split_text(text_of(directory, "status"), "\n")) {
    if (!line.starts_with("Uid:")) continue;
    const auto words = split_text(line, " \t");
    return words.size() == 5 &&
           std::all_of(words.begin() + 1, words.end(), [](const auto& word) { return word == "0"; });
  }
  return false;
}

bool is_same_file(int directory, const char* name, const char* ours) {
  struct stat theirs {};
  struct stat own {};
  return ::fstatat(directory, name, &theirs, 0) == 0 && ::stat(ours, &own) == 0 && theirs.st_dev == own.st_dev &&
         theirs.st_ino == own.st_ino;
}

ServerProcess::Place place_of(int directory) {
  if (!is_same_file(directory, "ns/pid", "/proc/self/ns/pid")) return ServerProcess::Place::kContainer;
  if (!is_same_file(directory, "root", "/")) return ServerProcess::Place::kOtherRoot;
  for (const std::string name : {"/etc", "/etc/pam.d", "/etc/ssh", "/etc/samba"}) {
    struct stat about {};
    const bool is_here = ::stat(name.c_str(), &about) == 0;
    if (is_here && !is_same_file(directory, ("root" + name).c_str(), name.c_str()))
      return ServerProcess::Place::kOtherRoot;
  }
  return ServerProcess::Place::kHere;
}

/// Field 22 of proc_pid_stat(5), in ticks since the machine was started.
std::optional<UnixTime> start_time_of(int directory) {
  const std::string text = text_of(directory, "stat");
  const auto words = split_text(text.substr(std::min(text.size(), text.rfind(')') + 1)), " \n");
  std::int64_t ticks = 0;
  if (words.size() < 20 ||
      std::from_chars(words[19].data(), words[19].data() + words[19].size(), ticks).ec != std::errc())
    return std::nullopt;
  timespec booted{};
  timespec now{};
  if (::clock_gettime(CLOCK_BOOTTIME, &booted) != 0 || ::clock_gettime(CLOCK_REALTIME, &now) != 0) return std::nullopt;
  return UnixTime{now.tv_sec - booted.tv_sec + ticks / ::sysconf(_SC_CLK_TCK)};
}

std::optional<ServerProcess> look_at_process(int directory, const std::function<bool(std::string_view)>& wanted) {
  ServerProcess process;
  process.program = target_of(directory, "exe");
  if (process.program.ends_with(kReplaced)) process.program.resize(process.program.size() - kReplaced.size());
  const std::string_view program = process.program;
  if (program.empty() || !wanted(program.substr(program.rfind('/') + 1)) || !is_root(directory)) return std::nullopt;
  process.words = split_text(text_of(directory, "cmdline"), std::string_view("\0", 1));
  process.place = place_of(directory);
  process.started = start_time_of(directory);
  return process;
}

}  // namespace

std::vector<ServerProcess> root_processes(const std::function<bool(std::string_view name)>& wanted) {
  std::vector<ServerProcess> found;
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", unreadable)) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ptr != name.data() + name.size()) continue;
    const UniqueFd directory(::open(entry.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    auto process = directory ? look_at_process(directory.get(), wanted) : std::nullopt;
    if (!process) continue;
    process->pid = pid;
    found.push_back(std::move(*process));
  }
  std::ranges::sort(found, {}, &ServerProcess::pid);
  return found;
}

std::string words_for(const ServerProcess& process) {
  return process.program + " (process " + std::to_string(process.pid) + ")";
}

bool can_be_seen(const ServerProcess& process, const std::string& id, Findings& findings) {
  if (process.place == ServerProcess::Place::kContainer) {
    findings.ok(id, words_for(process) + " runs in a container, which is a machine of its own");
  } else if (process.place == ServerProcess::Place::kOtherRoot) {
    findings.warn(id, words_for(process) + " runs below another root directory, where its files cannot be seen",
                  "run the doctor there, or stop it");
  }
  return process.place == ServerProcess::Place::kHere;
}

}  // namespace twinlock
