// MUST 1: nothing here throws a login off its course: every failure ends in syslog.
// MUST 2: a line is written by one write(2) on an O_APPEND descriptor, so lines of parallel logins never mix.
// MUST 3: a line never continues one that a crash or a full disk tore.
#include "audit/audit_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "audit/audit_missed.h"
#include "base/clock.h"
#include "base/file_size_limit.h"
#include "base/unique_fd.h"
#include "config/trusted_file.h"

namespace twinlock {
namespace {

constexpr std::int64_t kLockWaitMilliseconds = 100;
constexpr auto kLockPoll = std::chrono::milliseconds(2);

/// The log, in a directory that only root can change.
Result<UniqueFd> open_log(const std::string& path) {
  const auto slash = path.find_last_of('/');
  const std::string parent = slash == 0 ? "/" : path.substr(0, slash);
  const UniqueFd directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory) return system_error(Error::Code::kStore, parent, "opened", errno);
  const auto safe = check_trusted(directory.get(), S_IFDIR, {parent, Privacy::kPublic, Error::Code::kStore});
  if (!safe) return safe.error();
  const int flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
  UniqueFd file(::openat(directory.get(), path.c_str() + slash + 1, flags, 0600));
  if (!file) return system_error(Error::Code::kStore, path, "opened", errno);
  const auto trusted = check_trusted(file.get(), S_IFREG, {path, Privacy::kPrivate, Error::Code::kStore});
  if (!trusted) return trusted.error();
  return file;
}

bool try_to_lock(int fd, short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return ::fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

/// A shared lock: writers do not wait for each other, only for `sweep` while it seals and for `audit purge`.
bool lock_for_appending(int fd) {
  const std::int64_t deadline = monotonic_milliseconds() + kLockWaitMilliseconds;
  while (true) {
    if (try_to_lock(fd, F_RDLCK)) return true;
    if (monotonic_milliseconds() >= deadline) return false;
    std::this_thread::sleep_for(kLockPoll);
  }
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

/// su inherits its caller's limit.
Result<void> check_room_for(int fd, std::size_t more, const std::string& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return system_error(Error::Code::kStore, path, "examined", errno);
  return check_file_size_limit(static_cast<std::uint64_t>(status.st_size) + more, path);
}

bool ends_in_the_middle_of_a_line(int fd) {
  struct stat status {};
  char last = '\n';
  return ::fstat(fd, &status) == 0 && status.st_size > 0 && ::pread(fd, &last, 1, status.st_size - 1) == 1 &&
         last != '\n';
}

Result<void> append(const std::string& path, const std::string& json) {
  const auto file = open_for_appending(path);
  if (!file) return file.error();
  // Perhaps somebody is just writing that line: then an empty one comes between, which means nothing.
  const std::string line = (ends_in_the_middle_of_a_line(file->get()) ? "\n" : "") + json + "\n";
  if (const auto fits = check_room_for(file->get(), line.size(), path); !fits) return fits;
  const ssize_t written = ::write(file->get(), line.data(), line.size());
  if (written < 0) return system_error(Error::Code::kStore, path, "written", errno);
  if (static_cast<std::size_t>(written) != line.size()) {
    return Error{Error::Code::kStore, path, "took only a part of a line", "make room on its file system"};
  }
  return done();
}

}  // namespace

AuditPlaces audit_places(const Config& config) { return {config.audit.file, config.store.run_dir}; }

AuditLog::AuditLog(AuditPlaces places, SyslogSink syslog) : places_(std::move(places)), syslog_(std::move(syslog)) {}

void AuditLog::record(const AuditLine& line) const {
  const std::string json = audit_json(line);
  if (!places_.file.empty()) {
    const auto appended = append(places_.file, json);
    if (appended) return;
    count_missed_line(places_.run_dir);
    syslog_(LOG_ERR, "audit: " + appended.error().text());
  }
  syslog_(LOG_NOTICE, "audit: " + json);
}

}  // namespace twinlock
