#include "cli/doctor/module_version.h"

#include <sys/stat.h>
#include <unistd.h>

namespace twinlock {
namespace {

constexpr std::string_view kMark = "twinlock-module-version=";  // as pam/pam_entry.cc has it
constexpr std::size_t kLongest = 40;
constexpr off_t kLargestModule = 64 << 20;

}  // namespace

std::optional<std::string> module_version_in(std::string_view content) {
  const auto start = content.find(kMark);
  if (start == std::string_view::npos) return std::nullopt;
  const std::string_view rest = content.substr(start + kMark.size(), kLongest + 1);
  const auto end = rest.find('\0');
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  return std::string(rest.substr(0, end));
}

std::optional<std::string> module_version_of(int fd) {
  struct stat about {};
  if (::fstat(fd, &about) != 0 || about.st_size > kLargestModule) return std::nullopt;
  std::string content(static_cast<std::size_t>(about.st_size), '\0');
  std::size_t filled = 0;
  while (filled < content.size()) {
    const ssize_t count = ::pread(fd, content.data() + filled, content.size() - filled, static_cast<off_t>(filled));
    if (count <= 0) return std::nullopt;
    filled += static_cast<std::size_t>(count);
  }
  return module_version_in(content);
}

}  // namespace twinlock
