#include "config/trusted_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string_view>
#include <vector>

namespace twinlock {
namespace {

constexpr mode_t kWritableByOthers = S_IWGRP | S_IWOTH;
constexpr int kMostLinks = 40;  ///< As many as the kernel itself follows in one path.

bool is_trusted(uid_t owner) { return owner == 0 || owner == ::geteuid(); }

/// An error about `what` that the administrator can mend; the other fields come from `path`.
Error untrusted(const TrustedPath& path, const std::string& what, std::string why, std::string mend) {
  return {path.error, what, std::move(why), std::move(mend)};
}

Error cannot_open(const TrustedPath& path, const std::string& what, int error_number) {
  Error error = system_error(path.error, what, "opened", error_number);
  if (error_number == ENOENT) {
    error.why = "does not exist";
    error.mend = "'twinlock init' makes what is missing";
  } else if (error.code == Error::Code::kPermission) {
    error.mend = "run this as root";
  }
  return error;
}

Error foreign_owner(const TrustedPath& path, const std::string& what, uid_t owner) {
  return untrusted(path, what, "belongs to uid " + std::to_string(owner) + " and not to root", "chown -h root " + what);
}

Result<struct stat> status_of(int fd, const TrustedPath& path, const std::string& what) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return system_error(path.error, what, "examined", errno);
  return status;
}

/// The parts of a path between its slashes, last part first, so that the next one can be popped.
std::vector<std::string> parts_backwards(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const auto slash = path.rfind('/');
    const auto part = slash == std::string_view::npos ? path : path.substr(slash + 1);
    if (!part.empty() && part != ".") parts.emplace_back(part);
    path = path.substr(0, slash == std::string_view::npos ? 0 : slash);
  }
  return parts;
}

/// Walks down from "/" part by part, so that each directory and link above the trusted ones is looked at once, on
/// the descriptor that is used next.
class ParentWalk {
 public:
  ParentWalk(const TrustedPath& path, std::vector<std::string> parts_backwards)
      : path_(path), pending_(std::move(parts_backwards)) {}

  /// The directory at the end.
  Result<UniqueFd> run() {
    if (const auto started = start_at_root(); !started) return started.error();
    while (!pending_.empty()) {
      const std::string part = std::move(pending_.back());
      pending_.pop_back();
      if (const auto stepped = step(part); !stepped) return stepped.error();
    }
    return std::move(here_);
  }

 private:
  Result<void> start_at_root() {
    here_ = UniqueFd(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!here_) return cannot_open(path_, "/", errno);
    where_.clear();
    const auto status = status_of(here_.get(), path_, "/");
    if (!status) return status.error();
    return check_parent(*status, "/");
  }

  Result<void> step(const std::string& part) {
    const std::string what = where_ + "/" + part;
    UniqueFd next(::openat(here_.get(), part.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!next) return cannot_open(path_, what, errno);
    const auto status = status_of(next.get(), path_, what);
    if (!status) return status.error();
    if (S_ISLNK(status->st_mode)) return follow(next.get(), *status, what);
    if (const auto checked = check_parent(*status, what); !checked) return checked;
    here_ = std::move(next);
    where_ = what;
    return done();
  }

  /// Others may not be able to put another directory in place. Group-writable parents pass: distributions ship
  /// some (/var/log), and the last directory is checked more strictly.
  Result<void> check_parent(const struct stat& status, const std::string& what) const {
    if (!S_ISDIR(status.st_mode)) return untrusted(path_, what, "is not a directory", "put a directory there");
    if (!is_trusted(status.st_uid)) return foreign_owner(path_, what, status.st_uid);
    const bool anyone_renames = (status.st_mode & S_IWOTH) != 0 && (status.st_mode & S_ISVTX) == 0;
    if (anyone_renames) return untrusted(path_, what, "can be written by everybody", "chmod o-w " + what);
    return done();
  }

  Result<void> follow(int link, const struct stat& status, const std::string& what) {
    if (!is_trusted(status.st_uid)) return foreign_owner(path_, what, status.st_uid);
    if (++links_ > kMostLinks) return cannot_open(path_, what, ELOOP);
    std::array<char, PATH_MAX> target{};
    const ssize_t length = ::readlinkat(link, "", target.data(), target.size());
    if (length <= 0) return cannot_open(path_, what, errno);
    const std::string_view text(target.data(), static_cast<std::size_t>(length));
    auto parts = parts_backwards(text);
    pending_.insert(pending_.end(), parts.begin(), parts.end());
    if (text.front() == '/') return start_at_root();
    return done();
  }

  const TrustedPath& path_;
  std::vector<std::string> pending_;
  UniqueFd here_;
  std::string where_;  ///< Of `here_`, for messages.
  int links_ = 0;
};

/// A directory that is opened itself, not through a link.
Result<UniqueFd> open_directory_at(int parent, const std::string& name, const TrustedPath& path,
                                   const std::string& what) {
  UniqueFd directory(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (directory) return directory;
  if (errno == ENOTDIR || errno == ELOOP) {
    return untrusted(path, what, "is a link or no directory", "put the directory itself there instead of a link");
  }
  return cannot_open(path, what, errno);
}

Result<UniqueFd> open_file_at(int directory, const std::string& name, const TrustedPath& file) {
  // O_NONBLOCK: a named pipe must not hold up a login until somebody writes into it.
  const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  UniqueFd opened(::openat(directory, name.c_str(), flags));
  if (opened) return opened;
  if (errno == ELOOP) {
    return untrusted(file, file.path, "is a symbolic link", "put the file itself there instead of a link");
  }
  return cannot_open(file, file.path, errno);
}

/// The parts of `path`, last one first. kConfig, kStore … where it cannot name anything.
Result<std::vector<std::string>> split(const TrustedPath& path) {
  const bool absolute = !path.path.empty() && path.path.front() == '/';
  if (!absolute || path.path.find('\0') != std::string::npos) {
    return untrusted(path, path.path.empty() ? "path" : path.path, "is not an absolute path",
                     "write the path from / on");
  }
  return parts_backwards(path.path);
}

std::string joined(const std::vector<std::string>& parts_backwards) {
  std::string path;
  for (auto part = parts_backwards.rbegin(); part != parts_backwards.rend(); ++part) path += "/" + *part;
  return path.empty() ? "/" : path;
}

/// Opens and checks the directory of these parts.
Result<UniqueFd> open_checked_directory(std::vector<std::string> parts, const TrustedPath& path) {
  const TrustedPath named{joined(parts), path.privacy, path.error};
  std::string name = ".";  // of the root directory
  if (!parts.empty()) {
    name = parts.front();
    parts.erase(parts.begin());
  }
  const auto parent = ParentWalk(named, std::move(parts)).run();
  if (!parent) return parent.error();
  auto directory = open_directory_at(parent->get(), name, named, named.path);
  if (!directory) return directory;
  if (const auto checked = check_trusted(directory->get(), S_IFDIR, named); !checked) return checked.error();
  return directory;
}

/// Reads up to the end or until `bytes` is full; how many bytes there were.
Result<std::size_t> read_fully(int fd, std::span<std::uint8_t> bytes, const TrustedPath& file) {
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t count = ::read(fd, bytes.data() + filled, bytes.size() - filled);
    if (count == 0) break;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(file.error, file.path, "read", errno);
    filled += static_cast<std::size_t>(count);
  }
  return filled;
}

}  // namespace

