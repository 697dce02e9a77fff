#include "store/record_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "config/trusted_file.h"

namespace twinlock {
namespace {

constexpr mode_t kModeBits = 07777;
constexpr int kMostReplacements = 100;  ///< A record that is removed and made again so often while we wait is a fault.

Error flawed(const std::string& path, std::string why, std::string mend) {
  return {Error::Code::kStore, path, std::move(why), std::move(mend)};
}

Error cannot_open(const std::string& path, int error_number) {
  if (error_number == ELOOP) return flawed(path, "is a symbolic link", "put the record itself there instead");
  if (error_number == EISDIR) return flawed(path, "is a directory", "remove it");
  return system_error(Error::Code::kStore, path, "opened", error_number);
}

Result<void> check_record_file(int fd, const std::string& path) {
  if (const auto ours = check_owner_and_mode(fd, path); !ours) return ours;
  struct stat status {};
  if (::fstat(fd, &status) != 0) return system_error(Error::Code::kStore, path, "examined", errno);
  if (status.st_size != static_cast<off_t>(kRecordImageBytes)) {
    return flawed(path, "is not 16384 bytes long", "restore it from a backup, or remove it and enrol the user again");
  }
  return done();
}

enum class Bearer { kThisFile, kAnother, kNone };

/// Which file bears the name of the place.
Result<Bearer> bearer_of_name(int fd, const RecordPlace& place) {
  struct stat ours {};
  if (::fstat(fd, &ours) != 0) return system_error(Error::Code::kStore, place.path, "examined", errno);
  struct stat named {};
  if (::fstatat(place.directory, place.name.c_str(), &named, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return Bearer::kNone;
    return system_error(Error::Code::kStore, place.path, "examined", errno);
  }
  const bool same = ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
  return same ? Bearer::kThisFile : Bearer::kAnother;
}

/// nullopt: no such file.
Result<std::optional<UniqueFd>> open_unchecked(const RecordPlace& place, LockKind use) {
  const int access = use == LockKind::kExclusive ? O_RDWR : O_RDONLY;
  // O_NONBLOCK: a named pipe in the place of a record must not hold up a login.
  const int flags = access | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  UniqueFd file(::openat(place.directory, place.name.c_str(), flags));
  if (!file && errno == ENOENT) return std::optional<UniqueFd>();
  if (!file) return cannot_open(place.path, errno);
  return std::optional<UniqueFd>(std::move(file));
}

using Opener = Result<std::optional<UniqueFd>> (*)(const RecordPlace&, LockKind);

/// Opens, locks, and begins anew where the file lost its name meanwhile.
Result<std::optional<RecordLock>> lock_opened(const RecordPlace& place, LockKind kind, const Deadline& deadline,
                                              Opener open) {
  for (int i = 0; i < kMostReplacements; ++i) {
    auto file = open(place, kind);
    if (!file) return file.error();
    if (!*file) return std::optional<RecordLock>();
    auto lock = RecordLock::take(std::move(**file), kind, deadline, place.path);
    if (!lock) return lock.error();
    const auto bearer = bearer_of_name(lock->fd(), place);
    if (!bearer) return bearer.error();
    if (*bearer == Bearer::kThisFile) return std::optional<RecordLock>(std::move(*lock));
  }
  return flawed(place.path, "is removed and made again all the time", "find out by which program");
}

constexpr std::size_t kPage = 4096;  ///< The kernel's smallest; the whole header lies in a slot's first one.
static_assert(kSlotHeaderBytes <= kPage);

enum class Part { kHeader, kRest };

Result<void> write_part(int fd, const RecordImage& image, SlotIndex index, Part part, const std::string& path) {
  const std::span<const std::uint8_t> slot = image.slot(index);
  const std::size_t begin = RecordImage::offset_of(index);
  return part == Part::kHeader ? write_fully(fd, slot.first(kPage), begin, path)
                               : write_fully(fd, slot.subspan(kPage), begin + kPage, path);
}

}  // namespace

Result<void> check_owner_and_mode(int fd, const std::string& path) {
  if (const auto checked = check_trusted(fd, S_IFREG, {path, Privacy::kPrivate, Error::Code::kStore}); !checked) {
    return checked;
  }
  struct stat status {};
  if (::fstat(fd, &status) != 0) return system_error(Error::Code::kStore, path, "examined", errno);
  if ((status.st_mode & kModeBits) != kRecordMode) return flawed(path, "has not the mode 0600", "chmod 0600 " + path);
  return done();
}

Result<std::optional<UniqueFd>> open_record_file(const RecordPlace& place, LockKind use) {
  auto file = open_unchecked(place, use);
  if (!file || !*file) return file;
  if (const auto checked = check_record_file((**file).get(), place.path); !checked) return checked.error();
  return file;
}

Result<std::optional<RecordLock>> lock_record_file(const RecordPlace& place, LockKind kind, const Deadline& deadline) {
  return lock_opened(place, kind, deadline, open_record_file);
}

Result<std::optional<RecordLock>> lock_for_removal(const RecordPlace& place, const Deadline& deadline) {
  return lock_opened(place, LockKind::kExclusive, deadline, open_unchecked);
}

Result<void> remove_record_file(int fd, const RecordPlace& place) {
  if (const auto checked = check_bears_name(fd, place); !checked) return checked;
  if (::unlinkat(place.directory, place.name.c_str(), 0) != 0) {
    return system_error(Error::Code::kStore, place.path, "removed", errno);
  }
  if (::fsync(place.directory) != 0) return system_error(Error::Code::kStore, place.path, "removed durably", errno);
  return done();
}

Result<void> check_bears_name(int fd, const RecordPlace& place) {
  const auto bearer = bearer_of_name(fd, place);
  if (!bearer) return bearer.error();
  if (*bearer == Bearer::kThisFile) return done();
  return flawed(place.path, "was replaced or removed without its lock", "use only twinlock to change records");
}

Result<RecordImage> read_image(int fd, const std::string& path) {
  RecordImage image;
  auto rest = image.bytes();
  while (!rest.empty()) {
    const auto offset = static_cast<off_t>(kRecordImageBytes - rest.size());
    const ssize_t count = ::pread(fd, rest.data(), rest.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(Error::Code::kStore, path, "read", errno);
    if (count == 0) return flawed(path, "was cut short while it was read", "use only twinlock to change records");
    rest = rest.subspan(static_cast<std::size_t>(count));
  }
  return image;
}

Result<void> write_fully(int fd, std::span<const std::uint8_t> bytes, std::size_t offset, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return system_error(Error::Code::kStore, path, "written", count < 0 ? errno : EIO);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::size_t>(count);
  }
  return done();
}

Result<void> write_slot(int fd, const RecordImage& image, SlotIndex index, Durability durability,
                        const std::string& path) {
  for (const Part part : {Part::kRest, Part::kHeader}) {
    if (const auto written = write_part(fd, image, index, part, path); !written) return written;
  }
  if (durability == Durability::kFlushed && ::fdatasync(fd) != 0) {
    return system_error(Error::Code::kStore, path, "flushed to disk", errno);
  }
  return done();
}

void put_slot_back(int fd, const RecordImage& image, SlotIndex index, const std::string& path) {
  for (const Part part : {Part::kHeader, Part::kRest}) {
    static_cast<void>(write_part(fd, image, index, part, path));
  }
}

}  // namespace twinlock
