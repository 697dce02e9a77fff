#include "live/run_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <cerrno>
#include <memory>

#include "base/file_size_limit.h"
#include "config/trusted_file.h"

namespace twinlock {
namespace {

constexpr std::size_t kLargestFile = 4096;
constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kFileMode = 0600;

Error failed(const std::string& path, std::string_view verb) {
  return system_error(Error::Code::kStore, path, verb, errno);
}

Result<void> make_directory_at(int parent, const std::string& name, const std::string& path) {
  if (::mkdirat(parent, name.c_str(), kDirectoryMode) == 0 || errno == EEXIST) return done();
  return failed(path, "made");
}

Result<void> make_both(const std::string& run_dir, const std::string& name) {
  const auto slash = run_dir.find_last_of('/');
  if (slash == std::string::npos) return Error{Error::Code::kConfig, "run_dir", "is not an absolute path", ""};
  const std::string parent = slash == 0 ? "/" : run_dir.substr(0, slash);
  const auto outer = open_trusted_directory({parent, Privacy::kPublic, Error::Code::kStore});
  if (!outer) return outer.error();
  if (const auto made = make_directory_at(outer->get(), run_dir.substr(slash + 1), run_dir); !made) return made;
  const auto inner = open_trusted_directory(private_path(run_dir));
  if (!inner) return inner.error();
  return make_directory_at(inner->get(), name, run_dir + "/" + name);
}

/// Writes all parts at once, or says why not.
Result<void> write_parts(int fd, std::initializer_list<std::string_view> parts, const std::string& path) {
  std::vector<iovec> pieces;
  std::size_t length = 0;
  for (const std::string_view part : parts) {
    pieces.push_back({const_cast<char*>(part.data()), part.size()});  // writev(2) only reads
    length += part.size();
  }
  if (const auto fits = check_file_size_limit(length, path); !fits) return fits;
  const ssize_t written = ::writev(fd, pieces.data(), static_cast<int>(pieces.size()));
  if (written < 0) return failed(path, "written");
  if (static_cast<std::size_t>(written) == length) return done();
  return Error{Error::Code::kStore, path, "could be written in part only", "make room on its file system"};
}

Result<SecretBytes> read_all(int fd, const std::string& path) {
  SecretBytes content(kLargestFile);
  const ssize_t length = ::read(fd, content.bytes().data(), content.size());
  if (length < 0) return failed(path, "read");
  content.shrink(static_cast<std::size_t>(length));
  return content;
}

struct DirectoryCloser {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

}  // namespace

Result<RunDirectory> RunDirectory::open(const std::string& run_dir, const std::string& name) {
  const std::string path = run_dir + "/" + name;
  auto directory = open_trusted_directory(private_path(path));
  if (!directory) {
    if (const auto made = make_both(run_dir, name); !made) return made.error();
    directory = open_trusted_directory(private_path(path));
  }
  if (!directory) return directory.error();
  return RunDirectory(std::move(*directory), path);
}

Result<void> RunDirectory::put(const std::string& name, std::initializer_list<std::string_view> parts) const {
  const std::string unfinished = "." + name;  // names() passes over it, so nobody sweeps away a file being written
  if (const auto removed = remove(unfinished); !removed) return removed;
  const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const UniqueFd file(::openat(directory_.get(), unfinished.c_str(), flags, kFileMode));
  if (!file) return failed(path_of(name), "made");
  auto put = write_parts(file.get(), parts, path_of(name));
  if (put && ::renameat(directory_.get(), unfinished.c_str(), directory_.get(), name.c_str()) != 0) {
    put = failed(path_of(name), "renamed");
  }
  if (!put) static_cast<void>(remove(unfinished));
  return put;
}

Result<std::optional<SecretBytes>> RunDirectory::read(const std::string& name) const {
  const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  const UniqueFd file(::openat(directory_.get(), name.c_str(), flags));
  if (!file && errno == ENOENT) return std::optional<SecretBytes>();
  if (!file) return failed(path_of(name), "opened");
  if (const auto own = check_trusted(file.get(), S_IFREG, private_path(path_of(name))); !own) return own.error();
  auto content = read_all(file.get(), path_of(name));
  if (!content) return content.error();
  return std::optional(std::move(*content));
}

Result<void> RunDirectory::remove(const std::string& name) const {
  if (::unlinkat(directory_.get(), name.c_str(), 0) == 0 || errno == ENOENT) return done();
  return failed(path_of(name), "removed");
}

Result<std::vector<std::string>> RunDirectory::names() const {
  const int again = ::openat(directory_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (again < 0) return failed(path_, "opened");
  const std::unique_ptr<DIR, DirectoryCloser> listing(::fdopendir(again));
  if (!listing) return failed(path_, "listed");
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(listing.get())) {  // NOLINT(concurrency-mt-unsafe): a stream of our own
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  if (errno != 0) return failed(path_, "listed");
  return names;
}

}  // namespace twinlock
