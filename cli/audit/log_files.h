// The files of the audit log: the one that logins append to, and those that logrotate has moved on, compressed or not.
//
// MUST 1: only files of root's own, in a directory that nobody else can change, are read or written; no link is
// followed.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audit/chain_check.h"
#include "base/unique_fd.h"

struct gzFile_s;

namespace twinlock {

struct LogFile {
  std::string path;
  ScannedFile::Kind kind;
  UniqueFd fd;
  struct stat status;  ///< When it was opened.

  [[nodiscard]] bool is(std::uint64_t device, std::uint64_t inode) const {
    return status.st_dev == device && status.st_ino == inode;
  }
  [[nodiscard]] std::uint64_t size() const { return static_cast<std::uint64_t>(status.st_size); }
};

/// How long to wait for those who are in the midst of writing to the log.
inline constexpr std::chrono::milliseconds kPatienceWithWriters{5000};

enum class Access {
  kRead,
  kChange,  ///< Also for appending and locking, but for the compressed ones.
};

/// `log` and its rotated siblings, `log` followed by '.' or '-' and a number or date, perhaps ".gz"; in no order. All
/// of them are open, so a rotation meanwhile changes nothing. One that is there both ways is just being compressed: the
/// uncompressed one counts. kStore where one is not to be trusted.
[[nodiscard]] Result<std::vector<LogFile>> open_log_files(const std::string& log, Access access);

/// Makes and opens an empty current file (0600).
[[nodiscard]] Result<LogFile> make_log_file(const std::string& log);

/// The bytes of a file from its beginning, decompressed.
class LogBytes {
 public:
  /// Reads at most `limit` bytes.
  static Result<LogBytes> of(const LogFile& file, std::uint64_t begin = 0, std::uint64_t limit = UINT64_MAX);

  /// The next bytes; none at the end. kStore if the file cannot be read or is no whole gzip file.
  [[nodiscard]] Result<std::string_view> next();

 private:
  struct GzipCloser {
    void operator()(gzFile_s* file) const noexcept;
  };

  LogBytes(const LogFile& file, std::uint64_t begin, std::uint64_t limit);
  [[nodiscard]] Result<void> open_gzip();
  [[nodiscard]] Result<std::size_t> read_gzip(std::size_t most);
  [[nodiscard]] Result<std::size_t> read_plain(std::size_t most);

  int fd_;
  std::string path_;
  std::uint64_t offset_;
  std::uint64_t left_;
  std::unique_ptr<gzFile_s, GzipCloser> gzip_;
  std::string block_;
};

/// Told now and then how many bytes were read; may be empty.
using ReadBytes = std::function<void(std::uint64_t)>;

/// Reads a whole file. For the current one `limit` is where its last whole line ends.
[[nodiscard]] Result<ScannedFile> scan(const LogFile& file, const SecretBytes& key, std::uint64_t limit,
                                       const ReadBytes& progress);

/// How long a file is when nobody is in the midst of writing to it; waits at most 5 s for the writers.
[[nodiscard]] Result<std::uint64_t> settled_size(const LogFile& file);

/// The first seal in a file, whoever made it; nullopt: there is none.
[[nodiscard]] Result<std::optional<Seal>> first_seal(const LogFile& file);

/// The time of a file's first line of ours, as it stands there; empty: there is none, or not near the beginning.
[[nodiscard]] std::string first_time(const LogFile& file);

/// All files, read to their ends, in the order of the chain.
[[nodiscard]] Result<std::vector<ScannedFile>> scan_all(const std::vector<LogFile>& files, const SecretBytes& key,
                                                        const ReadBytes& progress);

/// The order in which people want to read them: as the chain goes, whether it holds or not.
[[nodiscard]] Result<std::vector<const LogFile*>> reading_order(const std::vector<LogFile>& files);

}  // namespace twinlock