Result<UniqueFd> open_trusted_file(const TrustedPath& file) {
  auto parts = split(file);
  if (!parts) return parts.error();
  if (parts->empty()) return untrusted(file, file.path, "is not a file", "write the path of the file");
  const std::string name = parts->front();
  parts->erase(parts->begin());
  // Whoever may read the file's directory is of no concern: its own mode keeps a private file private.
  const auto directory = open_checked_directory(*parts, {file.path, Privacy::kPublic, file.error});
  if (!directory) return directory.error();
  auto opened = open_file_at(directory->get(), name, file);
  if (!opened) return opened;
  if (const auto checked = check_trusted(opened->get(), S_IFREG, file); !checked) return checked.error();
  return opened;
}

Result<UniqueFd> open_trusted_directory(const TrustedPath& directory) {
  const auto parts = split(directory);
  if (!parts) return parts.error();
  return open_checked_directory(*parts, directory);
}

Result<void> check_trusted(int fd, unsigned kind, const TrustedPath& path) {
  const auto status = status_of(fd, path, path.path);
  if (!status) return status.error();
  if ((status->st_mode & S_IFMT) != kind) {
    const std::string wanted = kind == S_IFDIR ? "directory" : "regular file";
    return untrusted(path, path.path, "is not a " + wanted, "put a " + wanted + " there");
  }
  if (!is_trusted(status->st_uid)) return foreign_owner(path, path.path, status->st_uid);
  if ((status->st_mode & kWritableByOthers) != 0) {
    return untrusted(path, path.path, "can be written by others than its owner", "chmod go-w " + path.path);
  }
  if (path.privacy == Privacy::kPrivate && (status->st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return untrusted(path, path.path, "can be read by others than its owner", "chmod go= " + path.path);
  }
  return done();
}

bool is_still_named(int fd, const std::string& path) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(fd, &opened) == 0 && ::lstat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

Result<SecretBytes> read_trusted_file(const TrustedPath& file, std::size_t limit) {
  const auto opened = open_trusted_file(file);
  if (!opened) return opened.error();
  const auto status = status_of(opened->get(), file, file.path);
  if (!status) return status.error();
  const auto size = static_cast<std::size_t>(status->st_size);
  if (size > limit) {
    return untrusted(file, file.path, "is larger than " + std::to_string(limit) + " bytes", "put the right file there");
  }
  SecretBytes content(size + 1);  // one more, to notice what was appended meanwhile
  const auto count = read_fully(opened->get(), content.bytes(), file);
  if (!count) return count.error();
  if (*count != size) return untrusted(file, file.path, "was changed while it was read", "try again");
  content.shrink(size);
  return content;
}

}  // namespace twinlock
