#include "store/record_creation.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "account/little_endian.h"
#include "base/file_size_limit.h"
#include "crypto/random.h"

namespace twinlock {
namespace {

constexpr const char* kOwnDescriptors = "/proc/self/fd";

Error failed(const RecordPlace& place, int error_number) {
  if (error_number == EEXIST) return {Error::Code::kExists, place.path, "exists already", "remove it first"};
  return system_error(Error::Code::kStore, place.path, "created", error_number);
}

/// A new file that has no name of its own yet, or a temporary one that goes away with this object.
class NewFile {
 public:
  static Result<NewFile> make(const RecordPlace& place) {
    if (::access(kOwnDescriptors, F_OK) != 0) return make_temporary(place);  // it could not be given a name
    UniqueFd unnamed(::openat(place.directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, kRecordMode));
    if (unnamed) return NewFile(place.directory, std::move(unnamed), "");
    if (errno == EOPNOTSUPP) return make_temporary(place);
    return failed(place, errno);
  }

  NewFile(NewFile&& other) noexcept
      : directory_(other.directory_), file_(std::move(other.file_)), temporary_(std::exchange(other.temporary_, "")) {}
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile() {
    if (!temporary_.empty()) static_cast<void>(::unlinkat(directory_, temporary_.c_str(), 0));
  }

  [[nodiscard]] int fd() const { return file_.get(); }

  /// Gives the file its name. Errors leave it as it was.
  Result<void> publish(const RecordPlace& place) {
    if (temporary_.empty()) {
      const std::string self = kOwnDescriptors + ("/" + std::to_string(file_.get()));
      if (::linkat(AT_FDCWD, self.c_str(), directory_, place.name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
        return failed(place, errno);
      }
      return done();
    }
    const char* const name = place.name.c_str();
    if (::renameat2(directory_, temporary_.c_str(), directory_, name, RENAME_NOREPLACE) != 0) {
      return failed(place, errno);
    }
    temporary_.clear();
    return done();
  }

 private:
  NewFile(int directory, UniqueFd file, std::string temporary)
      : directory_(directory), file_(std::move(file)), temporary_(std::move(temporary)) {}

  static Result<NewFile> make_temporary(const RecordPlace& place) {
    std::array<std::uint8_t, 8> random{};
    if (const auto filled = fill_random(random); !filled) return filled.error();
    std::string name = ".new-" + std::to_string(load_little_endian<std::uint64_t>(random));
    UniqueFd file(
        ::openat(place.directory, name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, kRecordMode));
    if (!file) return system_error(Error::Code::kStore, place.path, "created", errno);
    return NewFile(place.directory, std::move(file), std::move(name));
  }

  int directory_;
  UniqueFd file_;
  std::string temporary_;  ///< Empty: no name.
};

Result<void> fill(int fd, const RecordPlace& place, const RecordImage& image) {
  if (const auto checked = check_file_size_limit(kRecordImageBytes, place.path); !checked) return checked;
  if (::fchmod(fd, kRecordMode) != 0) return failed(place, errno);  // whatever the umask of the host program is
  if (const auto written = write_fully(fd, image.bytes(), 0, place.path); !written) return written;
  if (::fsync(fd) != 0) return system_error(Error::Code::kStore, place.path, "flushed to disk", errno);
  return done();
}

Result<void> publish_durably(NewFile& file, const RecordPlace& place) {
  if (const auto published = file.publish(place); !published) return published;
  if (::fsync(place.directory) == 0) return done();
  const auto error = system_error(Error::Code::kStore, place.path, "flushed to disk", errno);
  // Still locked by us: nobody can have used it.
  static_cast<void>(::unlinkat(place.directory, place.name.c_str(), 0));
  return error;
}

}  // namespace

Result<void> create_record_file(const RecordPlace& place, const RecordImage& image) {
  auto file = NewFile::make(place);
  if (!file) return file.error();
  if (const auto filled = fill(file->fd(), place, image); !filled) return filled;
  UniqueFd same_file(::fcntl(file->fd(), F_DUPFD_CLOEXEC, 0));
  if (!same_file) return failed(place, errno);
  const auto lock = RecordLock::take(std::move(same_file), LockKind::kExclusive, Deadline::in({}), place.path);
  if (!lock) return lock.error();
  return publish_durably(*file, place);
}

}  // namespace twinlock
