#include "cli/new_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/unique_fd.h"
#include "cli/file_error.h"

namespace twinlock {
namespace {

constexpr unsigned kParentMode = 0755;

/// With a slash at its end a directory would be its own parent.
std::string without_last_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

bool is_directory(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

Result<void> set_mode_and_flush(int fd, const std::string& path, unsigned mode) {
  if (::fchmod(fd, mode) != 0) return file_error(path, "given its mode");
  if (::fsync(fd) != 0) return file_error(path, "flushed");
  return done();
}

Result<void> write_all(int fd, const std::string& path, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return file_error(path, "written");
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return done();
}

Result<void> fill(int fd, const std::string& path, std::string_view content, unsigned mode) {
  if (const auto written = write_all(fd, path, content); !written) return written;
  if (const auto flushed = set_mode_and_flush(fd, path, mode); !flushed) return flushed;
  return flush_directory(directory_of(path));
}

/// Under the name that a file has until it is whole.
Result<void> make_fresh(const std::string& fresh, std::string_view content, unsigned mode) {
  if (::unlink(fresh.c_str()) != 0 && errno != ENOENT) return file_error(fresh, "removed");  // of one who was killed
  const UniqueFd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return file_error(fresh, "made");
  auto filled = fill(file.get(), fresh, content, mode);
  if (!filled) ::unlink(fresh.c_str());
  return filled;
}

/// Unless the name is taken. An errno value; 0: done.
int give_name(const std::string& fresh, const std::string& path) {
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL) return errno;  // a file system that cannot do this
  if (::link(fresh.c_str(), path.c_str()) != 0) return errno;
  ::unlink(fresh.c_str());
  return 0;
}

}  // namespace

std::string directory_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  return slash == std::string::npos ? "." : without_last_slashes(path.substr(0, slash + 1));
}

Result<Made> make_directory(const std::string& typed, unsigned mode) {
  const std::string path = without_last_slashes(typed);
  if (is_directory(path)) return Made::kWasThere;
  const std::string parent = directory_of(path);
  if (parent != path) {
    if (const auto made = make_directory(parent, kParentMode); !made) return made;
  }
  if (::mkdir(path.c_str(), 0700) != 0) return file_error(path, "made");
  const UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory) return file_error(path, "opened");
  if (const auto set = set_mode_and_flush(directory.get(), path, mode); !set) return set.error();
  return Made::kNew;
}

Result<Made> make_file(const std::string& path, std::string_view content, unsigned mode) {
  struct stat there {};
  if (::lstat(path.c_str(), &there) == 0) return Made::kWasThere;
  const std::string fresh = unfinished_name(path);
  if (const auto made = make_fresh(fresh, content, mode); !made) return made.error();
  const int error_number = give_name(fresh, path);
  if (error_number != 0) ::unlink(fresh.c_str());
  if (error_number == EEXIST) return Made::kWasThere;
  if (error_number != 0) return system_error(Error::Code::kStore, path, "made", error_number);
  const auto flushed = flush_directory(directory_of(path));
  if (!flushed) return flushed.error();
  return Made::kNew;
}

Result<void> flush_directory(const std::string& path) {
  const UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.get()) != 0) return file_error(path, "flushed");
  return done();
}

std::string unfinished_name(const std::string& path) { return path + ".twinlock-new"; }

Result<WaitingFile> WaitingFile::make(const std::string& path, std::string_view content, const FileTraits& traits) {
  const std::string fresh = unfinished_name(path);
  if (const auto made = make_fresh(fresh, content, 0600); !made) return made.error();
  WaitingFile file(path);
  take_labels_over(path, fresh);
  if (const auto given = give_traits(fresh, traits); !given) return given.error();
  const UniqueFd opened(::open(fresh.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!opened || ::fsync(opened.get()) != 0) return file_error(fresh, "flushed");
  return file;
}

WaitingFile::~WaitingFile() {
  if (!path_.empty()) ::unlink(unfinished_name(path_).c_str());
}

Result<void> WaitingFile::put_in_place() {
  if (::rename(unfinished_name(path_).c_str(), path_.c_str()) != 0) return file_error(path_, "replaced");
  return flush_directory(directory_of(std::exchange(path_, {})));
}

Result<void> replace_file(const std::string& path, std::string_view content, unsigned mode_of_new) {
  struct stat old {};
  FileTraits traits{::geteuid(), ::getegid(), mode_of_new};
  if (::lstat(path.c_str(), &old) == 0 && S_ISREG(old.st_mode)) {
    const auto here = read_traits(path, old);
    if (!here) return here.error();
    traits = *here;
  }
  auto file = WaitingFile::make(path, content, traits);
  return file ? file->put_in_place() : file.error();
}

Result<RevocableFile> RevocableFile::begin(const std::string& path) {
  UniqueFd directory(::open(directory_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return file_error(directory_of(path), "opened");
  const std::string name = path.substr(path.find_last_of('/') + 1);  // npos + 1 is 0
  UniqueFd file(::openat(directory.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file && errno == EEXIST) {
    return Error{Error::Code::kExists, path, "is there already and is not replaced", "name another file or remove it"};
  }
  if (!file) return file_error(path, "made");
  return RevocableFile(path, std::move(directory), std::move(file));
}

Result<void> RevocableFile::append(std::string_view content) const { return write_all(file_.get(), path_, content); }

Result<void> RevocableFile::finish(unsigned mode) const {
  if (const auto set = set_mode_and_flush(file_.get(), path_, mode); !set) return set;
  if (::fsync(directory_.get()) != 0) return file_error(directory_of(path_), "flushed");
  return done();
}

Result<RevocableFile> RevocableFile::make(const std::string& path, std::string_view content, unsigned mode) {
  auto made = begin(path);
  if (!made) return made;
  auto written = made->append(content);
  if (written) written = made->finish(mode);
  if (written) return made;
  made->revoke();
  return written.error();
}

void RevocableFile::revoke() const {
  struct stat ours {};
  struct stat named {};
  [[maybe_unused]] const int emptied = ::ftruncate(file_.get(), 0);  // where it cannot be removed it holds nothing
  if (::fstat(file_.get(), &ours) != 0) return;
  const std::string name = path_.substr(path_.find_last_of('/') + 1);
  if (::fstatat(directory_.get(), name.c_str(), &named, AT_SYMLINK_NOFOLLOW) != 0) return;
  if (ours.st_dev == named.st_dev && ours.st_ino == named.st_ino) ::unlinkat(directory_.get(), name.c_str(), 0);
}

}  // namespace twinlock
