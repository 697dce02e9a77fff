#include "cli/trusted_program.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string_view>

namespace twinlock {
namespace {

constexpr std::string_view kForAdministrators = ":/usr/sbin:/sbin:/usr/bin:/bin";
constexpr mode_t kOthersMayWrite = S_IWGRP | S_IWOTH;

/// The path without links; nullopt: there is no such thing.
std::optional<std::string> resolved(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> found(::realpath(path.c_str(), nullptr), std::free);
  return found ? std::optional<std::string>(found.get()) : std::nullopt;
}

/// Names in a sticky directory stay their owners' own.
enum class Sticky { kIsEnough, kIsNot };

bool is_roots_own(const std::string& path, mode_t type, Sticky sticky) {
  struct stat about {};
  if (::lstat(path.c_str(), &about) != 0 || about.st_uid != 0 || (about.st_mode & S_IFMT) != type) return false;
  if ((about.st_mode & kOthersMayWrite) == 0) return true;
  return sticky == Sticky::kIsEnough && (about.st_mode & S_ISVTX) != 0;
}

}  // namespace

std::optional<std::string> trusted_program(const std::string& path) {
  if (!path.starts_with('/')) return std::nullopt;
  auto program = resolved(path);
  if (!program || !is_roots_own(*program, S_IFREG, Sticky::kIsNot) || ::access(program->c_str(), X_OK) != 0)
    return std::nullopt;
  Sticky sticky = Sticky::kIsNot;
  for (std::size_t end = program->rfind('/'); end != std::string::npos && end != 0;
       end = program->rfind('/', end - 1)) {
    if (!is_roots_own(program->substr(0, end), S_IFDIR, sticky)) return std::nullopt;
    sticky = Sticky::kIsEnough;
  }
  return program;
}

std::optional<std::string> find_program(const std::string& name) {
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): one thread
  std::string directories(path != nullptr ? path : "");
  directories += kForAdministrators;
  for (std::size_t start = 0; start <= directories.size();) {
    const std::size_t end = std::min(directories.find(':', start), directories.size());
    const std::string directory = directories.substr(start, end - start);
    if (const auto program = trusted_program(directory + "/" + name); program && directory.starts_with('/'))
      return program;
    start = end + 1;
  }
  return std::nullopt;
}

}  // namespace twinlock
