// Makes files and directories that are not there yet. Only replace_file() replaces one that is.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "base/unique_fd.h"
#include "cli/file_traits.h"

namespace twinlock {

enum class Made { kNew, kWasThere };

/// The directory that a path lies in: "/etc" for "/etc/key", "." for "key".
[[nodiscard]] std::string directory_of(const std::string& path);

/// The directory and those above it that are missing (0755). The directory itself gets exactly `mode`, whatever the
/// umask, if it is made here; one that is there stays as it is. kStore or kPermission if it cannot be made.
[[nodiscard]] Result<Made> make_directory(const std::string& path, unsigned mode);

/// A new file with exactly `mode`, on disk with its directory entry before this returns. A file or link that is there
/// is never opened. The name appears when the file is whole: who is killed meanwhile leaves none, or one that is good.
[[nodiscard]] Result<Made> make_file(const std::string& path, std::string_view content, unsigned mode);

/// Names that were made, changed or removed in this directory are on disk when this returns.
[[nodiscard]] Result<void> flush_directory(const std::string& path);

/// Puts a file with this content in the place of `path` in one step, on disk before this returns: whoever opens it sees
/// the old content or the new one. Owner, mode, access list and all other attributes stay (file_traits.h); where there
/// was no file it gets `mode_of_new`.
[[nodiscard]] Result<void> replace_file(const std::string& path, std::string_view content, unsigned mode_of_new);

/// A file that waits, whole and on disk under its unfinished name, to take the place of another. Without
/// put_in_place() it goes with this object. All that can fail for want of space has been done when it is there.
class WaitingFile {
 public:
  /// With these traits, and the labels of the file that is there now.
  [[nodiscard]] static Result<WaitingFile> make(const std::string& path, std::string_view content,
                                                const FileTraits& traits);
  WaitingFile(WaitingFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  WaitingFile& operator=(WaitingFile&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~WaitingFile();

  /// On disk in its place when this returns.
  [[nodiscard]] Result<void> put_in_place();

 private:
  explicit WaitingFile(std::string path) : path_(std::move(path)) {}
  std::string path_;  ///< Empty: it is in place.
};

/// What a file is called until it is whole; one that was killed leaves it behind.
[[nodiscard]] std::string unfinished_name(const std::string& path);

/// A new file that can be taken back, wherever others have moved its directory meanwhile, and without touching what
/// they may have put in its place.
class RevocableFile {
 public:
  /// A new, empty file for its owner alone. O_EXCL: kExists if there is a file or a link.
  [[nodiscard]] static Result<RevocableFile> begin(const std::string& path);
  [[nodiscard]] Result<void> append(std::string_view content) const;
  /// The file gets `mode`, and is on disk with its directory entry when this returns.
  [[nodiscard]] Result<void> finish(unsigned mode) const;

  /// All of these at once; after an Error there is no file.
  [[nodiscard]] static Result<RevocableFile> make(const std::string& path, std::string_view content, unsigned mode);

  /// Empties the file, and removes its name where that still stands for it.
  void revoke() const;

 private:
  RevocableFile(std::string path, UniqueFd directory, UniqueFd file)
      : path_(std::move(path)), directory_(std::move(directory)), file_(std::move(file)) {}

  std::string path_;
  UniqueFd directory_;
  UniqueFd file_;
};

}  // namespace twinlock
