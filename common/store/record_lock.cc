#include "store/record_lock.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "base/clock.h"

namespace twinlock {
namespace {

using std::chrono::microseconds;

constexpr microseconds kFirstWait{200};  // about as long as another login's save takes
constexpr microseconds kLongestWait{10'000};

enum class Attempt { kTaken, kBusy, kFailed };

Attempt set_lock(int fd, short type) {
  struct flock whole_file {};
  whole_file.l_type = type;
  whole_file.l_whence = SEEK_SET;
  if (::fcntl(fd, F_OFD_SETLK, &whole_file) == 0) return Attempt::kTaken;
  return errno == EAGAIN || errno == EACCES || errno == EINTR ? Attempt::kBusy : Attempt::kFailed;
}

void wait(microseconds span) {
  const std::timespec time{0, static_cast<long>(span.count()) * 1000};
  static_cast<void>(::clock_nanosleep(CLOCK_MONOTONIC, 0, &time, nullptr));  // woken early by a signal: asks early
}

}  // namespace

Deadline Deadline::in(std::chrono::milliseconds span) { return Deadline(monotonic_milliseconds() + span.count()); }

std::chrono::milliseconds Deadline::left() const {
  return std::chrono::milliseconds(std::max<std::int64_t>(0, monotonic_ - monotonic_milliseconds()));
}

Result<RecordLock> RecordLock::take(UniqueFd file, LockKind kind, const Deadline& deadline, const std::string& path) {
  const short type = kind == LockKind::kShared ? F_RDLCK : F_WRLCK;
  for (microseconds pause = kFirstWait;; pause = std::min(2 * pause, kLongestWait)) {
    const Attempt attempt = set_lock(file.get(), type);
    if (attempt == Attempt::kTaken) return RecordLock(std::move(file));
    if (attempt == Attempt::kFailed) return system_error(Error::Code::kStore, path, "locked", errno);
    if (deadline.left().count() == 0) break;
    wait(pause);
  }
  return Error{Error::Code::kStore, path, "is locked by another process", "try again; 'lslocks' shows which process"};
}

RecordLock::~RecordLock() {
  if (file_) static_cast<void>(set_lock(file_.get(), F_UNLCK));  // closing unlocks too, unless a child holds on
}

}  // namespace twinlock
