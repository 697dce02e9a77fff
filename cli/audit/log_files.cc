#include "cli/audit/log_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>

#include "cli/file_error.h"
#include "cli/new_file.h"
#include "config/trusted_file.h"
#include "store/record_lock.h"

namespace twinlock {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 18U;
constexpr int kMostListings = 5;
constexpr std::string_view kCompressed = ".gz";

struct DirectoryCloser {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

/// What logrotate puts behind the name: ".1", ".2.gz", "-20261127", "-20261127-1795795200.gz".
bool is_rotation_suffix(std::string_view suffix) {
  if (suffix.ends_with(kCompressed)) suffix.remove_suffix(kCompressed.size());
  return suffix.size() > 1 && (suffix[0] == '.' || suffix[0] == '-') && suffix[1] >= '0' && suffix[1] <= '9' &&
         suffix.find_first_not_of("0123456789-_.:T", 1) == std::string_view::npos;
}

Result<std::vector<std::string>> list_names(int directory, const std::string& path, const std::string& name) {
  const int again = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, DirectoryCloser> listing(again < 0 ? nullptr : ::fdopendir(again));
  if (!listing) return file_error(path, "listed");
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(listing.get())) {  // NOLINT(concurrency-mt-unsafe): a stream of our own
    const std::string_view found = entry->d_name;
    if (!found.starts_with(name)) continue;
    const auto suffix = found.substr(name.size());
    if (suffix.empty() || is_rotation_suffix(suffix)) names.emplace_back(found);
  }
  return names;
}

/// Without those that are just being compressed, whose whole form is still there.
void drop_unfinished(std::vector<std::string>& names) {
  std::ranges::sort(names);
  const std::vector<std::string> all = names;
  std::erase_if(names, [&](const std::string& name) {
    return name.ends_with(kCompressed) &&
           std::ranges::binary_search(all, name.substr(0, name.size() - kCompressed.size()));
  });
}

int flags_for(ScannedFile::Kind kind, Access access) {
  const int common = O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  const bool read_only = access == Access::kRead && kind != ScannedFile::Kind::kCurrent;
  if (read_only || kind == ScannedFile::Kind::kCompressed) return common | O_RDONLY;
  return common | O_RDWR | O_APPEND;  // also to lock the current one
}

/// nullopt: it has another name by now.
Result<std::optional<LogFile>> open_one(int directory, const std::string& path, int flags, ScannedFile::Kind kind) {
  const auto slash = path.find_last_of('/');
  UniqueFd fd(::openat(directory, path.c_str() + slash + 1, flags, 0600));
  if (!fd && errno == ENOENT) return std::optional<LogFile>();
  if (!fd) return file_error(path, "opened");
  const auto trusted = check_trusted(fd.get(), S_IFREG, {path, Privacy::kPrivate, Error::Code::kStore});
  if (!trusted) return trusted.error();
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return file_error(path, "examined");
  return std::optional(LogFile{path, kind, std::move(fd), status});
}

ScannedFile::Kind kind_of(const std::string& path, const std::string& log) {
  if (path == log) return ScannedFile::Kind::kCurrent;
  return path.ends_with(kCompressed) ? ScannedFile::Kind::kCompressed : ScannedFile::Kind::kRotated;
}

/// The log's files as they are named now, without those that are just being compressed.
Result<std::vector<std::string>> names_now(int directory, const std::string& log) {
  auto names = list_names(directory, directory_of(log), log.substr(log.find_last_of('/') + 1));
  if (names) drop_unfinished(*names);
  return names;
}

/// Whether each name still stands for the file that was opened by it.
bool are_named_so(int directory, const std::vector<std::string>& names, const std::vector<LogFile>& files) {
  for (std::size_t at = 0; at < files.size(); ++at) {
    struct stat named {};
    if (::fstatat(directory, names[at].c_str(), &named, AT_SYMLINK_NOFOLLOW) != 0) return false;
    if (!files[at].is(named.st_dev, named.st_ino)) return false;
  }
  return true;
}

/// nullopt: something was renamed meanwhile.
Result<std::optional<std::vector<LogFile>>> try_to_open(int directory, const std::string& log, Access access) {
  const std::string parent = directory_of(log);
  const auto names = names_now(directory, log);
  if (!names) return names.error();
  std::vector<LogFile> files;
  for (const std::string& name : *names) {
    const std::string path = (parent == "/" ? "" : parent) + "/" + name;
    const auto kind = kind_of(path, log);
    auto file = open_one(directory, path, flags_for(kind, access), kind);
    if (!file) return file.error();
    if (!*file) return std::optional<std::vector<LogFile>>();
    const auto& status = (*file)->status;
    if (std::ranges::any_of(files, [&](const LogFile& other) { return other.is(status.st_dev, status.st_ino); })) {
      return std::optional<std::vector<LogFile>>();
    }
    files.push_back(std::move(**file));
  }
  const auto again = names_now(directory, log);
  if (!again) return again.error();
  if (*again != *names || !are_named_so(directory, *names, files)) return std::optional<std::vector<LogFile>>();
  return std::optional(std::move(files));
}

Result<UniqueFd> open_parent(const std::string& log) {
  return open_trusted_directory({directory_of(log), Privacy::kPublic, Error::Code::kStore});
}

}  // namespace

