// MUST 1: counting follows no link and writes to nobody else's file.
// MUST 2: counting cannot end a login: not by an error, nor by the file size limit of whoever started us.
#include "audit/audit_missed.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_size_limit.h"
#include "config/trusted_file.h"

namespace twinlock {
namespace {

constexpr const char* kName = "audit.missed";

/// After a start of the machine /run is empty, and the log may fail before anything else has made our part of it.
void make_directory(const std::string& run_dir) {
  const auto slash = run_dir.find_last_of('/');
  if (slash == std::string::npos || slash == 0) return;
  const auto parent = open_trusted_directory({run_dir.substr(0, slash), Privacy::kPublic, Error::Code::kStore});
  if (parent) static_cast<void>(::mkdirat(parent->get(), run_dir.c_str() + slash + 1, 0700));
}

Result<UniqueFd> open_directory(const std::string& run_dir) {
  auto directory = open_trusted_directory(private_path(run_dir));
  if (directory) return directory;
  make_directory(run_dir);
  return open_trusted_directory(private_path(run_dir));
}

/// It is our own, and no limit stands against one more byte.
bool takes_one_more(int fd, const std::string& path) {
  struct stat status {};
  return check_trusted(fd, S_IFREG, private_path(path)) && ::fstat(fd, &status) == 0 &&
         check_file_size_limit(static_cast<std::uint64_t>(status.st_size) + 1, path);
}

}  // namespace

void count_missed_line(const std::string& run_dir) {
  const auto directory = open_directory(run_dir);
  if (!directory) return;
  const int flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
  const UniqueFd file(::openat(directory->get(), kName, flags, 0600));
  if (!file || !takes_one_more(file.get(), run_dir + "/" + kName)) return;
  static_cast<void>(::write(file.get(), "+", 1) == 1);
}

std::uint64_t missed_lines(const std::string& run_dir) {
  const auto file = open_trusted_file(private_path(run_dir + "/" + kName));
  struct stat status {};
  if (!file || ::fstat(file->get(), &status) != 0) return 0;
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace twinlock
