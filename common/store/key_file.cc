#include "store/key_file.h"

#include <fcntl.h>

#include <cerrno>

#include "config/trusted_file.h"

namespace twinlock {
namespace {

constexpr std::size_t kLargest = 65536;
constexpr std::chrono::milliseconds kPatience{5000};

bool is_same_time(const timespec& a, const timespec& b) { return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec; }

bool is_same_file(const struct stat& a, const struct stat& b) { return a.st_dev == b.st_dev && a.st_ino == b.st_ino; }

bool is_unchanged(const struct stat& a, const struct stat& b) {
  return is_same_file(a, b) && a.st_size == b.st_size && is_same_time(a.st_mtim, b.st_mtim) &&
         is_same_time(a.st_ctim, b.st_ctim);
}

/// Of a file that read_key_file() has trusted, so its directory is nobody else's.
Result<UniqueFd> open_for_writing(const std::string& path) {
  UniqueFd file(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file) return system_error(Error::Code::kStore, path, "opened", errno);
  if (const auto trusted = check_trusted(file.get(), S_IFREG, private_path(path)); !trusted) return trusted.error();
  return file;
}

}  // namespace

Result<std::shared_ptr<const Keyring>> KeyFile::current() {
  struct stat now {};
  // Looked at before it is read: what comes between is read now, and again the next time.
  if (::lstat(path_.c_str(), &now) != 0 && errno != ENOENT) {
    return system_error(Error::Code::kStore, path_, "examined", errno);
  }
  if (keys_ != nullptr && is_unchanged(now, seen_)) return keys_;
  const auto text = read_key_file(path_);
  if (!text) return text.error();
  auto keys = Keyring::parse(text->text(), path_);
  if (!keys) return keys.error();
  keys_ = std::make_shared<const Keyring>(std::move(*keys));
  seen_ = now;
  return keys_;
}

Result<std::optional<RecordLock>> KeyFile::hold() {
  auto lock = lock_key_file(path_, LockKind::kShared);
  if (!lock) return lock.error();
  return std::optional(std::move(*lock));
}

Result<SecretBytes> read_key_file(const std::string& path) { return read_trusted_file(private_path(path), kLargest); }

Result<RecordLock> lock_key_file(const std::string& path, LockKind kind) {
  const Deadline deadline = Deadline::in(kPatience);
  while (true) {
    auto file = open_trusted_file(private_path(path));
    if (file && kind == LockKind::kExclusive) file = open_for_writing(path);
    if (!file) return file.error();
    auto lock = RecordLock::take(std::move(*file), kind, deadline, path);
    if (!lock) return lock.error();
    if (is_still_named(lock->fd(), path)) return lock;
  }
}

}  // namespace twinlock