Result<std::vector<LogFile>> open_log_files(const std::string& log, Access access) {
  const auto directory = open_parent(log);
  if (!directory) return directory.error();
  for (int listing = 0; listing < kMostListings; ++listing) {
    auto files = try_to_open(directory->get(), log, access);
    if (!files) return files.error();
    if (*files) return std::move(**files);
  }
  return Error{Error::Code::kStore, log, "is being rotated again and again, or has two names for one file",
               "try again"};
}

Result<LogFile> make_log_file(const std::string& log) {
  const auto directory = open_parent(log);
  if (!directory) return directory.error();
  const int flags = flags_for(ScannedFile::Kind::kCurrent, Access::kChange) | O_CREAT;
  auto file = open_one(directory->get(), log, flags, ScannedFile::Kind::kCurrent);
  if (!file) return file.error();
  if (!*file) return Error{Error::Code::kStore, log, "cannot be made", ""};
  return std::move(**file);
}

void LogBytes::GzipCloser::operator()(gzFile_s* file) const noexcept { ::gzclose_r(file); }

LogBytes::LogBytes(const LogFile& file, std::uint64_t begin, std::uint64_t limit)
    : fd_(file.fd.get()), path_(file.path), offset_(begin), left_(limit), block_(kBlock, '\0') {}

Result<LogBytes> LogBytes::of(const LogFile& file, std::uint64_t begin, std::uint64_t limit) {
  LogBytes bytes(file, begin, limit);
  if (file.kind != ScannedFile::Kind::kCompressed) return bytes;
  if (const auto opened = bytes.open_gzip(); !opened) return opened.error();
  return bytes;
}

Result<void> LogBytes::open_gzip() {
  const int again = ::fcntl(fd_, F_DUPFD_CLOEXEC, 0);
  if (again < 0 || ::lseek(again, 0, SEEK_SET) != 0) return file_error(path_, "read");
  gzip_.reset(::gzdopen(again, "rb"));
  if (!gzip_) {
    ::close(again);
    return file_error(path_, "read");
  }
  ::gzbuffer(gzip_.get(), kBlock);
  if (offset_ != 0 && ::gzseek(gzip_.get(), static_cast<z_off_t>(offset_), SEEK_SET) < 0)
    return file_error(path_, "read");
  return done();
}

Result<std::string_view> LogBytes::next() {
  const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(left_, block_.size()));
  const auto count = gzip_ ? read_gzip(most) : read_plain(most);
  if (!count) return count.error();
  offset_ += *count;
  left_ -= *count;
  return std::string_view(block_).substr(0, *count);
}

Result<std::size_t> LogBytes::read_gzip(std::size_t most) {
  const int count = ::gzread(gzip_.get(), block_.data(), static_cast<unsigned>(most));
  int flaw = Z_OK;
  const std::string words = ::gzerror(gzip_.get(), &flaw);
  // At the end of a file that was cut short gzread() itself says nothing.
  if (count < 0 || (flaw != Z_OK && flaw != Z_STREAM_END)) {
    return Error{Error::Code::kStore, path_, "is no whole gzip file (" + words + ")", ""};
  }
  return static_cast<std::size_t>(count);
}

