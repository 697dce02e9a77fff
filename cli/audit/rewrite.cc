#include "cli/audit/rewrite.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>

#include "cli/file_error.h"
#include "cli/new_file.h"
#include "config/trusted_file.h"
#include "store/record_lock.h"

namespace twinlock {
namespace {

Error rotated(const std::string& path) { return {Error::Code::kStore, path, "was rotated meanwhile", "try again"}; }

std::string name_beside(const LogFile& file) { return file.path + ".twinlock-new"; }

/// A file beside the log, gone again unless it takes the log's place.
class Replacement {
 public:
  static Result<Replacement> make(const LogFile& old) {
    const std::string path = name_beside(old);
    if (const auto removed = remove_leftover(old); !removed) return removed.error();
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) return file_error(path, "made");
    return Replacement(old, path, std::move(fd));
  }
  Replacement(Replacement&& other) noexcept
      : old_(other.old_), path_(std::exchange(other.path_, "")), fd_(std::move(other.fd_)) {}
  Replacement& operator=(Replacement&&) = delete;
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;
  ~Replacement() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  Result<void> append(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return file_error(path_, "written");
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return done();
  }

  /// Appends what the old file has from `offset` on, and moves `offset` to its end.
  Result<void> copy(std::uint64_t& offset) {
    auto bytes = LogBytes::of(*old_, offset);
    if (!bytes) return bytes.error();
    while (true) {
      const auto block = bytes->next();
      if (!block) return block.error();
      if (block->empty()) return done();
      if (const auto appended = append(*block); !appended) return appended;
      offset += block->size();
    }
  }

  Result<void> copy_compressed(std::uint64_t begin);

  Result<void> flush() const { return ::fsync(fd_.get()) == 0 ? done() : Result<void>(file_error(path_, "flushed")); }

  /// What was in its place is looked at once it has been moved out of there: before, it could be changed meanwhile.
  Result<void> take_place() {
    if (!exchange()) {
      if (errno == EINVAL || errno == ENOSYS) return take_place_without_exchange();
      return file_error(old_->path, "replaced");
    }
    if (!is_still_named(old_->fd.get(), path_)) {
      if (exchange()) return rotated(old_->path);
      path_.clear();  // so that neither is removed
      return file_error(old_->path, "put back");
    }
    const std::string old = std::exchange(path_, "");
    return ::unlink(old.c_str()) == 0 ? done() : Result<void>(file_error(old, "removed"));
  }

  /// Its age still tells when it was rotated.
  void take_over_times() const {
    const std::array<timespec, 2> times{old_->status.st_atim, old_->status.st_mtim};
    static_cast<void>(::futimens(fd_.get(), times.data()));
  }

  Result<LogFile> finish() && {
    struct stat status {};
    if (const auto flushed = flush(); !flushed) return flushed.error();
    if (::fstat(fd_.get(), &status) != 0) return file_error(old_->path, "examined");
    if (const auto flushed = flush_directory(directory_of(old_->path)); !flushed) return flushed.error();
    return LogFile{old_->path, old_->kind, std::move(fd_), status};
  }

 private:
  [[nodiscard]] bool exchange() const {
    return ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, old_->path.c_str(), RENAME_EXCHANGE) == 0;
  }
  /// Some file systems cannot exchange.
  Result<void> take_place_without_exchange() {
    if (!is_still_named(old_->fd.get(), old_->path)) return rotated(old_->path);
    if (::rename(path_.c_str(), old_->path.c_str()) != 0) return file_error(old_->path, "replaced");
    path_.clear();
    return done();
  }

  Replacement(const LogFile& old, std::string path, UniqueFd fd)
      : old_(&old), path_(std::move(path)), fd_(std::move(fd)) {}

  const LogFile* old_;
  std::string path_;  ///< Empty: it took the place.
  UniqueFd fd_;
};

struct GzipCloser {
  void operator()(gzFile_s* file) const noexcept { ::gzclose_w(file); }
};

Error not_compressed(const std::string& path) {
  return {Error::Code::kStore, path, "cannot be written compressed", "make room on its file system"};
}

Result<void> Replacement::copy_compressed(std::uint64_t begin) {
  auto bytes = LogBytes::of(*old_, begin);
  if (!bytes) return bytes.error();
  const int again = ::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0);
  if (again < 0) return file_error(path_, "opened");
  std::unique_ptr<gzFile_s, GzipCloser> gzip(::gzdopen(again, "wb"));
  if (!gzip) return not_compressed(path_);
  while (true) {
    const auto block = bytes->next();
    if (!block) return block.error();
    if (block->empty()) break;
    const auto size = static_cast<unsigned>(block->size());
    if (::gzwrite(gzip.get(), block->data(), size) != static_cast<int>(size)) return not_compressed(path_);
  }
  return ::gzclose_w(gzip.release()) == Z_OK ? done() : Result<void>(not_compressed(path_));
}

Result<LogFile> rewrite_rotated(const LogFile& file, std::uint64_t begin) {
  auto fresh = Replacement::make(file);
  if (!fresh) return fresh.error();
  const bool compressed = file.kind == ScannedFile::Kind::kCompressed;
  const auto copied = compressed ? fresh->copy_compressed(begin) : fresh->copy(begin);
  if (!copied) return copied.error();
  fresh->take_over_times();
  if (const auto flushed = fresh->flush(); !flushed) return flushed.error();
  if (const auto placed = fresh->take_place(); !placed) return placed.error();
  return std::move(*fresh).finish();
}

/// MUST 2 of purge.h: the bulk is copied and flushed before the lock is taken. What came meanwhile is not sealed yet,
/// so the flush behind the lock is soon enough for it.
Result<LogFile> rewrite_current(const LogFile& file, std::uint64_t begin) {
  auto fresh = Replacement::make(file);
  if (!fresh) return fresh.error();
  if (const auto copied = fresh->copy(begin); !copied) return copied.error();
  if (const auto flushed = fresh->flush(); !flushed) return flushed.error();
  {
    UniqueFd again(::fcntl(file.fd.get(), F_DUPFD_CLOEXEC, 0));
    if (!again) return file_error(file.path, "opened");
    const auto lock =
        RecordLock::take(std::move(again), LockKind::kExclusive, Deadline::in(kPatienceWithWriters), file.path);
    if (!lock) return lock.error();
    if (const auto copied = fresh->copy(begin); !copied) return copied.error();
    if (const auto placed = fresh->take_place(); !placed) return placed.error();
  }
  return std::move(*fresh).finish();
}

}  // namespace

Result<void> remove_leftover(const LogFile& file) {
  const std::string path = name_beside(file);
  return ::unlink(path.c_str()) == 0 || errno == ENOENT ? done() : Result<void>(file_error(path, "removed"));
}

Result<LogFile> rewrite_from(const LogFile& file, std::uint64_t begin) {
  return file.kind == ScannedFile::Kind::kCurrent ? rewrite_current(file, begin) : rewrite_rotated(file, begin);
}

Result<void> remove_log_file(const LogFile& file) {
  if (!is_still_named(file.fd.get(), file.path)) return rotated(file.path);
  if (::unlink(file.path.c_str()) != 0) return file_error(file.path, "removed");
  return flush_directory(directory_of(file.path));
}

}  // namespace twinlock
