// The lock on one record: an OFD lock (fcntl(2), F_OFD_SETLK) on its whole file. It belongs to the open file, not to
// the process, so threads of one process exclude each other as well. Never held while a human types.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace twinlock {

enum class LockKind {
  kShared,     ///< For reading; any number at once.
  kExclusive,  ///< For changing; alone. Needs a descriptor that is open for writing.
};

/// Until when to wait, on the monotonic clock.
class Deadline {
 public:
  static Deadline in(std::chrono::milliseconds span);
  [[nodiscard]] std::chrono::milliseconds left() const;  ///< Not negative.

 private:
  explicit Deadline(std::int64_t monotonic) : monotonic_(monotonic) {}
  std::int64_t monotonic_;
};

/// Owns the locked descriptor.
class RecordLock {
 public:
  /// Takes the lock of `file`, asking again in growing intervals. kStore after the deadline and where the file system
  /// has no such locks; `path` names the file in errors.
  static Result<RecordLock> take(UniqueFd file, LockKind kind, const Deadline& deadline, const std::string& path);

  RecordLock(RecordLock&& other) noexcept = default;
  RecordLock& operator=(RecordLock&& other) = delete;
  /// Unlocks explicitly: a forked child may hold the same open file, and would keep the lock by that.
  ~RecordLock();

  [[nodiscard]] int fd() const noexcept { return file_.get(); }

 private:
  explicit RecordLock(UniqueFd file) : file_(std::move(file)) {}
  UniqueFd file_;
};

}  // namespace twinlock