Result<std::size_t> LogBytes::read_plain(std::size_t most) {
  while (true) {
    const ssize_t count = ::pread(fd_, block_.data(), most, static_cast<off_t>(offset_));
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) return file_error(path_, "read");
  }
}

Result<ScannedFile> scan(const LogFile& file, const SecretBytes& key, std::uint64_t limit, const ReadBytes& progress) {
  ScannedFile scanned;
  scanned.name = file.path;
  scanned.kind = file.kind;
  StretchReader reader(key, {}, [&](const SealedStretch& sealed) { scanned.sealed.push_back(sealed); });
  auto bytes = LogBytes::of(file, 0, limit);
  if (!bytes) return bytes.error();
  while (true) {
    const auto block = bytes->next();
    if (!block && file.kind != ScannedFile::Kind::kCompressed) return block.error();
    if (!block) scanned.damage = block.error().why;
    if (!block || block->empty()) break;
    reader.feed(*block);
    if (progress) progress(block->size());
  }
  auto tail = reader.finish();
  if (!tail) return tail.error();
  scanned.tail = std::move(*tail);
  return scanned;
}

Result<std::uint64_t> settled_size(const LogFile& file) {
  UniqueFd again(::fcntl(file.fd.get(), F_DUPFD_CLOEXEC, 0));
  if (!again) return file_error(file.path, "opened");
  const auto lock =
      RecordLock::take(std::move(again), LockKind::kExclusive, Deadline::in(kPatienceWithWriters), file.path);
  if (!lock) return lock.error();
  struct stat status {};
  if (::fstat(file.fd.get(), &status) != 0) return file_error(file.path, "examined");
  return static_cast<std::uint64_t>(status.st_size);
}

Result<std::optional<Seal>> first_seal(const LogFile& file) {
  std::optional<Seal> found;
  const SecretBytes no_key(1);  // only what the seal says is of interest here
  StretchReader reader(no_key, {}, [&](const SealedStretch& sealed) {
    if (!found) found = sealed.seal;
  });
  auto bytes = LogBytes::of(file);
  if (!bytes) return bytes.error();
  while (!found) {
    const auto block = bytes->next();
    if (!block || block->empty()) break;  // of a damaged file, what can be read
    reader.feed(*block);
  }
  return found;
}

std::string first_time(const LogFile& file) {
  constexpr std::uint64_t kFarEnough = 65536;
  auto bytes = LogBytes::of(file, 0, kFarEnough);
  if (!bytes) return "";
  const auto block = bytes->next();
  if (!block) return "";
  for (std::string_view rest = *block; !rest.empty();) {
    if (const auto time = time_of_line(rest); !time.empty()) return std::string(time);
    const auto end = rest.find('\n');
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return "";
}

Result<std::vector<ScannedFile>> scan_all(const std::vector<LogFile>& files, const SecretBytes& key,
                                          const ReadBytes& progress) {
  std::vector<ScannedFile> scanned;
  for (const LogFile& file : files) {
    Result<std::uint64_t> limit = UINT64_MAX;
    if (file.kind == ScannedFile::Kind::kCurrent) limit = settled_size(file);
    if (!limit) return limit.error();
    auto one = scan(file, key, *limit, progress);
    if (!one) return one.error();
    scanned.push_back(std::move(*one));
  }
  order_by_chain(scanned);
  return scanned;
}

Result<std::vector<const LogFile*>> reading_order(const std::vector<LogFile>& files) {
  using Place = std::tuple<std::uint64_t, bool, std::string>;
  std::vector<std::pair<Place, const LogFile*>> placed;
  for (const LogFile& file : files) {
    const auto seal = first_seal(file);
    if (!seal) return seal.error();
    const bool current = file.kind == ScannedFile::Kind::kCurrent;
    placed.emplace_back(Place(*seal ? (*seal)->sequence : UINT64_MAX, current, first_time(file)), &file);
  }
  std::ranges::stable_sort(placed, {}, &std::pair<Place, const LogFile*>::first);
  std::vector<const LogFile*> order;
  for (const auto& [place, file] : placed) order.push_back(file);
  return order;
}

}  // namespace twinlock
