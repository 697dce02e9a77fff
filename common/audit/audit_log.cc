// MUST 1: nothing here throws a login off its course: every failure ends in syslog.
// MUST 2: a line is written by one write(2) on an O_APPEND descriptor, so lines of parallel logins never mix.
#include "audit/audit_log.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "base/clock.h"
#include "base/unique_fd.h"
#include "config/trusted_file.h"

namespace twinlock {
namespace {

constexpr std::int64_t kLockWaitMilliseconds = 100;
constexpr auto kLockPoll = std::chrono::milliseconds(2);

Result<UniqueFd> open_log(const std::string& path) {
  UniqueFd file(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600));
  if (!file) return system_error(Error::Code::kStore, path, "opened", errno);
  const auto trusted = check_trusted(file.get(), S_IFREG, {path, Privacy::kPrivate, Error::Code::kStore});
  if (!trusted) return trusted.error();
  return file;
}

/// A shared lock: writers do not wait for each other, only for a rotation.
bool lock_for_appending(int fd) {
  const std::int64_t deadline = monotonic_milliseconds() + kLockWaitMilliseconds;
  while (true) {
    struct flock lock {};
    lock.l_type = F_RDLCK;
    lock.l_whence = SEEK_SET;
    if (::fcntl(fd, F_OFD_SETLK, &lock) == 0) return true;
    if (monotonic_milliseconds() >= deadline) return false;
    std::this_thread::sleep_for(kLockPoll);
  }
}

bool is_still_named(int fd, const std::string& path) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(fd, &opened) == 0 && ::lstat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

/// The log, open and locked; opened again when a rotation took its name away in between.
Result<UniqueFd> open_for_appending(const std::string& path) {
  for (int attempt = 0; attempt < 3; ++attempt) {
    auto file = open_log(path);
    if (!file) return file;
    if (!lock_for_appending(file->get())) break;
    if (is_still_named(file->get(), path)) return file;
  }
  return Error{Error::Code::kStore, path, "is locked by another process", ""};
}

/// A write beyond the limit would kill the host program (SIGXFSZ), and su inherits its caller's limit.
Result<void> check_file_size_limit(int fd, std::size_t more, const std::string& path) {
  struct rlimit limit {};
  struct stat status {};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || ::fstat(fd, &status) != 0) {
    return system_error(Error::Code::kStore, path, "examined", errno);
  }
  if (limit.rlim_cur >= static_cast<rlim_t>(status.st_size) + more) return done();
  return Error{Error::Code::kStore, path, "would grow beyond the file size limit of this process", ""};
}

Result<void> append(const std::string& path, const std::string& line) {
  const auto file = open_for_appending(path);
  if (!file) return file.error();
  if (const auto fits = check_file_size_limit(file->get(), line.size(), path); !fits) return fits;
  const ssize_t written = ::write(file->get(), line.data(), line.size());
  if (written < 0) return system_error(Error::Code::kStore, path, "written", errno);
  if (static_cast<std::size_t>(written) != line.size()) {
    return Error{Error::Code::kStore, path, "took only a part of a line", "make room on its file system"};
  }
  return done();
}

}  // namespace

AuditLog::AuditLog(std::string path, SyslogSink syslog) : path_(std::move(path)), syslog_(std::move(syslog)) {}

void AuditLog::record(const AuditLine& line) const {
  const std::string json = audit_json(line);
  if (!path_.empty()) {
    const auto appended = append(path_, json + "\n");
    if (appended) return;
    syslog_(LOG_ERR, "audit: " + appended.error().text());
  }
  syslog_(LOG_NOTICE, "audit: " + json);
}

}  // namespace twinlock
